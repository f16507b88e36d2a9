"""What the company promises, readable: the pack and its history, hours, limits, the table of clocks, the tree of classes."""

from dataclasses import dataclass

from portal.access.permissions import Permission as P
from portal.domain import settings
from portal.domain.policy import ClockRule, Policy, TicketClass
from portal.domain.settings import Revision
from portal.staff.configuration.places import called
from portal.staff.configuration.ways import door, tabs
from portal.web.filters import words_in
from portal.web.pages import page
from portal.web.promises import in_words


@dataclass(frozen=True)
class Decided:
    """A revision: who decided it, when, why, and what it changed: (what, from, to)."""

    revision: Revision
    changed: list[tuple[str, str, str]]


@door.get("/promises", needs=P.SETTINGS_RUN)
def promises():
    policy = settings.policy()
    decided = history("policy")
    return page(
        "staff/promises.html", policy=policy, decided=decided, clocks=[_clock(policy, rule) for rule in policy.clocks],
        groups=[(group, [_row(policy, one) for one in policy.classes_in(group.code)]) for group in policy.groups()],
        tabs=tabs(), hours=", ".join(f"{begin:%H:%M}–{end:%H:%M}" for begin, end in policy.calendar.hours),
    )  # fmt: skip


def history(area: str) -> list[Decided]:
    """The decisions of an area, newest first, in words."""
    policy = settings.policy()
    return [
        Decided(revision, [(called(place, policy), was, became) for place, (was, became) in changed.items()])
        for revision, changed in settings.steps(area)
    ]


def _clock(policy: Policy, rule: ClockRule) -> dict:
    """A clock as the table shows it."""
    return {
        "code": rule.code, "rule": rule.rule_words, "customer": rule.words if rule.shown_to_customer else None,
        "kinds": [policy.called("kinds", kind) for kind in rule.kinds], "promise": in_words(rule.promise),
        "by_class": rule.by_class, "pauses": rule.pauses, "repeats": rule.repeats,
        "shorter": [(_when(policy, one), in_words(one.promise)) for one in rule.shorter],
    }  # fmt: skip


def _when(policy: Policy, shorter) -> str:
    """For whom or what a shorter promise is given."""
    named = (("tiers", shorter.tier), ("cards", shorter.card), ("severities", shorter.severity))
    return " + ".join(words_in(policy.called(listed, code)) for listed, code in named if code)


def _row(policy: Policy, one: TicketClass) -> dict:
    return {
        "code": one.code, "words": one.words, "closure": in_words(one.closure),
        "department": policy.called("departments", one.department), "severity": policy.called("severities", one.severity),
        "kinds": [policy.called("kinds", kind) for kind in one.kinds],
    }  # fmt: skip
