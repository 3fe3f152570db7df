"""Figures frozen for publication: drafted, checked by others, audited against disclosure, verified for ever."""
