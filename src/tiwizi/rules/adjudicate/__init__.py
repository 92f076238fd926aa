"""Adjudication: what each payer pays on each line of a claim, and why. docs/concepts/adjudication.md explains it."""
