"""The ground of the walk through every move: everybody who can stand to a ticket, and a ticket in every state."""

from dataclasses import dataclass, field

from portal.db import db, transaction
from portal.domain import settings
from portal.domain.people.models import Department, Person
from portal.domain.people.roles import Role
from portal.domain.tickets import actions, dispatching, forced, linking
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.orders import orders
from portal.domain.tickets.states import State
from tests import factories
from tests.factories import a_person, a_provider, again

# Which kinds a call-back closes, and which their answer does (R10, R16), on both packs.
CALLED_BACK = ("complaint", "repair")
ANSWERED = ("enquiry", "suggestion", "praise", "service")


@dataclass
class World:
    """Ids of the people by who they are, and of the tickets by kind and situation."""

    people: dict[str, int] = field(default_factory=dict)
    tickets: dict[str, dict[str, int]] = field(default_factory=dict)
    into: int = 0
    """A live ticket of the same customer, into which others are merged."""

    def person(self, name: str) -> Person:
        return again(db.session.get_one(Person, self.people[name]))


def make_world() -> World:
    """Everybody, and a ticket of every kind in every state it can live to."""
    world = World(_cast())
    world.into = factories.a_ticket(world.person("asker"), subject="主单").id
    with transaction():
        for kind in (*CALLED_BACK, *ANSWERED):
            lives = LIVES | (LIVES_CALLED_BACK if kind in CALLED_BACK else LIVES_ANSWERED)
            world.tickets[kind] = {name: _lived(world, kind, steps) for name, steps in lives.items()}
    return world


def _cast() -> dict[str, int]:
    parties = [one.id for one in db.session.scalars(db.select(Department).order_by(Department.id).limit(2))]
    manager = a_person(Role.ACCOUNT_MANAGER).id
    customer = factories.a_customer(account_manager_id=manager).id
    provider = a_provider().id

    def of_customer(role: Role) -> int:
        return a_person(role, customer=db.session.get_one(factories.Customer, customer)).id

    def of_party(*roles: Role, **party: int) -> int:
        return a_person(*roles, **party).id

    return {
        "asker": of_customer(Role.ORG_MEMBER),
        "head of the customer": of_customer(Role.ORG_ADMIN),
        "colleague": of_customer(Role.ORG_MEMBER),
        "another customer": a_person(Role.ORG_ADMIN).id,
        # They had a hand in it, and could verify and approve otherwise.
        "owner": a_person(Role.AGENT, Role.CALLER, Role.MANAGER).id,
        "lead": of_party(Role.HANDLER, Role.CALLER, Role.MANAGER, department_id=parties[0]),
        "assisting": of_party(Role.HANDLER, provider_id=provider),
        "no order": of_party(Role.HANDLER, department_id=parties[1]),
        "agent": a_person(Role.AGENT).id,
        "supervisor": a_person(Role.SUPERVISOR).id,
        "all-rounder": a_person(Role.AGENT, Role.CALLER, Role.SUPERVISOR, Role.MANAGER).id,
        "caller": a_person(Role.CALLER).id,
        "manager": a_person(Role.MANAGER).id,
        "account manager": manager,
        "administrator": a_person(Role.ADMINISTRATOR).id,
        "security": a_person(Role.SECURITY_ADMIN).id,
        "auditor": a_person(Role.AUDITOR).id,
    }


# How a ticket came to stand where it stands. What an answer closes never waits for a verification.
LIVES: dict[str, tuple[str, ...]] = {
    State.NEW: (),
    State.OPEN: ("accept", "dispatch"),
    State.WAITING: ("accept", "dispatch", "ask"),
    State.WITHDRAWN: ("accept", "dispatch", "withdraw"),
    State.MERGED: ("accept", "dispatch", "merge"),
    "merged while new": ("merge",),
    "merged while waiting": ("accept", "ask", "merge"),
}
LIVES_CALLED_BACK: dict[str, tuple[str, ...]] = {
    State.VERIFYING: ("accept", "dispatch", "apply"),
    State.CLOSED: ("accept", "dispatch", "apply", "close"),
    "open, to be forced": ("accept", "dispatch", "ask to force"),
    "waiting, to be forced": ("accept", "dispatch", "ask", "ask to force"),
    "verifying, to be forced": ("accept", "dispatch", "apply", "ask to force"),
}
LIVES_ANSWERED: dict[str, tuple[str, ...]] = {State.CLOSED: ("accept", "dispatch", "finish")}


def _lived(world: World, kind: str, steps: tuple[str, ...]) -> int:
    facts: dict = {"class_code": factories.a_class(kind)} if settings.policy().kind(kind).takes_class else {}
    facts |= {"service_code": settings.policy().services[0].code} if kind == "service" else {}
    ticket = actions.open_ticket(
        world.person("asker"), kind, "专线中断", "今天上午九点起专线中断，业务全部停了。", is_shared=True, **facts
    )
    for step in steps:
        STEPS[step](world, factories._loaded(ticket))
    return ticket.id


def _dispatch(world: World, ticket: Ticket) -> None:
    """The department of «lead» leads and has taken the order on; the provider of «assisting» helps."""
    owner, lead, helper = (world.person(name) for name in ("owner", "lead", "assisting"))
    for to in (lead.department, helper.provider):
        dispatching.dispatch(ticket, owner, to, "请现场排查。", lead=to is lead.department)
    dispatching.confirm(orders(ticket)[0], ticket, lead)


def _by(who: str, step: str):
    return lambda world, ticket: factories.LIVES[step](ticket, world.person(who))


STEPS = {
    "accept": _by("owner", "accept"),
    "dispatch": _dispatch,
    "ask": _by("owner", "ask"),
    "finish": _by("owner", "finish"),
    "apply": _by("lead", "apply"),
    "close": _by("caller", "close"),
    "withdraw": _by("asker", "withdraw"),
    "merge": lambda world, ticket: linking.merge(
        ticket, factories._loaded(db.session.get_one(Ticket, world.into)), world.person("owner"), "同一件事"
    ),
    "ask to force": lambda world, ticket: forced.ask(
        ticket, world.person("agent"), "excessive", "要求明显超出合同约定。", "您的要求超出合同约定，我们按合同处理。"
    ),
}
