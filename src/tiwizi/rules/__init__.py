"""What follows from the facts: pure functions on plain values. No clock, network, files or database."""
