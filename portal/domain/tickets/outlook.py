"""A ticket as its customer sees it: its steps, what happens next and by when, how a promise stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from portal.domain import settings
from portal.domain.people.models import Customer
from portal.domain.policy import Closing, Kind, Service, TicketClass
from portal.domain.tickets.for_customers import Promised, Said
from portal.domain.tickets.models import Deadline, Ticket
from portal.domain.tickets.states import FORCED, State
from portal.i18n import N_, Words

ANSWERS = ("contacted", "replied", "reported", "told")
"""What keeps the promises to contact and to answer; those after them are about the end."""


@dataclass(frozen=True)
class Step:
    """One step: its marked words, whether it is done, now or next, when it was or is promised."""

    label: str
    state: str
    at: datetime | None = None
    promised: datetime | None = None
    facts: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Outlook:
    """What happens next, in marked words with facts, in a tone; and the promise that is nearest."""

    text: str
    tone: str = "info"
    facts: dict = field(default_factory=dict)
    promise: Promised | None = None


def steps(ticket: Ticket, said: Sequence[Said], promised: Sequence[Promised]) -> list[Step]:
    """The way of this ticket (of its present round) in the customer's words, with dates and promised dates.

    Only what the customer can see counts: an answer is a step once it is shown.
    """
    begun = _begun(ticket, said)
    now = [p for p in promised if p.deadline.round == ticket.round]
    if not ticket.is_live and ticket.state != State.CLOSED:
        return _ended(ticket, promised)
    rows = [
        (N_("We have received it") if ticket.round == 1 else N_("Reopened"), begun, None),
        (N_("Somebody is responsible"), _since(begun, ticket.accepted_at), None),
        *_middle(ticket, said, now, begun),
    ]
    place = len(rows) if ticket.state == State.CLOSED else _place(ticket, rows)
    return [
        Step(label, "done", moment) if n < place else Step(label, "now" if n == place else "next", None, due)
        for n, (label, moment, due) in enumerate(rows)
    ]


def _middle(ticket: Ticket, said: Sequence[Said], now: Sequence[Promised], begun: datetime) -> list:
    """Between acceptance and the end: an answer, the solution, the customer's word, as the kind has it."""
    answered = min(filter(None, (_answered(said, begun), _kept(now, begun))), default=None)
    heard = (N_("You hear from us"), answered, _due(now, ANSWERS))
    if ticket.outcome == FORCED:
        return [heard, (N_("We closed it without your agreement"), ticket.closed_at, None)]
    if settings.policy().kind(ticket.kind).closing is Closing.CALLBACK:
        solved = _answered(said, begun, ("solution",))
        solution = (N_("We solve it"), solved, _due(now, ("closed",)))
        return [heard, solution, (N_("You confirm the result"), ticket.closed_at, None)]
    if (done := _due(now, ("closed",))) or any(p.rule.met == "closed" for p in now):
        return [heard, (N_("It is done"), ticket.closed_at, done)]
    return [(N_("You have our answer"), ticket.closed_at, _due(now, ANSWERS))]


def _ended(ticket: Ticket, promised: Sequence[Promised]) -> list[Step]:
    ended = max((p.deadline.dropped_at for p in promised if p.deadline.dropped_at), default=None)
    last = N_("Withdrawn") if ticket.state == State.WITHDRAWN else N_("Continued in another ticket")
    rows = [Step(N_("We have received it"), "done", ticket.opened_at)]
    if ticket.accepted_at:
        rows.append(Step(N_("Somebody is responsible"), "done", ticket.accepted_at))
    return [*rows, Step(last, "done", ended)]


def _place(ticket: Ticket, rows: list) -> int:
    """Which step a live ticket stands at."""
    if ticket.state == State.NEW:
        return 1
    if ticket.state == State.VERIFYING:
        return len(rows) - 1
    return 3 if len(rows) > 3 and rows[2][1] is not None else 2


def outlook(
    ticket: Ticket, promised: Sequence[Promised], at: datetime, said: Sequence[Said] = (), decides: bool = True
) -> Outlook:
    """What happens next and by when; honest when we are late. `decides`: it is this reader whose word is waited for."""
    nearest = _nearest(ticket, promised, said)
    if ticket.state == State.CLOSED:
        return _closed(ticket, at)
    if ticket.state == State.WITHDRAWN:
        return _withdrawn(said)
    if ticket.state == State.MERGED:
        return Outlook(N_("This goes on in another ticket that is about the same thing."))
    if ticket.state == State.WAITING:
        return _waiting(promised, nearest, at)
    if ticket.state == State.VERIFYING:
        return _verifying(nearest, at) if decides else _verified_by_others(ticket)
    if nearest is None:
        return Outlook(N_("We are working on it."))
    facts = {"what": nearest.rule.words, "due": nearest.due_at}
    if nearest.due_at < at:
        return Outlook(N_("We are late, and we are sorry. Promised by {due}: {what}"), "bad", facts, nearest)
    return Outlook(N_("Next, by {due} at the latest: {what}"), "info", facts, nearest)


def _waiting(promised: Sequence[Promised], nearest: Promised | None, at: datetime) -> Outlook:
    """Which promises stand still meanwhile is the policy's to say (R14): told as the ticket's own promises are."""
    paused = [p for p in promised if p.deadline.paused_at]
    if paused and nearest is None:
        return Outlook(N_("We need a word from you to go on. Until then our promises stand still."), "warn")
    if paused:
        last = max(paused, key=lambda p: (p.due_at, p.deadline.id))
        text = N_("We need a word from you to go on. Until then this promise stands still: {what}")
        return Outlook(text, "warn", {"what": last.rule.words})
    if nearest is None or nearest.due_at < at:
        return Outlook(N_("We need a word from you to go on."), "warn")
    text = N_("We need a word from you to go on. Our promise runs on meanwhile, by {due}: {what}")
    return Outlook(text, "warn", {"what": nearest.rule.words, "due": nearest.due_at}, nearest)


def _nearest(ticket: Ticket, promised: Sequence[Promised], said: Sequence[Said]) -> Promised | None:
    """The nearest promise that is still to come for the customer.

    Whoever has read words of ours was contacted, as they see it; the promise to contact runs on as its rule says.
    """
    heard = _answered(said, _begun(ticket, said)) is not None
    open_ = (p for p in promised if p.deadline.is_open and not (heard and p.rule.met == "contacted"))
    return min(open_, key=lambda p: (p.due_at, p.deadline.id), default=None)


def _withdrawn(said: Sequence[Said]) -> Outlook:
    last = next((one.message for one in reversed(said) if one.message.sort == "withdrawal"), None)
    if last is None:
        return Outlook(N_("This ticket was withdrawn. Nothing more happens here."))
    text = N_("{by} withdrew this ticket {at}. Nothing more happens here.")
    return Outlook(text, "info", {"by": last.by.name if last.by else "—", "at": last.at})


def _verified_by_others(ticket: Ticket) -> Outlook:
    if ticket.asked_by is None:
        return Outlook(N_("The administrator of your organisation can say whether it is solved; we also ring."))
    text = N_("{name} or the administrator of your organisation can say whether it is solved; we also ring.")
    return Outlook(text, "info", {"name": ticket.asked_by.name})


def _verifying(nearest: Promised | None, at: datetime) -> Outlook:
    if nearest is None or nearest.due_at < at:
        return Outlook(N_("Please tell us whether it is solved. We will also ring you about it."), "warn")
    text = N_("Please tell us whether it is solved; otherwise we ring you by {due}.")
    return Outlook(text, "warn", {"due": nearest.due_at}, nearest)


def _closed(ticket: Ticket, at: datetime) -> Outlook:
    until = reopen_until(ticket)
    if ticket.outcome == FORCED:
        return _closed_by_us(ticket, until, at)
    if until and until > at:
        text = N_("It was closed {closed}. If it comes back you can reopen it until {until}.")
        return Outlook(text, "good", {"closed": ticket.closed_at, "until": until})
    text = N_("It was closed {closed}. If something is wrong again, please open a new ticket and name this one.")
    return Outlook(text, "good", {"closed": ticket.closed_at})


def _closed_by_us(ticket: Ticket, until: datetime | None, at: datetime) -> Outlook:
    """Told plainly (R17): it is closed, not because the customer agrees, and what can be done about it."""
    facts = {"closed": ticket.closed_at, "until": until}
    if until and until > at:
        text = N_(
            "We closed it {closed} without your agreement; our last message says why. If you see it differently you can reopen it until {until}."
        )
    else:
        text = N_(
            "We closed it {closed} without your agreement; our last message says why. If you see it differently, please open a new ticket and name this one."
        )
    return Outlook(text, "warn", facts)


def reopen_until(ticket: Ticket) -> datetime | None:
    """Until when the customer can reopen a closed ticket (R21)."""
    limit = timedelta(days=settings.policy().limits.reopen_days)
    return ticket.closed_at + limit if ticket.closed_at else None


def standing(promise: Promised, at: datetime) -> str:
    """How a promise stands: met, missed, paused, dropped, late, near or far."""
    return in_view(promise.deadline, at)


def in_view(deadline: Deadline, at: datetime) -> str:
    """How a promise stands at this moment; of one that runs, whether its moment is near or far."""
    stands = deadline.standing(at)
    if stands != "running":
        return stands
    soon = timedelta(hours=settings.policy().warnings.before_hours)
    return "near" if deadline.due_at - at <= soon else "far"


def worth_telling(ticket: Ticket, promised: Sequence[Promised], at: datetime) -> list[Promised]:
    """The promises of a ticket's page: of each rule the newest, and every one that was missed."""
    newest = {(p.deadline.round, p.rule.code): p.deadline.id for p in promised}
    shown = (p for p in promised if p.deadline.id in newest.values() or standing(p, at) in ("missed", "late"))
    return [p for p in shown if standing(p, at) != "dropped" and _is_out(p, at)]


def _is_out(promise: Promised, at: datetime) -> bool:
    """A promise that begins with an answer is told when the answer is: not while it can be taken back."""
    undo = timedelta(seconds=settings.policy().limits.undo_seconds)
    return not promise.rule.repeats or at - promise.deadline.started_at >= undo or promise.deadline.met_at is not None


def _begun(ticket: Ticket, said: Sequence[Said]) -> datetime:
    again = [one.message.at for one in said if one.message.sort == "reopening" and one.from_number is None]
    return again[-1] if again and ticket.round > 1 else ticket.opened_at


def _since(begun: datetime, moment: datetime | None) -> datetime | None:
    return moment if moment and moment >= begun else None


def _answered(said: Sequence[Said], begun: datetime, sorts=("reply", "question", "solution")) -> datetime | None:
    """When the customer first (of solutions: last) saw an answer of ours in this round."""
    shown = [one.message.shown_at for one in said if one.message.sort in sorts and one.from_number is None]
    shown = [moment for moment in shown if moment >= begun]
    return (shown[-1] if sorts == ("solution",) else shown[0]) if shown else None


def _kept(promised: Sequence[Promised], since: datetime) -> datetime | None:
    """When somebody first spoke with the customer."""
    met = (p.deadline.met_at for p in promised if p.rule.met == "contacted" and p.deadline.met_at)
    return min((moment for moment in met if moment >= since), default=None)


def _due(promised: Sequence[Promised], events: tuple) -> datetime | None:
    return min((p.due_at for p in promised if p.rule.met in events and not p.deadline.is_over), default=None)


def expected(
    kind: Kind, klass: TicketClass | Service | None, customer: Customer, at: datetime
) -> list[tuple[Words, datetime]]:
    """What would be promised for a ticket opened at this moment: each promise and when it is due."""
    policy, calendar = settings.policy(), settings.calendar()
    rules = policy.clocks_for(kind.code, klass.code if isinstance(klass, TicketClass) else None)
    severity = klass.severity if isinstance(klass, TicketClass) else "normal"
    given = [
        (rule.words, rule.reckon(calendar, at, klass, customer.tier, customer.card, severity).due)
        for rule in rules
        if rule.starts == "opened" and rule.shown_to_customer and not rule.repeats
    ]
    return sorted(given, key=lambda one: one[1])
