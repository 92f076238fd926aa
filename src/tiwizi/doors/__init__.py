"""Who comes in and out."""
