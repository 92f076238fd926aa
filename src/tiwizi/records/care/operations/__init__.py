"""What is done about care: a file a topic, a verb a function."""
