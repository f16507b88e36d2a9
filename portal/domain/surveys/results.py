"""Results of a survey (R29), live from the stored answers: per question, per side of the service, the index; each with its
base and interval, in all and by groups; small groups hidden, and as many others that nobody can subtract them out.

This is the one place the page, the files and the paper take their figures from. 满意率 and 满意度 are never mixed; the
level (per answer, per account) holds for rates, scores, sides and the index. NPS and choices are counted per answer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt

from portal.domain.statistics import (
    ALL,
    PER_ACCOUNT,
    PER_ANSWER,
    PER_SALES,
    Indicator,
    Mean,
    Sums,
    hidden,
    hidden_across,
    index,
)
from portal.domain.surveys import result_rows as stored
from portal.domain.surveys import result_units
from portal.domain.surveys.campaign_models import Campaign
from portal.domain.surveys.result_cells import (
    FROM,
    NO_MEAN,
    NO_SHARE,
    Cell,
    Distribution,
    Rated,
    mean_place,
    parts,
    several_parts,
)
from portal.domain.surveys.result_lines import STARS, TEN, Block, Key, Line, Paper, paper
from portal.domain.surveys.result_rows import WHOLE, Asked, Tally
from portal.domain.surveys.result_units import Move, Units
from portal.i18n import N_

LEVELS = {PER_ACCOUNT: N_("Per customer"), PER_ANSWER: N_("Per answer"), PER_SALES: N_("By sales")}
"""The default first. By sales a customer counts as much as its share of the sales of the year before (people/sales.py)."""
GROUPS = {
    "tier": N_("Tier"), "card": N_("Card level"), "region": N_("Region"), "department": N_("Department of the account manager"),
    "manager": N_("Account manager"), "mode": N_("Way of answering"), "version": N_("Version of the questionnaire"),
}  # fmt: skip
OF_NAMED = ("department", "manager")
"""Groups there are only where answers stand under names."""
IN_INDEX = (STARS, TEN)
INDEX = ""
"""In place of a side of the service: the index over all of them."""


def levels_of(campaign: Campaign) -> tuple[str, ...]:
    """The levels there are: nothing leads from an anonymous answer to an account."""
    return (PER_ANSWER,) if campaign.is_anonymous else tuple(LEVELS)


def groups_of(campaign: Campaign) -> tuple[str, ...]:
    """By what its answers can be divided; while an anonymous survey runs, by nothing."""
    if not campaign.is_anonymous:
        return tuple(GROUPS)
    return () if campaign.state == "running" else tuple(one for one in GROUPS if one not in OF_NAMED)


@dataclass
class Results:
    """A survey's results at a level, in all and, if asked, by groups."""

    asked: Asked
    paper: Paper
    by_group: dict[str, int]
    """How many responses count, by group and in all (WHOLE); of all, also those that broke off."""
    partial: int
    told: frozenset
    """Groups that would be told by what is shown of the answers divided in other ways."""
    _tallies: dict[tuple[Key, str], Tally] = field(repr=False)
    _sums: dict[tuple[Key, str], tuple[Sums, Sums]] = field(repr=False)
    _people: Mapping[tuple[Key, str], int] = field(repr=False)
    _by_version: dict[tuple[int, str], int] = field(repr=False)
    _units: Units = field(repr=False)

    @property
    def campaign(self) -> Campaign:
        return self.asked.campaign

    @property
    def level(self) -> str:
        return self.asked.level

    @property
    def n(self) -> int:
        return self.by_group.get(WHOLE, 0)

    @property
    def is_hidden(self) -> bool:
        """So few answered that nothing is shown at all."""
        return self.n < FROM

    @property
    def groups(self) -> list[str]:
        """The groups there are answers of, but the whole."""
        return [key for key in self.by_group if key != WHOLE]

    @cached_property
    def shown_groups(self) -> list[str]:
        """Those that may be named with how many answered."""
        gone = hidden({key: self.by_group[key] for key in self.groups}) | self.told
        return [] if ALL in gone else [key for key in self.groups if key not in gone]

    @cached_property
    def _hidden(self) -> dict[Key, set]:
        """Of each line the groups that stay hidden, by its own base (formulas 3.1)."""
        keys = {key for key, _ in self._tallies} | {one.key for one in self.paper.blocks}
        found = {}
        for key in keys:
            counts = {group: self._base(key, group) for group in self.groups}
            gone = hidden(counts) | self.told if counts else set()
            found[key] = gone | ({ALL} if self._base(key, WHOLE) < FROM else set())
        return found

    def _base(self, key: Key, group: str) -> int:
        if (key, group) in self._people:
            return self._people[key, group]
        tally = self._tallies.get((key, group))
        return tally.n if tally else 0

    def is_hidden_in(self, key: Key, group: str) -> bool:
        """Would this figure tell of too few, by itself or by subtraction? What nobody answered hides nothing."""
        gone = self._hidden.get(key, set())
        return self.is_hidden or ALL in gone or (group != WHOLE and group in gone)

    def cell(self, line: Line, group: str = WHOLE) -> Cell:
        """One figure: a rated question or item, in all or in one group."""
        tally = self._tallies.get((line.key, group)) or Tally(Counter())
        rate, score = self._sums.get((line.key, group), (None, None))
        return Cell(
            line, tally, rate.share if rate else NO_SHARE, score.mean if score else NO_MEAN,
            self.is_hidden_in(line.key, group),
        )  # fmt: skip

    def cells(self, line: Line) -> list[Cell]:
        return [self.cell(line, group) for group in self.shown_groups]

    @cached_property
    def dimensions(self) -> list[str]:
        """The sides of the service that were asked about, in the order of the questionnaire."""
        return list(dict.fromkeys(one.dimension for one in self._indicators if one.dimension))

    @cached_property
    def _indicators(self) -> list[Line]:
        """What enters the index: what the newest version rates, by side of the service; all of it, where none is named."""
        newest = {one.key for one in self.paper.blocks if one.is_newest}
        rated = [one for one in self.paper.lines if one.how in IN_INDEX and (one.code, "", one.era) in newest]
        return [one for one in rated if one.dimension] or rated

    def _tree(self, side: str, means: Mapping[Key, float | None]) -> Indicator:
        """A side as a tree: its questions by their weights, the rows of a matrix alike (formulas 3.2)."""
        by_code: dict[str, list[Line]] = {}
        for one in self._indicators:
            if one.dimension == side or not self.dimensions:
                by_code.setdefault(one.code, []).append(one)
        questions = tuple(
            Indicator(rows[0].question.weight, parts=tuple(Indicator(1.0, means.get(row.key)) for row in rows))
            for rows in by_code.values()
        )
        return Indicator(sum(one.weight for one in questions), parts=questions)

    def _value(self, side: str, means: Mapping[Key, float | None]) -> float | None:
        if side == INDEX and self.dimensions:
            return index([self._tree(one, means) for one in self.dimensions])
        return self._tree(side, means).value

    def means(self, group: str) -> dict[Key, float | None]:
        """The score of every indicator in a group."""
        found = {}
        for one in self._indicators:
            pair = self._sums.get((one.key, group))
            found[one.key] = pair[1].mean.value if pair else None
        return found

    @cached_property
    def rated(self) -> dict[tuple[str, str], Rated]:
        """Each side of the service and the index (INDEX), in all and by group, with where its true value lies."""
        found, wanted = {}, []
        for group in [WHOLE, *self.shown_groups]:
            means = self.means(group)
            for side in [*self.dimensions, INDEX]:
                found[side, group] = self._value(side, means)
                wanted += self._shares_of(side, group, means)
        spreads = self._units.spreads(wanted)
        return {
            (side, group): Rated(_mean(value, *spreads.get((side, group), (0, 0.0))), self._hides(side, group))
            for (side, group), value in found.items()
        }

    def _shares_of(self, side: str, group: str, means: Mapping[Key, float | None]) -> list[Move]:
        """By how much each unit's answer moves the value."""
        known = {key: value for key, value in means.items() if value is not None}
        found = []
        for key, middle in known.items():
            alone = dict.fromkeys(known, 0.0) | {key: 1.0}
            part = self._value(side, alone)
            if part:
                whole = self._sums[key, group][1].w
                found.append((key, group, side, part / whole, middle))
        return found

    def _hides(self, side: str, group: str) -> bool:
        """A mean of figures of which one is hidden is hidden too: from it and the others the hidden one follows."""
        mine = [one for one in self._indicators if side == INDEX or one.dimension == side]
        gone = [one for one in mine if self._base(one.key, group) and self.is_hidden_in(one.key, group)]
        return bool(gone) or not any(self._base(one.key, group) for one in mine)

    def side(self, side: str = INDEX, group: str = WHOLE) -> Rated:
        return self.rated.get((side, group)) or Rated(NO_MEAN, True)

    def distributions(self, block: Block, group: str = WHOLE) -> list[Distribution]:
        """What was answered to a question: one of it, or one of each row or thing to rank."""
        question = block.question
        seen = sum(self._by_version.get((one.id, group), 0) for one in self._versions(block))
        if question.kind == "several":
            return [self._several(block, group, seen)]
        items = question.rows if question.kind == "matrix" else question.options if question.kind == "ranking" else ()
        found = []
        for item, words in [(one.code, one.words) for one in items] or [("", question.words)]:
            key = (question.code, item, block.era)
            tally = self._tallies.get((key, group)) or Tally(Counter())
            is_na = tally.not_applicable or self._not_applicable(block, group)
            found.append(
                Distribution(
                    item or question.code, words, tally.n, parts(block, tally, tally.n), is_na,
                    max(0, seen - tally.n - is_na), self.is_hidden_in(key, group),
                    mean_place(tally) if question.kind == "ranking" else None,
                )
            )  # fmt: skip
        return found

    def _not_applicable(self, block: Block, group: str) -> int:
        """Of a question of several things that does not apply as a whole."""
        tally = self._tallies.get(((block.question.code, "", block.era), group))
        return tally.not_applicable if tally else 0

    def _several(self, block: Block, group: str, seen: int) -> Distribution:
        n, question = self._people.get((block.key, group), 0), block.question
        chosen = {
            one.code: tally.n
            for one in question.options
            if (tally := self._tallies.get(((question.code, one.code, block.era), group)))
        }
        is_na = self._not_applicable(block, group)
        return Distribution(
            question.code, question.words, n, several_parts(question.options, chosen, n), is_na, max(0, seen - n - is_na),
            self.is_hidden_in(block.key, group),
        )  # fmt: skip

    def _versions(self, block: Block):
        return [one for one in self.paper.versions if one.number in block.versions]


def results(campaign: Campaign, level: str = PER_ACCOUNT, by: str = "", codes: Sequence[str] | None = None) -> Results:
    """The results of a campaign; `by`: also by these groups, `codes`: only of these questions."""
    level = level if level in levels_of(campaign) else levels_of(campaign)[0]
    by = by if by in groups_of(campaign) else ""
    what = stored.asked(campaign, level, by)
    counts, by_version, partial = _responses(what, by)
    found = paper({version for version, group in by_version if group == WHOLE}, campaign.questionnaire_version_id)
    several = [one.question.code for one in found.blocks if one.question.kind == "several"]
    several = several if codes is None else [one for one in several if one in codes]
    measured = None if codes is None else [one.code for one in found.lines if one.code in codes]
    tallies = stored.tallies(what, found, codes)
    people = stored.people(what, found, several) if several else {}
    units = result_units.read(what, found, measured)
    told = _told(what) if by in OF_NAMED else frozenset()
    return Results(what, found, counts, partial, told, tallies, units.sums(), people, by_version, units)


def _told(what: Asked) -> frozenset:
    """Groups of the people who are rated that follow from other groups: of their region, their department, …"""
    ways = groups_of(what.campaign)
    cells = {tuple(row[: len(ways)]): row[-2] for row in stored.responses(what, ways)}
    return frozenset(hidden_across(cells, ways.index(what.by)) - {ALL})


def _responses(what: Asked, by: str) -> tuple[dict[str, int], dict[tuple[int, str], int], int]:
    counts: Counter = Counter({WHOLE: 0})
    by_version: Counter = Counter()
    sent = 0
    columns = ["version"] + ([by] if by and by != "version" else [])
    for row in stored.responses(what, columns):
        version, number = row[0], row[-2]
        group = row[1] if len(columns) == 2 else version
        counts[WHOLE] += number
        by_version[int(version), WHOLE] += number
        sent += row[-1]
        if by:
            counts[group] += number
            by_version[int(version), group] += number
    order = sorted((key for key in counts if key != WHOLE), key=lambda key: (key == "", -counts[key], key))
    return {key: counts[key] for key in [WHOLE, *order]}, by_version, counts[WHOLE] - sent


def _mean(value: float | None, number: int, squares: float) -> Mean:
    """A mean of means as a mean of so many units, whose spread gives the interval that was reckoned for it."""
    if value is None or not number:
        return Mean(value, number, number, None)
    spread = sqrt(squares * number / (number - 1)) * sqrt(number) if number > 1 else None
    return Mean(value, number, number, spread)
