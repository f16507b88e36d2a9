"""The telephone survey of the demo company (R28): who kept silent is called; some answer, some put it off, one breaks off."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta

from portal import clock
from portal.db import db
from portal.demo.lives import Troupe
from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.quality.days import zone
from portal.domain.surveys import answering, call_desk, calling
from portal.domain.surveys.campaign_models import Campaign, Invitation
from portal.domain.surveys.document import read

DAYS = (
    (time(9, 20), "no_answer"), (time(9, 35), "complete"), (time(10, 5), "busy"), (time(10, 30), "complete"), (time(14, 20), "refused"),
    (time(14, 50), "no_answer"), (time(15, 10), "break_off"), (time(16, 0), "appointment"),
)  # fmt: skip
"""What the calls of a working day come to; the first caller makes those of the morning."""


def called(troupe: Troupe, until: datetime, said: Callable) -> Iterator[datetime]:
    """Two working days of calls for the campaigns that are asked by telephone; `said`: what somebody answers."""
    local, calendar = until.astimezone(zone()), settings.calendar()
    days = [day for n in range(1, 15) if calendar.is_working_day(day := (local - timedelta(days=n)).date())][:2]
    for day in reversed(days):
        for n, (hour, outcome) in enumerate(DAYS):
            yield datetime.combine(day, hour, zone()).astimezone(until.tzinfo)
            _call(troupe, troupe.by_role["caller"][(n // 4) % len(troupe.by_role["caller"])], outcome, until, said)


def _call(troupe: Troupe, caller: int, outcome: str, until: datetime, said: Callable) -> None:
    by, words = db.session.get_one(Person, caller), troupe.told("surveys")["hotline"]
    db.session.flush()
    row = call_desk.next_case(db.select(Invitation), call_desk.campaigns(db.select(Campaign)), by)
    if row is None:
        return
    case = call_desk.case(row.id)
    calling.take(case, by)
    case.held_at = clock.now() - timedelta(minutes=6)
    document = read(case.campaign.questionnaire_version.document)
    if outcome == "complete":
        codes = [one.code for one in document.questions()]
        if not answering.send(
            answering.held(case), "phone", said(document), codes, language=case.language, by=by
        ).errors:
            calling.completed(case, by)
        return
    if outcome == "break_off":
        section = document.sections[0]
        answering.save(
            answering.held(case),
            "phone",
            said(document),
            [one.code for one in section.questions],
            section=section.code,
            by=by,
        )
        calling.record(case, by, outcome, words["broken"])
        return
    agreed = None
    if outcome == "appointment":
        agreed = _afternoon(until)
    note = words.get(outcome, "")
    calling.record(case, by, outcome, note, agreed)


def _afternoon(until: datetime) -> datetime:
    """The next half past three of a working day."""
    local, calendar = until.astimezone(zone()), settings.calendar()
    day = local.date() if local.time() < time(15) else local.date() + timedelta(days=1)
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    return datetime.combine(day, time(15, 30), zone()).astimezone(until.tzinfo)
