"""A case with its evidence: one PDF for a court, and a bundle that can be checked without this system."""
