"""What to improve first (R29, formulas 3.11): how satisfied people are with each thing, and how much it matters to them.

How much it matters is derived: how far it goes with satisfaction as a whole, of people who answered both (from thirty on);
of fewer, it is what they themselves put first, where they were asked to put the sides of the service in an order.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from portal.db import db
from portal.domain.statistics import Attribute, Chart, importance, quadrants
from portal.domain.statistics.priorities import IMPROVE, KEEP, LEAST_PLOTTED, SPARE, WATCH
from portal.domain.surveys import result_rows as stored
from portal.domain.surveys.answer_models import Answer, Response
from portal.domain.surveys.campaign_models import Campaign
from portal.domain.surveys.result_lines import STARS, TEN, Line
from portal.domain.surveys.result_rows import WHOLE
from portal.domain.surveys.results import Results, results
from portal.i18n import N_, Words

DERIVED, STATED = "derived", "stated"
HOW = {
    DERIVED: N_("Importance is derived: the rank correlation (Spearman) with satisfaction as a whole."),
    STATED: N_(
        "Importance is stated: the order people put the sides of the service in; 1 would be first for everybody."
    ),
}
QUADRANTS = {
    IMPROVE: (N_("Improve first"), "bad"), KEEP: (N_("Keep it up"), "good"), WATCH: (N_("Improve later"), "warn"),
    SPARE: (N_("More than is asked for"), ""),
}  # fmt: skip


@dataclass(frozen=True)
class Point:
    """One thing on the chart; `line` is none for a side of the service."""

    key: str
    words: Words | str
    performance: float
    importance: float
    n: int
    quadrant: str | None
    performance_shown: str
    between: str
    line: Line | None = None

    @property
    def importance_shown(self) -> str:
        return f"{self.importance:.2f}"


@dataclass(frozen=True)
class Priorities:
    """The chart, how importance was found, and what was left out for too few answers."""

    how: str | None
    points: tuple[Point, ...]
    chart: Chart
    overall: Line | None


def priorities(found: Results) -> Priorities:
    """Derived where there are enough answers, else stated; cross-hairs at the means of what is plotted."""
    overall = found.paper.overall()
    points = _derived(found, overall) if overall else []
    how = DERIVED if points else None
    if not points and (points := _stated(found)):
        how = STATED
    chart = quadrants([Attribute(one.key, one.performance, one.importance, one.n) for one in points])
    placed = tuple(
        Point(**{**vars(one), "quadrant": chart.quadrants.get(one.key)}) for one in points if one.n >= LEAST_PLOTTED
    )
    order = [IMPROVE, KEEP, WATCH, SPARE]
    placed = tuple(sorted(placed, key=lambda one: (order.index(one.quadrant or SPARE), -one.importance)))
    return Priorities(how, placed, chart, overall)


def moved(found: Results, chart: Priorities) -> dict[str, Point]:
    """Where the things of the chart stood the wave before, if how much they matter was found in the same way then."""
    earlier = db.session.get(Campaign, found.campaign.follows_id) if found.campaign.follows_id else None
    if earlier is None or not chart.points:
        return {}
    before = priorities(results(earlier, found.level))
    if before.how != chart.how:
        return {}
    asked = {one.key for one in chart.points}
    return {one.key: one for one in before.points if one.key in asked}


def _derived(found: Results, overall: Line) -> list[Point]:
    other = aliased(Answer)
    rows = (
        select(Answer.question, Answer.item, Answer.number, other.number, func.count())
        .join(other, other.response_id == Answer.response_id)
        .join(Response, Response.id == Answer.response_id)
        .where(
            Answer.campaign_id == found.campaign.id, other.question == overall.code, other.item == overall.item,
            other.number.is_not(None), Answer.number.is_not(None), Answer.question != overall.code, *found.asked.counted(),
        )
        .group_by(Answer.question, Answer.item, Answer.number, other.number)
    )  # fmt: skip
    pairs: dict[tuple[str, str], tuple[list[float], list[float], list[int]]] = {}
    for question, item, mine, whole, number in stored.rows_of(rows):
        for values, value in zip(pairs.setdefault((question, item), ([], [], [])), (mine, whole, number), strict=True):
            values.append(value)
    points = []
    for line in found.paper.lines:
        cell = found.cell(line)
        if (
            line.how not in (STARS, TEN)
            or cell.is_hidden
            or cell.score.value is None
            or (line.code, line.item) not in pairs
        ):
            continue
        matters = importance(*pairs[line.code, line.item])
        if matters is not None:
            points.append(
                Point(
                    line.name, line.words, cell.score.value, matters.value, cell.n, None, cell.score_shown, cell.score_between, line
                )
            )  # fmt: skip
    return points


def _stated(found: Results) -> list[Point]:
    """From a question that puts the sides of the service in an order: its options are the sides."""
    sides = set(found.dimensions)
    block = next(
        (one for one in found.paper.blocks
         if one.question.kind == "ranking" and one.is_newest and sides and {o.code for o in one.question.options} <= sides),
        None,
    )  # fmt: skip
    if block is None:
        return []
    places, points = len(block.question.options), []
    for one in found.distributions(block):
        rated = found.side(one.key, WHOLE)
        if one.is_hidden or rated.is_hidden or one.mean_place is None or rated.mean.value is None:
            continue
        matters = (places - one.mean_place) / (places - 1)
        points.append(
            Point(one.key, one.words, rated.mean.value, matters, one.n, None, rated.shown, rated.between)  # type: ignore[arg-type]
        )
    return points
