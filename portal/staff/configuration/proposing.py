"""A proposal on its way: kept as a draft of whoever makes it, until it is decided or thrown away."""

from dataclasses import dataclass

from portal.access.door import me
from portal.domain import drafts, revisions
from portal.domain.policy_changes import Change

WHOLE, ORDER, NEW = "-", "-order", "-new"
"""What stands for the code in an address, where a change is about a whole section, its order, or a new item."""


@dataclass(frozen=True)
class Proposal:
    """A change, and the newest revision its writer knew of."""

    change: Change
    drawn_from: int

    @property
    def is_outdated(self) -> bool:
        return self.drawn_from != revisions.head("policy")


def place(section: str, code: str) -> str:
    """Where a proposal lies among the drafts."""
    return f"settings/{section}/{code}"


def keep(change: Change, drawn_from: int, code: str) -> None:
    """Keep what is proposed here; a newer proposal of the same takes its place. Raises Refused when it is too long."""
    drafts.save(me(), place(change.section or "restore", code), {"change": change.kept(), "drawn_from": drawn_from})


def kept(section: str, code: str) -> Proposal | None:
    """What is proposed here; none if nothing is."""
    draft = drafts.find(me(), place(section, code))
    if draft is None or "change" not in draft.fields:
        return None
    return Proposal(Change(**draft.fields["change"]), draft.fields["drawn_from"])


def mine() -> list[tuple[str, str]]:
    """(section, code) of what this person proposed and nobody decided yet, the newest first."""
    return [(draft.place.split("/")[1], draft.place.split("/", 2)[2]) for draft in drafts.within(me(), "settings/")]


def discard(section: str, code: str) -> None:
    """Throw the proposal away: it was decided, or is not wanted."""
    drafts.discard(me(), place(section, code))
