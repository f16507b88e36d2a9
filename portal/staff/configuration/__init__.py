"""Settings, for the administrator: the company, what it promises, its calendar, the portal's own condition."""

from portal.staff.configuration import calendar, company, editing, history, ordering, promises, proposals, system
from portal.staff.configuration.ways import door

ROUTES = (company, promises, editing, ordering, proposals, history, calendar, system)
"""The modules that hang their routes on the one door."""

__all__ = ["ROUTES", "door"]
