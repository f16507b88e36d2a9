"""The facts of a list of improvement actions on paper."""

from portal import clock
from portal.domain import settings
from portal.domain.documents.models import Document
from portal.domain.people.models import Person
from portal.domain.quality import improvement_list as lists
from portal.domain.quality.days import today
from portal.domain.quality.improvement import STATES
from portal.domain.quality.improvement_models import Improvement
from portal.domain.quality.improvement_sources import SOURCES
from portal.i18n import N_
from portal.reports.facts import Filled
from portal.reports.gathering.plain import day_words
from portal.reports.listing import MOST_ROWS, About, Column, Listing, Row


def improvements(document: Document, asker: Person, rows) -> Listing:
    """The actions that the reader may see, as the list was looked at."""
    which = document.params.get("which", "live")
    found = lists.listing(rows(Improvement), which, asker, None, MOST_ROWS + 1)
    return Listing(
        number=document.number, made_at=clock.now(), zone=settings.company().zone,
        subtitle=Filled(lists.CHOICES[which].label),
        table=N_("Improvement actions by the day they are due"),
        about=(
            About(N_("Actions"), str(len(found))),
            About(N_("Overdue"), str(sum(row.is_late(today()) for row in found))),
        ),
        columns=(
            Column(N_("Number"), "nowrap", "w4"), Column(N_("Improvement action")), Column(N_("Source"), "text", "w3"),
            Column(N_("Department"), "text", "w4"), Column(N_("Responsible"), "nowrap", "w3"), Column(N_("Due"), "nowrap", "w4"),
            Column(N_("State"), "text", "w4"), Column(N_("Round"), "number", "w1"), Column(N_("Measure")),
        ),
        rows=tuple(map(_row, found[:MOST_ROWS])),
        total=len(found),
        none=N_("There is no such action."),
    )  # fmt: skip


def _row(row: Improvement) -> Row:
    return Row((
        row.number, row.title, Filled(SOURCES[row.source].label), row.department.words, row.person.name if row.person else None,
        day_words(row.due_on), Filled(STATES[row.state]), str(row.round), row.measure[:160] or None,
    ))  # fmt: skip
