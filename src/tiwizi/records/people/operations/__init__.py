"""What is done about people, a file a subject."""
