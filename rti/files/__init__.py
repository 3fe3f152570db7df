"""Uploaded files: which are accepted, and the copy without metadata that others see."""
