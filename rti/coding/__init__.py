"""What answers say, question by question: read by two people who do not see each other, and a third where they differ."""
