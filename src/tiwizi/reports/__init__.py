"""What it adds up to: letters, and later tables, made of what the records answer."""
