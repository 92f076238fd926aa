"""What people are covered by: plans and tariffs as they were voted, and who has which from when."""
