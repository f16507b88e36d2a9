"""The working calendar, year by year: days off, make-up working days, whether a year was announced."""

from datetime import date

from flask import abort, redirect, request, url_for
from wtforms import DateField, RadioField, StringField
from wtforms.validators import Length

from portal import clock
from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.domain import calendar_changes, settings
from portal.domain.policy_changes import open_tickets
from portal.i18n import N_
from portal.staff.configuration.history import decisions
from portal.staff.configuration.ways import Decision, door, tabs
from portal.web import filters
from portal.web.forms import Needed
from portal.web.pages import page, say
from portal.web.words import gettext

DAYS = {"off": N_("a day off"), "work": N_("a make-up working day")}


class DayForm(Decision):
    on = DateField(N_("Day"), [Needed()])
    work = RadioField(N_("What it is"), [Needed()], choices=DAYS)
    zh = StringField(N_("Name in Chinese"), [Needed(), Length(max=40)])
    en = StringField(N_("Name in English"), [Length(max=60)])


class YearForm(Decision):
    source = StringField(
        N_("Announced by"),
        [Needed(), Length(max=120)],
        description=N_("For example the notice of the State Council and its date."),
    )


def _day_form() -> DayForm:
    return DayForm(prefix="day-", work="off")


def _year_form() -> YearForm:
    return YearForm(prefix="year-")


@door.get("/calendar", needs=P.SETTINGS_RUN)
def calendar():
    return _show(_year(request.args.get("year", type=int)), _day_form(), _year_form())


@door.post("/calendar/days", needs=P.SETTINGS_RUN)
def set_day():
    form = _day_form()
    if form.validate() and attempted(
        form, "on", calendar_changes.set_day, me(), form.why.data, form.drawn_from(), form.on.data,
        form.work.data == "work", form.zh.data, form.en.data or "",
    ):  # fmt: skip
        return _kept(form.on.data.year)
    return _show(form.on.data.year if form.on.data else _year(None), form, _year_form(), 422)


@door.post("/calendar/days/<day>/remove", needs=P.SETTINGS_RUN)
def remove_day(day):
    try:
        on = date.fromisoformat(day)
    except ValueError:
        abort(404)
    form = Decision()
    if form.validate() and attempted(
        form, "why", calendar_changes.remove_day, me(), form.why.data, form.drawn_from(), on
    ):
        return _kept(on.year)
    said = gettext("; ").join(gettext(str(one)) for one in form.why.errors)
    return _show(on.year, _day_form(), _year_form(), 422, wrong=f"{filters.day(on)}: {said}")


@door.post("/calendar/years/<int:year>/confirm", needs=P.SETTINGS_RUN)
def confirm_year(year):
    form = _year_form()
    if form.validate() and attempted(
        form, "source", calendar_changes.confirm_year, me(), form.why.data, form.drawn_from(), year, form.source.data
    ):
        return _kept(year)
    return _show(year, _day_form(), form, 422)


def _kept(year: int):
    say(N_("Decided. It holds from now on."))
    return redirect(url_for(".calendar", year=year), 303)


def _year(wanted: int | None) -> int:
    this = filters.here(clock.now()).year
    return wanted if wanted and calendar_changes.EARLIEST <= wanted <= calendar_changes.LATEST else this


def _show(year: int, day_form: DayForm, year_form: YearForm, status: int = 200, wrong: str = ""):
    for form in (day_form, year_form):
        form.revision.data = str(settings.calendar_id())
    known = [one["year"] for one in calendar_changes.years()]
    last = max(known, default=year)
    years = [
        {"label": str(one), "url": url_for(".calendar", year=one), "on": one == year}
        for one in sorted({*known, year, last + 1})
    ]  # fmt: skip
    found = calendar_changes.year(year)
    days = [one | {"date": date.fromisoformat(one["on"])} for one in found["days"]]
    return page(
        "staff/calendar.html", status, year=found, days=days, years=years, day_form=day_form, year_form=year_form,
        open_tickets=open_tickets(), decided=decisions("calendar"), revision=settings.calendar_id(), tabs=tabs(),
        wrong=wrong, today=filters.here(clock.now()).date(),
    )  # fmt: skip
