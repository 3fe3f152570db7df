"""Files that come in: which are taken, and the copy without metadata that others see."""
