"""A plan: the document that says what each payer owes, checked before it runs."""
