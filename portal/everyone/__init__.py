"""The door of both sides: what everybody signed in comes for: own account, notices, files, documents, drafts."""

from portal.everyone import look, switches

DOORS = (look.door, switches.door)
