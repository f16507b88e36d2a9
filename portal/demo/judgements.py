"""What the demo's supervisors judge in its year (R19): each Friday the complaints closed before; some parties appeal."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.demo import hours
from portal.demo.lives import Troupe
from portal.domain.people.models import Person
from portal.domain.quality import liability, liability_list
from portal.domain.quality.days import zone
from portal.domain.quality.models import Liability
from portal.domain.tickets.models import Message, Ticket

APPEALS_EVERY = 6
"""One in so many that are found liable appeals."""
LEFT = timedelta(days=15)
"""What was closed less long ago still waits to be judged."""


def judged(troupe: Troupe, since: datetime) -> Iterator[datetime]:
    """Friday after Friday at three: the appeals that wait are decided, the complaints closed meanwhile judged."""
    bench = _Bench(troupe)
    day = since.astimezone(zone()).date()
    day += timedelta(days=(4 - day.weekday()) % 7)
    while True:
        yield _at(day, 15)
        bench.decide_appeals()
        liable = bench.judge()
        yield _at(day + timedelta(days=4), 10)  # the Tuesday after
        for row in liable:
            bench.appeal(row)
        day += timedelta(days=7)


def cause_of(ticket: Ticket) -> str:
    """What the handling party found and said; whatever is decided or objected to later speaks of the same."""
    said = db.select(Message.shape).where(Message.ticket_id == ticket.id).order_by(Message.id.desc())
    causes = (shape["cause"] for shape in db.session.scalars(said) if shape and shape.get("cause"))
    return next(causes, "承办单位未写明原因").rstrip("。")


class _Bench:
    """Two supervisors, and the reasons they have for each sort of cause: each said in turn."""

    def __init__(self, troupe: Troupe):
        self.troupe, self.said = troupe, troupe.told("judgements")
        self.turns, self.liable, self.appealed = {}, count(), count()

    def judge(self) -> list[int]:
        """Judge what waits; the decisions that will be appealed, by id."""
        before, appealing = clock.now() - LEFT, []
        waiting = liability_list.undecided(db.select(Ticket), None, 50)
        leads = liability_list.leads(waiting)
        for ticket in waiting:
            if ticket.id not in leads or ticket.closed_at is None or ticket.closed_at > before:
                continue
            by = self._free(ticket)
            if by is None:
                continue
            found = self.said["reasons"][ticket.cause_code or "unknown"]
            turn = self.turns.setdefault(ticket.cause_code or "unknown", count())
            reason = found["texts"][next(turn) % len(found["texts"])].format(cause=cause_of(ticket))
            party = leads[ticket.id].party
            row = liability.decide(ticket, by, party, found["liable"], reason, degree=found.get("degree"))
            if row.is_liable and next(self.liable) % APPEALS_EVERY == APPEALS_EVERY - 1:
                appealing.append(row.id)
        return appealing

    def appeal(self, key: int) -> None:
        """The party's handler appeals within its days."""
        row = self._row(key)
        where = ("provider", row.provider_id) if row.provider_id else ("department", row.department_id)
        handlers = self.troupe.handlers.get(where)
        if handlers:
            by = self._who(handlers[0])
            known = self.said["appeals"][row.ticket.cause_code or "unknown"]
            one = known[next(self.appealed) % len(known)]
            liability.appeal(row, row.ticket, by, one["words"].format(cause=cause_of(row.ticket)))

    def decide_appeals(self) -> None:
        """Another supervisor decides, by what the appeal says."""
        for row in liability_list.appeals(db.select(Liability)):
            answer = self._answer(row)
            for key in self.troupe.by_role["supervisor"]:
                by = self._who(key)
                if answer and liability.why_not_decide_appeal(row, row.ticket, by) is None:
                    liability.decide_appeal(row, row.ticket, by, answer["upheld"], answer["reason"])
                    break

    def _answer(self, row: Liability) -> dict | None:
        """What belongs to the appeal that was made."""
        known, cause = self.said["appeals"].get(row.ticket.cause_code or "unknown", ()), cause_of(row.ticket)
        return next((one for one in known if one["words"].format(cause=cause) == row.appeal), None)

    def _free(self, ticket: Ticket) -> Person | None:
        people = map(self._who, self.troupe.by_role["supervisor"])
        return next((one for one in people if liability.why_not_decide(ticket, one) is None), None)

    def _row(self, key: int) -> Liability:
        rows = db.select(Liability).where(Liability.id == key).options(*liability_list.WITH)
        return db.session.scalars(rows).one()

    def _who(self, key: int) -> Person:
        along = (Person.department, Person.provider)
        rows = db.select(Person).where(Person.id == key).options(*map(joinedload, along))
        return db.session.scalars(rows).one()


def _at(day: date, hour: int) -> datetime:
    return hours.on_duty(datetime.combine(day, time(hour, day.toordinal() * 7 % 60), zone()))
