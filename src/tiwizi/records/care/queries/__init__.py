"""What is asked about care: a file a topic."""
