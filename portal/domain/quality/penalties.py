"""What weighs on a provider (R32): standings without support, harm to the market, penalties, stars with their history."""

from datetime import date, timedelta

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db, in_turn
from portal.domain import journal, outbox, settings
from portal.domain.people.models import Person, Provider
from portal.domain.people.queries import handlers_of, staff
from portal.domain.people.roles import Role
from portal.domain.quality.days import today
from portal.domain.quality.limits import TURN, need_supervisor
from portal.domain.quality.support_models import MarketHarm, Penalty, ProviderStanding, StarRating
from portal.domain.refusals import Refused
from portal.domain.tickets.lifecycle import handled_by
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.orders import orders
from portal.i18n import N_

STANDINGS = {"transition": N_("In transition"), "suspended": N_("Suspended")}
SORTS = {
    "fine": N_("Fine"),
    "star_down": N_("One star less"),
    "stars_removed": N_("All stars removed"),
    "removal": N_("Removed from the network"),
}
FAR = timedelta(days=366)
"""So far back or ahead a transition or suspension may begin: beyond is a slip of the finger."""
TAKES_STARS = ("star_down", "stars_removed")
TOLD = {
    "provider.standing": N_("{by} noted: {became} from {since}; {why}"),
    "provider.standing_ended": N_("{by} ended “{was}” on {until}"),
    "provider.harm": N_("{by} noted severe harm in {month}: {why}"),
    "provider.harm_withdrawn": N_("{by} withdrew the harm noted in {month}: {why}"),
    "provider.penalty": N_("{by} proposed a penalty: {became}; {why}"),
    "provider.penalty_decided": N_("{by} decided on the penalty “{was}”: {became}; {why}"),
    "provider.stars": N_("{by} changed the stars from {was} to {became}: {why}"),
}
GRANTED = {True: N_("Granted"), False: N_("Declined")}


def note_standing(provider: Provider, sort: str, since: date, reason: str, by: Person) -> ProviderStanding:
    """From this day on the provider is in transition or suspended: no support (R32)."""
    need_supervisor(by)
    if abs(since - today()) > FAR:
        raise Refused(N_("Please choose a day within a year of today.")).beside("since")
    in_turn(TURN)
    if standings(provider, open_only=True):
        raise Refused(N_("{name} is in transition or suspended already; end that first."), name=provider.name)
    row = ProviderStanding(
        provider_id=provider.id, sort=sort, from_on=since, reason=reason, by_id=by.id, at=clock.now()
    )
    db.session.add(row)
    journal.write("provider.standing", provider, by, became=STANDINGS[sort], why=reason, since=since.isoformat())
    return row


def end_standing(row: ProviderStanding, provider: Provider, until: date, by: Person) -> None:
    """The last day of it."""
    need_supervisor(by)
    db.session.refresh(row, ["until_on"], with_for_update=True)
    if (no := why_not_end(row)) is not None:
        raise Refused(no)
    if until < row.from_on:
        raise Refused(N_("It cannot end before it began."))
    row.until_on = until
    journal.write("provider.standing_ended", provider, by, was=STANDINGS[row.sort], until=until.isoformat())


def why_not_end(row: ProviderStanding) -> str | None:
    """Why it cannot be ended now, as a marked sentence; none if it can."""
    return None if row.until_on is None else N_("This has ended already.")


def standings(provider: Provider, open_only: bool = False) -> list[ProviderStanding]:
    """The stretches without support, the newest first."""
    rows = db.select(ProviderStanding).where(ProviderStanding.provider_id == provider.id)
    rows = rows.where(ProviderStanding.until_on.is_(None)) if open_only else rows
    return list(db.session.scalars(rows.order_by(ProviderStanding.from_on.desc(), ProviderStanding.id.desc())))


def note_harm(provider: Provider, month: date, what: str, by: Person, ticket: Ticket | None = None) -> MarketHarm:
    """Severe harm to the market or in the media by this provider's neglect, in a month."""
    need_supervisor(by)
    row = MarketHarm(
        provider_id=provider.id, month=month, what=what, ticket=ticket, by_id=by.id, at=clock.now(), withdrawn_why=""
    )
    db.session.add(row)
    number = ticket.number if ticket else ""
    journal.write("provider.harm", provider, by, why=what, month=f"{month:%Y-%m}", number=number)
    return row


def withdraw_harm(row: MarketHarm, provider: Provider, why: str, by: Person) -> None:
    """It was not so; it stays readable with the reason."""
    need_supervisor(by)
    db.session.refresh(row, ["withdrawn_at"], with_for_update=True)
    if (no := why_not_withdraw(row)) is not None:
        raise Refused(no)
    row.withdrawn_at, row.withdrawn_why = clock.now(), why
    journal.write("provider.harm_withdrawn", provider, by, why=why, month=f"{row.month:%Y-%m}")


def why_not_withdraw(row: MarketHarm) -> str | None:
    """Why it cannot be withdrawn now, as a marked sentence; none if it can."""
    return None if row.withdrawn_at is None else N_("This was withdrawn already.")


def harms(provider: Provider) -> list[MarketHarm]:
    """The harm noted for a provider, the newest first."""
    rows = db.select(MarketHarm).where(MarketHarm.provider_id == provider.id).options(joinedload(MarketHarm.ticket))
    return list(db.session.scalars(rows.order_by(MarketHarm.month.desc(), MarketHarm.id.desc())))


def propose(
    provider: Provider, sort: str, reason: str, by: Person, amount: int | None = None, ticket: Ticket | None = None
) -> Penalty:
    """Propose a penalty for a mishandled major complaint; the managers hear of it and decide."""
    need_supervisor(by)
    rules = settings.policy().support
    _need_mishandled(provider, ticket)
    if sort == "fine" and not rules.penalty_from_yuan <= (amount or 0) <= rules.penalty_to_yuan:
        raise Refused(
            N_("A fine is between {least} and {most} yuan."), least=rules.penalty_from_yuan, most=rules.penalty_to_yuan
        )
    if sort in TAKES_STARS:
        _need_stars(provider)
    row = Penalty(
        provider=provider, sort=sort, amount_yuan=amount if sort == "fine" else None, reason=reason, by=by,
        at=clock.now(), ticket=ticket, decision="",
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    journal.write("provider.penalty", provider, by, became=SORTS[sort], why=reason, amount=row.amount_yuan)
    for manager in staff(Role.MANAGER):
        if manager.id != by.id:
            _letter("penalty_proposed", manager, row, provider, "proposed", by=by.name)
    return row


def _need_mishandled(provider: Provider, ticket: Ticket | None) -> None:
    """A penalty is for a major complaint that this provider had an order of."""
    if ticket is None:
        raise Refused(N_("Please name the major complaint that was mishandled.")).beside("number")
    no = None
    if not ticket.is_major:
        no = N_("{number} is no major complaint; penalties are for these.")
    elif provider.id not in {order.provider_id for order in orders(ticket)}:
        no = N_("{name} never had an order of {number}.")
    if no is not None:
        raise Refused(no, name=provider.name, number=ticket.number).beside("number")


def _need_stars(provider: Provider) -> None:
    if not stars_of(provider):
        raise Refused(N_("{name} has no stars that could be taken."), name=provider.name).beside("sort")


def why_not_decide(row: Penalty, by: Person) -> str | None:
    """Why this person cannot decide on the penalty, as a marked sentence; none if they can."""
    if row.decided_at is not None:
        return N_("This penalty is decided already.")
    if not by.has(Role.MANAGER):
        return N_("A manager decides on penalties.")
    if by.id == row.by_id or (row.ticket is not None and by.id in handled_by(row.ticket)):
        return N_("You proposed it or had a hand in the complaint; another manager has to decide.")
    return None


def decide(row: Penalty, provider: Provider, is_granted: bool, reason: str, by: Person) -> None:
    """Grant or decline it; whoever proposed it hears so. Stars change with what is granted, and the provider hears of
    it. Removal only is noted: orders end when the administrator closes the provider."""
    db.session.refresh(row, ["decided_at"], with_for_update=True)
    if (no := why_not_decide(row, by)) is not None:
        raise Refused(no)
    row.decided_by, row.decided_at, row.is_granted, row.decision = by, clock.now(), is_granted, reason
    became = GRANTED[is_granted]
    journal.write("provider.penalty_decided", provider, by, was=SORTS[row.sort], became=became, why=reason)
    if row.by.is_active:
        _letter("penalty_decided", row.by, row, provider, "decided", by=by.name, granted=is_granted, why=reason[:500])
    if not is_granted:
        return
    facts = {}
    if row.sort in TAKES_STARS:
        in_turn(TURN)
        _need_stars(provider)
        was = stars_of(provider) or 0
        facts = {"was": was, "became": 0 if row.sort == "stars_removed" else was - 1}
        rate(provider, facts["became"], row.reason, by, row)
    for handler in handlers_of(provider):
        _letter(
            "penalty_granted",
            handler,
            row,
            provider,
            "granted",
            number=row.ticket.number if row.ticket else "",
            **facts,
        )


def penalties(provider: Provider) -> list[Penalty]:
    """The penalties of a provider, the newest first."""
    along = map(joinedload, (Penalty.ticket, Penalty.by, Penalty.decided_by))
    rows = db.select(Penalty).where(Penalty.provider_id == provider.id).options(*along)
    return list(db.session.scalars(rows.order_by(Penalty.id.desc())))


def about(rows: Select, ticket: Ticket) -> tuple[list[Provider], list[Penalty]]:
    """Who had an order of this ticket and could be given a penalty, and those (visible ones) proposed for it so far."""
    had = {order.provider.id: order.provider for order in orders(ticket) if order.provider is not None}
    mine = rows.where(Penalty.provider_id.in_(had), Penalty.ticket_id == ticket.id).options(
        joinedload(Penalty.provider)
    )
    return list(had.values()), list(db.session.scalars(mine.order_by(Penalty.id))) if had else []


def granted(rows: Select, provider_id: int) -> list[Penalty]:
    """Of these penalties (visible ones) those that a provider was given, the newest first."""
    given = rows.where(Penalty.provider_id == provider_id, Penalty.is_granted.is_(True)).options(
        joinedload(Penalty.ticket)
    )
    return list(db.session.scalars(given.order_by(Penalty.id.desc())))


def undecided(rows: Select, limit: int = 50) -> list[Penalty]:
    """Of these penalties (visible ones) those that wait for a manager, the oldest first."""
    waiting = rows.where(Penalty.decided_at.is_(None)).options(joinedload(Penalty.provider), joinedload(Penalty.by))
    return list(db.session.scalars(waiting.order_by(Penalty.id).limit(limit)))


def undecided_count() -> Select:
    """How many penalties wait for a manager, 100 at most; as a statement."""
    few = db.select(Penalty.id).where(Penalty.decided_at.is_(None)).limit(100).subquery()
    return db.select(db.func.count()).select_from(few)


def rate(provider: Provider, stars: int, why: str, by: Person, penalty: Penalty | None = None) -> StarRating:
    """The provider has so many stars from now on, and hears of it; of those a penalty takes it hears with that."""
    most = settings.policy().support.stars
    if not 0 <= stars <= most:
        raise Refused(N_("Stars are between 0 and {most}."), most=most)
    if penalty is None:
        need_supervisor(by)
    in_turn(TURN)
    was = stars_of(provider)
    row = StarRating(
        provider_id=provider.id, stars=stars, why=why, penalty_id=penalty.id if penalty else None, by=by, at=clock.now()
    )
    db.session.add(row)
    journal.write("provider.stars", provider, by, was="—" if was is None else str(was), became=str(stars), why=why)
    if penalty is None:
        db.session.flush()
        for handler in handlers_of(provider):
            outbox.post(
                "stars_changed", handler, key=f"stars:{row.id}", provider=provider.name, was=was, became=stars, most=most,
                why=why[:500],
            )  # fmt: skip
    return row


def ratings(provider: Provider) -> list[StarRating]:
    """The history of a provider's stars, the newest first."""
    rows = db.select(StarRating).where(StarRating.provider_id == provider.id).options(joinedload(StarRating.by))
    return list(db.session.scalars(rows.order_by(StarRating.id.desc())))


def stars_of(provider: Provider) -> int | None:
    """How many stars it has; none if nobody has rated it yet."""
    rows = db.select(StarRating.stars).where(StarRating.provider_id == provider.id)
    return db.session.scalar(rows.order_by(StarRating.id.desc()).limit(1))


def _letter(template: str, to: Person, row: Penalty, provider: Provider, event: str, **facts) -> None:
    outbox.post(
        template, to, key=f"penalty:{row.id}:{event}", provider=provider.name, penalty=SORTS[row.sort],
        amount=row.amount_yuan or "", reason=row.reason[:500], provider_id=provider.id, **facts,
    )  # fmt: skip
