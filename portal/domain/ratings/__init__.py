"""Ratings (评价), R23–R24: what customers say of the service, in stars and words."""
