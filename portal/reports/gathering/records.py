"""The record of a ticket, from the rows that the reader may see: the customer's edition and the staff's."""

from sqlalchemy import Select

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.quality import forced_list
from portal.domain.tickets import deadlines, for_customers, outlook, thread
from portal.domain.tickets.forced import STATES, reason_words
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.lifecycle import TOLD
from portal.domain.tickets.models import Dispatch, Ticket
from portal.domain.tickets.states import FOR_STAFF, State, as_customers_read
from portal.i18n import N_, Words
from portal.reports.facts import Fact, Filled
from portal.reports.gathering.plain import (
    SORTS,
    SORTS_FOR_STAFF,
    author_of,
    file_fact,
    means_words,
    orders_among,
    outcome_for_customers,
    outcome_words,
    plain_facts,
    promise_fact,
    shape_read,
    ticket_among,
)  # fmt: skip
from portal.reports.ticket_record import (
    ContactFact,
    DispatchFact,
    Entry,
    ForcedFact,
    Happened,
    NoteFact,
    StaffTicketRecord,
    Step,
    TicketRecord,
    Verification,
)  # fmt: skip

LISTED = {
    "classified": "classes",
    "severity": "severities",
    "kind": "kinds",
    "called_back": "outcomes",
    "force_asked": "forced_reasons",
    "warned": "clocks",
    "breached": "clocks",
    "escalated": "clocks",
}
"""What an entry of the journal keeps as a code of the policy's lists."""


def customer_record(tickets: Select, messages: Select, ticket_id: int) -> TicketRecord | None:
    """What a customer may read of a ticket on paper; none if it is not among `tickets`.

    `messages`: the visible ones. Nothing internal is read; our people stand behind the owner and the company.
    """
    ticket = ticket_among(tickets, ticket_id)
    if ticket is None:
        return None
    at = clock.now()
    said = for_customers.conversation(messages, ticket)
    promised = for_customers.promises(ticket)
    first = next((one.message for one in said if one.message.sort == "opening"), None)
    facts = plain_facts(ticket, at)
    facts["outcome"] = outcome_for_customers(ticket)
    return TicketRecord(
        **facts,
        state=as_customers_read(ticket.state, ticket.outcome)[0],
        description=first.body if first else "",
        steps=tuple(_step(one) for one in outlook.steps(ticket, said, promised)),
        promises=tuple(promise_fact(one.deadline, at) for one in promised),
        conversation=tuple(_entry(ticket, one) for one in said if one.message is not first),
        files=tuple(file_fact(row, one.message.at, _by(ticket, one)) for one in said for row in one.files),
    )


def staff_record(
    tickets: Select, seen: thread.Seen, orders: Select, ticket_id: int, forced: Select
) -> StaffTicketRecord | None:
    """The staff's edition: all this reader may see; none if the ticket is not among `tickets`."""
    ticket = ticket_among(tickets, ticket_id)
    if ticket is None:
        return None
    at = clock.now()
    merged = list(db.session.scalars(tickets.where(Ticket.merged_into_id == ticket.id).with_only_columns(Ticket.id)))
    items = thread.stream([ticket.id, *merged], seen)[::-1]
    files = thread.files_of(items, ())
    first = next((one for one in items if one.kind == "opening" and one.ticket_id == ticket.id), None)
    return StaffTicketRecord(
        **plain_facts(ticket, at),
        state=FOR_STAFF[State(ticket.state)],
        description=first.body if first else "",
        promises=tuple(promise_fact(one, at) for one in deadlines.with_pauses(ticket)),
        conversation=tuple(_said_to_staff(one, files) for one in items if one.part == "message" and one is not first),
        files=tuple(file_fact(row, one.at, one.by) for one in items for row in files.get((one.part, one.id), ())),
        verifications=tuple(
            Verification(one.at, one.by or "", means_words(one.text), outcome_words(one.kind), one.body)
            for one in items
            if one.part == "call_back"
        ),
        history=tuple(_happened(one) for one in items if one.part == "event" and one.kind in TOLD),
        is_major=ticket.is_major,
        sent_back=ticket.sent_back,
        round=ticket.round,
        notes=tuple(NoteFact(one.at, one.by or "", one.body) for one in items if one.part == "note"),
        contacts=tuple(
            ContactFact(one.at, one.by or "", means_words(one.kind), one.flag, one.text, one.body)
            for one in items
            if one.part == "contact"
        ),
        dispatches=tuple(_dispatch(one) for one in orders_among(orders.where(Dispatch.ticket_id == ticket.id))),
        forced=tuple(_forced(one) for one in forced_list.of_ticket(forced, ticket.id)),
        false_replies=tuple(
            NoteFact(one.at, one.by or "", one.why) for one in items if one.part == "call_back" and one.flag
        ),
    )


def _by(ticket: Ticket, one: for_customers.Said) -> str:
    """Who sent it, as the customer knows them."""
    return author_of(ticket, one.message.by)[0] if one.message.by else one.message.by_name


def _step(step: outlook.Step) -> Step:
    return Step(Filled(step.label, step.facts) if step.facts else step.label, step.at, step.promised)


def _entry(ticket: Ticket, one: for_customers.Said) -> Entry:
    message = one.message
    author, role = author_of(ticket, message.by) if message.by else (message.by_name, "")
    return Entry(
        author,
        role,
        "customer"
        if message.by is None or message.by.customer_id is not None or message.sort == "opening"
        else "company",
        message.at,
        message.body,
        stage=SORTS.get(message.sort) or SORTS.get(message.stage or "", ""),
        answers=shape_read(message.shape),
        files=tuple(file_fact(row, message.at) for row in one.files),
    )


def _said_to_staff(one: thread.Item, files: dict) -> Entry:
    return Entry(
        one.by or "",
        N_("Customer") if one.is_customer else "",
        "customer" if one.is_customer else "company",
        one.at,
        one.body,
        stage=SORTS_FOR_STAFF.get(one.kind) or SORTS_FOR_STAFF.get(one.text, ""),
        answers=shape_read(one.data) if isinstance(one.data, dict) else (),
        files=tuple(file_fact(row, one.at) for row in files.get((one.part, one.id), ())),
    )


def _happened(one: thread.Item) -> Happened:
    by = one.by or (one.data.get("said_by") if isinstance(one.data, dict) else None) or "—"
    facts: dict[str, Fact] = {"by": by, "became": _plain(one, one.body), "was": _plain(one, one.text)}
    facts["why"] = one.why
    return Happened(one.at, by, Filled(TOLD[one.kind], facts))


def _plain(one: thread.Item, kept: str) -> str | Words:
    listed = LISTED.get(one.kind.partition(".")[2])
    return settings.policy().called(listed, kept) if listed and kept else kept


def _forced(row: ForcedClosure) -> ForcedFact:
    return ForcedFact(
        reason_words(row.reason_code), row.words, row.asked_by.name, row.asked_at, STATES[row.state],
        row.decided_by.name if row.decided_by else "", row.decided_at, row.decision,
    )  # fmt: skip


def _dispatch(order: Dispatch) -> DispatchFact:
    return DispatchFact(
        order.number,
        order.party.name,
        order.is_lead,
        order.at,
        order.by.name,
        order.handler.name if order.handler else "",
        order.suggestion,
        order.confirmed_at,
        order.contacted_at,
        order.replied_at,
        order.done_at,
        order.handed_back or "",
        order.is_recalled,
    )
