"""Results of a survey with very many answers: `python -m bench.survey_results 100000 [--postgres URL]`.

Fills a database with one campaign of so many answers (twenty a response, every other customer with two contacts) and
tells how long each part of its results takes, the best and the middle of several runs, and what this process itself
worked: on a busy machine that is the figure to look at; on SQLite it is all of the work.
"""

import argparse
import random
import statistics
import tempfile
import time
import tomllib
from datetime import timedelta
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import insert

from portal import clock
from portal.app import create_app
from portal.config import from_environment
from portal.db import db, transaction
from portal.domain import settings
from portal.domain.people.models import Contact, Customer, Person
from portal.domain.people.roles import Role
from portal.domain.policy import load_calendar, load_pack
from portal.domain.surveys import questionnaires, result_groups, result_priorities, result_response
from portal.domain.surveys.answer_models import Answer, Response
from portal.domain.surveys.campaign_models import Campaign, Invitation
from portal.domain.surveys.document import read
from portal.domain.surveys.models import Questionnaire
from portal.domain.surveys.results import PER_ACCOUNT, PER_ANSWER, results

A_RESPONSE = 20
ROUNDS = 3
PAPER = Path(__file__).resolve().parent.parent / "portal/demo/telecom/surveys.toml"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("answers", type=int)
    asked.add_argument("--postgres")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        url = {"database_url": given.postgres} if given.postgres else {}
        app = create_app(from_environment(data=Path(place), testing=True, **url))
        with app.app_context():
            upgrade()
            key = fill(given.answers // A_RESPONSE)
            measure(key, "PostgreSQL" if given.postgres else "SQLite")
            db.session.remove()
            db.engine.dispose()


def fill(number: int) -> int:
    """One campaign with so many responses; gives its id."""
    dice = random.Random(4)
    with transaction():
        settings.adopt("policy", load_pack("telecom"), None)
        settings.adopt("calendar", load_calendar(), None)
        people = [
            Person(name=f"经理{n}", email=f"m{n}@b.test", roles=[Role.ACCOUNT_MANAGER], made_at=clock.now())
            for n in range(12)
        ]
        db.session.add_all(people)
        db.session.flush()
        draft = questionnaires.make(
            None, "满意度", "Satisfaction", read(tomllib.loads(PAPER.read_text("utf-8"))["document"])
        )
        version = questionnaires.publish(db.session.get_one(Questionnaire, draft.questionnaire_id), None)
        at = clock.now()
        row = Campaign(
            number="DC-B", title="大样本", questionnaire_version_id=version.id, state="closed", opens_at=at - timedelta(days=30),
            closes_at=at, launched_at=at - timedelta(days=30), made_at=at, channels=["link"],
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        document, key, managers = read(version.document), row.id, [one.id for one in people]
    customers = [
        {"id": n, "version": 1, "number": f"K{n}", "name": f"客户{n}", "short_name": f"客户{n}", "tier": dice.choice(("strategic", "key", "ordinary")),
         "card": dice.choice(("gold", "silver")), "region": dice.choice(("pudong", "puxi", "suburbs")), "industry": "", "sharing": "own",
         "account_manager_id": dice.choice(managers)} for n in range(1, number * 2 // 3 + 2)
    ]  # fmt: skip
    owner = [n if n <= len(customers) else n - len(customers) for n in range(1, number + 1)]
    contacts, asked, responses, answers = [], [], [], []
    for n, customer in enumerate(owner, 1):
        of = customers[customer - 1]
        contacts.append({"id": n, "customer_id": customer, "name": f"联系人{n}"})
        common = {"campaign_id": key, "customer_id": customer}
        asked.append(
            {"id": n, "contact_id": n, "state": "answered", "outcome": "complete", "made_at": clock.now(), **common}
        )
        responses.append({
            "id": n, "invitation_id": n, "questionnaire_version_id": version.id, "state": "sent", "mode": "link", "sent_on": clock.now().date(),
            "tier": of["tier"], "card": of["card"], "region": of["region"], "manager_id": of["account_manager_id"], **common,
        })  # fmt: skip
        answers += _answers(n, key, version.id, document, dice)
    with transaction():
        for table, rows in (
            (Customer, customers),
            (Contact, contacts),
            (Invitation, asked),
            (Response, responses),
            (Answer, answers),
        ):
            for at in range(0, len(rows), 5000):
                db.session.execute(insert(table), rows[at : at + 5000])
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("analyze")
    print(f"{len(answers)} answers of {number} responses, {len(customers)} customers")
    return key


def _answers(response: int, campaign: int, version: int, document, dice) -> list[dict]:
    base, found = dice.gauss(3.9, 0.8), []

    def star() -> float:
        return float(min(5, max(1, round(base + dice.gauss(0, 0.7)))))

    for one in document.questions():
        for item in (
            [row.code for row in one.rows] or [each.code for each in one.options if one.kind == "ranking"] or [""]
        ):
            kept = {"choice": None, "number": None, "text": None}
            if one.kind in ("stars", "matrix"):
                kept["number"] = star()
            elif one.kind == "nps":
                kept["number"] = min(10.0, star() * 2)
            elif one.kind == "ranking":
                kept["number"] = float(dice.randint(1, 5))
            elif one.kind == "text":
                kept["text"] = "希望提前通知割接。"
            else:
                continue
            common = {"campaign_id": campaign, "questionnaire_version_id": version, "is_not_applicable": False}
            found.append({"response_id": response, "question": one.code, "item": item, **common, **kept})
    return found


def measure(key: int, where: str) -> None:
    parts = {
        "all figures, per customer": lambda row: _read(results(row, PER_ACCOUNT)),
        "all figures, per answer": lambda row: _read(results(row, PER_ANSWER)),
        "by account manager, with tests": lambda row: result_groups.letters_of(_read(results(row, PER_ANSWER, "manager"))),
        "by tier, per customer": lambda row: _read(results(row, PER_ACCOUNT, "tier")),
        "priorities (with all figures)": lambda row: result_priorities.priorities(results(row, PER_ANSWER)),
        "one question by tier": lambda row: result_groups.crosstabs(*_block(results(row, PER_ANSWER, "tier", ["satisfaction"]))),
        "who took part": result_response.taking_part,
    }  # fmt: skip
    print(f"{where:<12} {'part':<34} {'best s':>8} {'middle s':>9} {'CPU s':>7}")
    for name, part in parts.items():
        taken, busy = [], []
        for _ in range(ROUNDS):
            db.session.rollback()
            row = db.session.get_one(Campaign, key)
            begun, worked = time.perf_counter(), time.process_time()
            part(row)
            taken.append(time.perf_counter() - begun)
            busy.append(time.process_time() - worked)
        print(f"{where:<12} {name:<34} {min(taken):8.2f} {statistics.median(taken):9.2f} {min(busy):7.2f}", flush=True)


def _read(found):
    for line in found.paper.lines:
        found.cell(line)
    _ = found.rated
    return found


def _block(found):
    return found, found.paper.block("satisfaction")


if __name__ == "__main__":
    main()
