"""What waits on the desks of those whom the sign-in page of the demo offers: for each of them something that needs them now."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from portal.demo import hours
from portal.demo.cast import cast
from portal.demo.everyday import Teller
from portal.demo.lives import Life, Troupe

# Of whom (the first customer's first and second person, or anybody), how it stands, who handles it, begun how many
# working days before the end, and at what hour.
WAITING = (
    ("admin", "verifying", "department", 2, 9.1),
    ("admin", "waiting", "department", 2, 10.3),
    ("member", "verifying", "department", 2, 9.6),
    ("member", "waiting", "department", 2, 14.2),
    ("", "verifying", "department", 2, 9.2),
    ("", "verifying", "provider", 2, 9.4),
    ("", "verifying", "department", 3, 9.4),
    ("", "verifying", "department", 2, 10.2),
    ("", "dispatched", "provider", 1, 16.8),
    ("", "contacted", "provider", 1, 14.6),
    ("", "open_handling", "provider", 2, 9.9),
    ("", "dispatched", "department", 1, 16.4),
    ("", "open_handling", "department", 2, 15.1),
)


def lives(troupe: Troupe, until: datetime, teller: Teller) -> list[Iterator[datetime]]:
    """The tickets that wait, each lived up to where it waits."""
    dice, found = random.Random("desks"), []
    provider = next(iter(troupe.providers))
    department = next(one.department for one in cast(troupe.pack).staff if one.roles == ("handler",))
    for n, (whose, ends, by, days, hour) in enumerate(WAITING):
        key, industry = troupe.customers[0] if whose else troupe.customers[5 + 2 * n % (len(troupe.customers) - 6)]
        kind = "repair" if n % 3 == 2 else "complaint"
        theme = teller.theme_of(kind, provider) if by == "provider" else teller.theme(kind)
        halts = ends if ends in ("dispatched", "contacted") else ""
        story = teller.story(
            theme if theme is not None else teller.theme(kind), industry, provider=provider if by == "provider" else None,
            to=None if by == "provider" else department, channel="portal" if whose or n % 2 else "hotline", pace="prompt" if ends == "verifying" else "normal",
            ends="open_handling" if halts else ends, halts=halts, outcome="solved_satisfied",
            question=teller.pools["questions"].draw() if ends == "waiting" else "",
            tries=tuple(teller.told["said"]["tries"][:1]) if (whose, n) == ("", 6) else (),
        )  # fmt: skip
        people = troupe.people[key]
        asker = people[min(whose == "member", len(people) - 1)]
        begins = hours.work_day(until, days, hour) + timedelta(minutes=dice.randint(0, 9), seconds=dice.randint(0, 59))
        found.append(Life(story, troupe, random.Random(f"desk {n}"), key, until, asker=asker).lived(begins))
    return found
