"""Stored answers counted and summed for results (R29): few statements, however many answers there are.

Which answers count: what was sent, and of what broke off for good what was answered (formulas 3.1). Of an anonymous
survey that runs only whole days, as many together as no single answer can be reckoned out of (shown_until).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Float, Integer, Select, String, and_, case, cast, func, literal, select

from portal.db import db
from portal.domain.people import sales
from portal.domain.people.models import Person, Sales
from portal.domain.quality.days import today, zone
from portal.domain.statistics import FEWEST, PER_ANSWER, PER_SALES, design_weights
from portal.domain.surveys.answer_models import SENT, Answer, Response
from portal.domain.surveys.campaign_models import RUNNING, Campaign, Invitation
from portal.domain.surveys.result_lines import MEASURED, NPS, NUMBER, STARS, TEN, Key, Paper

WHOLE = "*"
"""In place of a group: all of them."""


@dataclass(frozen=True)
class Asked:
    """Which answers are counted, how: a campaign's, at a level, divided by a column of groups or not at all."""

    campaign: Campaign
    level: str
    by: str = ""
    until: date | None = None
    """Of an anonymous survey that runs: only answers up to this day."""
    nothing_yet: bool = False
    """Not even a first lot of answers may be shown."""
    weights: Mapping[str, float] | None = None
    """Of each stratum at the level of accounts; none where everybody was asked."""
    sales_year: int | None = None
    """At the level of sales: the year whose sales weigh a customer. Of whom none are known, nothing counts."""

    @property
    def is_census(self) -> bool:
        """Was everybody drawn who was meant?"""
        return bool(self.campaign.strata) and all(one["drawn"] >= one["size"] for one in self.campaign.strata)

    def counted(self) -> list:
        """The conditions on a response that counts."""
        partial = select(Invitation.id).where(
            Invitation.campaign_id == self.campaign.id, Invitation.outcome == "partial"
        )
        conditions = [
            Response.campaign_id == self.campaign.id,
            (Response.state == SENT) | Response.invitation_id.in_(partial),
        ]
        if self.until is not None:
            conditions.append(Response.sent_on <= self.until)
        if self.level == PER_SALES:
            known = select(Sales.customer_id).where(Sales.year == self.sales_year, Sales.amount > 0)
            conditions.append(Response.customer_id.in_(known))
        if self.nothing_yet:
            conditions.append(literal(1) == literal(0))
        return conditions


def rows_of(statement) -> Iterator[Any]:
    """The rows a statement gives, each as a plain tuple; as the database gives them, there is nothing to make of them."""
    db.session.flush()
    yield from db.session.connection().execute(statement).all()


def column(by: str):
    """The column that divides answers into groups, as text; empty where it is not known."""
    columns = {
        "tier": Response.tier, "card": Response.card, "region": Response.region, "mode": Response.mode,
        "stratum": Response.stratum, "manager": cast(Response.manager_id, String),
        "version": cast(Response.questionnaire_version_id, String),
        "department": select(cast(Person.department_id, String))
        .where(Person.id == Response.manager_id)
        .scalar_subquery(),
    }  # fmt: skip
    return func.coalesce(columns[by], "")


def asked(campaign: Campaign, level: str, by: str = "") -> Asked:
    """What is to be counted, with the weights of the level and the day up to which an anonymous survey is shown."""
    until, nothing = shown_until(campaign)
    year = sales_year(campaign) if level == PER_SALES else None
    found = Asked(campaign, level, by, until, nothing, sales_year=year)
    if level == PER_ANSWER or all(one["drawn"] >= one["size"] for one in campaign.strata):
        return found
    rows = select(Response.stratum, func.count(Response.customer_id.distinct())).where(*found.counted())
    heard = dict(rows_of(rows.group_by(Response.stratum)))
    weights = design_weights({one["key"]: (one["size"], heard.get(one["key"], 0)) for one in campaign.strata})
    return replace(found, weights={str(key): weight for key, weight in weights.items() if weight})


def sales_year(campaign: Campaign) -> int | None:
    """The year whose sales weigh its customers: the last one with figures before it began."""
    return sales.year_before((campaign.opens_at or campaign.made_at).astimezone(zone()).year)


def shown_until(campaign: Campaign) -> tuple[date | None, bool]:
    """The last day of which answers to an anonymous survey are shown while it runs, and whether there is none yet.

    Days are shown in lots of at least five answers, and a lot only when five more wait behind it: whoever looks today
    and tomorrow, or before the end and after it, cannot reckon out a small group.
    """
    if not campaign.is_anonymous or campaign.state != RUNNING:
        return None, False
    rows = select(Response.sent_on, func.count()).where(Response.campaign_id == campaign.id, Response.state == SENT)
    by_day = dict(rows_of(rows.group_by(Response.sent_on)))
    left, lot, until = sum(by_day.values()), 0, None
    for day in sorted(one for one in by_day if one is not None and one < today()):
        lot, left = lot + by_day[day], left - by_day[day]
        if lot >= FEWEST and left >= FEWEST:
            until, lot = day, 0
    return until, until is None


def responses(what: Asked, columns: Sequence[str]) -> Iterator[Any]:
    """(the groups by these columns …, how many responses, how many of them were sent)."""
    groups = [column(name).label(name) for name in columns]
    sent = func.sum(case((Response.state == SENT, 1), else_=0))
    rows = select(*groups, func.count(), sent).where(*what.counted())
    yield from rows_of(rows.group_by(*[one.name for one in groups]))


def versions(what: Asked) -> list[int]:
    """The versions of the questionnaire answers were given to."""
    return list(db.session.scalars(select(Response.questionnaire_version_id).where(*what.counted()).distinct()))


def era(paper: Paper):
    """Since when an answer's question means the same, as the database reckons it."""
    if len(paper.versions) == 1:
        newest = paper.newest
        of_code = [(Answer.question == code, number) for code, number in newest.eras.items() if number]
        return case(*of_code, else_=0) if of_code else literal(0, Integer)
    changed = [
        (and_(Answer.questionnaire_version_id == one.id, Answer.question == code), number)
        for one in paper.versions
        for code, number in one.eras.items()
        if number
    ]
    return case(*changed, else_=0) if changed else literal(0, Integer)


@dataclass
class Tally:
    """What was answered to one question or item in one group: how often each thing, how often «not applicable»."""

    given: Counter
    not_applicable: int = 0

    @property
    def n(self) -> int:
        return sum(self.given.values())


def tallies(what: Asked, paper: Paper, codes: Sequence[str] | None = None) -> dict[tuple[Key, str], Tally]:
    """How often each answer was given, of all questions or of these, by group and in all; words count without being read."""
    by = column(what.by) if what.by else literal(WHOLE, String)
    rows = (
        select(
            Answer.question, Answer.item, era(paper).label("era"), by.label("grp"), Answer.number, Answer.choice,
            Answer.is_not_applicable, func.count(),
        )
        .join(Response, Response.id == Answer.response_id)
        .where(Answer.campaign_id == what.campaign.id, *what.counted())
        .group_by(
            Answer.question, Answer.item, "era", "grp", Answer.number, Answer.choice, Answer.is_not_applicable
        )
    )  # fmt: skip
    if codes is not None:
        rows = rows.where(Answer.question.in_(codes))
    found: dict[tuple[Key, str], Tally] = {}
    for question, item, since, key, number, choice, is_na, count in rows_of(rows):
        for group in {key, WHOLE}:
            tally = found.setdefault(((question, item, since), group), Tally(Counter()))
            if is_na:
                tally.not_applicable += count
            else:
                tally.given[choice if choice is not None else number] += count
    return found


def people(what: Asked, paper: Paper, codes: Sequence[str]) -> Mapping[tuple[Key, str], int]:
    """How many responses answered these questions of several items, «not applicable» left out, by group and in all."""
    by = column(what.by) if what.by else literal(WHOLE, String)
    rows = (
        select(Answer.question, era(paper).label("era"), by.label("grp"), func.count(Answer.response_id.distinct()))
        .join(Response, Response.id == Answer.response_id)
        .where(
            Answer.campaign_id == what.campaign.id, Answer.question.in_(codes), Answer.is_not_applicable.is_(False),
            *what.counted(),
        )
        .group_by(Answer.question, "era", "grp")
    )  # fmt: skip
    found: Counter = Counter()
    for question, since, key, n in rows_of(rows):
        for group in {key, WHOLE}:
            found[(question, "", since), group] += n
    return found


def worth(paper: Paper):
    """What an answer is worth: of one to five by its version's own scale, of ten from 0 to 100, of NPS −100, 0, 100."""
    number = cast(Answer.number, Float)
    ways = []
    for version in paper.versions:
        of_kind: dict[str, list[str]] = {}
        for one in version.document.questions():
            if one.kind in MEASURED:
                of_kind.setdefault(MEASURED[one.kind], []).append(one.code)
        reckoned = {
            TEN: (number - 1) / 9 * 100,
            NPS: case((number >= 9, 100.0), (number <= 6, -100.0), else_=0.0),
            NUMBER: number,
        }
        for how, value in reckoned.items():
            if codes := of_kind.get(how):
                ways.append((_asked_by(version.id, paper, codes), value))
        stars = case(
            *((number == star, float(points)) for star, points in enumerate(version.values, 1)), else_=cast(None, Float)
        )
        if codes := of_kind.get(STARS):
            ways.append((_asked_by(version.id, paper, codes), stars))
    return case(*ways, else_=cast(None, Float)) if ways else cast(None, Float)


def _asked_by(version: int, paper: Paper, codes: list[str]):
    within = Answer.question.in_(codes)
    return within if len(paper.versions) == 1 else and_(Answer.questionnaire_version_id == version, within)


def units(what: Asked, paper: Paper, codes: Sequence[str] | None = None) -> Select:
    """What is averaged, one row an answer, or an account's mean of its answers: question, item, era, grp, unit (whose: an
    answer's or an account's), w (weight), n (answers behind it), hit (share satisfied), points (worth)."""
    measured = [one.code for one in paper.lines] if codes is None else list(codes)
    group = column(what.by) if what.by else literal(WHOLE, String)
    points, hit = worth(paper), case((Answer.number >= 4, 1.0), else_=0.0)
    rows = (
        select(Answer.question.label("question"), Answer.item.label("item"), era(paper).label("era"), group.label("grp"))
        .join(Response, Response.id == Answer.response_id)
        .where(
            Answer.campaign_id == what.campaign.id, Answer.number.is_not(None), Answer.question.in_(set(measured)),
            *what.counted(),
        )
    )  # fmt: skip
    if what.level == PER_ANSWER:
        return rows.add_columns(
            Answer.response_id.label("unit"), literal(1.0, Float).label("w"), literal(1, Integer).label("n"),
            hit.label("hit"), points.label("points"),
        )  # fmt: skip
    unit = func.coalesce(Response.customer_id, -Response.id).label("unit")
    return rows.add_columns(
        unit, func.max(_weight(what)).label("w"), func.count().label("n"), func.avg(hit).label("hit"),
        func.avg(points).label("points"),
    ).group_by("question", "item", "era", "grp", "unit")  # fmt: skip


def weights(what: Asked) -> dict[int, float]:
    """By response for how much it counts at the level, as whoever reckons the figures from single answers needs it: an
    account's weight is shared by the answers of its contacts."""
    rows = select(Response.id, func.coalesce(Response.customer_id, -Response.id)).where(*what.counted())
    if what.level == PER_ANSWER:
        return {key: 1.0 for key, _ in rows_of(rows)}
    found = list(rows_of(rows.add_columns(_weight(what))))
    answers = Counter(customer for _, customer, _ in found)
    return {key: float(weight) / answers[customer] for key, customer, weight in found}


def _weight(what: Asked):
    """For how much an account counts: for those of its stratum who were not heard too, and for its sales."""
    ways = [(Response.stratum == key, weight) for key, weight in (what.weights or {}).items()]
    of_stratum = cast(case(*ways, else_=1.0), Float) if ways else literal(1.0, Float)
    if what.level != PER_SALES:
        return of_stratum
    spent = select(Sales.amount).where(Sales.customer_id == Response.customer_id, Sales.year == what.sales_year)
    return of_stratum * spent.scalar_subquery()
