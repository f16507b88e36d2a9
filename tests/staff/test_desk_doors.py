"""Who may do what on a ticket's page: every posting route of the desk against every role."""

import pytest
from flask import url_for

from portal.db import db, transaction
from portal.domain.people.models import Provider
from portal.domain.people.roles import Role
from portal.domain.tickets import actions, dispatching
from portal.domain.tickets.models import Dispatch, Message, Ticket
from tests.factories import a_department, again
from tests.staff.desk_cast import a_handler, a_person, a_provider, a_ticket, an_agent, the, whole

DESK = {"agent", "supervisor"}
HANDLING = DESK | {"handler", "provider"}
READING = HANDLING | {"account_manager", "caller", "manager"}

MAY = {
    "accept": DESK,
    "ask_to_force": DESK,
    "assign": DESK,
    "calls.keep": {"caller"},
    "classify": DESK,
    "correct_kind": DESK,
    "confirm": HANDLING,
    "contact": HANDLING,
    "dispatch": DESK,
    "do_not_force": DESK,
    "give_lead": DESK,
    "hand_back": HANDLING,
    "here": READING,
    "link": DESK,
    "merge": DESK,
    "note": READING,
    "open_for": DESK,
    "put_under": DESK,
    "recall": DESK,
    "recall_at_once": DESK,
    "reopen": DESK,
    "reply": HANDLING,
    "report_state": HANDLING,
    "resume": HANDLING,
    "take_application_back": HANDLING,
    "take_back": HANDLING,
    "unlink": DESK,
    "unmerge": DESK,
    "use_template": HANDLING,
    "watch": READING,
}
PEOPLE = (
    *sorted(READING),
    "administrator",
    "security_admin",
    "auditor",
    "customer",
    "stranger",
    "other_handler",
    "nobody",
)


@pytest.fixture
def cast(app, ground):
    """A ticket with an order to a department and one to a provider, and somebody of every sort."""
    return ground.world("desk_doors", _cast)


def _cast():
    provider = a_provider()
    manager = a_person(Role.ACCOUNT_MANAGER)
    ticket = a_ticket(moved=("accept",))
    with transaction():
        found = whole(ticket)
        found.customer.account_manager_id = manager.id
        dispatching.dispatch(found, again(an_agent()), a_department("network"), "请现场排查。")
        dispatching.dispatch(found, again(an_agent()), db.session.get_one(Provider, provider.id), "协助。", lead=False)
        actions.reply(found, again(an_agent()), "已安排。", stage="progress")
    roles = {role.value: (lambda role=role: a_person(role)) for role in Role}
    made = roles | {
        "handler": lambda: a_handler(a_department("network")),
        "provider": lambda: a_handler(db.session.get_one(Provider, provider.id)),
        "other_handler": lambda: a_handler(a_provider()),
        "account_manager": lambda: manager,
        "customer": lambda: again_person(the(ticket).asked_by_id),
        "stranger": a_person,
        "nobody": lambda: None,
    }
    return ticket, made


def again_person(key):
    from portal.domain.people.models import Person

    return db.session.get_one(Person, key)


def routes(app):
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(("desk.", "calls."))]
    return {rule.endpoint.removeprefix("desk."): rule for rule in rules if "POST" in rule.methods}


def test_every_posting_route_of_the_desk_stands_in_the_table(app):
    assert set(routes(app)) == set(MAY)


@pytest.mark.parametrize("verb", sorted(MAY))
def test_a_verb_is_closed_to_everybody_else(app, cast, sign_in, verb):
    ticket, made = cast
    before = the(ticket).version

    for who in PEOPLE:
        if who not in MAY[verb] and who != "nobody":
            status = sign_in(made[who]()).post(_url(app, verb, ticket, who), FORM).status_code
            assert status in (403, 404), (who, status)

    assert _nobody(app).post(_url(app, verb, ticket, "agent"), FORM).status_code in (302, 303, 401)
    assert the(ticket).version == before


@pytest.mark.parametrize(("verb", "who"), [(verb, who) for verb in sorted(MAY) for who in sorted(MAY[verb])])
def test_a_verb_is_open_to_those_it_is_for(app, cast, sign_in, verb, who):
    ticket, made = cast

    status = sign_in(made[who]()).post(_url(app, verb, ticket, who), FORM).status_code

    assert status in EMPTY_HANDED.get(verb, (303, 409, 422)), status


FORM = {"number": "TS-000000-0000"}
EMPTY_HANDED = {"do_not_force": (404,), "here": (200,), "unlink": (404,), "use_template": (404,), "open_for": (404,)}
"""What a route says to a form with nothing in it, where that is not a refusal or a form with errors."""


def _url(app, verb: str, ticket: Ticket, who: str) -> str:
    with app.test_request_context():
        order = db.session.scalars(db.select(Dispatch.id).where(_party(who))).first()
        message = db.session.scalars(db.select(Message.id).where(Message.sort == "reply")).one()
        parts = {"ticket": ticket.id, "dispatch": order, "message": message}
        rule = routes(app)[verb]
        return url_for(rule.endpoint, **{name: parts[name] for name in rule.arguments})


def _party(who: str):
    return Dispatch.provider_id.is_not(None) if who == "provider" else Dispatch.department_id.is_not(None)


def _nobody(app):
    from tests.pages import Browser

    return Browser(app)
