"""What every page shares: the frame, the styles and scripts, the fonts, and how amounts and days are written."""
