"""The community-based organisations that ask."""
