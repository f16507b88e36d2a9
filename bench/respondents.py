"""A thousand people answering a survey at once: `python -m bench.respondents /tmp/bench/100k [--people 1000 --pause 45]`.

Each opens his link, answers section by section with a pause as a reader takes it, and sends. Beside them the floor view
is asked for all the time; a save is told as a multiple of it. In the end every answer is looked for in the database.
"""

import argparse
import http.client
import json
import os
import random
import re
import statistics
import threading
import time
import tomllib
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, select

from bench.measure import prepared, served
from bench.survey_results import PAPER
from portal import clock
from portal.app import create_app
from portal.config import from_environment
from portal.db import db, transaction
from portal.domain.people.models import Contact, Customer
from portal.domain.surveys import links, questionnaires, rules
from portal.domain.surveys.answer_models import SENT, Answer, Response
from portal.domain.surveys.campaign_models import RUNNING, Campaign, Invitation
from portal.domain.surveys.document import Document, Question, Section, read
from portal.domain.surveys.models import Questionnaire
from portal.domain.surveys.questions import KINDS

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
WORDS = "希望割接提前一天通知，联系人 {}。"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("data", type=Path)
    asked.add_argument("--people", type=int, default=1000)
    asked.add_argument(
        "--pause",
        type=float,
        default=45,
        help="seconds a section takes, on average; the questionnaire itself reckons with eighty",
    )
    given = asked.parse_args()
    facts = json.loads((given.data / "bench.json").read_text())
    os.environ.update(PORTAL_DATA=str(given.data), PORTAL_DATABASE_URL=facts["url"])
    cookies, pages = prepared(given.data)
    app = create_app(from_environment(data=given.data, testing=True))
    with app.app_context():
        campaign, document, secrets = _invited(given.people)
        db.session.remove()
        with served() as port:
            crowd = Crowd(port, document, given.pause, pages[0][1], cookies["staff"])
            crowd.run(secrets)
        crowd.tell()
        _look_for(campaign, document, given.people)
        db.engine.dispose()


def _invited(number: int) -> tuple[int, Document, list[str]]:
    """A campaign that runs, and the links of so many invitations to it."""
    at = clock.now()
    with transaction():
        draft = questionnaires.make(
            None, "满意度", "Satisfaction", read(tomllib.loads(PAPER.read_text("utf-8"))["document"])
        )
        version = questionnaires.publish(db.session.get_one(Questionnaire, draft.questionnaire_id), None)
        campaign = Campaign(
            number=f"DC-{at:%m%d%H%M%S}", title="一千人同时作答", questionnaire_version_id=version.id, state=RUNNING,
            opens_at=at - timedelta(days=1), closes_at=at + timedelta(days=1), launched_at=at, made_at=at, channels=["link"],
        )  # fmt: skip
        db.session.add(campaign)
        customers = db.session.scalars(select(Customer.id).order_by(Customer.id).limit(number)).all()
        contacts = [
            Contact(customer_id=customers[n % len(customers)], name=f"联系人{n}", email=f"c{n}@b.test")
            for n in range(number)
        ]
        db.session.add_all(contacts)
        db.session.flush()
        rows = [
            Invitation(
                campaign_id=campaign.id, customer_id=one.customer_id, contact_id=one.id, state="invited", made_at=at, sent_at=at
            )
            for one in contacts
        ]  # fmt: skip
        db.session.add_all(rows)
        db.session.flush()
        for row in rows:
            links.give(row)
        return campaign.id, read(version.document), [links.secret_of(row) for row in rows]


class Person:
    """What one of them says, as a browser would post it and as it has to lie in the database; another says something else."""

    def __init__(self, document: Document, who: int):
        everything = {name: [value] for one in document.questions() for name, value in _said(one, who).items()}
        answers = {one.code: KINDS[one.kind].read(one, everything) for one in document.questions()}
        self.shown = rules.shown(document, answers)
        self.who = who
        self.kept = {
            (who, code, one.item): one.choice or one.text or f"{one.number:g}"
            for code in self.shown
            for one in answers[code]
        }

    def posts(self, section: Section) -> dict[str, str]:
        """The fields of a section."""
        return {
            name: value
            for one in section.questions
            if one.code in self.shown
            for name, value in _said(one, self.who).items()
        }


def _said(question: Question, who: int) -> dict[str, str]:
    if question.kind == "stars":
        return {question.named(): str(1 + who % 5)}
    if question.kind == "nps":
        return {question.named(): str(who % 11)}
    if question.kind == "matrix":
        return {question.named(row.code): str(1 + (who + n) % 5) for n, row in enumerate(question.rows)}
    if question.kind == "ranking":
        return {question.named(one.code): str(n) for n, one in enumerate(question.options, 1)}
    if question.kind == "text":
        return {question.named(): WORDS.format(who)}
    if question.kind == "several":
        return {question.named(): question.options[who % len(question.options)].code}
    raise ValueError(f"how does one answer {question.kind}?")


class Crowd:
    """People answering, each a thread of this process, and somebody who asks for the floor meanwhile."""

    def __init__(self, port: int, document: Document, pause: float, floor: str, cookie: str):
        self.port, self.document, self.pause = port, document, pause
        self.floor, self.cookie = floor, cookie
        self.saves, self.floors, self.wrong = [], [], []
        self.over = threading.Event()

    def run(self, secrets: list[str]) -> None:
        people = [threading.Thread(target=self._answer, args=(n, one)) for n, one in enumerate(secrets)]
        watcher = threading.Thread(target=self._watch)
        watcher.start()
        begun = time.perf_counter()
        for one in people:
            one.start()
        for one in people:
            one.join()
        self.over.set()
        watcher.join()
        print(f"{len(people)} people in {time.perf_counter() - begun:.0f} s")

    def tell(self) -> None:
        for name, times in (("save", self.saves), ("floor", self.floors)):
            print(
                f"{name:>6} {len(times):>6} times  p50 {statistics.median(times) * 1000:7.1f} ms  p95 {_p95(times) * 1000:7.1f} ms"
            )
        print(
            f"p95 of a save is {_p95(self.saves) / _p95(self.floors):.2f} x the floor's; {len(self.wrong)} wrong answers {self.wrong[:3]}"
        )

    def _watch(self) -> None:
        while not self.over.wait(0.1):
            self.floors.append(self._ask("GET", self.floor, headers={"Cookie": self.cookie})[0])

    def _answer(self, who: int, secret: str) -> None:
        dice, sections, path = random.Random(who), self.document.sections, f"/surveys/link/{secret}"
        person = Person(self.document, who)
        time.sleep(dice.uniform(0, self.pause))
        try:
            _, _, page, cookie = self._ask("GET", path)
            for at, section in enumerate(sections):
                time.sleep(dice.uniform(0.3, 1.7) * self.pause)
                is_last = at == len(sections) - 1
                token = TOKEN.search(page)
                said = {"csrf_token": token[1] if token else "", "section": section.code}
                said |= person.posts(section) | {"step": "send" if is_last else "next"}
                headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
                took, status, page, _ = self._ask("POST", path, urlencode(said), headers)
                self.saves.append(took)
                if status != 303:
                    self.wrong.append((who, section.code, status))
                    return
                if not is_last:
                    _, _, page, _ = self._ask(
                        "GET", f"{path}?section={sections[at + 1].code}", headers={"Cookie": cookie}
                    )
        except Exception as error:  # whatever goes wrong for one of them is a finding, not the end of the measurement
            self.wrong.append((who, repr(error)))

    def _ask(self, method: str, path: str, body: str | None = None, headers=None) -> tuple[float, int, str, str]:
        """Seconds, status, page, and the session's cookie; each time a new connection, as after half a minute."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        begun = time.perf_counter()
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        page = answer.read().decode()
        took = time.perf_counter() - begun
        cookie = (answer.headers.get("Set-Cookie") or "").split(";")[0]
        connection.close()
        return took, answer.status, page, cookie


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95) - 1]


def _look_for(campaign: int, document: Document, number: int) -> None:
    """Is every answer there, once, as it was said?"""
    sent = db.session.scalar(
        select(func.count()).where(Response.campaign_id == campaign, Response.state == SENT).select_from(Response)
    )
    rows = db.session.execute(
        select(Contact.name, Answer.question, Answer.item, Answer.number, Answer.choice, Answer.text)
        .join(Response, Response.id == Answer.response_id)
        .join(Invitation, Invitation.id == Response.invitation_id)
        .join(Contact, Contact.id == Invitation.contact_id)
        .where(Answer.campaign_id == campaign)
    )
    found = {
        (int(name.removeprefix("联系人")), question, item): choice or text or f"{number:g}"
        for name, question, item, number, choice, text in rows
    }
    said = {key: value for who in range(number) for key, value in Person(document, who).kept.items()}
    wrong = {key for key in said.keys() | found.keys() if said.get(key) != found.get(key)}
    print(
        f"{sent} sent of {number}; {len(found)} answers kept, {len(wrong)} not as they were given {sorted(wrong)[:3]}"
    )


if __name__ == "__main__":
    main()
