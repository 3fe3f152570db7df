"""Everything that crosses the mail wire, and the clock that drives it."""
