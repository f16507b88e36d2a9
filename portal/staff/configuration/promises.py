"""What the company promises and how it sorts its work: the sections of the policy, what is planned, what was decided last."""

from dataclasses import dataclass

from flask import url_for

from portal.access.permissions import Permission as P
from portal.domain import settings
from portal.domain.policy import Policy
from portal.domain.policy_changes import open_tickets
from portal.domain.revisions import Standing
from portal.staff.configuration import proposing
from portal.staff.configuration.history import decisions
from portal.staff.configuration.proposals import title_of
from portal.staff.configuration.sections import GROUPS, SECTIONS, Section
from portal.staff.configuration.shape import Grid, in_short, is_list
from portal.staff.configuration.ways import door, tabs
from portal.staff.configuration.wording import title
from portal.web.pages import page
from portal.web.words import gettext

LAST = 5


@dataclass(frozen=True)
class Entry:
    """A section on the overview: where it is, and what it says in short."""

    title: str
    url: str
    help: str
    count: int | None
    facts: list[tuple[str, str | Grid]]


@door.get("/promises", needs=P.SETTINGS_RUN)
def promises():
    policy = settings.policy()
    groups = [(gettext(name), [_entry(policy, one, row) for one, row in rows.items()]) for name, rows in GROUPS]
    others = [one for one in Policy.__dataclass_fields__ if one not in SECTIONS and one != "retired"]
    if others:
        groups.append((gettext("Other parts"), [_entry(policy, one, None) for one in others]))
    decided = decisions("policy", limit=LAST)
    return page(
        "staff/promises.html", policy=policy, groups=groups, decided=decided, tabs=tabs(), open_tickets=open_tickets(),
        holds=next((one.revision for one in decided if one.standing is Standing.HOLDS), None),
        proposals=[
            (title_of(section, code) or gettext("an earlier version"), url_for(".proposal", section=section, code=code))
            for section, code in proposing.mine()
        ],
        plans=[one for one in decided if one.standing is Standing.PLANNED],
    )  # fmt: skip


def _entry(policy: Policy, name: str, row: Section | None) -> Entry:
    listed = is_list(name)
    return Entry(
        title(name), url_for(".section", section=name), gettext(row.help) if row else "",
        len(getattr(policy, name)) if listed else None, [] if listed else in_short(name),
    )  # fmt: skip
