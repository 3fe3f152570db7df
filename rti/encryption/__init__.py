"""Encryption of what identifies a person: keys, cells, rotation and destruction."""
