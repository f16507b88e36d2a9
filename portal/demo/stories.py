"""The tickets of the demo world as small lives, told in stories/<pack>/*.toml, without customer and day."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from portal.demo.cast import Cast, cast
from portal.demo.reading import record, table, tables_of_stories

PACES = ("prompt", "normal", "slow", "late")
ENDS = ("closed", "open_new", "open_handling", "waiting", "verifying", "reopened", "withdrawn")


@dataclass(frozen=True, slots=True)
class Ago:
    """A moment this many hours before the ticket was opened."""

    hours: float


@dataclass(frozen=True, slots=True)
class InDays:
    """A day this many days after the ticket was opened."""

    days: int


Told = str | int | float | Ago | InDays
"""An answer to an ask of the policy pack; yes and no are the words «yes» and «no»."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply to the customer: preliminary, progress or final, with its reply fields by code (R15)."""

    text: str
    stage: str = "preliminary"
    shape: Mapping[str, Told] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Again:
    """What happens after a solution did not hold: words, another solution, another call-back."""

    reason: str = ""
    """The customer's reason for reopening; empty for work sent back by the call-back."""
    replies: tuple[str, ...] = ()
    solution: str = ""
    """Empty while it is still worked on."""
    call_note: str = ""
    outcome: str = "solved_satisfied"
    stars: int | None = None
    """A new rating after a reopening; none leaves the story's own."""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One ticket's life. Customer and day are not fixed, save by `fits`, `opens` and `weekday`.

    Kinds closed by an answer (enquiry, suggestion, praise, service) have no call-back: `solution` is the word
    that closes them. A story with `to` or `to_provider` but no `suggestion` is answered by the desk itself,
    which asked there without an order. `pace`: prompt far within its limits, normal within, slow just within,
    late beyond.
    """

    id: str
    kind: str
    channel: str
    subject: str
    text: str
    pace: str
    class_code: str | None = None
    service: str | None = None
    severity: str = "normal"
    wish: str = ""
    answers: Mapping[str, Told] = field(default_factory=dict)
    """By name of the ask. A repair's on_site_contact and on_site_phone are a contact's: not here."""
    fits: tuple[str, ...] = ()
    """Industries of customers the text makes sense for; empty: any."""
    opens: str | None = None
    """HH:MM, the local time of day of the opening, where the text names hours."""
    weekday: int | None = None
    """ISO weekday (1 Monday) of the opening, where the text names it."""
    months: tuple[int, ...] = ()
    """Months (1–12) of the opening, where the text has a season; empty: any."""
    to: str | None = None
    to_provider: str | None = None
    suggestion: str = ""
    also: str | None = None
    """A second department, not in the lead, with a suggestion of its own."""
    also_suggestion: str = ""
    contact: str = ""
    question: str = ""
    answer: str = ""
    """The customer's answer to `question`; empty while we wait for it."""
    replies: tuple[Answer, ...] = ()
    notes: tuple[str, ...] = ()
    solution: str = ""
    tries: tuple[str, ...] = ()
    """Call-backs that reached nobody, on different days, before the one of `call_note`."""
    call_note: str = ""
    outcome: str = "solved_satisfied"
    """What the first conclusive call-back found; `not_solved` goes on with `rework`."""
    false_reply: str = ""
    """What the call-back found untrue in our reply."""
    rework: Again | None = None
    stars: int | None = None
    comment: str = ""
    reopen: Again | None = None
    withdrawn_reason: str = ""
    liable: str = ""
    """Why the supervisor found the party liable (R19); of `liable` and `not_liable` at most one is told."""
    liable_party: str | None = None
    """Department or provider found liable, where it is not the one in the lead."""
    not_liable: str = ""
    major: str = ""
    """Why it is a major complaint (R20); empty: it is not."""
    problem: str | None = None
    """Key of a hot issue in phrases.toml."""
    praised: str | None = None
    """Key of the staff member praised, or code of the provider in `praised_provider`."""
    praised_provider: str | None = None
    exemplary: bool = False
    """Praise for an exemplary deed: the higher reward (R34)."""
    ends: str = "closed"
    halts: str = ""
    """How far work on an order has come that is not over yet: «dispatched» or «contacted»; empty: as far as it is told."""

    @property
    def shape(self) -> Mapping[str, Told]:
        """The reply fields of the final reply: what an application for closure must say again."""
        return next((one.shape for one in reversed(self.replies) if one.stage == "final"), {})


@dataclass(frozen=True, slots=True)
class Issue:
    """A hot issue (热点问题) behind several stories."""

    key: str
    title: str
    cause: str
    measure: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What an account manager writes into the visit-history card (R4)."""

    means: str
    content: str
    progress: str


@dataclass(frozen=True, slots=True)
class Phrases:
    """What is not a ticket's own: hot issues, visits, what customers add later, names of saved views."""

    issues: tuple[Issue, ...]
    visits: tuple[Visit, ...]
    additions: tuple[str, ...]
    """Words a customer may add to any ticket that is still open."""
    reports: tuple[str, ...]
    """How an order stands, as a handler says it day by day."""
    views: tuple[str, ...]


@cache
def stories(pack: str) -> tuple[Story, ...]:
    """All stories of a pack, ordered by file and place in it. Raises ValueError naming the story that is wrong."""
    return tuple(_story(dict(one), cast(pack)) for told in tables_of_stories(pack) for one in told["story"])


@cache
def phrases(pack: str) -> Phrases:
    """The pools of a pack's phrases.toml. Raises ValueError naming what is wrong."""
    told = table(pack, "phrases")
    return Phrases(
        issues=tuple(record(Issue, one, "issue") for one in told["issue"]),
        visits=tuple(record(Visit, one, "visit") for one in told["visit"]),
        additions=tuple(told["additions"]),
        reports=tuple(told["reports"]),
        views=tuple(told["views"]),
    )


def _story(told: dict[str, Any], people: Cast) -> Story:
    where = f"story {told.get('id')}"
    since, form = told.pop("since_hours", None), told.pop("praise_form", None)
    given = {name: _told(value) for name, value in told.pop("asks", {}).items() if value != ""}
    if "class" in told:
        told["class_code"] = told.pop("class")
    if reply := told.pop("reply", ""):
        told["solution"] = reply
    if told["kind"] in ("enquiry", "suggestion") and told.get("replies"):
        raise ValueError(f"{where}: answered in one word, write reply")
    for name in ("rework", "reopen"):
        if name in told:
            told[name] = record(Again, told[name], f"{where}, {name}")
    told["replies"] = [_answer(one, where) for one in told.get("replies", [])]
    story = record(Story, told, where)
    return replace(story, answers={**given, **_implied(story, people, since, form)})


def _implied(story: Story, people: Cast, since: float | None, form: str | None) -> dict[str, Told]:
    """Answers the story tells elsewhere: when it began or came, what is wished, who is praised."""
    came = {"visit": "visited_on", "letter": "received_on"}
    answers: dict[str, Told] = {came[story.channel]: InDays(0)} if story.channel in came else {}
    if since is not None:
        answers["happened_at" if story.kind == "complaint" else "since"] = Ago(since)
    if story.kind == "complaint":
        answers["wish"] = story.wish
    if story.kind == "praise":
        answers |= {"praised": _praised(story, people), "praise_form": form or "portal", "happened_on": InDays(-2)}
    return answers


def _praised(story: Story, people: Cast) -> str:
    if story.praised:
        return next(one.name for one in people.staff if one.key == story.praised)
    return next(one.name for one in people.providers if one.code == story.praised_provider)


def _answer(told: dict[str, Any], where: str) -> Answer:
    shape = {code: _told(value) for code, value in told.get("shape", {}).items()}
    return record(Answer, {**told, "shape": shape}, where)


def _told(value: Any) -> Told:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return InDays(int(value["in_days"]))
    return value
