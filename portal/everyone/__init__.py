"""The door of both sides: what everybody signed in comes for: own account, notices, files, documents, drafts."""

from portal.everyone import drafts, files, look, switches

DOORS = (drafts.door, files.door, look.door, switches.door)
