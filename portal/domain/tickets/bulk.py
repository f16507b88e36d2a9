"""Several tickets at once: each by the rules of a single one, each alone; what the rules refuse is told with its reason."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy.orm.exc import StaleDataError

from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused, Stale
from portal.domain.savepoint import savepoint
from portal.domain.tickets import actions
from portal.domain.tickets.models import Ticket

AT_ONCE = 100
"""More are refused: a slip of the hand should stay a small one."""


@dataclass
class Result:
    """What became of a selection: the tickets done, and the others by the reason of their refusal."""

    done: list[Ticket] = field(default_factory=list)
    refused: list[tuple[Refused, list[Ticket]]] = field(default_factory=list)

    def refuse(self, ticket: Ticket, refusal: Refused) -> None:
        for known, tickets in self.refused:
            if str(known) == str(refusal):
                tickets.append(ticket)
                return
        self.refused.append((refusal, [ticket]))


def each(tickets: Iterable[Ticket], act: Callable[[Ticket], object]) -> Result:
    """Let every ticket have the action, in a savepoint of its own; a refusal of one leaves the others done."""
    result = Result()
    for ticket in tickets:
        try:
            with savepoint():
                act(ticket)
        except Refused as refusal:
            result.refuse(ticket, refusal)
        except StaleDataError:
            result.refuse(ticket, Stale(actions.CHANGED))
        else:
            result.done.append(ticket)
    return result


def accept(tickets: Iterable[Ticket], by: Person) -> Result:
    """Take them up."""
    return each(tickets, lambda ticket: actions.accept(ticket, by))


def assign(tickets: Iterable[Ticket], by: Person, owner: Person) -> Result:
    """Hand them to another owner."""
    return each(tickets, lambda ticket: actions.assign(ticket, by, owner))


def judge(tickets: Iterable[Ticket], by: Person, severity: str) -> Result:
    """Judge their severity anew. KeyError for a severity the policy does not know."""
    return each(tickets, lambda ticket: actions.classify(ticket, by, None, severity))


def watch(tickets: Iterable[Ticket], by: Person) -> Result:
    """Hear of what happens to them."""
    return each(tickets, lambda ticket: actions.watch(ticket, by, True))


def may_own(person: Person) -> bool:
    """Can this person be somebody's first-asked owner?"""
    return person.has(Role.AGENT, Role.SUPERVISOR) and person.is_active
