"""Several tickets at once: each by the rules of a single one, each alone; a refusal is told with its reason."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy.orm.exc import StaleDataError

from portal.domain.people.models import Department, Person, Provider
from portal.domain.refusals import Refused, Stale
from portal.domain.savepoint import savepoint
from portal.domain.tickets import actions, dispatching
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.steps import CHANGED

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


@dataclass(frozen=True)
class Chosen:
    """A ticket of a selection, and the version it had when the list was drawn; none: whatever it has."""

    ticket: Ticket
    version: int | None = None


def each(chosen: Iterable[Chosen], act: Callable[[Chosen], object]) -> Result:
    """Let every ticket have the action, in a savepoint of its own; a refusal leaves the others done."""
    result = Result()
    for one in chosen:
        try:
            with savepoint():
                act(one)
        except Refused as refusal:
            result.refuse(one.ticket, refusal)
        except StaleDataError:
            result.refuse(one.ticket, Stale(CHANGED))
        else:
            result.done.append(one.ticket)
    return result


def accept(chosen: Iterable[Chosen], by: Person) -> Result:
    """Take them up. What happened to them meanwhile does not matter as long as nobody else took them."""
    return each(chosen, lambda one: actions.accept(one.ticket, by))


def assign(chosen: Iterable[Chosen], by: Person, owner: Person) -> Result:
    """Hand them to another owner."""
    return each(chosen, lambda one: actions.assign(one.ticket, by, owner, version=one.version))


def judge(chosen: Iterable[Chosen], by: Person, severity: str) -> Result:
    """Judge their severity anew. KeyError for a severity the policy does not know."""
    return each(chosen, lambda one: actions.classify(one.ticket, by, None, severity, version=one.version))


def watch(chosen: Iterable[Chosen], by: Person) -> Result:
    """Hear of what happens to them."""
    return each(chosen, lambda one: actions.watch(one.ticket, by, True))


def hand_over(
    chosen: Iterable[Chosen], by: Person, party: Department | Provider, to: Department | Provider, why: str
) -> Result:
    """Let another party take over what one that is going still works on."""
    orders = {order.ticket_id: order for order in dispatching.running_of(party)}
    return each(
        chosen, lambda one: dispatching.hand_over(orders[one.ticket.id], one.ticket, by, to, why, version=one.version)
    )
