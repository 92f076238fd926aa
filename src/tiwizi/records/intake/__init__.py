"""What comes in at once: tables of people, cover and claims, with the totals that their sender declared."""
