"""A ticket's page drawn: tabs, chips, the line of time, and fresh forms with one's drafts."""

from datetime import timedelta
from functools import partial

from flask import current_app, request, url_for

from portal import clock
from portal.access import draft_files
from portal.access.door import me
from portal.access.permissions import Permission, may
from portal.access.scopes import find
from portal.domain import settings
from portal.domain.quality import liability as liability_rules
from portal.domain.tickets import callback, forced, rounds, steps, thread
from portal.domain.tickets.lifecycle import OUR_WORDS
from portal.domain.tickets.models import Deadline, Ticket
from portal.domain.tickets.states import FOR_STAFF, TONES, State
from portal.i18n import N_
from portal.staff import desk_forced, desk_telling, liability_steps, major_steps
from portal.staff.desk_clocks import folded
from portal.staff.desk_forms import WAYS, note_form, reply_form
from portal.staff.desk_page import Sheet, read
from portal.staff.desk_states import LONGEST, READERS, due_reports
from portal.web import promises
from portal.web.filters import words_in
from portal.web.pages import page

SHOWS = {"all": N_("Everything"), "conversation": N_("Conversation"), "notes": N_("Notes"), "events": N_("Events")}
"""What the stream can be narrowed to."""
OWN_WORD = (callback.PORTAL, callback.LINK)
CONVERSATION = frozenset({"message", "contact", "call_back"})


def ticket_page(ticket: Ticket, status: int = 200, **forms):
    """The page, with these forms in place of fresh ones where something was wrong with them."""
    ticket = ticket if status == 200 else find("ticket", ticket.id, me())
    sheet = read(ticket)
    mine = sheet.drafts()
    kept = {what: thing.data for what, thing in mine.items()}
    fresh = {
        "reply_form": reply_form(sheet, kept.get("reply", {})) if sheet.works else None,
        "note_form": note_form(kept.get("note", {})),
        "moved": False,
        "news_since": None,
    }
    show = request.args.get("show", "all")
    show = show if show in SHOWS else "all"
    opening = _opening(sheet)
    return page(
        "staff/ticket.html",
        status,
        sheet=sheet,
        ticket=ticket,
        show=show,
        tabs=_tabs(sheet, show),
        items=folded(_items(sheet, show, opening)),
        chips=chips([one for one in sheet.deadlines if not one.is_over], sheet),
        past=sum(one.is_over for one in sheet.deadlines),
        main_clock=_main_clock(sheet),
        reports_due=due_reports(sheet),
        state_readers=READERS,
        state_limit=LONGEST,
        undo_seconds=partial(_undo_seconds, _newest_of_ours(sheet)),
        liability=liability_steps.box(ticket, sheet.hands),
        liability_words=liability_rules,
        major=major_steps.box(ticket, sheet.items),
        forced=desk_forced.box(sheet),
        may_force=sheet.at_the_desk and forced.why_not_ask(ticket) is None,
        has_documents="documents.create" in current_app.view_functions,
        tell=desk_telling,
        state_words=FOR_STAFF[State(ticket.state)],
        state_tone=TONES[State(ticket.state)].replace("quiet", ""),
        customer_url=_customer_url(ticket),
        queue_url=url_for("queue.index") if "queue.index" in current_app.view_functions else None,
        opening=opening,
        seen=max((item.at for item in sheet.items), default=ticket.touched_at).isoformat(),
        accepted_files=draft_files.ACCEPTED,
        class_words=_class_words(ticket),
        rounds=rounds_of(sheet),
        mine=mine,
        lies={what: desk_telling.files(sheet.files.get(("draft", thing.id), [])) for what, thing in mine.items()},
        typed={what: bool(kept.get(what, {}).get("body")) for what in ("reply", "note")},
        shape=steps.shape_of(ticket),
        ways=WAYS,
        **fresh | forms,
    )


def _tabs(sheet: Sheet, show: str) -> list[dict]:
    codes = [code for code in SHOWS if not (sheet.narrow and code == "notes")]
    return [
        {"code": code, "label": SHOWS[code], "url": _at(sheet.ticket, code), "current": code == show} for code in codes
    ]


def _at(ticket: Ticket, show: str) -> str:
    return url_for("desk.show", ticket=ticket.id, show=None if show == "all" else show)


def _opening(sheet: Sheet) -> thread.Item | None:
    """The customer's first words: they stand above everything, always in sight."""
    theirs = (item for item in sheet.items if item.kind == "opening" and item.ticket_id == sheet.ticket.id)
    return next(theirs, None)


def _items(sheet: Sheet, show: str, opening: thread.Item | None) -> list[thread.Item]:
    """What of the stream is shown: not what stands above it, nor, among everything, what a message or call-back tells."""
    items = [item for item in sheet.items if item is not opening]
    parts = {"conversation": CONVERSATION, "notes": {"note"}, "events": {"event"}}.get(show)
    if parts:
        return [item for item in items if item.part in parts]
    called = any(item.part == "call_back" for item in items)
    doubled = thread.DOUBLED | (thread.DOUBLED_BY_CALLS if called else frozenset())
    return [item for item in items if not _is_told_twice(item, doubled)]


def _is_told_twice(item: thread.Item, doubled: frozenset[str]) -> bool:
    """What the customer decided here stands as a message of theirs; the verification kept of it says the same."""
    return item.kind in doubled if item.part == "event" else item.part == "call_back" and item.text in OWN_WORD


def chips(deadlines: list[Deadline], sheet: Sheet) -> list[promises.Chip]:
    """Promises as the page draws them, each with the way to its reckoning; of several orders, whose it is."""
    several = len(sheet.orders) > 1
    whose = {order.id: words_in(order.party.words) for order in sheet.orders} if several else None
    return promises.chips(deadlines, lambda one: promise_url(sheet.ticket, one), whose)


def promise_url(ticket: Ticket, deadline: Deadline) -> str:
    """Where a promise is reckoned day by day."""
    return url_for("desk.promise", ticket=ticket.id, deadline=deadline.id)


def _main_clock(sheet: Sheet) -> tuple[Deadline, list[promises.Stretch]] | None:
    """The longest promise of this round: the one whose pauses matter."""
    rounds = [d for d in sheet.deadlines if d.round == sheet.ticket.round and d.dispatch_id is None]
    longest = max(rounds, key=lambda d: d.due_at - d.started_at, default=None)
    return (longest, promises.clock_line(longest)) if longest else None


def _customer_url(ticket: Ticket) -> str | None:
    """The way to the customer's file, for whoever may read it."""
    may_read = may(me(), Permission.CUSTOMER_READ) and "customers.show" in current_app.view_functions
    return url_for("customers.show", customer=ticket.customer_id) if may_read else None


def _newest_of_ours(sheet: Sheet) -> int | None:
    """The newest words that went to the customer: only those can be taken back."""
    ours = (item.id for item in sheet.items if item.part == "message" and item.kind in OUR_WORDS)
    return next(ours, None)


def _undo_seconds(newest: int | None, item: thread.Item) -> int:
    """How many seconds are left to take this reply back; none for whatever is out, or not one's own."""
    mine = item.part == "message" and item.kind == "reply" and item.by_id == me().id and item.id == newest
    left = (item.shown_at or clock.now()) - clock.now()
    return max(0, int(left / timedelta(seconds=1)) + 1) if mine and left > timedelta() else 0


def rounds_of(sheet: Sheet) -> list[rounds.Round]:
    """The rounds of a ticket that was reopened; a first round needs no telling."""
    if sheet.ticket.round < 2:
        return []
    mine = (item for item in sheet.items if item.ticket_id == sheet.ticket.id and item.part in ("message", "call_back"))
    return rounds.rounds(
        rounds.Happened(item.part if item.part == "call_back" else item.kind, item.at, item.body, item.kind)
        for item in mine
    )  # fmt: skip


def _class_words(ticket: Ticket):
    """The words of the ticket's class or service; none if it has none."""
    policy = settings.policy()
    if ticket.service_code:
        return policy.called("services", ticket.service_code)
    return policy.called("classes", ticket.class_code) if ticket.class_code else None
