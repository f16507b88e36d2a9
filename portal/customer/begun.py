"""What somebody began to write and did not send: new tickets that lie in drafts (R22)."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from portal.access.door import me
from portal.domain import drafts, settings
from portal.i18n import Words

TEXTS = ("subject", "body")


@dataclass(frozen=True)
class Begun:
    """A new ticket on its way: what kind, what stands there so far, where it is gone on with."""

    what: Words
    subject: str
    saved_at: datetime
    place: str
    url: str


def begun() -> list[Begun]:
    """The asking person's unfinished tickets, the newest first; one statement."""
    return [one for draft in drafts.within(me(), "new/") if (one := _begun(draft)) is not None]


def _begun(draft: drafts.Draft) -> Begun | None:
    _, kind, *service = draft.place.split("/")
    policy = settings.policy()
    code = service[0] if service else None
    if kind not in {one.code for one in policy.kinds} or (code and code not in {one.code for one in policy.services}):
        return None
    words = policy.called("services", code) if code else policy.called("kinds", kind)
    said = next((draft.fields[name] for name in TEXTS if draft.fields.get(name)), "")
    url = url_for("tickets.new", kind=kind, service=code)
    return Begun(words, said[:80], draft.saved_at, draft.place, url)
