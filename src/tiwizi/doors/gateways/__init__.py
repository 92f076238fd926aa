"""What goes out of the house: to the bank."""
