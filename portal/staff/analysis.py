"""Complaint analysis of a month (投诉分析): parts and Pareto, control charts, repeat complaints; as a workbook."""

from collections.abc import Sequence

from flask import request, url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.people.models import Department, Person, Provider
from portal.domain.quality import analysis, signals, units
from portal.domain.quality.analysis import Analysis, Part
from portal.domain.quality.complaint_counts import NONE
from portal.domain.quality.records import Signal
from portal.domain.statistics import Control
from portal.i18n import N_, Words
from portal.staff.register import around, asked_month
from portal.staff.signals import of_signal
from portal.web import filters
from portal.web.filters import words_in
from portal.web.months import code_of
from portal.web.months import month as month_words
from portal.web.pages import page
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext, ngettext

door = Door("analysis", __name__, url_prefix="/staff/quality/analysis")

SIDES = {
    "class": N_("By class"), "group": N_("By group of classes"), "party": N_("By department and provider"), "tier": N_("By tier of customer"),
    "channel": N_("By channel"), "cause": N_("By sort of cause"),
}  # fmt: skip
STATES = {
    "above": (N_("above the limit"), "bad"), "run": (N_("shifted upwards"), "warn"), "normal": (N_("within limits"), "good"),
    "too_few": (N_("too few months"), ""),
}  # fmt: skip
BARS = 12
"""A chart shows so many parts; the table beside it all."""
WHOLE_BELOW = 100
"""Of fewer complaints a percent is said in whole ones (formulas.md 3.1)."""


@door.get("", needs=P.QUALITY_READ)
def index():
    first = asked_month()
    found, names = analysis.month(first), Names()
    chosen = next((one for one in found.controls if one.code == request.args.get("class")), None)
    return page(
        "staff/analysis.html", found=found, month=first, sides=SIDES, names=names, states=STATES, bars=BARS,
        chosen=chosen or next(iter(found.controls), None), months=[f"{one:%y-%m}" for one in found.months],
        signals=[of_signal(*row, names) for row in signals.listing(visible(Signal, me()), first)],
        works=may(me(), P.QUALITY_WORK), headlines={side: headline(rows) for side, rows in found.sides.items()}, records=lambda side, code: records(first, side, code), control_url=_control_url,
        **around(".index", first),
    )  # fmt: skip


def records(first, side: str, code: str) -> str:
    """Where the complaints behind a number are read."""
    return url_for("register.index", month=code_of(first), side=side, code=code)


def headline(rows: Sequence[Part]) -> str:
    """What a side's Pareto says: so many parts, what they really make, of how many of which it is said."""
    few = analysis.headline(rows)
    if not few.parts:
        return gettext("Nothing is said about these complaints.")
    share = filters.number(few.share * 100, 1 if few.n >= WHOLE_BELOW else 0)
    facts = {"num": few.parts, "share": share, "n": filters.number(few.n), "unknown": filters.number(few.unknown)}
    if not few.unknown:
        return ngettext(
            "%(num)s part makes %(share)s%% of the complaints (n = %(n)s)",
            "%(num)s parts make %(share)s%% of the complaints (n = %(n)s)", few.parts, **facts,
        )  # fmt: skip
    return ngettext(
        "%(num)s part makes %(share)s%% of the complaints of which it is said (n = %(n)s; not said: %(unknown)s)",
        "%(num)s parts make %(share)s%% of the complaints of which it is said (n = %(n)s; not said: %(unknown)s)",
        few.parts, **facts,
    )  # fmt: skip


def _control_url(first, code: str) -> str:
    return url_for(".index", month=code_of(first), **{"class": code}, _anchor="control")


class Names:
    """What the codes of all sides are called, in the reader's language; parties are read once."""

    def __init__(self):
        self.policy = settings.policy()
        self._parties: dict[str, Words] | None = None

    def __call__(self, side: str, code: str) -> str:
        if code == NONE:
            return gettext("not said")
        if side == "party":
            return words_in(self._party(code))
        if side == "cause":
            return words_in(self.policy.cause_called(code))
        listed = {"group": "classes", "class": "classes", "tier": "tiers", "channel": "channels"}[side]
        return words_in(self.policy.called(listed, code))

    def _party(self, code: str) -> Words:
        if self._parties is None:
            known = units.choices(visible(Department, me()), visible(Provider, me()), visible(Person, me()))
            self._parties = {f"{one.scope.sort}-{one.scope.id}": one.words for one in known}
        return self._parties.get(code, Words(code, code))


@door.get("/list.xlsx", needs=P.QUALITY_READ)
def export():
    """The whole analysis as a workbook, a sheet for each side."""
    found, names = analysis.month(asked_month()), Names()
    sheets = {gettext(label): (_head(), _rows(found, side, names)) for side, label in SIDES.items()}
    sheets[gettext("Control charts")] = (_control_head(found), [_control_row(one, names) for one in found.controls])
    sheets[gettext("Repeat complaints")] = (
        [gettext("Customer"), gettext("Class"), gettext("Times")],
        [[one.customer.short_name, names("class", one.class_code), one.times] for one in found.repeats],
    )
    return download(f"{gettext('Complaint analysis')}-{code_of(found.month)}.xlsx", as_xlsx(sheets, filters.zone()))


def _head() -> list[str]:
    return [
        gettext("Part"), gettext("Complaints"), gettext("Customers"), gettext("Month before"), gettext("Share (%)"),
        gettext("Cumulated, of what is said (%)"), gettext("Among the few that make 80%"),
    ]  # fmt: skip


def _rows(found: Analysis, side: str, names: Names) -> list[list]:
    return [
        [
            names(side, one.code), one.complaints, one.customers, one.before, round(one.share * 100, 1),
            None if one.code == NONE else round(one.of_known * 100, 1), gettext("yes") if one.is_vital else None,
        ]
        for one in found.sides[side]
    ]  # fmt: skip


def _control_head(found: Analysis) -> list[str]:
    fixed = [gettext("Class"), gettext("State"), gettext("Mean"), gettext("Limit"), gettext("Signal from")]
    return fixed + [month_words(one) for one in found.months]


def _control_row(one: Control, names: Names) -> list:
    known = [None if value is None else round(value, 2) for value in (one.mean, one.limit)]
    return [names("class", one.code), gettext(STATES[one.state][0]), *known, one.alert, *one.customers]
