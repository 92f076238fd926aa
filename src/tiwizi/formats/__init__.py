"""How others write it: bytes to values and back, one file a format, its first line the specification."""
