"""What SQLite and PostgreSQL must be told differently: guards, locks, and columns in and out."""
