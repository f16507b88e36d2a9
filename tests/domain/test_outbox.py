"""Are letters posted with the change, told in both languages, and delivered in order, by whoever holds them?"""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain import outbox
from portal.domain.outbox import Letter
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from portal.i18n import LANGUAGES
from portal.web.mail import rendered, said
from tests.factories import a_person, a_ticket, again, an_agent, kept, live

HOUSE = Path(__file__).resolve().parents[2] / "portal"
MAIL = HOUSE / "templates" / "mail"
DUE = "2026-11-24T02:00:00+00:00"
# Every fact any letter of ours may be posted with.
FACTS = {
    "follow_up": 3,
    "number": "TS-261122-0007", "subject": "专线中断", "customer": "海川物流", "owner": "陈立", "by": "王小一", "why": "重复提交",
    "note": "请看一下", "order": "PG-261122-0003", "suggestion": "请现场排查", "into": "TS-261122-0001", "stars": 2,
    "comment": "太慢了", "promise": "closure", "due": DUE, "words": "主干光缆已更换。", "others": ["TS-261120-0002"],
    "title": "主干光缆老化", "problem": 3, "on": "2026-12-01", "week": 4, "count": 12, "days": 98, "projects": 2,
    "first": "entry 2: changed", "monday": "2026-11-23", "project": 5, "months": 3,
    "told": "您的要求超出合同约定。", "until": DUE,
}  # fmt: skip


def posted_in_code() -> set[str]:
    """The templates that calls of ours post: what is handed to a parameter called `template`."""
    calls, places = [], {}
    for module in (HOUSE / "domain").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                names = [argument.arg for argument in node.args.args]
                if "template" in names:
                    places.setdefault(node.name, set()).add(names.index("template"))
            elif isinstance(node, ast.ClassDef):
                names = [part.target.id for part in node.body if isinstance(part, ast.AnnAssign)]
                if "template" in names:
                    places.setdefault(node.name, set()).add(names.index("template"))
            elif isinstance(node, ast.Call):
                calls.append((getattr(node.func, "attr", getattr(node.func, "id", "")), node.args))
    handed = [args[n] for name, args in calls for n in places.get(name, ()) if n < len(args)]
    branches = [part for one in handed for part in ([one.body, one.orelse] if isinstance(one, ast.IfExp) else [one])]
    return {one.value for one in branches if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def a_letter(to: Person, template: str = "ticket_replied", **facts) -> Letter:
    """A letter as if posted: about no ticket, unless one is given. Read for good, whatever becomes of the session."""
    given = {
        "key": f"{template}:{id(facts)}:{clock.now().isoformat()}",
        "template": template,
        "to_id": to.id,
        "facts": FACTS,
    }
    letter = kept(Letter(**given | {"posted_at": clock.now(), "due_at": clock.now()} | facts))
    db.session.refresh(letter)
    db.session.expunge(letter)
    return letter


def taken() -> list[int]:
    """The letters a worker gets hold of now, one after the other."""
    found = []
    while True:
        with transaction():
            lease = outbox.claim()
        if lease is None:
            return found
        found.append(lease.letter_id)


def test_every_letter_posted_has_its_template():
    assert {name for name in posted_in_code() if not (MAIL / f"{name}.txt").exists()} == set()


def test_no_letter_lies_about_that_nobody_posts():
    frames = {"letter"}
    lying = {p.stem for p in MAIL.glob("*.txt")} - frames
    ticket_letters = {name for name in lying if name.startswith(("ticket_", "order_", "deadline_", "mention"))}
    assert ticket_letters - posted_in_code() == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name",
    sorted(p.stem for p in MAIL.glob("*.txt") if p.stem.startswith(("ticket_", "order_", "deadline_", "mention"))),
)
@pytest.mark.parametrize("role", [Role.ORG_MEMBER, Role.AGENT])
def test_a_ticket_letter_says_what_happened_and_leads_to_its_readers_side(app, name, language, role):
    reader = a_person(role, language=language)
    letter = Letter(id=7, key="k", template=name, ticket_id=42, facts=FACTS, to=reader, posted_at=clock.now())

    words, whole = said(letter, reader), rendered(letter, reader)

    assert words.subject
    assert words.paragraphs
    assert words.link_label
    assert words.path == ("/tickets/42" if role == Role.ORG_MEMBER else "/staff/tickets/42")
    assert f"http://portal.test{words.path}" in whole.text
    assert f'href="http://portal.test{words.path}"' in whole.html
    is_chinese = language == "zh_Hans_CN"
    assert ("您好" in whole.text) == is_chinese
    assert ("Dear" in whole.text) != is_chinese
    if is_chinese:
        plain = " ".join((words.subject, *words.paragraphs, words.link_label))
        assert not [w for w in ("Your", "customer", "Open", "ticket", "promise") if w in plain], plain


def test_what_people_typed_is_text_in_a_letter(app):
    reader = an_agent()
    facts = FACTS | {
        "subject": "<script>alert(1)</script>\r\nBcc: everybody@example.test",
        "note": "<b>x</b> {{ 7*7 }}",
    }
    letter = Letter(id=7, key="k", template="mentioned", ticket_id=42, facts=facts, to=reader, posted_at=clock.now())

    whole = rendered(letter, reader)

    assert "<script>" not in whole.html
    assert "<b>x</b>" not in whole.html
    assert "{{ 7*7 }}" in whole.text
    assert "\n" not in whole.subject
    assert "src=" not in whole.html


def test_a_letter_names_the_next_promise_its_reader_may_know_of(app):
    agent = an_agent()
    ticket = a_ticket(moved=("accept",))

    to_customer = db.session.scalar(db.select(Letter).where(Letter.template == "ticket_accepted"))
    to_desk = db.session.scalar(db.select(Letter).where(Letter.template == "ticket_arrived", Letter.to_id == agent.id))

    next_one = "|".join(("We contact you", "You get a first or final reply"))  # the hour of the day decides
    assert re.search(f"What comes next: ({next_one}), by ", said(to_customer, again(a_person())).paragraphs[1])
    assert said(to_desk, agent).paragraphs[1].startswith("Next deadline: ")
    assert db.session.get_one(type(ticket), ticket.id).due_code


def test_letters_about_one_ticket_reach_a_person_in_order(app):
    reader, ticket = a_person(), a_ticket()
    first, second, other = (a_letter(reader, ticket_id=t) for t in (ticket.id, ticket.id, a_ticket().id))
    mine = {first.id, second.id, other.id}

    assert [n for n in taken() if n in mine] == [first.id, other.id]


def test_a_letter_is_held_by_one_worker_and_goes_to_the_next_when_the_lease_runs_out(app):
    letter = a_letter(an_agent())
    with transaction():
        slow = outbox.claim()
    assert taken() == []

    with clock.frozen_at(clock.now() + outbox.LEASE + timedelta(seconds=1)):
        with transaction():
            quick = outbox.claim()
        with transaction():
            assert outbox.settle(slow, "failed", "too late") is False
            assert outbox.put_off(slow, "too late") is False
        with transaction():
            assert outbox.settle(quick, "sent") is True

    settled = db.session.get_one(Letter, letter.id)
    assert (settled.state, settled.tries, settled.error) == ("sent", 2, "")


def test_what_cannot_leave_is_tried_ever_more_slowly_and_fails_after_three_days(app):
    letter, at, waits = a_letter(an_agent()), clock.now(), []
    while True:
        with clock.frozen_at(at):
            with transaction():
                lease = outbox.claim()
            with transaction():
                outbox.put_off(lease, "451 later")
            letter = db.session.get_one(Letter, letter.id)
            if letter.state == "failed":
                break
            waits.append(round((letter.due_at - at).total_seconds() / 60))
            at = letter.due_at

    assert waits[:7] == [1, 2, 5, 15, 30, 60, 60]
    assert timedelta(hours=72) < at - letter.posted_at < timedelta(hours=74)
    assert letter.error == "451 later"


def test_a_failed_letter_is_sent_again_on_wish_and_no_other(app):
    admin, letter = an_agent(), a_letter(an_agent(), state="failed", tries=9, error="550 unknown")
    with transaction():
        outbox.again(db.session.get_one(Letter, letter.id), admin)
    with pytest.raises(Refused), transaction():
        outbox.again(db.session.get_one(Letter, letter.id), admin)

    assert taken() == [letter.id]


def test_a_refused_change_posts_no_letter(app):
    ticket = a_ticket(moved=("accept", "apply", "close"))
    before = db.session.scalar(db.select(db.func.count(Letter.id)))

    with pytest.raises(Refused):
        live(ticket, "close")

    assert db.session.scalar(db.select(db.func.count(Letter.id))) == before


def plan_of(query) -> str:
    """How SQLite looks for it."""
    made = query.compile(db.engine, compile_kwargs={"literal_binds": True})
    return " ".join(row[-1] for row in db.session.connection().exec_driver_sql(f"explain query plan {made}"))


def test_lists_of_letters_go_along_an_index(app):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads a small table as it lies")
    person, at = again(a_person()), clock.now()
    notices = db.select(Letter.id).where(Letter.to_id == person.id).order_by(Letter.due_at.desc(), Letter.id.desc())

    assert "ix_letter_ahead" in plan_of(outbox._due(at))
    assert "ix_letter_notices" in plan_of(notices)
    assert "TEMP B-TREE" not in plan_of(notices)
