"""What was owed and paid: books, payments, statements."""
