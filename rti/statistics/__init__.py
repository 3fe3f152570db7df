"""What is counted, how, and the tables that show it."""
