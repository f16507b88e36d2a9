"""How the staff's page of a ticket says things: what happened, what a message is, what was asked and answered."""

from flask import url_for

from portal.domain import settings
from portal.domain.files import PHOTO_TYPES, Attachment
from portal.domain.policy import Ask, Kind
from portal.domain.tickets.dispatching import MEANS
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.thread import Item
from portal.domain.told import TOLD
from portal.i18n import N_, Words
from portal.web.asks import answers_told
from portal.web.filters import told
from portal.web.filters import words_in as said
from portal.web.words import gettext

# What stands on a message: its sort or stage, and the tone of its badge.
TAGS = {
    "opening": (N_("Opened"), ""),
    "addition": (N_("Added"), ""),
    "answer": (N_("Answer to our question"), "info"),
    "confirmation": (N_("Solved, confirmed"), "good"),
    "rejection": (N_("Not solved"), "bad"),
    "withdrawal": (N_("Withdrawn"), ""),
    "reopening": (N_("Reopened"), "warn"),
    "question": (N_("Question to the customer"), "warn"),
    "solution": (N_("Solution, closure applied for"), "good"),
    "forced": (N_("Closed by force"), "warn"),
    "preliminary": (N_("Preliminary reply"), "accent"),
    "final": (N_("Final reply"), "good"),
    "progress": (N_("Progress"), ""),
}
ICONS = {
    "accept": "user-check", "assigned": "user-check", "dispatched": "arrow-forward-up", "order_confirmed": "check",
    "lead": "arrow-forward-up", "kind": "tag", "handed_back": "arrow-back-up", "recalled": "arrow-back-up", "misdirected": "arrow-back-up", "ask": "player-pause", "resume": "player-play",
    "answer": "player-play", "warned": "hourglass", "breached": "clock-exclamation", "escalated": "alert-triangle",
    "close": "circle-check", "confirm": "circle-check", "finish": "circle-check", "rated": "star", "follow_up_opened": "star", "follow_up_done": "circle-check", "linked": "link",
    "force": "lock", "force_asked": "lock", "by_link": "mail", "merge": "git-merge", "merged_here": "git-merge",
}  # fmt: skip
# What an entry of the journal keeps as a code of the policy's lists.
LISTED = {
    "classified": "classes", "kind": "kinds", "severity": "severities", "called_back": "outcomes", "warned": "clocks",
    "breached": "clocks", "escalated": "clocks", "force_asked": "forced_reasons",
}  # fmt: skip


def event(item: Item) -> str:
    """An entry of the journal as a plain sentence."""
    verb = item.kind.partition(".")[2]
    said_by = item.data.get("said_by") if isinstance(item.data, dict) else None
    by = item.by or said_by or gettext("The portal")
    facts = {"by": by, "became": _plain(verb, item.body), "was": _plain(verb, item.text), "why": item.why}
    return told(TOLD.get(item.kind, item.kind), facts)


def _plain(verb: str, kept: str) -> str | Words:
    return settings.policy().called(LISTED[verb], kept) if verb in LISTED and kept else kept


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
    parts = (Ask(f.code, f.words, f.help, f.type, f.choices) for f in settings.policy().known("reply_fields"))
    return answers_told(parts, item.data)


def answers(ticket: Ticket) -> list[tuple[str, str]]:
    """What kind, service, class and channel asked, and what was answered."""
    policy, asks = settings.policy(), []
    for listed, code in (
        ("kinds", ticket.kind), ("services", ticket.service_code), ("classes", ticket.class_code), ("channels", ticket.channel),
    ):  # fmt: skip
        item = next((one for one in policy.known(listed) if one.code == code), None)
        asked = item.asks_of_staff if isinstance(item, Kind) else item.asks if item else ()
        asks += [ask for ask in asked if ask.name not in {known.name for known in asks}]
    return answers_told(asks, ticket.answers)


def files(rows: list[Attachment]) -> list[dict]:
    """Attachments as ui.files draws them."""
    return [_file(row) for row in rows]


def _file(row: Attachment) -> dict:
    is_photo = row.file.media_type in PHOTO_TYPES
    url = url_for("files.show", attachment=row.id, view="1" if is_photo else None)
    small = url_for("files.small", attachment=row.id) if is_photo else None
    return {"id": row.id, "name": row.file.name, "size": row.file.size, "url": url, "thumbnail_url": small}
