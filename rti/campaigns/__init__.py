"""Programmes of requests and the areas they aim at."""
