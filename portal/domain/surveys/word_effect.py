"""What a measure did to a hot issue (整改效果, R30): of the customers heard before it and after it, how many raised the issue.

The same customers twice are judged by the exact test of pairs, as complaints are; all who were heard are shown beside.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from portal.db import db
from portal.domain.quality.days import today
from portal.domain.quality.improvement_models import Improvement
from portal.domain.statistics import DOWN, UP, Comparison, Interval, compare_same, compare_shares, share, wilson
from portal.domain.surveys.answer_models import SENT, Response
from portal.domain.surveys.word_models import HotIssue, Mention

YEAR = timedelta(days=365)
"""Surveys come in waves: so far back and so far on comments are looked for."""
LEAST_HEARD = 5
"""Of fewer customers heard nothing is said: it would tell who raised it (R29)."""


@dataclass(frozen=True)
class Side:
    """One side of the measure: how many customers were heard, how many of them raised the issue."""

    begin: date
    end: date
    customers: int
    n: int

    @property
    def share(self) -> float | None:
        return self.customers / self.n if self.n else None

    @property
    def is_small(self) -> bool:
        """So few were heard that a share would tell who raised it (R29)."""
        return self.n < LEAST_HEARD

    @property
    def interval(self) -> Interval | None:
        return wilson(self.customers, self.n)


@dataclass(frozen=True)
class WordEffect:
    """Before and after; `pairs` are the customers heard on both sides."""

    before: Side
    after: Side
    both: int
    only_before: int
    only_after: int
    neither: int

    @property
    def pairs(self) -> int:
        return self.both + self.only_before + self.only_after + self.neither

    @property
    def paired(self) -> Comparison:
        """The same customers twice."""
        return compare_same(self.both, self.only_after, self.only_before, self.neither)

    @property
    def compared(self) -> Comparison:
        """All who were heard, on each side."""
        return compare_shares(share(self.after.customers, self.after.n), share(self.before.customers, self.before.n))

    @property
    def verdict(self) -> str:
        """early · better · worse · none: by the pairs, or else by all who were heard."""
        if self.after.is_small:
            return "early"
        directions = (self.paired.direction, self.compared.direction)
        return "worse" if UP in directions else "better" if DOWN in directions else "none"


def effect(row: Improvement) -> WordEffect | None:
    """What the measure did, as far as it can be told; none before it works, or where it came from elsewhere."""
    if row.effective_on is None or row.source != "hot_issue" or row.source_id is None:
        return None
    hot = db.session.get_one(HotIssue, row.source_id)
    since, until = row.effective_on - YEAR, min(row.effective_on + YEAR, today() + timedelta(days=1))
    heard = _heard(since, row.effective_on), _heard(row.effective_on, until)
    raised = _raised(hot, since, row.effective_on) & heard[0], _raised(hot, row.effective_on, until) & heard[1]
    same = heard[0] & heard[1]
    before, after = raised[0] & same, raised[1] & same
    return WordEffect(
        Side(since, row.effective_on, len(raised[0]), len(heard[0])), Side(row.effective_on, until, len(raised[1]), len(heard[1])),
        len(before & after), len(before - after), len(after - before), len(same - before - after),
    )  # fmt: skip


def _heard(since: date, until: date) -> set[int]:
    rows = select(func.distinct(Response.customer_id)).where(
        Response.state == SENT, Response.customer_id.is_not(None), Response.sent_on >= since, Response.sent_on < until
    )
    return set(db.session.scalars(rows))


def _raised(hot: HotIssue, since: date, until: date) -> set[int]:
    rows = select(func.distinct(Mention.customer_id)).where(
        Mention.issue_id == hot.issue_id, Mention.customer_id.is_not(None), Mention.raised_on >= since, Mention.raised_on < until
    )  # fmt: skip
    return set(db.session.scalars(rows))
