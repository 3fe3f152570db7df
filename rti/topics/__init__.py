"""What requests are about, as data that administrators keep."""
