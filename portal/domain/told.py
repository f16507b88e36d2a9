"""The journal in plain sentences: one for every verb that is written anywhere, gathered from the rooms' tables."""

from string import Formatter

from portal.domain import settings
from portal.domain.documents.told import TOLD as OF_DOCUMENTS
from portal.domain.journal import Entry
from portal.domain.people.roles import LABELS, Role
from portal.domain.people.told import TOLD as OF_PEOPLE
from portal.domain.tickets.lifecycle import TOLD as OF_TICKETS
from portal.i18n import N_, Words

OWN = {
    "letter.sent_again": N_("{by} had a letter sent again that could not be delivered"),
    "journal.exported": N_("{by} exported {number} entries of the journal"),
    "journal.verified": N_("{by} checked {number} entries of the journal: {result}"),
}
TOLD: dict[str, str] = OF_TICKETS | OF_PEOPLE | OF_DOCUMENTS | OWN

# What an entry keeps as a code of the policy's lists, and which one.
LISTED = {
    "ticket.classified": "classes",
    "ticket.severity": "severities",
    "ticket.called_back": "outcomes",
    "ticket.warned": "clocks",
    "ticket.breached": "clocks",
    "ticket.escalated": "clocks",
}
THE_PORTAL = N_("The portal")

# What an entry is about, by the table it lies in.
RECORDS = {
    "ticket": N_("Ticket"),
    "person": N_("Person"),
    "customer": N_("Customer"),
    "department": N_("Department"),
    "provider": N_("Provider"),
    "project": N_("Project"),
    "revision": N_("Settings"),
    "letter": N_("Letter"),
    "document": N_("Document"),
}


def sentence(entry: Entry) -> tuple[str, dict]:
    """What happened: a marked word and its facts, for the page to tell. A fact that was not kept is told as “—”.

    The entry comes with `by` loaded.
    """
    text = TOLD.get(entry.verb, entry.verb)
    known = {
        **entry.facts,
        "by": entry.by.name if entry.by else THE_PORTAL,
        "was": _plain(entry.verb, entry.was),
        "became": _plain(entry.verb, entry.became),
        "why": entry.why,
    }
    return text, {name: "—" if known.get(name) in (None, "") else known[name] for name in places(text)}


def places(text: str) -> set[str]:
    """The facts a sentence speaks of."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _plain(verb: str, kept: str | None) -> str | Words | tuple[str, ...] | None:
    """What was kept as a code, in words: of the policy's lists, or the labels of roles."""
    if kept and verb in LISTED:
        return settings.policy().called(LISTED[verb], kept)
    parts = (kept or "").split(", ")
    if all(part in set(Role) for part in parts):
        return tuple(LABELS[Role(part)] for part in parts)
    return kept
