"""A believable Chinese company, its key customers and a year of their life. Never seen outside demo mode."""
