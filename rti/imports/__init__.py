"""CSV files of other people, read line by line."""
