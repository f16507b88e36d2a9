"""What is done to departments and providers: whom an order may go to."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select

from portal.db import db
from portal.domain import journal, revisions, settings
from portal.domain.journal import Entry
from portal.domain.people import actions, queries
from portal.domain.people.models import Department, Person, Provider
from portal.domain.policy import Policy
from portal.domain.refusals import Refused
from portal.i18n import N_, Words

FAR = timedelta(days=3653)
"""A last day further away than ten years is a slip of the finger."""
SAME_CODE = N_("This code is taken already.")


def found_departments(departments, by: Person | None) -> None:
    """A department for each of the policy's that has none yet."""
    known = set(db.session.scalars(db.select(Department.code)))
    for department in departments:
        if department.code not in known:
            row = Department(code=department.code, name=department.words.zh, name_en=department.words.en)
            db.session.add(row)
            journal.write("party.registered", row, by, became=row.name)


def register_provider(by: Person, code: str, name: str, region: str) -> Provider:
    """A new provider; its people are invited as handlers."""
    if db.session.scalar(db.select(Provider.id).where(Provider.code == code)):
        raise Refused(SAME_CODE)
    provider = Provider(code=code, name=name, region=region)
    db.session.add(provider)
    journal.write("party.registered", provider, by, became=name)
    return provider


def change_provider(provider: Provider, by: Person, name: str, region: str) -> None:
    """Another name or region."""
    journal.write("party.changed", provider, by, was=f"{provider.name} {provider.region}", became=f"{name} {region}")
    provider.name, provider.region = name, region


def change_department(department: Department, by: Person, name: str, name_en: str) -> None:
    """Another name; the code stays, the policy speaks of it."""
    journal.write("party.changed", department, by, was=department.name, became=name)
    department.name, department.name_en = name, name_en


def close(party: Department | Provider, by: Person, on: date, why: str) -> None:
    """Note the last day of a department, or of a provider's contract; until then everything is as before.

    From the day after no orders go there, those that run go back to the desk, and whoever only worked on them is
    disabled: at once where that day has come, else by `end_due`. Another day may be noted as long as it is open.
    Raises Refused for a department without which something would have nobody to lead it.
    """
    if not party.is_open_on(settings.today()):
        return
    if (no := why_not_close(party, on)) is not None:
        raise no
    verb = "party.dissolved" if isinstance(party, Department) else "party.closed"
    party.closed_on = on
    journal.write(verb, party, by, became=on, why=why)
    if not party.is_open_on(settings.today()):
        _end(party, by, why)


def why_not_close(party: Department | Provider, on: date) -> Refused | None:
    """Why it cannot be closed with this last day: the day is far off; it leads open tickets and would be gone at once; or
    a rule that holds after that day names it as the one that leads. A provider leads by no rule, its orders go back."""
    if abs(on - settings.today()) > FAR:
        return Refused(N_("Please choose a day within ten years of today."))
    if isinstance(party, Provider):
        return None
    from portal.domain.tickets import dispatching  # that room knows this one's tables

    if on < settings.today() and (led := dispatching.led_by(party)):
        no = N_(
            "{name} leads {count} open tickets, the oldest is {number}. Hand them over first, or choose a later day."
        )
        return Refused(no, name=party.words, count=len(led), number=led[0])
    if routes := _routes(party.code, on):
        no = N_(
            "{name} leads by the rules for: {routes}. Name another department there first, under promises and classes."
        )
        return Refused(no, name=party.words, routes=routes)
    return None


def _routes(code: str, after: date) -> Words | None:
    """The kinds, classes and services for which this department leads after that day, by what holds then or later."""
    then = _midnight_after(after)
    later = [plan.id for plan in revisions.plans("policy") if plan.holds_from and plan.holds_from > then]
    known = map(settings.policy, (revisions.in_force_at("policy", then), *later))
    found = {
        one.words: None
        for policy in known
        for one in (*policy.kinds, *policy.classes, *policy.services)
        if one.department == code
    }
    return Words("、".join(one.zh for one in found), ", ".join(one.in_("en") for one in found)) if found else None


def need_open_leads(policy: Policy, until: datetime | None = None) -> None:
    """Raises Refused where a rule lets a department lead that is closed, or is to be before these rules end."""
    leads = {one.department for one in (*policy.kinds, *policy.classes, *policy.services)}
    closing = db.select(Department).where(Department.code.in_(leads), Department.closed_on.is_not(None))
    for department in db.session.scalars(closing.order_by(Department.id)):
        if until is None or _midnight_after(department.closed_on) < until:
            no = N_("{name} is closed after {day} and cannot lead. Choose another department.")
            raise Refused(no, name=department.words, day=department.closed_on)


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(settings.company().zone))


def end_due() -> int:
    """Whose last day is over: its orders go back to the desk, its people are disabled. Gives how many were ended."""
    from portal.domain.tickets import dispatching  # that room knows this one's tables

    ended = 0
    for model, mine in ((Department, Person.department_id), (Provider, Person.provider_id)):
        enabled = db.select(Person.id).where(mine == model.id, Person.disabled_at.is_(None), queries.ONLY_HANDLES)
        left = db.or_(dispatching.works_still(model), enabled.exists())
        for party in db.session.scalars(db.select(model).where(~model.is_open_on(settings.today()), left)).all():
            _end(party, None, _why(party))
            ended += 1
    return ended


def _why(party: Department | Provider) -> str:
    """What was said when its last day was noted; the journal keeps it."""
    said = db.select(Entry.why).where(Entry.record == party.__tablename__, Entry.record_id == party.id)
    rows = said.where(Entry.verb.in_(("party.closed", "party.dissolved"))).order_by(Entry.id.desc())
    return db.session.scalar(rows.limit(1)) or ""


def _end(party: Department | Provider, by: Person | None, why: str) -> None:
    from portal.domain.tickets import dispatching  # that room knows this one's tables

    dispatching.end_with(party, by, why)
    actions.shut_all([one for one in queries.handlers_of(party) if one.only_handles], by, why)


def open_again(party: Department | Provider, by: Person) -> None:
    """There again from today on: orders may go there; its people are enabled one by one. The days between stay known.

    As long as it is open still, its end is taken back, and nothing has happened.
    """
    if party.closed_on is None:
        return
    today = settings.today()
    if party.is_open_on(today):
        journal.write("party.stays", party, by, was=party.closed_on)
    else:
        party.absences = [*party.absences, (f"{party.closed_on}", f"{today}")]
        journal.write("party.opened", party, by)
    party.closed_on = None


def open_ones(rows: Select) -> Select:
    """Of these departments or providers those that are open today."""
    return rows.where(rows.column_descriptions[0]["entity"].is_open_on(settings.today()))


def departments(rows: Select) -> list[Department]:
    """The departments: those that are there first, by number."""
    return list(db.session.scalars(rows.order_by(~Department.is_open_on(settings.today()), Department.id)))


def providers(rows: Select) -> list[Provider]:
    """The providers: those with a contract first, by name."""
    return list(db.session.scalars(rows.order_by(~Provider.is_open_on(settings.today()), Provider.name).limit(300)))


def heads(column) -> dict[int, int]:
    """How many people who may sign in belong to each department (or provider)."""
    mine = Person.department_id if column == "department" else Person.provider_id
    rows = (
        db.select(mine.label("party"), db.func.count().label("heads"))
        .where(mine.is_not(None), Person.disabled_at.is_(None))
        .group_by(mine)
    )
    return {row.party: row.heads for row in db.session.execute(rows)}
