"""Beside the month: who is late today and why, league tables, closed months and their corrections, paper."""

from flask import abort, redirect, request, url_for
from wtforms import IntegerField, TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain.documents import actions as documents
from portal.domain.quality import figures, late, leagues, snapshots
from portal.domain.quality.counting import TOTAL
from portal.domain.quality.fact_models import FigureSnapshot
from portal.domain.quality.figures import Figures
from portal.domain.quality.leagues import PERIODS, UNITS
from portal.domain.quality.measures import MEASURES
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import FOR_STAFF, TONES, State
from portal.i18n import N_, Words
from portal.staff import figures_address
from portal.staff.figures import PAGE, door
from portal.staff.figures_address import GROUPS, month_choices
from portal.staff.funnel import funnel
from portal.staff.lines import Lines
from portal.web import filters, months
from portal.web.filters import told, words_in
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import page, say
from portal.web.paging import key_of, moment_and_id
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext

PERIOD_WORDS = {"month": N_("Month"), "quarter": N_("Quarter"), "year": N_("Calendar year")}
VERDICTS = {
    "above": (N_("above"), "good"),
    "below": (N_("below"), "bad"),
    "no_evidence": (N_("no evidence of a difference"), ""),
}


OTHERS = {late.DESK: N_("The desk"), late.CALLERS: N_("Call-back officers")}


class CorrectionForm(Form):
    """Why a closed month is reckoned anew."""

    why = TextAreaField(N_("Why are these figures corrected?"), [Needed(), AtMost(1000)])
    revision = IntegerField()


@door.get("/late", endpoint="late", needs=P.QUALITY_READ)
def late_today():
    """Running promises that are missed or due today, each with whom it lies and why."""
    who = request.args.get("with")
    rows = late.page(visible(Ticket, me()), who, moment_and_id(request.args.get("after")), PAGE + 1)
    lines = Lines(me())
    shown = [{"row": row, "due": lines.chip(row.code, row.due_at), "why": told(*late.why(row)), "party": _party(row)}
             for row in rows[:PAGE]]  # fmt: skip
    older = (
        url_for(".late", **{"with": who}, after=key_of(rows[PAGE - 1].due_at, rows[PAGE - 1].id))
        if len(rows) > PAGE
        else None
    )
    return page(
        "staff/figures_late.html", shown=shown, older=older, first="after" not in request.args, people=_people(who),
        state_words=FOR_STAFF, state_tones=TONES, who=who,
    )  # fmt: skip


def _people(who: str | None) -> list[dict]:
    return [
        {"label": words_in(Words(one.name, one.name_en)) if one.name else gettext(OTHERS[one.code]), "on": one.code == who,
         "missed": one.missed, "today": one.today,
         "url": url_for(".late", **({} if one.code == who else {"with": one.code}))}
        for one in late.people()
    ]  # fmt: skip


def _party(row) -> str:
    if row.department:
        return words_in(Words(row.department, row.name_en or row.department))
    return row.provider or gettext(OTHERS[late.CALLERS if row.state == State.VERIFYING else late.DESK])


@door.get("/league", needs=P.QUALITY_READ)
def league():
    """A league table by the rules of fairness: tested, shrunk, ranks with an interval, a funnel."""
    sort, code, period, table = _league()
    return page(
        "staff/figures_league.html", table=table, sort=sort, measure=MEASURES[code], period=period, verdicts=VERDICTS,
        names={key: words_in(Words(*both)) for key, both in table.names.items()}, said=_finding(table, code),
        sorts={one: gettext(GROUPS[one]) for one in UNITS}, measures={one: gettext(MEASURES[one].words) for one in leagues.COMPARED},
        periods={one: gettext(PERIOD_WORDS[one]) for one in PERIODS}, month_choices=month_choices(figures_address.read_month()),
        chosen=months.code_of(table.months[-1]), first=table.months[0], last=table.months[-1],
        funnel=funnel(table.league, {key: words_in(Words(*both)) for key, both in table.names.items()}),
        file=url_for(".league_file", **request.args.to_dict()),
    )  # fmt: skip


def _league():
    sort = request.args.get("sort", "department")
    code, period = request.args.get("measure", "first_time_closure"), request.args.get("period", "quarter")
    if sort not in UNITS or code not in leagues.COMPARED or period not in PERIODS:
        abort(404)
    month = figures_address.read_month().month
    return sort, code, period, leagues.table(sort, MEASURES[code], period, month)


def _finding(table, code: str) -> str:
    """What the table shows, in a sentence."""
    names = {key: words_in(Words(*both)) for key, both in table.names.items()}
    out = [place for place in table.league.places if place.verdict in ("above", "below")]
    measure = gettext(MEASURES[code].words)
    if not table.league.places:
        return gettext("No ticket counts here.")
    if not table.league.differs:
        return gettext("%(measure)s: the units differ no more than chance does, so nothing is ranked.", measure=measure)
    if not out:
        return gettext("%(measure)s: no unit lies outside what chance explains; ranks are uncertain.", measure=measure)
    said = [
        (gettext("%(name)s is above") if place.verdict == "above" else gettext("%(name)s is below")) % {"name": names[place.unit.key]}
        for place in out
    ]  # fmt: skip
    return gettext(
        "%(measure)s: %(said)s what chance explains; of the others there is no evidence of a difference.",
        measure=measure, said=gettext(", ").join(said),
    )  # fmt: skip


@door.get("/league.xlsx", needs=P.QUALITY_READ)
def league_file():
    """The league table as a workbook."""
    _, code, _, table = _league()
    head = [gettext(one) for one in (N_("Name"), N_("Numerator"), N_("Denominator"), N_("Customers"), N_("Raw %"), N_("Shrunk %"),
                                     N_("Rank from"), N_("Rank to"), N_("Finding"))]  # fmt: skip
    rows = [
        [words_in(Words(*table.names[one.unit.key])), one.unit.hits, one.unit.n, one.unit.customers, round(one.raw * 100, 1),
         round(one.shrunk * 100, 1), one.low_rank, one.high_rank, gettext(VERDICTS[one.verdict][0]) if one.verdict else gettext("not ranked")]
        for one in table.league.places
    ]  # fmt: skip
    name = f"{gettext('League table')}-{gettext(MEASURES[code].words)}-{months.code_of(table.months[-1])}.xlsx"
    return download(name, as_xlsx({gettext("League table"): (head, rows)}, filters.zone()))


@door.get("/closed", needs=P.QUALITY_READ)
def snapshots_index():
    """Every closed month with all its revisions, and the months that are to be closed."""
    rows = snapshots.revisions(visible(FigureSnapshot, me()))
    return page("staff/figures_closed.html", rows=rows, code_of=months.code_of)


@door.get("/closed/<int:snapshot>", needs=P.QUALITY_READ)
def snapshot(snapshot):
    """One revision as it was kept, what it changed, and what would be counted today."""
    return _snapshot_page(snapshot, CorrectionForm())


@door.post("/closed/<int:snapshot>/corrections", needs=P.QUALITY_WORK)
def correct(snapshot):
    """The next revision, with its reason."""
    form = CorrectionForm()
    if form.validate() and (row := attempted(form, "why", _correct, snapshot, form)):
        say(N_("The figures are corrected; the earlier revision stays."))
        return redirect(url_for(".snapshot", snapshot=row.id), 303)
    return _snapshot_page(snapshot, form, 422)


def _correct(snapshot: FigureSnapshot, form: CorrectionForm) -> FigureSnapshot:
    return snapshots.correct(snapshot.month, me(), form.why.data or "", revision=form.revision.data or 0)


def _snapshot_page(snapshot: FigureSnapshot, form: CorrectionForm, status: int = 200):
    kept, last = _figures(snapshot), snapshots.revision_before(snapshot)
    newest = snapshots.newest(snapshot.month)
    is_newest = newest is not None and newest.id == snapshot.id
    live = figures.live(snapshot.month) if is_newest else None
    return page(
        "staff/figures_snapshot.html", status, snapshot=snapshot, figures=kept, form=form, is_newest=is_newest, newest=newest,
        changed=_changed(_figures(last), kept) if last else [], last=last,
        would=_changed(kept, live) if live else [], works=may(me(), P.QUALITY_WORK), code_of=months.code_of,
    )  # fmt: skip


def _figures(row: FigureSnapshot) -> Figures:
    kept = snapshots.Kept(row.id, row.revision, row.at, row.targets, snapshots.counts_of(row))
    return figures.of_kept(row.month, TOTAL, kept)


def _changed(before: Figures, after: Figures) -> list[tuple]:
    """The measures that differ: (words, was, became)."""
    pairs = [(before[one.measure.code], one) for one in after]
    return [
        (gettext(new.measure.words), _both(old), _both(new)) for old, new in pairs
        if (old.numerator, old.denominator) != (new.numerator, new.denominator)
    ]  # fmt: skip


def _both(figure) -> str:
    return figure.shown if figure.denominator is None else f"{figure.shown} ({figure.fraction})"


@door.post("/paper", needs=P.QUALITY_READ)
def paper():
    """Have the figures of this month made as a PDF."""
    address = figures_address.read()
    document = documents.ask_for_figures(address.month, address.scope.sort, address.scope.id, me())
    return redirect(url_for("documents.show", document=document.id), 303)
