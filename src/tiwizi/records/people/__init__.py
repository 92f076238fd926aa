"""Who belongs to the mutual, and who works for it."""
