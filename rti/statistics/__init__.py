"""Statistics: definitions, counting, and tables."""
