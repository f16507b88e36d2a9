"""The papers of a forum (会务材料): which there are, in the order in which they are needed, and how their numbers end."""

from portal.domain.documents import actions
from portal.domain.documents.models import Document
from portal.domain.forum.models import Event
from portal.domain.people.models import Person

PAPERS = {
    "forum-badges": "XP", "forum-table-cards": "XK", "forum-sign-in": "QD", "forum-attendees": "MD", "forum-programme": "RC",
    "forum-report": "BG",
}  # fmt: skip


def number_of(event: Event, report: str) -> str:
    return f"{event.number}-{PAPERS[report]}"


def ask_for(event: Event, report: str, by: Person) -> Document:
    """One of them, as it stands then."""
    return actions.ask_for_list(report, number_of(event, report), by, event=event.id)


def ask_for_all(event: Event, by: Person) -> None:
    """All of them at once."""
    actions.ask_for_set({report: number_of(event, report) for report in PAPERS}, by, event=event.id)
