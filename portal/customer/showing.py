"""How a customer's pages say things: promises, steps, authors in words; never codes, never who is behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import url_for

from portal.access.door import me
from portal.domain import settings
from portal.domain.files import PHOTO_TYPES, Attachment
from portal.domain.people.models import Customer, Person
from portal.domain.policy import CAUSE_KIND, AskType, Policy, Promise, Unit
from portal.domain.tickets import outlook, rounds
from portal.domain.tickets.for_customers import Promised, Said
from portal.domain.tickets.models import Ticket
from portal.i18n import N_, Words
from portal.web.asks import answers_told
from portal.web.filters import moment, span, told, words_in
from portal.web.words import gettext, ngettext

TAGS = {
    "question": (N_("A question to you"), "warn"),
    "solution": (N_("The result"), "good"),
    "forced": (N_("Closed by us"), "warn"),
    "confirmation": (N_("Solved, confirmed"), "good"),
    "rejection": (N_("Not solved"), "warn"),
    "withdrawal": (N_("Withdrawn"), ""),
    "reopening": (N_("Reopened"), "warn"),
    "preliminary": (N_("Our first reply"), ""),
    "final": (N_("Our reply"), ""),
    "progress": (N_("Progress"), ""),
}


@dataclass(frozen=True)
class NextWords:
    """One line about the nearest promise, and its tone."""

    text: str
    late: bool


def next_words(promise: Promised | None, at: datetime) -> NextWords | None:
    """«By tomorrow 16:30: we contact you», for a line of a list; none if nothing is promised now."""
    if promise is None:
        return None
    late = promise.due_at < at
    text = N_("Promised by {due}, late: {what}") if late else N_("By {due}: {what}")
    return NextWords(told(text, {"due": promise.due_at, "what": promise.rule.words}), late)


def steps(rows: Sequence[outlook.Step]) -> list[dict]:
    """The steps as ui.steps draws them."""
    return [
        {"label": told(step.label, step.facts), "state": step.state, "at": step.at, "promised": step.promised}
        for step in rows
    ]


def chips(ticket: Ticket, promised: Sequence[Promised], at: datetime) -> list[dict]:
    """The promises as ui.deadline draws them, each with the way to its reckoning."""
    return [chip(ticket, promise, at) for promise in outlook.worth_telling(ticket, promised, at)]


def chip(ticket: Ticket, promise: Promised, at: datetime, explain: bool = True) -> dict:
    """One promise as ui.deadline draws it."""
    state, deadline = outlook.standing(promise, at), promise.deadline
    words = {
        "met": lambda: gettext("done %(at)s", at=moment(deadline.met_at)),
        "missed": lambda: gettext("too late, %(at)s", at=moment(deadline.met_at or deadline.dropped_at)),
        "late": lambda: gettext("late by %(span)s", span=span(at - deadline.due_at)),
        "near": lambda: gettext("%(span)s left", span=span(deadline.due_at - at)),
        "paused": lambda: gettext("stands still while we wait for you"),
    }.get(state)
    return {
        "label": words_in(promise.rule.words),
        "due_at": deadline.due_at,
        "state": state,
        "words": words() if words else None,
        "explain_url": url_for("tickets.promise", ticket=ticket.id, deadline=deadline.id) if explain else None,
    }


@dataclass(frozen=True)
class Entry:
    """One word of the conversation as a page draws it."""

    said: Said
    who: str
    role: str
    side: str
    tag: tuple[str, str] | None
    facts: list[tuple[str, str]]
    files: list[dict]


def entries(ticket: Ticket, said: Sequence[Said], reader: Person) -> list[Entry]:
    """The conversation with its authors: own people by name, ours as owner or customer service (R12)."""
    return [_entry(ticket, one, reader) for one in said]


def _entry(ticket: Ticket, one: Said, reader: Person) -> Entry:
    message = one.message
    who, role = author(ticket, message.by, reader) if message.by else (message.by_name, "")
    theirs = message.by is None or message.by.customer_id is not None or message.sort == "opening"
    return Entry(
        said=one,
        who=who,
        role=role,
        side="customer" if theirs else "us",
        tag=TAGS.get(message.sort) or TAGS.get(message.stage or ""),
        facts=reply_facts(message.shape),
        files=[file_line(row) for row in one.files],
    )


def rounds_of(ticket: Ticket, said: Sequence[Said]) -> list[rounds.Round]:
    """The rounds of a ticket that was reopened, as its customer knows them."""
    if ticket.round < 2:
        return []
    words = (one.message for one in said if one.message.ticket_id == ticket.id)
    return rounds.rounds(rounds.Happened(word.sort, word.at, word.body) for word in words)


def author(ticket: Ticket, by: Person, reader: Person) -> tuple[str, str]:
    """Name and role of an author. Who works on it behind the owner is nothing a customer need sort out."""
    if by.customer_id is not None:
        return by.name, gettext("you") if by.id == reader.id else ""
    if by.id == ticket.owner_id:
        return by.name, gettext("responsible for you")
    return settings.company().short_name or settings.company().name, gettext("customer service")


def reply_facts(shape: dict) -> list[tuple[str, str]]:
    """The parts of a reply that its class requires (R15), in words."""
    policy, told_facts = settings.policy(), []
    known = {field.code: field for field in policy.known("reply_fields")}
    for code, value in shape.items():
        if (field := known.get(code)) and code != CAUSE_KIND:  # how we count causes is no matter of theirs
            words = next((c.words for c in field.choices if c.code == value), value)
            if field.type is AskType.YES_NO:
                words = value in (True, "yes")
            told_facts.append((in_words(field.words), _plain(words)))
    return told_facts


def _plain(value) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return in_words(value) if isinstance(value, Words) else str(value)


def file_line(row: Attachment) -> dict:
    """A file as ui.files draws it: photos open in place, everything else is saved."""
    is_photo = row.file.media_type in PHOTO_TYPES
    url = url_for("files.show", attachment=row.id, view="1" if is_photo else None)
    small = url_for("files.small", attachment=row.id) if is_photo else None
    return {"id": row.id, "name": row.file.name, "size": row.file.size, "url": url, "thumbnail_url": small}


def asked_facts(ticket: Ticket) -> list[tuple[str, str]]:
    """What the form asked and what was answered, in words."""
    policy = settings.policy()
    asks = list(_item(policy, "kinds", ticket.kind))
    asks += _item(policy, "services", ticket.service_code) + _item(policy, "classes", ticket.class_code)
    return answers_told({ask.name: ask for ask in asks}.values(), ticket.answers)


def proxy_words(ticket: Ticket) -> str:
    """Who speaks for the customer (R10): by name if they gave a power of attorney, else only what they are."""
    proxy = ticket.proxy
    if proxy is None:
        return ""
    kind = in_words(settings.policy().called("proxies", proxy.kind))
    return " · ".join(filter(None, (kind, proxy.name, proxy.office))) if proxy.has_power else kind


def _item(policy: Policy, listed: str, code: str | None) -> list:
    try:
        return list(policy.find(listed, code).asks) if code else []
    except KeyError:
        return []


def closure_words(promise: Promise) -> str:
    """How long it takes, as it is promised."""
    amount = int(promise.amount)
    if promise.unit is Unit.WORKING_DAYS:
        return ngettext("%(num)s working day", "%(num)s working days", amount, num=amount)
    if promise.unit is Unit.SAME_DAY:
        return gettext("the same day")
    return ngettext("%(num)s hour", "%(num)s hours", amount, num=amount)


def organisation() -> Customer:
    """The asking person's organisation: these pages are open to a customer's people only."""
    return cast(Customer, me().customer)


def in_words(words: Words) -> str:
    """A bilingual word in the reader's language."""
    return words_in(words)
