"""The door of both sides: what everybody signed in comes for: own account, notices, files, documents, drafts."""

from portal.everyone import (
    account,
    documents,
    drafts,
    events,
    files,
    look,
    notices,
    own_factor,
    own_sessions,
    surveys,
    switches,
    tickets_of_events,
)

ROUTES_OF_ACCOUNT = (own_factor, own_sessions, tickets_of_events)
"""The modules that hang their routes on the doors of the account and of events."""

DOORS = (
    account.door,
    notices.door,
    documents.door,
    drafts.door,
    events.door,
    files.door,
    look.door,
    surveys.door,
    switches.door,
)
