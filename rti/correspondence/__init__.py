"""Every message that is to leave the system, as a row."""
