"""Surveys of the demo year (R25, R27): a wave of gold cards that has ended, one that runs, a sample of silver cards, a finished project."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from portal import clock
from portal.db import db
from portal.demo.lives import Troupe
from portal.domain.people.models import Person, Project
from portal.domain.quality.days import begins, first, following, today, zone
from portal.domain.surveys import answering, campaigns, plan, questionnaires, running
from portal.domain.surveys.answer_models import LINK, PHONE, PORTAL
from portal.domain.surveys.campaign_models import Campaign, Invitation
from portal.domain.surveys.document import Document, Question, read
from portal.domain.surveys.links import along
from portal.domain.surveys.questions import Posted

FIRST, SILVER, SECOND = 255, 46, 12
"""Days before today on which the waves are prepared; each is launched a day later."""
PROJECTS, ASKED_ON = 8, 12
"""How many months a finished project was asked about, and the day of the month on which it is prepared."""
FIRST_MOOD, SECOND_MOOD = 0.15, 0.35
"""How much better than usual the customers of the first wave think of us, in stars."""

LEANS = {"price": -0.5, "delivery": -0.35, "manager": 0.45, "service": 0.1}
"""How often customers think worse or better of a side of the service than of the whole."""
MATTERS = {"quality": 1, "delivery": 2, "service": 2.5, "price": 3.5, "manager": 4}
"""At about which place customers put each side, asked what matters to them."""


def waved(troupe: Troupe, until: datetime) -> Iterator[datetime]:
    """Each moment of all waves, in their order; what is done follows when it has come."""
    deeds = [
        *_wave(_Wave(troupe, "gold", FIRST_MOOD), until, FIRST, 0.72, True),
        *_wave(_Wave(troupe, "silver", 0.0), until, SILVER, 0.66, True),
        *_wave(_Wave(troupe, "gold", SECOND_MOOD), until, SECOND, 0.5, False),
        *(deed for n in range(PROJECTS) for deed in _project(troupe, until, n)),
    ]
    for at, deed in sorted(deeds, key=lambda pair: pair[0]):
        yield at
        deed()


def on_the_telephone(troupe: Troupe) -> Callable[[Document], Posted]:
    """What whoever is called in the second wave answers."""
    return _Wave(troupe, "gold", SECOND_MOOD).said_by


def _wave(wave: "_Wave", until: datetime, days: int, share: float, over: bool) -> Iterator[tuple]:
    """Prepared, launched the day after, answered day by day, reminded of; ended by its date, where it is over."""
    begun = (until - timedelta(days=days)).astimezone(zone()).replace(hour=9, minute=20)
    lasts = 22 if over else days - 2
    yield begun, wave.prepare
    yield begun + timedelta(days=1, hours=1), wave.launch
    for day in range(2, max(lasts, 3)):
        yield begun + timedelta(days=day, hours=day * 5 % 7), lambda day=day: wave.answer(share * day / lasts)
        yield begun + timedelta(days=day, hours=1), running.every_hour
    yield begun + timedelta(days=min(3, lasts)), wave.decline
    if over:
        yield begun + timedelta(days=26), running.every_minute


def _project(troupe: Troupe, until: datetime, n: int) -> Iterator[tuple]:
    """A project is finished, and some weeks later its customer is asked about it."""
    month = following(first(until.astimezone(zone()).date()), -n - 1)
    days = (until - begins(month)).days - ASKED_ON + 1
    yield until - timedelta(days=days + 12), lambda: _finish_one(troupe, n)
    yield from _wave(_Wave(troupe, "project", 0.3 - n / 100), until, days, 1.0, True)


def _finish_one(troupe: Troupe, n: int) -> None:
    """Of another customer each time."""
    customer = troupe.customers[3 * n + 1][0]
    rows = db.select(Project).where(Project.customer_id == customer, Project.finished_on.is_(None)).order_by(Project.id)
    one = db.session.scalars(rows).first()
    if one is not None:
        one.finished_on = today() - timedelta(days=2)


class _Wave:
    """One wave and what is done with it; ids only, as everything is read anew at its moment."""

    def __init__(self, troupe: Troupe, plan_of: str, mood: float):
        self.troupe, self.plan, self.mood, self.id = troupe, plan_of, mood, 0
        self.said = troupe.told("surveys")["words"]
        self.dice = random.Random(f"{plan_of}{mood}")

    @property
    def supervisor(self) -> Person:
        return db.session.get_one(Person, self.troupe.first("supervisor"))

    def prepare(self) -> None:
        """With one click from the plan, for the period one is in."""
        day = today()
        years = (day.year - 1, day.year)
        slots = [one for year in years for one in plan.slots(year, db.select(Campaign)) if one.plan == self.plan]
        slot = next((one for one in slots if one.begins <= day < one.ends and not one.campaigns), None)
        if slot is not None and questionnaires.published():
            row = plan.make(self.supervisor, self.plan, slot.year, slot.part)
            if self.mood == SECOND_MOOD:
                campaigns.change(row, self.supervisor, None, channels=[PORTAL, LINK, PHONE], reminders=[3])
            campaigns.draw(row, self.supervisor, 20260301 + slot.part)
            self.id = row.id

    def launch(self) -> None:
        if self.id:
            campaigns.launch(campaigns.of(self.id), self.supervisor)

    def _asked(self, *states: str) -> list[Invitation]:
        rows = db.select(Invitation).where(Invitation.campaign_id == self.id, Invitation.sent_at.is_not(None))
        rows = rows.where(Invitation.state.in_(states)) if states else rows
        db.session.flush()
        return list(db.session.scalars(rows.options(*along()).order_by(Invitation.id)))

    def answer(self, share: float) -> None:
        """So many of those asked have answered by now; the last of them has only begun."""
        if not self.id or not campaigns.of(self.id).is_open(clock.now()):
            return
        asked, waiting = self._asked(), self._asked("invited", "begun")
        done = sum(one.state == "answered" for one in asked)
        self.dice.shuffle(waiting)
        for one in waiting[: max(0, round(len(asked) * share) - done)]:
            self._sends(one)
        begun = next((one for one in self._asked("invited") if one.contact.person_id is None), None)
        if begun is not None and share > 0.3:
            document = read(begun.campaign.questionnaire_version.document)
            codes = [one.code for one in document.sections[0].questions]
            answering.save(answering.held(begun), LINK, self._said(document), codes, section=document.sections[0].code)

    def _sends(self, one: Invitation) -> None:
        document = read(one.campaign.questionnaire_version.document)
        mode = PORTAL if one.contact.person_id else LINK
        person = db.session.get(Person, one.contact.person_id) if one.contact.person_id else None
        codes = [each.code for each in document.questions()]
        said = self._said(document)
        answering.send(
            answering.held(one), mode, said, codes, wants_answer=bool(said.get("q.improve", [""])[0]), actor=person
        )

    def said_by(self, document: Document) -> Posted:
        """What somebody answers on the telephone."""
        return self._said(document)

    def _said(self, document: Document) -> Posted:
        """What somebody in this mood says; better the more of `mood` they have."""
        base = min(5, max(2, round(self.dice.gauss(3.9 + self.mood, 0.8))))
        said: dict[str, list[str]] = {}
        for one in document.questions():
            said |= self._to(one, base)
        return said

    def _to(self, one: Question, base: int) -> dict[str, list[str]]:
        base = min(
            5,
            max(1, base + (self.dice.random() < abs(lean := LEANS.get(one.dimension, 0.0))) * (1 if lean > 0 else -1)),
        )
        near = min(5, max(1, base + self.dice.choice((-1, 0, 0, 0, 1))))
        if one.kind == "stars":
            return {one.named(): [str(near)]}
        if one.kind == "nps":
            return {one.named(): [str(min(10, max(0, base * 2 + self.dice.choice((-2, -1, 0, 0, 1)))))]}
        if one.kind == "matrix":
            return {
                one.named(row.code): [str(min(5, max(1, base + self.dice.choice((-1, 0, 0, 1)))))] for row in one.rows
            }
        if one.kind == "ranking":
            order = sorted(one.options, key=lambda option: MATTERS.get(option.code, 3) + self.dice.gauss(0, 1.2))
            return {one.named(option.code): [str(place)] for place, option in enumerate(order, 1)}
        if one.kind in ("single", "several"):
            return {one.named(): [self.dice.choice(one.options).code]}
        if one.kind == "text":
            return {one.named(): [self.dice.choice(self._words(one.code))]}
        return {}

    def _words(self, question: str) -> list[str]:
        """What is written into an open question; what the hot issue is about, much in the first wave and not since."""
        if question == "praise":
            return self.said["praise"]
        cues = next(one["cues"] for one in self.said["issues"] if one.get("hot"))
        about = [text for text in self.said["improve"] if any(cue in text for cue in cues)]
        others = [text for text in self.said["improve"] if text not in about]
        return others + about * 4 if self.mood == FIRST_MOOD else others

    def decline(self) -> None:
        """Somebody of the first wave wants no more surveys; without an account, if there is one."""
        if self.mood != FIRST_MOOD or not self.id:
            return
        waiting = sorted(self._asked("invited"), key=lambda one: one.contact.person_id is not None)
        one = next(iter(waiting), None)
        if one is not None:
            answering.opt_out(one, LINK, self.said["no_more"])
