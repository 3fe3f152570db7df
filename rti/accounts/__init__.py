"""People, their roles and sessions, and what each role may do."""
