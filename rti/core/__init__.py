"""What every feature builds on: database, settings, clock, translations, errors, validation, ciphers."""
