"""Tickets as lines of a list: every word and moment ready to be drawn, each looked up once a page.

A page of fifty lines is drawn many times a day, so what is the same in each line is not asked for fifty times.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from flask import current_app, url_for
from markupsafe import Markup

from portal.domain import settings
from portal.domain.policy import Policy
from portal.domain.tickets.models import NEVER
from portal.domain.tickets.queue import Order, cannot
from portal.domain.tickets.states import FOR_STAFF, LIVE, State
from portal.i18n import N_
from portal.web.filters import short_span, words_in
from portal.web.moments import moments
from portal.web.words import gettext

DUE = {
    "accepted": N_("Accept"),
    "dispatched": N_("Dispatch"),
    "order_confirmed": N_("Confirm order"),
    "contacted": N_("First contact"),
    "replied": N_("Reply"),
    "reported": N_("Report back"),
    "told": N_("Tell progress"),
    "stated": N_("State report"),
    "applied": N_("Solution"),
    "verified": N_("Call back"),
    "closed": N_("Closure"),
    "major_reported": N_("Report on major complaint"),
}
"""What is to be done next, in two words, by the event that keeps the promise."""

SIGNS = {
    "far": ("clock", N_("In time")),
    "near": ("hourglass", N_("Due soon")),
    "late": ("clock-exclamation", N_("Overdue")),
    "paused": ("player-pause", N_("Paused")),
}


@dataclass(slots=True)
class Due:
    """What is due next: its state (far, near, late, paused) and sign, what, when, and how long it is late or left."""

    state: str
    sign: Markup
    label: str
    title: str
    when: Markup | None = None
    words: str = ""


class Line:
    """One ticket as a list shows it; what a list does not show is not made ready."""

    __slots__ = ("_lines", "_row", "due", "mark", "party")

    def __init__(self, row, lines: "Lines"):
        self._row, self._lines = row, lines
        self.due: Due | None = lines.due(row)
        self.party = ""
        """Who handles it."""
        self.mark = ""
        """Why it stands in this list, where that is not plain."""

    def __getattr__(self, name: str):
        """What needs no words of ours is the row's: number, subject, customer, owner, sent_back."""
        return getattr(self._row, name)

    @property
    def tick(self) -> str:
        """Its value in a selection: id, and the version the list was drawn from."""
        return f"{self._row.id}.{self._row.version}"

    @property
    def url(self) -> str:
        return f"{self._lines.desk}{self._row.id}"

    @property
    def is_late(self) -> bool:
        return self.due is not None and self.due.state == "late"

    @property
    def is_mine(self) -> bool:
        return self._row.owner_id == self._lines.by.id

    @property
    def cannot(self) -> str:
        return cannot(self._row.state, self._row.is_live)

    @property
    def kind(self) -> str:
        return self._lines.called("kinds", self._row.kind)

    @property
    def klass(self) -> str:
        called, row = self._lines.called, self._row
        return called("classes", row.class_code) or called("services", row.service_code)

    @property
    def weight(self) -> str:
        """Tier and card of the customer, where they are more than the lowest."""
        return self._lines.weight(self._row.tier, self._row.card)

    @property
    def severity(self) -> str:
        return self._lines.called("severities", self._row.severity)

    @property
    def severity_tone(self) -> str:
        return self._lines.tones.get(self._row.severity, "")

    @property
    def state(self) -> str:
        return self._lines.said(FOR_STAFF[State(self._row.state)])

    @property
    def state_tone(self) -> str:
        return self._row.state

    @property
    def channel(self) -> str:
        return self._lines.called("channels", self._row.channel)

    @property
    def region(self) -> str:
        return self._lines.called("regions", self._row.region)

    @property
    def opened(self) -> Markup:
        return self._lines.when(self._row.opened_at)

    @property
    def touched(self) -> Markup:
        return self._lines.when(self._row.touched_at)

    @property
    def closed(self) -> Markup | str:
        return self._lines.when(self._row.closed_at) if self._row.closed_at else ""


class Lines:
    """Draws rows of the queue as lines, for one reader and one page."""

    def __init__(self, by):
        self.by, self.times, self.policy = by, moments(), settings.policy()
        self.soon = self.times.now + timedelta(hours=self.policy.warnings.before_hours)
        self.desk = url_for("desk.show", ticket=0).removesuffix("0")
        self.called = _words(self.policy)
        self.said, self.span = cache(gettext), cache(short_span)
        self.tones = _tones(self.policy)
        self.weight = _weights(self.policy, self.called)
        self._signs: dict[str, Markup] = {}

    def of(
        self,
        rows: Iterable,
        orders: dict[int, list[Order]] | None = None,
        marks: dict[int, str] | None = None,
    ):
        """The lines of these rows; with the running orders of each, and why it is here, where wanted."""
        lines = [Line(row, self) for row in rows]
        for line in lines:
            line.party = self.party((orders or {}).get(line.id, ()))
            line.mark = (marks or {}).get(line.id, "")
        return lines

    def due(self, row) -> Due | None:
        """The chip of what is due next; none when the ticket is over or waits for nothing."""
        if row.state not in LIVE:
            return None
        if row.due_at >= NEVER:
            paused = self.said(N_("Paused"))
            return Due("paused", self.sign("paused"), paused, paused) if row.state == State.WAITING else None
        return self.chip(row.due_code, row.due_at)

    def chip(self, code: str | None, due_at: datetime) -> Due:
        """The chip of one open promise."""
        now, label, stamp = self.times.now, self.what(code), self.times.stamp(due_at)
        if due_at < now:
            words = self.said(N_("%(time)s late")) % {"time": self.span(_roughly(now - due_at))}
            return Due("late", self.sign("late"), label, stamp, words=words)
        if due_at <= self.soon:
            words = self.said(N_("%(time)s left")) % {"time": self.span(_roughly(due_at - now))}
            return Due("near", self.sign("near"), label, stamp, self.when(due_at), words)
        return Due("far", self.sign("far"), label, stamp, self.when(due_at))

    def sign(self, state: str) -> Markup:
        """The sign of a chip's state, named for those who do not see it."""
        if state not in self._signs:
            icon = current_app.jinja_env.globals["ui"].icon
            self._signs[state] = icon(SIGNS[state][0], self.said(SIGNS[state][1]))
        return self._signs[state]

    def what(self, code: str | None) -> str:
        """What the promise of this code asks for, in two words."""
        if code is None:
            return ""
        try:
            met = self.policy.clock(code).met
        except KeyError:
            return code
        return self.said(DUE[met]) if met in DUE else self.called("clocks", code)

    def when(self, at: datetime) -> Markup:
        """A moment, as short as a list wants it."""
        return self.times.element(at)

    def party(self, orders: Sequence[Order]) -> str:
        """Who handles it; to a handler, how far the own order is."""
        if not orders:
            return ""
        if self.by.only_handles:
            return self.said(step_of(orders[0]))
        names = [order.provider or self.called("departments", order.department) for order in orders]
        return names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}"


def step_of(order: Order) -> str:
    """What is next with an order, as a marked word."""
    if order.confirmed_at is None:
        return N_("To be confirmed")
    if order.contacted_at is None:
        return N_("To be contacted")
    return N_("To be replied to") if order.replied_at is None else N_("In progress")


def _words(policy: Policy) -> Callable[[str, str | None], str]:
    """called(list of the policy, code): its word, looked up once; nothing for no code."""

    @cache
    def called(listed: str, code: str | None) -> str:
        return words_in(policy.called(listed, code)) if code else ""

    return called


def _weights(policy: Policy, called: Callable[[str, str | None], str]) -> Callable[[str, str], str]:
    """weight(tier, card): both as words; the last of each list is what everybody has, and is not said."""
    usual = {("tiers", policy.tiers[-1].code), ("cards", policy.cards[-1].code)}

    @cache
    def weight(tier: str, card: str) -> str:
        return " · ".join(called(*one) for one in (("tiers", tier), ("cards", card)) if one not in usual)

    return weight


def _tones(policy: Policy) -> dict[str, str]:
    """How loud each severity looks: the highest bad, those between warn, the lowest plain."""
    ranks = sorted({one.rank for one in policy.known("severities")})
    return {
        one.code: "" if one.rank == ranks[0] else "bad" if one.rank == ranks[-1] else "warn"
        for one in policy.known("severities")
    }  # fmt: skip


def _roughly(length: timedelta) -> timedelta:
    """Whole minutes under an hour, quarters of an hour in a day, whole hours beyond: what one reads in a list."""
    minutes = int(length.total_seconds() // 60)
    if minutes >= 1440:
        return timedelta(hours=minutes // 60)
    return timedelta(minutes=minutes if minutes < 60 else minutes - minutes % 15)


def how_many(number: int, limit: int) -> str:
    """A number that stopped counting at its limit: 99+."""
    return f"{limit - 1}+" if number >= limit else str(number)
