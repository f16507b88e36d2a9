"""The standing plan and its coverage (R25): who is surveyed by what and when, who was not heard for a year, what to do.

Gold cards every half-year as a census, silver cards a stratified sample a year, one finished project a month, and every
key customer at least once a year.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.people.models import Contact, Customer, Person, Project, Sales
from portal.domain.quality.days import begins, following, today, zone
from portal.domain.refusals import Refused
from portal.domain.surveys import campaigns, letters, questionnaires
from portal.domain.surveys import population as populations
from portal.domain.surveys.answer_models import MODES, Participation
from portal.domain.surveys.campaign_models import CANCELLED, CLOSED, DRAFT, RUNNING, Campaign, Invitation, OptOut
from portal.domain.surveys.models import QuestionnaireVersion
from portal.domain.surveys.population import Population
from portal.i18n import N_, Words

DONE, NOW, PREPARED, AHEAD, DUE, LATE, NOTHING = "done", "now", "prepared", "ahead", "due", "late", "nothing"
STANDINGS = {
    DONE: N_("Done"), NOW: N_("Under way"), PREPARED: N_("Being prepared"), AHEAD: N_("Ahead"), DUE: N_("Due now"), LATE: N_("Left undone"),
    NOTHING: N_("No finished project to ask about"),
}  # fmt: skip
TONES = {DONE: "good", NOW: "info", PREPARED: "warn", AHEAD: "", DUE: "warn", LATE: "bad", NOTHING: "quiet"}
NO_CONTACT, OPTED_OUT, ASKED, REPEAT, NEW = "no_contact", "opted_out", "asked", "repeat", "new"
TO_DO = {
    NO_CONTACT: N_("No contact can be reached: add one with an address or an account"),
    OPTED_OUT: N_("All contacts want no more surveys: the account manager asks them in person, or names somebody else"),
    ASKED: N_("Is being asked; if no answer comes, call"),
    REPEAT: N_("Was asked and has not answered: ask somebody else, or call"),
    NEW: N_("Was never asked: make the campaign"),
}
LOOKS_BACK = 3
"""Months whose finished projects a monthly campaign may still choose among."""
CLOSES = time(18)


@dataclass
class Slot:
    """One thing the plan asks for, in its period; `ends` is the first day after it."""

    plan: str
    year: int
    part: int
    begins: date
    ends: date
    campaigns: list[Campaign] = field(default_factory=list)
    is_void: bool = False
    """There is nothing it could ask about."""

    @property
    def standing(self) -> str:
        """How it stands today: due from its first day on, missed once a month of it (or all of it) has passed."""
        states = {one.state for one in self.campaigns}
        for state, standing in ((RUNNING, NOW), (CLOSED, DONE), (DRAFT, PREPARED)):
            if state in states:
                return standing
        if today() < self.begins:
            return AHEAD
        if self.is_void:
            return NOTHING
        return LATE if today() >= self.ends else DUE

    @property
    def words(self) -> Words:
        """The period in both languages."""
        if self.plan == "gold":
            return Words(
                f"{self.year} 年{'上下'[self.part - 1]}半年",
                f"{('First', 'Second')[self.part - 1]} half of {self.year}",
            )
        if self.plan == "project":
            return Words(f"{self.year} 年 {self.part} 月", f"{self.begins:%B} {self.year}")
        return Words(f"{self.year} 年", f"{self.year}")


def slots(year: int, rows: Select) -> list[Slot]:
    """All the plan asks for in a year, with the campaigns (of these rows) that fulfil it, in one statement."""
    found = _empty(year)
    at = db.func.coalesce(Campaign.opens_at, Campaign.made_at)
    within = rows.where(
        Campaign.plan != "other",
        Campaign.state != CANCELLED,
        at >= begins(date(year, 1, 1)),
        at < begins(date(year + 1, 7, 1)),
    )
    for one in db.session.scalars(within.order_by(at)):
        day = (one.opens_at or one.made_at).astimezone(zone()).date()
        slot = next((slot for slot in found if slot.plan == one.plan and slot.begins <= day < slot.ends), None)
        if slot is not None:
            slot.campaigns.append(one)
    _look_for_projects([one for one in found if one.plan == "project" and not one.campaigns and one.begins <= today()])
    return found


def _look_for_projects(open_ones: Sequence[Slot]) -> None:
    """Which of these months have no finished project left that nobody was asked about? In one statement for all."""
    if not open_ones:
        return
    whole = Population(
        finished_from=following(open_ones[0].begins, -LOOKS_BACK), finished_until=open_ones[-1].ends - timedelta(days=1)
    )
    rows = db.select(Project.finished_on).join(Customer, Customer.id == Project.customer_id).distinct()
    days = list(db.session.scalars(rows.where(Customer.closed_on.is_(None), *populations.finished(whole))))
    for one in open_ones:
        rule = _rule(one)
        one.is_void = not any(rule.finished_from <= day <= rule.finished_until for day in days)


def _empty(year: int) -> list[Slot]:
    first = date(year, settings.policy().surveys.first_month, 1)
    half, whole = following(first, 6), date(year + 1, 1, 1)
    months = [date(year, month, 1) for month in range(1, 13)]
    return [
        Slot("gold", year, 1, first, half), Slot("gold", year, 2, half, following(first, 12)),
        Slot("silver", year, 1, date(year, 1, 1), whole), Slot("yearly", year, 1, date(year, 1, 1), whole),
        *(Slot("project", year, month.month, month, following(month)) for month in months),
    ]  # fmt: skip


@dataclass(frozen=True)
class Covered:
    """Customers of one card level: how many there are, how many were heard within a year, how many are being asked."""

    card: str
    customers: int
    heard: int
    asked: int
    sales: float = 0.0
    """Of the year the sales are known of, in 10,000 yuan."""
    sales_heard: float = 0.0

    @property
    def open(self) -> int:
        """Neither heard nor being asked."""
        return self.customers - self.heard - self.asked


def covered(rows: Select, year: int | None = None) -> list[Covered]:
    """The coverage of the twelve months up to today among these customers, by card level; in money by the sales of a year."""
    heard = Customer.id.in_(populations.heard_since(today() - populations.YEAR))
    asked = ~heard & Customer.id.in_(populations.asked_now())
    rows = rows.outerjoin(Sales, (Sales.customer_id == Customer.id) & (Sales.year == year))
    amount = db.func.coalesce(Sales.amount, 0.0)
    counted = rows.where(Customer.closed_on.is_(None)).with_only_columns(
        Customer.card,
        db.func.count(),
        db.func.sum(db.case((heard, 1), else_=0)),
        db.func.sum(db.case((asked, 1), else_=0)),
        db.func.sum(amount),
        db.func.sum(db.case((heard, amount), else_=0.0)),
    )
    found = {one[0]: Covered(*one) for one in db.session.execute(counted.group_by(Customer.card))}
    order = [one.code for one in settings.policy().known("cards")]
    return [found[card] for card in sorted(found, key=lambda card: order.index(card) if card in order else len(order))]


@dataclass(frozen=True)
class Unheard:
    """A customer of whom nobody has answered for a year, and what can be done about it."""

    customer: Customer
    heard_on: date | None
    asked_at: datetime | None
    to_do: str


def unheard(rows: Select, after: int | None, limit: int) -> list[Unheard]:
    """Customers (of these rows) not heard for a year, by number; one statement however many."""
    heard_on = _of_customer(db.func.max(Participation.on), Participation.customer_id)
    asked_at = _of_customer(db.func.max(Invitation.sent_at), Invitation.customer_id)
    away = db.select(OptOut.contact_id).where(OptOut.ended_at.is_(None))
    reached = (Contact.person_id.is_not(None)) | (Contact.email != "") | (Contact.phone != "")
    can = db.select(db.func.count()).where(Contact.customer_id == Customer.id, reached)
    may = can.where(Contact.id.not_in(away))
    found = (
        rows.where(Customer.closed_on.is_(None))
        .options(joinedload(Customer.account_manager))
        .where(Customer.id.not_in(populations.heard_since(today() - populations.YEAR)))
        .add_columns(
            heard_on, asked_at, Customer.id.in_(populations.asked_now()), can.scalar_subquery(), may.scalar_subquery()
        )
    )
    if after is not None:
        found = found.where(Customer.id > after)
    return [
        Unheard(customer, heard, asked, _to_do(bool(now), can, may, asked))
        for customer, heard, asked, now, can, may in db.session.execute(found.order_by(Customer.id).limit(limit))
    ]


def _of_customer(what, column):
    return db.select(what).where(column == Customer.id).correlate(Customer).scalar_subquery()


def _to_do(now: bool, can: int, may: int, asked: datetime | None) -> str:
    if now:
        return ASKED
    if not can:
        return NO_CONTACT
    if not may:
        return OPTED_OUT
    return REPEAT if asked else NEW


def make(by: Person, plan: str, year: int, part: int) -> Campaign:
    """One click: the campaign this slot asks for, with its rule, sample, days and words, drawn; still a draft."""
    campaigns.need_runner(by)
    slot = next((one for one in slots(year, db.select(Campaign)) if (one.plan, one.part) == (plan, part)), None)
    if slot is None:
        raise Refused(N_("The plan does not ask for this."))
    if slot.campaigns and plan != "yearly":
        raise Refused(N_("There is a campaign for this already."))
    if today() >= slot.ends:
        raise Refused(N_("This period is over."))
    if slot.is_void:
        raise Refused(
            N_("No project was finished lately that nobody was asked about; projects stand on the customers' pages.")
        )
    before = _last(plan)
    version = _version(before)
    rule = _rule(slot)
    rules = settings.policy().surveys
    opens = _opens(slot)
    closes = datetime.combine((opens.astimezone(zone()) + timedelta(days=rules.open_days)).date(), CLOSES, zone())
    size, reserve = _sizes(slot, rule)
    title = _title(slot)
    row = campaigns.make(
        by, version, rule, title=title.zh, title_en=title.en, plan=plan, follows_id=before.id if before else None,
        opens_at=opens, closes_at=closes.astimezone(opens.tzinfo), channels=list(MODES), sample_size=size, reserve_size=reserve,
        reminders=[rules.remind_after_days * n for n in range(1, rules.reminders + 1)], target_rate=rules.target_percent,
        **({"letter": before.letter} if before else {}),
    )  # fmt: skip
    campaigns.draw(row, by)
    return row


def _last(plan: str) -> Campaign | None:
    rows = db.select(Campaign).where(Campaign.plan == plan, Campaign.state.in_((RUNNING, CLOSED)))
    return db.session.scalar(rows.order_by(Campaign.id.desc()).limit(1))


def _version(before: Campaign | None) -> QuestionnaireVersion:
    """The newest version of the questionnaire the wave before asked, else of the first there is."""
    usable = questionnaires.published()
    if not usable:
        raise Refused(N_("There is no published questionnaire yet; write and publish one first."))
    if before is not None:
        asked = db.session.get_one(QuestionnaireVersion, before.questionnaire_version_id)
        usable.sort(key=lambda one: one.questionnaire_id != asked.questionnaire_id)
    return usable[0]


def _rule(slot: Slot) -> Population:
    if slot.plan in ("gold", "silver"):
        return Population(cards=(slot.plan,))
    if slot.plan == "yearly":
        return Population(only_unheard=True)
    return Population(
        finished_from=following(slot.begins, -LOOKS_BACK), finished_until=slot.ends - timedelta(days=1), divided_by=()
    )


def _sizes(slot: Slot, rule: Population) -> tuple[int | None, int]:
    """How many are drawn, none for all, and how many in reserve."""
    rules = settings.policy().surveys
    if slot.plan == "project":
        return 1, 2
    if slot.plan != "silver":
        return None, 0
    meant = populations.customers(rule, db.select(Customer)).with_only_columns(Customer.id).subquery()
    number = db.session.scalar(db.select(db.func.count()).select_from(meant)) or 0
    size = -(-number * rules.sample_percent // 100)
    return size, -(-size * rules.reserve_percent // 100)


def _opens(slot: Slot) -> datetime:
    """The morning of the next working day, not before the period begins; at once, where the period is over by then."""
    day = max(today() + timedelta(days=1), slot.begins)
    at = letters.leaves_at(datetime.combine(day, letters.AT, zone())).astimezone(clock.now().tzinfo)
    return at if at < begins(slot.ends) else clock.now()


def _title(slot: Slot) -> Words:
    period = slot.words
    return {
        "gold": Words(f"{period.zh}金卡客户满意度调查", f"Gold-card customers, {period.en}"),
        "silver": Words(f"{period.zh}银卡客户满意度抽样调查", f"Sample of silver-card customers, {period.en}"),
        "project": Words(f"{period.zh}完工项目回访", f"A finished project, {period.en}"),
        "yearly": Words(f"{period.zh}未覆盖客户补充调查", f"Customers not heard yet, {period.en}"),
    }[slot.plan]


def counts(slot_list: Sequence[Slot]) -> dict[str, int]:
    """How many slots stand how."""
    found: dict[str, int] = {}
    for one in slot_list:
        found[one.standing] = found.get(one.standing, 0) + 1
    return found
