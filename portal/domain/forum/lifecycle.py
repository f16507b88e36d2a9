"""The lives of an event, a party and an invitation as tables, and how the journal tells what happened."""

import enum
from dataclasses import dataclass

from portal.i18n import N_


class Who(enum.Flag):
    """Who may make a move: the organisation, we, the portal by itself."""

    CUSTOMER = enum.auto()
    STAFF = enum.auto()
    PORTAL = enum.auto()


CUSTOMER, STAFF, PORTAL = Who.CUSTOMER, Who.STAFF, Who.PORTAL


@dataclass(frozen=True)
class Move:
    """From which states into which one, and who may."""

    verb: str
    label: str
    leaves: frozenset[str]
    enters: str
    who: Who


def _move(verb: str, label: str, leaves: set[str], enters: str, who: Who) -> Move:
    return Move(verb, label, frozenset(leaves), enters, who)


HOLDING = ("offered", "requested", "confirmed")
"""States of a party in which its seats are taken."""
LIVE = ("waiting", *HOLDING)
ENDED = ("declined", "lapsed", "cancelled")

PARTY_MOVES = (
    _move("offer", N_("Offer the seats"), {"waiting"}, "offered", PORTAL),
    _move("seat", N_("Give the seats"), {"waiting"}, "confirmed", PORTAL),
    _move("request", N_("Ask for approval"), {"waiting", "offered"}, "requested", PORTAL),
    _move("accept", N_("Take the seats"), {"offered"}, "confirmed", CUSTOMER | STAFF),
    _move("pass_on", N_("Let the seats go"), {"offered"}, "cancelled", CUSTOMER | STAFF),
    _move("lapse", N_("Let the offer lapse"), {"offered"}, "lapsed", PORTAL),
    _move("approve", N_("Approve"), {"requested"}, "confirmed", STAFF),
    _move("decline", N_("Decline"), {"waiting", "requested", "offered"}, "declined", STAFF),
    _move("cancel", N_("Cancel"), set(LIVE), "cancelled", CUSTOMER | STAFF),
)
PARTY_STATES = {
    "waiting": N_("On the waiting list"),
    "offered": N_("A seat is offered"),
    "requested": N_("To be approved"),
    "confirmed": N_("Confirmed"),
    "declined": N_("Turned down"),
    "lapsed": N_("The offer ran out"),
    "cancelled": N_("Cancelled"),
}
STAFF_PARTY_STATES = PARTY_STATES | {"offered": N_("Seats offered, no answer yet")}
"""The same as we say it."""
PARTY_TONES = {"waiting": "warn", "offered": "info", "requested": "warn", "confirmed": "good", "declined": "bad"}

EVENT_MOVES = (
    _move("publish", N_("Publish"), {"draft"}, "published", STAFF),
    _move("call_off", N_("Call it off"), {"draft", "published"}, "cancelled", STAFF),
    _move("close", N_("Close the forum"), {"published"}, "closed", STAFF),
)
EVENT_STATES = {
    "draft": N_("Being prepared"),
    "published": N_("Announced"),
    "closed": N_("Over"),
    "cancelled": N_("Called off"),
}
EVENT_TONES = {"draft": "warn", "published": "good", "closed": "", "cancelled": "bad"}
IS_OVER = N_("This forum is over.")
SHOWN_EVENTS = ("published", "closed", "cancelled")
"""States in which customers see an event."""

INVITATION_STATES = {
    "draft": N_("Not sent yet"),
    "sent": N_("No answer yet"),
    "coming": N_("Coming"),
    "not_coming": N_("Not coming"),
    "unsure": N_("Not sure yet"),
}
INVITATION_TONES = {"sent": "warn", "coming": "good", "unsure": "info"}
ANSWERS = ("coming", "not_coming", "unsure")
UNANSWERED = ("sent", "unsure")

TOPIC_STATES = {
    "open": N_("Nobody's yet"),
    "given": N_("Being answered"),
    "ticket": N_("Goes on as a ticket"),
    "action": N_("Goes on as an improvement action"),
    "answered": N_("Answered"),
}
TOPIC_TONES = {"open": "warn", "given": "info", "ticket": "info", "action": "info", "answered": "good"}
SOURCES = {"before": N_("Asked beforehand"), "there": N_("Raised at the forum")}


def moves_of(state: str, who: Who) -> dict[str, Move]:
    """What this side may do with a party in this state, by verb."""
    return {move.verb: move for move in PARTY_MOVES if state in move.leaves and move.who & who}


TOLD = {
    "forum.made": N_("{by} began to prepare a forum: {became}"),
    "forum.copied": N_("{by} made a forum of an earlier one: {became}"),
    "forum.changed": N_("{by} changed the forum: {became}"),
    "forum.published": N_("{by} published the forum"),
    "forum.called_off": N_("{by} called the forum off: {why}"),
    "forum.closed": N_("{by} closed the forum"),
    "forum.part_kept": N_("{by} changed the programme: {became}"),
    "forum.part_removed": N_("{by} took out of the programme: {was}"),
    "forum.nights_moved": N_(
        "The nights held for the forum moved along with it: {became}; {number} people have booked some"
    ),
    "forum.capacity": N_("{by} changed the number of seats from {was} to {became}"),
    "forum.allotted": N_("{by} gave {customer} {became} places instead of {was}: {why}"),
    "forum.invited": N_("{by} put {name} on the list of invitations"),
    "forum.invitation_sent": N_("{by} sent the invitation of {name}"),
    "forum.invitation_removed": N_("{by} took {was} off the list of invitations"),
    "forum.reminded": N_("{name} was reminded of the invitation"),
    "forum.answered": N_("{name} answered the invitation: {became}"),
    "forum.substituted": N_("{name} named somebody else: {became}"),
    "forum.registered": N_("{by} registered {number} people: {became}"),
    "forum.seated": N_("{party} has its seats: {became}"),
    "forum.offered": N_("{party} was offered {number} seats"),
    "forum.offered_out_of_turn": N_("{by} offered {party} seats before its turn: {why}"),
    "forum.accepted": N_("{by} took the offered seats for {party}"),
    "forum.passed_on": N_("{by} let the offered seats of {party} go"),
    "forum.lapsed": N_("The offer to {party} ran out"),
    "forum.approved": N_("{by} approved {party}"),
    "forum.declined": N_("{by} declined {party}: {why}"),
    "forum.cancelled": N_("{by} cancelled {party}: {why}"),
    "forum.attendee_cancelled": N_("{by} cancelled for {name}"),
    "forum.attendee_changed": N_("{by} changed what is known of {name}"),
    "forum.attendee_replaced": N_("{became} comes instead of {was}, by {by}"),
    "forum.needs_seen": N_("{by} looked at diet and needs: {became}"),
    "forum.exported": N_("{by} exported the registrations: {number} people"),
    "forum.checked_in": N_("{name} is there; checked in by {by}"),
    "forum.check_in_undone": N_("{by} took back the check-in of {name}: {why}"),
    "forum.topic_raised": N_("{by} noted a topic: {became}"),
    "forum.topic_customer": N_("{by} said which customer raised the topic: {became}"),
    "forum.topic_given": N_("{by} gave the topic to {became}"),
    "forum.topic_ticket": N_("{by} made a ticket of the topic: {became}"),
    "forum.topic_action": N_("{by} opened an improvement action from the topic: {became}"),
    "forum.topic_action_dropped": N_("The improvement action {was} was dropped; the topic is open again"),
    "forum.topic_answered": N_("{by} answered the topic"),
    "forum.minutes_kept": N_("{by} wrote the minutes"),
    "forum.minutes_published": N_("{by} published the minutes"),
    "forum.file_added": N_("{by} added a file for the attendees: {became}"),
    "forum.file_removed": N_("{by} removed a file: {was}"),
    "forum.contacts_noted": N_(
        "{by} noted {number} people who were there as contacts of their organisations: {became}"
    ),
    "forum.purged": N_("Diet, needs, travel and hotel of {number} people were deleted"),
}
