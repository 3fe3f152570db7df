"""Figures frozen for publication: drafted, checked by others, audited for disclosure, verifiable at any time."""
