"""The way in."""

DOORS = ()
