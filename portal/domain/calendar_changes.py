"""Single decisions about the working calendar: days off, make-up working days, confirmed years. Each is a revision."""

from copy import deepcopy
from datetime import date

from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.refusals import Refused, Stale
from portal.i18n import N_

EARLIEST, LATEST = 2020, 2100
CHANGED = N_("Somebody changed the calendar meanwhile. Look at what holds now; what you typed is kept.")
OWN_SOURCE = "本公司"


def years() -> list[dict]:
    """The years of the calendar with their special days, oldest first."""
    return sorted(settings.calendar_document()["years"], key=lambda year: year["year"])


def year(number: int) -> dict:
    """A year of the calendar; an empty, unconfirmed one where nothing is known."""
    empty = {"year": number, "confirmed": False, "source": "", "days": []}
    return next((one for one in years() if one["year"] == number), empty)


def set_day(by: Person, why: str, revision: int, on: date, work: bool, zh: str, en: str = "") -> None:
    """This day is off, or a make-up working day; what was said of it before no longer holds."""
    if not EARLIEST <= on.year <= LATEST:
        raise Refused(N_("Only the years from {first} to {last} can be planned."), first=EARLIEST, last=LATEST)
    if work == (on.weekday() < 5) and _named(on) is None:
        raise Refused(N_("It is like that already: weekdays are worked, weekends are off."))
    document, found = _begun(revision, on.year)
    kept = [day for day in found["days"] if day["on"] != on.isoformat()]
    fresh = {"on": on.isoformat(), "work": work, "zh": zh, "en": en}
    found["days"] = sorted([*kept, fresh], key=lambda day: day["on"])
    settings.adopt("calendar", document, by, why)


def remove_day(by: Person, why: str, revision: int, on: date) -> None:
    """Nothing special about this day any more: weekdays are worked, weekends are off."""
    if _named(on) is None:
        raise Refused(N_("Nothing special is known of this day."))
    document, found = _begun(revision, on.year)
    found["days"] = [day for day in found["days"] if day["on"] != on.isoformat()]
    settings.adopt("calendar", document, by, why)


def confirm_year(by: Person, why: str, revision: int, number: int, source: str) -> None:
    """The days of this year are as announced: by whom, stands in `source`."""
    if not year(number)["days"]:
        raise Refused(N_("Enter the days of this year first."))
    document, found = _begun(revision, number)
    if found["confirmed"]:
        raise Refused(N_("This year was confirmed already."))
    found["confirmed"], found["source"] = True, source
    settings.adopt("calendar", document, by, why)


def _named(on: date) -> dict | None:
    return next((day for day in year(on.year)["days"] if day["on"] == on.isoformat()), None)


def _begun(revision: int, number: int) -> tuple[dict, dict]:
    """A copy of the calendar to change, and its year; a year nobody planned yet is begun."""
    if revision != settings.calendar_id():
        raise Stale(CHANGED)
    document = deepcopy(settings.calendar_document())
    found = next((one for one in document["years"] if one["year"] == number), None)
    if found is None:
        found = {"year": number, "confirmed": False, "source": OWN_SOURCE, "days": []}
        document["years"].append(found)
    return document, found
