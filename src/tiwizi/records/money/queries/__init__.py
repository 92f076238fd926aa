"""Questions about money, a file a subject."""
