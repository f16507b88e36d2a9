"""Settings, for the administrator: the company, what it promises, its calendar, the portal's own condition."""

from portal.staff.configuration import calendar, company, decisions, promises, system
from portal.staff.configuration.ways import door

ROUTES = (company, promises, decisions, calendar, system)
"""The modules that hang their routes on the one door."""

__all__ = ["ROUTES", "door"]
