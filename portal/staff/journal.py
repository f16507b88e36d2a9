"""The journal, for the auditor: what happened, who, when, from, to, why; searched, checked, taken along."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from flask import make_response, redirect, request, url_for

from portal import clock
from portal.access.door import Door, me
from portal.access.permissions import Permission
from portal.access.scopes import visible
from portal.domain import journal_search, settings, told
from portal.domain.journal import Entry
from portal.domain.journal_search import Sought
from portal.domain.refusals import Refused
from portal.i18n import N_
from portal.staff.configuration.places import COMPANY, called, value_said
from portal.web import filters
from portal.web.fields import YEARS
from portal.web.pages import page, say
from portal.web.paging import row_number, typed
from portal.web.tables import as_csv
from portal.web.words import gettext

door = Door("journal", __name__, url_prefix="/staff/journal")

PAGE = 50
ROOMS = {
    "ticket": N_("Tickets"), "liability": N_("Liability"), "major": N_("Major complaints"), "person": N_("People"), "customer": N_("Customers"), "party": N_("Departments and providers"),
    "document": N_("Documents"), "settings": N_("Settings"), "letter": N_("Letters"), "journal": N_("Journal"),
    "problem": N_("Problems"), "supervised_project": N_("Supervised projects"),
    "quality_signal": N_("Signals"),
}  # fmt: skip
COLUMNS = (
    N_("No."), N_("When"), N_("Who"), N_("What was done"), N_("About"), N_("Verb"), N_("Before"), N_("After"),
    N_("Reason"), N_("Hash"),
)  # fmt: skip


@door.get("/", needs=Permission.JOURNAL_READ)
def index():
    before, sought, no = row_number(request.args.get("before")), _sought(request.args), None
    try:
        found = journal_search.entries(visible(Entry, me()), sought, before, PAGE + 1)
    except Refused as refusal:
        found, no = [], refusal
    rows, given = found[:PAGE], _given(request.args)
    names = journal_search.names(rows)
    older = url_for(".index", **given, before=rows[-1].id) if len(found) > PAGE else None
    return page(
        "staff/journal.html", rows=[_row(row, names) for row in rows],
        given=given, verbs=_verbs(), older=older, newest=url_for(".index", **given) if before else None,
        checked=journal_search.last_check(), export_limit=journal_search.EXPORT_LIMIT,
        looked_at=journal_search.LOOKED_AT, no=no, of=_named(sought.of, names) if sought.of else None,
    )  # fmt: skip


@door.post("/checks", needs=Permission.JOURNAL_READ)
def check():
    """Check the newest entries and the end of the chain; the whole of it is checked every day."""
    wrong = journal_search.verify_newest(me())
    if wrong:
        say(N_("The journal is not whole: {first}"), "bad", first=wrong[0])
    else:
        say(N_("The journal is whole."))
    return redirect(url_for(".index"), 303)


@door.post("/exports", needs=Permission.JOURNAL_READ)
def export():
    """The entries that fit, as CSV. A POST: that they were taken along is written down."""
    found = journal_search.export(visible(Entry, me()), _sought(request.form), me())
    answer = make_response(as_csv([gettext(column) for column in COLUMNS], _lines(found)))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    stamp = filters.here(clock.now())
    answer.headers["Content-Disposition"] = f'attachment; filename="journal-{stamp:%Y%m%d-%H%M}.csv"'
    return answer


def _given(said) -> dict[str, str]:
    """What was looked for, as it stands in addresses and fields."""
    names = ("who", "about", "of", "verb", "since", "until")
    return {name: value for name in names if (value := typed(said.get(name)))}


def _sought(said) -> Sought:
    given = _given(said)
    since, until = _day(given.get("since")), _day(given.get("until"))
    return Sought(
        given.get("who", ""), given.get("about", ""), _of(given.get("of", "")), given.get("verb", ""), _begin(since),
        _begin(until + timedelta(days=1) if until else None),
    )  # fmt: skip


def _of(text: str) -> tuple[str, int] | None:
    """One record, as it travels in an address: its kind and id."""
    kind, _, number = text.rpartition("-")
    return (kind, key) if kind in told.RECORDS and (key := row_number(number)) else None


def _named(of: tuple[str, int], names: dict) -> str:
    """That record in words."""
    return f"{gettext(told.RECORDS[of[0]])} {_in_words(names.get(of))}".strip()


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), filters.zone()).astimezone(UTC) if day else None


def _verbs() -> dict[str, list[tuple[str, str]]]:
    """Every verb with its sentence, who and what left open, by room."""
    rooms: dict[str, list[tuple[str, str]]] = {}
    for verb, text in told.TOLD.items():
        open_sentence = filters.told(text, dict.fromkeys(told.places(text), "…"))
        rooms.setdefault(verb.partition(".")[0], []).append((verb, open_sentence))
    return {gettext(ROOMS.get(room, room)): sorted(rows, key=lambda row: row[1]) for room, rows in rooms.items()}


def _row(entry: Entry, names: dict) -> dict:
    return {
        "id": entry.id, "at": entry.at, "who": entry.by, "said": said(entry), "why": entry.why, "hash": entry.hash,
        "about": _kind(entry), "called": _called(entry, names), "of": f"{entry.record}-{entry.record_id}", "changed": _changed(entry),
    }  # fmt: skip


def _kind(entry: Entry) -> str:
    """What kind of record an entry is about."""
    return gettext(told.RECORDS.get(entry.record, entry.record))


def _called(entry: Entry, names: dict) -> str:
    """What that record is called, or of which month it is; nothing where it has no name."""
    return _in_words(names.get((entry.record, entry.record_id)))


def _in_words(name: str | date | None) -> str:
    return filters.month(name) if isinstance(name, date) else name or ""


def said(entry: Entry) -> str:
    """An entry as a sentence in the reader's language."""
    text, facts = told.sentence(entry)
    plain = {
        name: filters.listed(map(gettext, fact)) if isinstance(fact, tuple) else fact for name, fact in facts.items()
    }
    return filters.told(text, plain)


def _changed(entry: Entry) -> list[tuple[str, str, str]]:
    """What of a setting was changed, from and to."""
    changed = entry.facts.get("changed") or {}
    return [(_place(entry, name), value_said(was), value_said(became)) for name, (was, became) in changed.items()]


def _place(entry: Entry, name: str) -> str:
    """What people call the part of the settings that was changed."""
    if entry.verb == "settings.company":
        return gettext(COMPANY.get(name, name))
    return (
        called(name, settings.policy())
        if entry.verb in ("settings.policy", "settings.planned", "settings.calendar")
        else name
    )


def _lines(found: list[Entry]) -> Iterator[list]:
    """The entries as rows of COLUMNS."""
    names = journal_search.names(found)
    for entry in found:
        at = filters.here(entry.at).isoformat(timespec="seconds")
        who = entry.by.name if entry.by else gettext(told.THE_PORTAL)
        told_here = [
            said(entry),
            f"{_kind(entry)} {_called(entry, names)}".strip(),
            entry.verb,
            entry.was,
            entry.became,
            entry.why,
            entry.hash,
        ]
        yield [entry.id, at, who, *told_here]
