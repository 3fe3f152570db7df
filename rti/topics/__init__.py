"""Topics of requests, as data that administrators manage."""
