"""What the clocks wrote by themselves into a ticket's stream, folded: people's story stays readable, nothing is lost."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from portal.domain.tickets.thread import BY_THE_CLOCKS, Item
from portal.i18n import N_
from portal.web.filters import listed
from portal.web.words import gettext, ngettext

COUNTED = {
    "ticket.warned": N_("due soon: %(n)s"),
    "ticket.breached": N_("missed: %(n)s"),
    "ticket.escalated": N_("supervisors told: %(n)s"),
}


@dataclass(frozen=True)
class Clocks:
    """Entries of the clocks that stand one after the other; drawn as one line, which opens."""

    items: tuple[Item, ...]
    part: str = "clocks"

    @property
    def at(self) -> datetime:
        """When the newest was written."""
        return self.items[0].at

    @property
    def words(self) -> str:
        """How many there are, and of what."""
        by_verb = Counter(item.kind for item in self.items)
        parts = [gettext(text, n=by_verb[verb]) for verb, text in COUNTED.items() if by_verb[verb]]
        return ngettext(
            "One entry of the clocks (%(parts)s)",
            "%(n)s entries of the clocks (%(parts)s)",
            len(self.items),
            n=len(self.items),
            parts=listed(parts),
        )


def folded(items: Iterable[Item]) -> list[Item | Clocks]:
    """The stream with every row of two or more entries of the clocks as one thing; one alone stays what it is."""
    found: list[Item | Clocks] = []
    for is_by_clocks, row in groupby(items, lambda item: item.part == "event" and item.kind in BY_THE_CLOCKS):
        row = tuple(row)
        found += [Clocks(row)] if is_by_clocks and len(row) > 1 else row
    return found
