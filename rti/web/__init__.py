"""What all pages and the JSON API share."""
