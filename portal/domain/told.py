"""The journal in plain sentences: one for every verb that is written anywhere, gathered from the rooms' tables."""

from string import Formatter

from portal.domain import settings
from portal.domain.documents.told import TOLD as OF_DOCUMENTS
from portal.domain.forum.lifecycle import TOLD as OF_FORUM
from portal.domain.journal import Entry
from portal.domain.mailroom.told import TOLD as OF_MAIL
from portal.domain.people.roles import LABELS, Role
from portal.domain.people.told import TOLD as OF_PEOPLE
from portal.domain.quality.improvement import TOLD as OF_IMPROVEMENTS
from portal.domain.quality.liability import TOLD as OF_LIABILITY
from portal.domain.quality.limits import TOLD as OF_LIMITS
from portal.domain.quality.major import TOLD as OF_MAJOR
from portal.domain.quality.penalties import TOLD as OF_PENALTIES
from portal.domain.quality.projects import TOLD as OF_PROJECTS
from portal.domain.quality.signals import TOLD as OF_SIGNALS
from portal.domain.quality.snapshots import TOLD as OF_FIGURES
from portal.domain.quality.support import TOLD as OF_SUPPORT
from portal.domain.ratings.actions import TOLD as OF_RATINGS
from portal.domain.surveys.campaigns import TOLD as OF_CAMPAIGNS
from portal.domain.surveys.told import RECORDS as OF_SURVEYS_RECORDS
from portal.domain.surveys.told import TOLD as OF_SURVEYS
from portal.domain.tickets.lifecycle import TOLD as OF_TICKETS
from portal.domain.tickets.problems import TOLD as OF_PROBLEMS
from portal.i18n import N_, Words

OWN = {
    "letter.sent_again": N_("{by} had a letter sent again that could not be delivered"),
    "letter.came_back": N_("A letter came back, it could not be delivered: {why}"),
    "journal.exported": N_("{by} exported {number} entries of the journal"),
    "journal.verified": N_("{by} checked {number} entries of the journal: {result}"),
}
ROOMS = (
    OF_TICKETS,
    OF_PROBLEMS,
    OF_LIABILITY,
    OF_MAJOR,
    OF_PROJECTS,
    OF_SIGNALS,
    OF_IMPROVEMENTS,
    OF_LIMITS,
    OF_PENALTIES,
    OF_SUPPORT,
    OF_RATINGS,
    OF_PEOPLE,
    OF_DOCUMENTS,
    OF_FIGURES,
    OF_FORUM,
    OF_MAIL,
    OF_SURVEYS,
    OF_CAMPAIGNS,
)
TOLD: dict[str, str] = {verb: sentence for room in (*ROOMS, OWN) for verb, sentence in room.items()}

# What an entry keeps as a code of the policy's lists, and which one.
LISTED = {
    "ticket.classified": "classes",
    "ticket.severity": "severities",
    "ticket.kind": "kinds",
    "ticket.called_back": "outcomes",
    "ticket.force_asked": "forced_reasons",
    "ticket.warned": "clocks",
    "ticket.breached": "clocks",
    "ticket.escalated": "clocks",
}
THE_PORTAL = N_("The portal")

# What an entry is about, by the table it lies in.
RECORDS = {
    "ticket": N_("Ticket"),
    "problem": N_("Problem"),
    "liability": N_("Liability"),
    "major_case": N_("Major complaint"),
    "supervised_project": N_("Supervised project"),
    "quality_signal": N_("Signal"),
    "improvement": N_("Improvement action"),
    "figure_snapshot": N_("Figures of a month"),
    "support_result": N_("Support"),
    "person": N_("Person"),
    "customer": N_("Customer"),
    "department": N_("Department"),
    "provider": N_("Provider"),
    "project": N_("Project"),
    "revision": N_("Settings"),
    "letter": N_("Letter"),
    "incoming_mail": N_("Incoming mail"),
    "document": N_("Document"),
    "forum_event": N_("Forum"),
    "forum_registration": N_("Registration for the forum"),
    "forum_invitation": N_("Invitation to the forum"),
    "forum_attendee": N_("Attendee of the forum"),
    "forum_topic": N_("Topic of the forum"),
    **OF_SURVEYS_RECORDS,
    "survey_opt_out": N_("Wish not to be surveyed"),
}


def sentence(entry: Entry) -> tuple[str, dict]:
    """What happened: a marked word and its facts, for the page to tell. A fact that was not kept is told as “—”.

    The entry comes with `by` loaded.
    """
    text = TOLD.get(entry.verb, entry.verb)
    known = {
        **entry.facts,
        "by": entry.by.name if entry.by else entry.facts.get("said_by") or THE_PORTAL,
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
