"""A request with all that proves it: one PDF for a court, and a bundle that can be checked without this system."""
