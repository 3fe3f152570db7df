"""What protects people when an organisation is in danger: lock, crypto-shredding, erasure."""
