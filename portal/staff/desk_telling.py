"""How the staff's page of a ticket says things: what happened, what a message is, what was asked and answered."""

from flask import url_for
from flask_babel import gettext

from portal.domain import settings
from portal.domain.files import Attachment
from portal.domain.policy import Ask
from portal.domain.tickets.dispatching import MEANS
from portal.domain.tickets.lifecycle import TOLD
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.thread import Item
from portal.i18n import N_, Words
from portal.web.asks import answers_told
from portal.web.filters import told
from portal.web.filters import words_in as said

# What stands on a message: its sort or stage, and the tone of its badge.
TAGS = {
    "opening": (N_("Opened"), ""),
    "addition": (N_("Added"), ""),
    "answer": (N_("Answer to our question"), "info"),
    "rejection": (N_("Not solved"), "bad"),
    "reopening": (N_("Reopened"), "warn"),
    "question": (N_("Question to the customer"), "warn"),
    "solution": (N_("Solution, closure applied for"), "good"),
    "preliminary": (N_("Preliminary reply"), "accent"),
    "final": (N_("Final reply"), "good"),
    "progress": (N_("Progress"), ""),
}
ICONS = {
    "accept": "user-check", "assigned": "user-check", "dispatched": "arrow-forward-up", "order_confirmed": "check",
    "handed_back": "arrow-back-up", "recalled": "arrow-back-up", "ask": "player-pause", "resume": "player-play",
    "answer": "player-play", "warned": "hourglass", "breached": "clock-exclamation", "escalated": "alert-triangle",
    "close": "circle-check", "confirm": "circle-check", "finish": "circle-check", "rated": "star", "linked": "link",
    "merge": "git-merge", "merged_here": "git-merge",
}  # fmt: skip
# What an entry of the journal keeps as a code of the policy's lists.
LISTED = {
    "classified": "classes", "severity": "severities", "called_back": "outcomes", "warned": "clocks",
    "breached": "clocks", "escalated": "clocks",
}  # fmt: skip


def event(item: Item) -> str:
    """An entry of the journal as a plain sentence."""
    verb = item.kind.partition(".")[2]
    became: str | Words = item.body
    if verb in LISTED and item.body:
        became = settings.policy().called(LISTED[verb], item.body)
    by = item.by or gettext("The portal")
    return told(TOLD.get(item.kind, item.kind), {"by": by, "became": became, "was": item.text})


def event_icon(item: Item) -> str:
    """The sign of an event."""
    return ICONS.get(item.kind.partition(".")[2], "point")


def tag(item: Item) -> tuple[str, str]:
    """What a message is, and the tone of its badge."""
    label, tone = TAGS.get(item.text if item.kind == "reply" else item.kind, (item.kind, ""))
    return gettext(label), tone


def means(code: str) -> str:
    """How somebody was spoken with."""
    return gettext(MEANS.get(code, code))


def outcome(code: str) -> str:
    """What a call-back found."""
    return said(settings.policy().called("outcomes", code))


def shape(item: Item) -> list[tuple[str, str]]:
    """The parts of a reply that its class requires, as they were filled (R15)."""
    if not isinstance(item.data, dict):
        return []
    parts = (Ask(f.code, f.words, f.help, f.type, f.choices) for f in settings.policy().reply_fields)
    return answers_told(parts, item.data)


def answers(ticket: Ticket) -> list[tuple[str, str]]:
    """What kind, service, class and channel asked, and what was answered."""
    policy, asks = settings.policy(), []
    for listed, code in (
        ("kinds", ticket.kind), ("services", ticket.service_code), ("classes", ticket.class_code), ("channels", ticket.channel),
    ):  # fmt: skip
        item = next((one for one in getattr(policy, listed) if one.code == code), None)
        asks += [ask for ask in (item.asks if item else ()) if ask.name not in {known.name for known in asks}]
    return answers_told(asks, ticket.answers)


def files(rows: list[Attachment]) -> list[dict]:
    """Attachments as ui.files draws them."""
    return [
        {"id": row.id, "name": row.file.name, "size": row.file.size, "url": url_for("files.show", attachment=row.id)}
        for row in rows
    ]
