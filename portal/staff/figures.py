"""Figures (指标, R31): a month for whomever one wants, each with its formula, and every ticket behind it."""

from flask import abort, request, url_for

from portal import clock
from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.people.models import Customer
from portal.domain.quality import figures, reasons, snapshots
from portal.domain.quality.facts import before
from portal.domain.quality.figures import Figures
from portal.domain.quality.measures import COMPLAINT, DENOMINATOR, MEASURES, MISSING, NUMERATOR, REPAIR, Measure
from portal.domain.tickets import queue
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import FOR_STAFF, TONES
from portal.i18n import N_
from portal.staff import figures_address
from portal.staff.figures_address import Address, month_choices, scope_choices
from portal.staff.figures_lines import change, line, lines
from portal.web import filters, months
from portal.web.filters import told
from portal.web.pages import page
from portal.web.paging import row_number
from portal.web.tables import as_csv, as_xlsx, download
from portal.web.words import gettext

door = Door("figures", __name__, url_prefix="/staff/quality/figures")

TREND = 13
"""Months of a trend: this one, and back to the same one of last year."""
PAGE, EXPORT = 50, 10_000
KINDS = {COMPLAINT: N_("Measures of complaints"), REPAIR: N_("Repair requests, counted apart")}
SIDES = {MISSING: N_("Not in the numerator, and why"), NUMERATOR: N_("Numerator"), DENOMINATOR: N_("Denominator")}
CSV = "text/csv; charset=utf-8"


@door.get("", needs=P.QUALITY_READ)
def index():
    address = figures_address.read()
    by_month = _trend(address)
    shown = by_month[-1]
    return page(
        "staff/figures.html", address=address, figures=shown, kinds=KINDS, lines=lines(shown, by_month, address),
        months=month_choices(address), scopes=scope_choices(address), closes_at=snapshots.closes_at(address.month),
        trend_months=[_short(one.month) for one in by_month], customers=_customers(), code_of=months.code_of,
        newer=None if address.is_running else address.at(_after(address)).url(), older=address.at(before(address.month)).url(),
        works=may(me(), P.QUALITY_WORK),
    )  # fmt: skip


def _customers() -> list:
    return queue.named(visible(Customer, me()))


def _after(address: Address):
    return before(address.month, -1)


def _trend(address: Address) -> list[Figures]:
    """The figures of the months up to the address's, oldest first."""
    wanted = [before(address.month, back) for back in reversed(range(TREND))]
    found = figures.months(wanted, address.scope)
    return [found[month] for month in wanted]


def _short(month) -> str:
    return f"{month:%y-%m}"


@door.get("/<code>/tickets", needs=P.QUALITY_READ)
def measure(code):
    """One measure: its trend, and the tickets on one side of it; first of all those that it is not 100% for."""
    found, side = _asked(code)
    address = figures_address.read()
    by_month = _trend(address)
    shown, after = by_month[-1], row_number(request.args.get("after"))
    tickets = reasons.listing(visible(Ticket, me()), figures.behind(shown, found, side), after, PAGE + 1)
    why = reasons.of(tickets[:PAGE], found) if _has_reasons(found, side) else {}
    this = address.args(side=side)
    return page(
        "staff/figures_measure.html", address=address, figures=shown, measure=found, side=side, tickets=tickets[:PAGE],
        line=line(shown[code], by_month[-2][code], [one[code] for one in by_month], address), why=why,
        sides=_sides(found, side, address, shown), fraction=shown[code].fraction, trend=_chart(by_month, code),
        older=url_for(".measure", code=code, **this, after=tickets[PAGE - 1].id) if len(tickets) > PAGE else None,
        first=url_for(".measure", code=code, **this) if after else None, tally=found.tally(side) if side != MISSING else None,
        files={kind: url_for(".tickets_file", code=code, kind=kind, **this) for kind in ("xlsx", "csv")},
        state_words=FOR_STAFF, state_tones=TONES, now=clock.now(), has_reasons=_has_reasons(found, side),
    )  # fmt: skip


def _asked(code: str) -> tuple[Measure, str]:
    """The measure and its side; 404 for what is none."""
    found = MEASURES.get(code) or abort(404)
    sides = tuple(SIDES) if found.denominator else (NUMERATOR,)
    side = request.args.get("side", sides[0])
    return (found, side) if side in sides else abort(404)


def _has_reasons(found: Measure, side: str) -> bool:
    return side == MISSING or found.code in ("false_replies",)


def _sides(found: Measure, side: str, address: Address, shown: Figures) -> list[dict]:
    """The sides as chips, each with how many tickets stand on it."""
    if not found.denominator:
        return []
    figure = shown[found.code]
    below = figure.denominator or 0
    counts = {MISSING: below - figure.numerator, NUMERATOR: figure.numerator, DENOMINATOR: below}
    return [
        {"label": gettext(label), "on": one == side, "count": counts[one],
         "url": url_for(".measure", code=found.code, **address.args(side=one))}
        for one, label in SIDES.items()
    ]  # fmt: skip


def _chart(by_month: list[Figures], code: str) -> dict:
    """The trend as the line chart draws it, with the interval as a band."""
    trend = [one[code] for one in by_month]
    is_share = trend[-1].denominator is not None
    ends = [one.interval for one in trend]
    whole = is_share and all(ends)
    return {
        "labels": [_short(one.month) for one in by_month], "values": [one.for_chart for one in trend], "said": _said(by_month, code),
        "low": [end.low * 100 for end in ends if end] if whole else None,
        "high": [end.high * 100 for end in ends if end] if whole else None,
        "top": 100 if is_share else None, "target": trend[-1].target if is_share else None,
    }  # fmt: skip


def _said(by_month: list[Figures], code: str) -> str:
    """What the trend shows, in a sentence."""
    now, moved = by_month[-1][code], change(by_month[-1][code], by_month[-2][code])
    shown = f"{gettext(now.measure.words)} {now.shown}"
    return gettext("%(shown)s; against the month before: %(moved)s", shown=shown, moved=moved.words) if moved else shown


@door.get("/<code>/tickets.<kind>", needs=P.QUALITY_READ)
def tickets_file(code, kind):
    """Exactly the tickets on one side, as a workbook or as CSV."""
    if kind not in ("xlsx", "csv"):
        abort(404)
    found, side = _asked(code)
    address = figures_address.read()
    shown = figures.months((address.month,), address.scope)[address.month]
    tickets = reasons.listing(visible(Ticket, me()), figures.behind(shown, found, side), None, EXPORT)
    why = reasons.of(tickets, found) if _has_reasons(found, side) else {}
    head = [gettext(one) for one in (N_("Number"), N_("Subject"), N_("Customer"), N_("State"), N_("Owner"), N_("Opened"),
                                     N_("Closed at"), N_("Why"))]  # fmt: skip
    rows = [
        [one.number, one.subject, one.customer.short_name, gettext(FOR_STAFF[one.state]), one.owner.name if one.owner else None,
         one.opened_at, one.closed_at, "; ".join(told(each.text, each.facts) for each in why.get(one.id, ()))]
        for one in tickets
    ]  # fmt: skip
    name = f"{gettext(found.words)}-{months.code_of(address.month)}-{side}.{kind}"
    if kind == "csv":
        plain = [[filters.stamp(cell) if hasattr(cell, "astimezone") else cell for cell in row] for row in rows]
        return download(name, as_csv(head, plain), CSV)
    return download(name, as_xlsx({gettext(found.words): (head, rows)}, filters.zone()))


@door.get("/month.xlsx", needs=P.QUALITY_READ)
def month_file():
    """The figures of a month as a workbook: the figures with their formulas, and the thirteen months."""
    address = figures_address.read()
    by_month = _trend(address)
    shown = by_month[-1]
    head = [gettext(one) for one in (N_("Indicator"), N_("Value"), N_("Numerator"), N_("Denominator"), N_("Interval"),
                                     N_("Target"), N_("Formula"))]  # fmt: skip
    rows = [
        [gettext(one.measure.words), one.shown, one.numerator, one.denominator, one.interval_shown, one.target_shown,
         gettext(one.measure.formula)]
        for one in shown
    ]  # fmt: skip
    trend = [
        [gettext(one.words), *(each[code].for_chart for each in by_month)] for code, one in MEASURES.items()
    ]  # fmt: skip
    company = settings.company().short_name or settings.company().name
    about = [
        [gettext("Company"), company], [gettext("Month"), months.month(address.month)], [gettext("About"), address.name],
        [gettext("As of"), shown.at], [gettext("State"), _standing(shown)],
    ]  # fmt: skip
    sheets = {
        gettext("Figures"): (head, rows),
        gettext("Thirteen months"): ([gettext("Indicator"), *(_short(one.month) for one in by_month)], trend),
        gettext("About"): ([gettext("What"), gettext("Value")], about),
    }
    name = f"{gettext('Figures')}-{months.code_of(address.month)}-{address.name}.xlsx"
    return download(name, as_xlsx(sheets, filters.zone()))


def _standing(shown: Figures) -> str:
    if shown.kept is None:
        return gettext("live")
    return gettext("closed, revision %(number)s", number=shown.kept.revision)
