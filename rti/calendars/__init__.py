"""Days off per country: dated, sourced, and never computed at run time."""
