"""A survey beside the waves before it (R29): what rose or fell, said only by a test; the same customers compared pair by pair."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from portal.db import db
from portal.domain.statistics import (
    FEWEST,
    PER_ACCOUNT,
    Comparison,
    Trend,
    compare_shares,
    mean_trend,
    paired_means,
    share_trend,
)
from portal.domain.surveys import result_rows as stored
from portal.domain.surveys.campaign_models import CLOSED, RUNNING, Campaign
from portal.domain.surveys.result_cells import Cell, Rated
from portal.domain.surveys.result_lines import STARS, Line
from portal.domain.surveys.results import INDEX, Results, results

MOST = 8
"""Waves put beside each other."""
MODE_SHIFT = 0.2
"""By so much more or less answered by telephone a wave is marked: answers on the telephone run kinder (formulas 3.8)."""


@dataclass(frozen=True)
class Course:
    """One line through the waves, the oldest first; none where it was not asked, or not in this way, or too few answered."""

    line: Line
    cells: tuple[Cell | None, ...]
    change: Comparison | None
    """满意率 against the wave before; by a test."""
    same: Comparison | None
    """满意度 of the customers who answered both, pair by pair."""
    same_n: int
    trend: Trend


@dataclass
class Waves:
    """This survey and those before it."""

    found: list[Results]
    courses: list[Course]
    phone: list[float | None]
    """The share of answers by telephone, of each wave."""

    @property
    def campaigns(self) -> list[Campaign]:
        return [one.campaign for one in self.found]

    @property
    def index(self) -> list[Rated]:
        return [one.side(INDEX) for one in self.found]

    @property
    def mode_changed(self) -> bool:
        known = [one for one in self.phone[-2:] if one is not None]
        return len(known) == 2 and abs(known[1] - known[0]) >= MODE_SHIFT


def before(campaign: Campaign) -> list[Campaign]:
    """The waves before it, the oldest first: those it follows, one by one."""
    found, key = [], campaign.follows_id
    while key and len(found) < MOST - 1 and key not in {one.id for one in found}:
        row = db.session.get(Campaign, key)
        if row is None or row.state not in (RUNNING, CLOSED):
            break
        found.insert(0, row)
        key = row.follows_id
    return found


def waves(now: Results) -> Waves:
    """The waves up to this one, at its level."""
    earlier = [results(one, now.level) for one in before(now.campaign)]
    found = [*earlier, now]
    pairs = _pairs(earlier[-1], now) if earlier else {}
    courses = [_course(line, found, pairs) for line in now.paper.lines]
    return Waves(found, courses, [_by_phone(one) for one in found])


def _course(line: Line, found: list[Results], pairs: dict) -> Course:
    asked = {one.questionnaire_id for one in found[-1].paper.versions}
    cells = tuple(_same(line, one, asked) for one in found)
    rated = [one for one in cells if one is not None]
    change = None
    if line.how == STARS and len(cells) > 1 and cells[-1] is not None and cells[-2] is not None:
        change = compare_shares(cells[-1].rate, cells[-2].rate)
    mine = pairs.get(line.key, [])
    same = paired_means(*map(list, zip(*mine, strict=True))) if len(mine) >= FEWEST else None
    by_share = line.how == STARS
    trend = share_trend([one.rate for one in rated]) if by_share else mean_trend([one.score for one in rated])
    return Course(line, cells, change, same, len(mine), trend)


def _same(line: Line, found: Results, questionnaires: set[int]) -> Cell | None:
    """The figure of this line in another wave: only if it was asked in the same way there, and of enough people."""
    if not questionnaires & {one.questionnaire_id for one in found.paper.versions}:
        return None
    other = next((one for one in found.paper.lines if one.key == line.key), None)
    cell = found.cell(other) if other and other.values == line.values else None
    return None if cell is None or cell.is_hidden or not cell.n else cell


def _pairs(then: Results, now: Results) -> dict:
    """Of each line what each customer who answered both waves gave, now and then, as a mean of its answers."""
    if then.campaign.is_anonymous or now.campaign.is_anonymous:
        return {}
    one, other = (
        stored.units(stored.Asked(each.campaign, PER_ACCOUNT, "", weights=None), each.paper).subquery()
        for each in (now, then)
    )
    same = (
        (one.c.question == other.c.question)
        & (one.c.item == other.c.item)
        & (one.c.era == other.c.era)
        & (one.c.unit == other.c.unit)
    )
    rows = select(one.c.question, one.c.item, one.c.era, one.c.points, other.c.points).join_from(one, other, same)
    found = defaultdict(list)
    for question, item, era, mine, theirs in stored.rows_of(rows):
        if mine is not None and theirs is not None:
            found[question, item, era].append((float(mine), float(theirs)))
    return found


def _by_phone(found: Results) -> float | None:
    counts = {mode: number for mode, number, _ in stored.responses(found.asked, ["mode"])}
    whole = sum(counts.values())
    return counts.get("phone", 0) / whole if whole else None
