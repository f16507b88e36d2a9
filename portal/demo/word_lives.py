"""The words of the demo surveys (R29, R30): comments read and coded, a hot issue that ran to its effect, answers given; a draft."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.demo.lives import Troupe
from portal.domain.people.models import Department, Person
from portal.domain.quality import improvement
from portal.domain.quality import improvement_revisits as revisits
from portal.domain.quality.days import first, today
from portal.domain.quality.improvement_models import Improvement, Revisit
from portal.domain.surveys import campaigns, hot_issues, questionnaires, replies, words
from portal.domain.surveys.answer_models import Response
from portal.domain.surveys.population import Population
from portal.domain.surveys.word_models import Issue

LISTED, TAKEN, DONE, TOLD, READ, ANSWERED = 250, 226, 196, 150, 3, 2
"""Days before today: the issues are named, the hot one is taken up, improved, its customers asked again; read and answered since."""
LEFT = 5
"""So many comments nobody has read, and so many answers are owed."""


def coded(troupe: Troupe, until: datetime) -> Iterator[datetime]:
    """Each step at its moment."""
    life = _Words(troupe)
    for days, step in (
        (LISTED, life.name_issues), (TAKEN, life.take_up), (DONE, life.improve), (TOLD, life.ask_again), (40, life.read), (READ, life.read),
        (ANSWERED, life.answer), (1, life.prepare),
    ):  # fmt: skip
        yield until - timedelta(days=days)
        db.session.flush()
        step()


class _Words:
    """Ids only, as everything is read anew at its moment."""

    def __init__(self, troupe: Troupe):
        self.troupe, self.said, self.hot, self.action = troupe, troupe.told("surveys")["words"], 0, 0

    def who(self, role: str, number: int = 0) -> Person:
        people = self.troupe.by_role[role]
        return db.session.get_one(Person, people[number % len(people)])

    def name_issues(self) -> None:
        department = db.session.scalar(db.select(Department).order_by(Department.id))
        for one in self.said["issues"]:
            row = words.make(
                self.who("supervisor"), one["title"], one["title_en"], cues=one["cues"], department=department
            )
            self.hot = row.id if one.get("hot") else self.hot

    def read(self, leave: int = LEFT) -> None:
        """As the cue words suggest; the newest are left for today."""
        known = words.issues()
        for one in words.comments(db.select(Response), words.OPEN, None, None, None, 2000)[leave:]:
            words.code(one.response, one.question.code, words.suggested(one.text, known), self.who("supervisor"))

    def take_up(self) -> None:
        self.read(0)
        by, issue = self.who("supervisor"), db.session.get_one(Issue, self.hot)
        month = first(today())
        lines = {one.issue.id: one for one in hot_issues.month_of(month)}
        if self.hot not in lines or not (lines[self.hot].customers or lines[self.hot].important):
            return
        row = hot_issues.raise_it(issue, month, by)
        department = db.session.get_one(Department, issue.department_id)
        made = improvement.open_action(
            by, "hot_issue", row, title=issue.title, department=department, due_on=today() + timedelta(days=30),
            problem=issue.title, cause=self.said["action"]["cause"], measure=self.said["action"]["measure"],
        )  # fmt: skip
        self.action = made.id

    def _action(self) -> Improvement:
        along = map(joinedload, (Improvement.department, Improvement.person))
        rows = db.select(Improvement).where(Improvement.id == self.action).options(*along)
        return db.session.scalars(rows.execution_options(populate_existing=True)).one()

    def improve(self) -> None:
        if not self.action:
            return
        row = self._action()
        improvement.finish(row, self.who("supervisor"), self.said["action"]["result"], today() - timedelta(days=2))
        improvement.verify(row, self.who("supervisor", 1), self.said["action"]["finding"])

    def ask_again(self) -> None:
        if not self.action:
            return
        row, words_of = self._action(), self.said["action"]
        db.session.flush()
        for one in revisits.listing(db.select(Revisit), row)[:-1]:
            revisits.record(one, row, self.who("caller"), "better", "call", "", words_of["better"])
        if revisits.readers(row):
            revisits.tell(row, self.who("supervisor", 1), words_of["told"])

    def answer(self) -> None:
        for one in replies.owed(db.select(Response), None, 500)[:-LEFT]:
            replies.answer(one, self.who("supervisor"), self.said["reply"]["text"])

    def prepare(self) -> None:
        """A draft of a campaign, drawn and not launched."""
        usable = questionnaires.published()
        if usable:
            by = self.who("supervisor")
            row = campaigns.make(
                by, usable[0], Population(), title="年末服务体验小调查", title_en="Short survey at the end of the year", channels=["portal", "link", "phone"],
                closes_at=clock.now() + timedelta(days=24), reminders=[5], target_rate=50, topic="年底前了解客户对服务改进的感受。",
            )  # fmt: skip
            campaigns.draw(row, by, 20261201)
