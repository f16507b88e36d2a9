"""Groups of a survey beside each other (R29): which differ beyond chance, what hangs together, who stands where in a table."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import case, func, select

from portal.domain import settings
from portal.domain.people.models import Department, Person
from portal.domain.statistics import (
    REAL,
    Association,
    League,
    Unit,
    chi_square,
    compare_means,
    compare_shares,
    corrected,
    hidden,
    league,
    letter,
    letters,
)
from portal.domain.surveys import result_rows as stored
from portal.domain.surveys.answer_models import Answer, Response
from portal.domain.surveys.campaigns import CHANNELS
from portal.domain.surveys.result_cells import Distribution
from portal.domain.surveys.result_lines import STARS, Block, Line
from portal.domain.surveys.results import Results
from portal.i18n import N_, Words

RANKED = ("manager", "department", "region", "card", "tier")
"""What a league table can rank."""
UNKNOWN = N_("not known")
LISTS = {"tier": "tiers", "card": "cards", "region": "regions"}


def names(found: Results) -> dict[str, Words | str]:
    """What each group is called: words of the company, a marked word, or somebody's name."""
    by, keys, called = found.asked.by, found.groups, {}
    ids = [int(key) for key in keys if key.isdigit()]
    if by == "manager" and ids:
        rows = stored.rows_of(select(Person.id, Person.name).where(Person.id.in_(ids)))
        called = {str(key): Words(name, name) for key, name in rows}
    elif by == "department" and ids:
        rows = stored.rows_of(select(Department.id, Department.name, Department.name_en).where(Department.id.in_(ids)))
        called = {str(key): Words(name, english or name) for key, name, english in rows}
    elif by in LISTS:
        called = {key: settings.policy().called(LISTS[by], key) for key in keys if key}
    elif by == "mode":
        called = {key: CHANNELS.get(key, key) for key in keys}
    elif by == "version":
        called = {str(one.id): Words(f"第 {one.number} 版", f"Version {one.number}") for one in found.paper.versions}
    return {key: called.get(key) or (Words(key, key) if key else UNKNOWN) for key in keys}


def letters_of(found: Results) -> dict[tuple[str, str], str]:
    """Beside each figure of the groups the letters of those it is higher than, beyond chance: every pair of groups of every
    line tested (shares, or means where there is no share), and all together corrected (formulas 3.10)."""
    groups = found.shown_groups
    pairs, chances = [], []
    for line in found.paper.lines:
        for one, other in combinations(range(len(groups)), 2):
            a, b = found.cell(line, groups[one]), found.cell(line, groups[other])
            if a.is_hidden or b.is_hidden:
                continue
            test = compare_shares(a.rate, b.rate) if line.how == STARS else compare_means(a.score, b.score)
            if test.p is not None and test.difference:
                pairs.append((line.name, one, other) if test.difference > 0 else (line.name, other, one))
                chances.append(test.p)
    said: dict[tuple[str, str], str] = defaultdict(str)
    for (name, higher, lower), chance in sorted(zip(pairs, corrected(chances), strict=True)):
        if chance < REAL:
            said[name, groups[higher]] += letter(lower)
    return dict(said)


@dataclass(frozen=True)
class Crosstab:
    """One question or item by groups: of each shown group what it answered; the test of the table as a whole."""

    whole: Distribution
    columns: dict[str, Distribution]
    association: Association
    marks: list[list[str]]
    """For each answer and column the letters of the columns that gave it less often, beyond chance."""

    @property
    def p_shown(self) -> str:
        p = self.association.p
        return "" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"

    @property
    def v_shown(self) -> str:
        v = self.association.cramers_v
        return "" if v is None else f"{v:.2f}"


def crosstabs(found: Results, block: Block) -> list[Crosstab]:
    """One of a question, or one of each of its items; groups that stay hidden have no column."""
    by_group = {group: found.distributions(block, group) for group in found.groups}
    tables, is_one_each = [], block.question.kind != "several"
    for at, whole in enumerate(found.distributions(block)):
        mine = {group: rows[at] for group, rows in by_group.items() if not whole.is_hidden}
        columns = {group: one for group, one in mine.items() if not one.is_hidden and one.n}
        counts = [[one.parts[row].count for one in columns.values()] for row in range(len(whole.parts))]
        blank = [["" for _ in columns] for _ in whole.parts]
        marks = letters(counts) if is_one_each and len(columns) > 1 else blank
        tables.append(Crosstab(whole, columns, chi_square(counts if is_one_each else []), marks))
    return tables


@dataclass(frozen=True)
class Table:
    """A league table: places of groups large enough to be shown, and how many are not."""

    league: League
    line: Line
    hidden: frozenset
    number_hidden: int

    @property
    def places(self):
        return [one for one in self.league.places if one.unit.key not in self.hidden]


def table(found: Results, by: str, line: Line) -> Table:
    """Groups ranked by 满意率 of one question, by the rules of fairness (formulas 3.9); only where names are kept."""
    rows = (
        select(
            stored.column(by).label("grp"), func.sum(case((Answer.number >= 4, 1), else_=0)), func.count(),
            func.count(Response.customer_id.distinct()),
        )
        .join(Response, Response.id == Answer.response_id)
        .where(
            Answer.campaign_id == found.campaign.id, Answer.question == line.code, Answer.item == line.item,
            Answer.number.is_not(None), stored.era(found.paper) == line.era, *found.asked.counted(),
        )
        .group_by("grp")
        .order_by("grp")
    )  # fmt: skip
    units = [Unit(*row) for row in stored.rows_of(rows) if row[0]]
    gone = hidden({one.key: one.n for one in units}) | found.told if units else set()
    return Table(league(units), line, frozenset(gone), len([one for one in units if one.key in gone]))


def ranked_lines(found: Results) -> list[Line]:
    """What groups can be ranked by: questions on satisfaction of the newest version."""
    newest = {one.key for one in found.paper.blocks if one.is_newest}
    return [one for one in found.paper.lines if one.how == STARS and (one.code, "", one.era) in newest]
