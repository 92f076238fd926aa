"""Care and what is decided about it: claims, runs, decisions, reviews, appeals."""
