"""The door of both sides: what everybody signed in comes for: own account, notices, files, documents, drafts."""

from portal.everyone import account, documents, drafts, files, look, notices, own_factor, own_sessions, switches

ROUTES_OF_ACCOUNT = (own_factor, own_sessions)
"""The modules that hang their routes on the one door of the account."""

DOORS = (account.door, notices.door, documents.door, drafts.door, files.door, look.door, switches.door)
