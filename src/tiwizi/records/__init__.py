"""What happened: the only tables. Each app has models, operations (verbs) and queries (questions)."""
