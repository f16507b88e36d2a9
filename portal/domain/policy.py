"""What a company promises and how it sorts its work: an immutable document, read once, kept as revisions."""

import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, get_args, get_type_hints

from portal.domain.policy_calls import FORCED, SCRIPT_PLACES, Calls, ForcedReason, Outcome, ScriptLine, ScriptPart
from portal.domain.policy_checks import check
from portal.domain.policy_forum import ForumRules
from portal.domain.policy_loop import ImprovementRules, RatingRules, SurveyRules
from portal.domain.policy_parts import (
    EVENTS,
    TEMPLATE_PLACES,
    Ask,
    AskType,
    Card,
    Channel,
    ClockRule,
    Closing,
    FileType,
    Hours,
    Kind,
    Limits,
    Named,
    RatingDimension,
    ReadyAnswer,
    ReplyField,
    ReplyTemplate,
    Service,
    Severity,
    Shorter,
    Target,
    TicketClass,
    Tier,
    Warnings,
)
from portal.domain.policy_quality import LiabilityRules, Major, Sign, SupportRules
from portal.domain.policy_reading import Mistake, places, read, write
from portal.i18n import N_, Words
from portal.working_time import Day, Promise, Unit, WorkingCalendar

__all__ = [
    "EVENTS",
    "PACKS",
    "SCRIPT_PLACES",
    "TEMPLATE_PLACES",
    "Ask",
    "AskType",
    "Calls",
    "Card",
    "Channel",
    "ClockRule",
    "Closing",
    "FileType",
    "ForcedReason",
    "ForumRules",
    "Hours",
    "ImprovementRules",
    "Kind",
    "LiabilityRules",
    "Limits",
    "Major",
    "Mistake",
    "Named",
    "Outcome",
    "Policy",
    "Promise",
    "RatingDimension",
    "RatingRules",
    "ReadyAnswer",
    "ReplyField",
    "ReplyTemplate",
    "ScriptLine",
    "ScriptPart",
    "Service",
    "Severity",
    "Shorter",
    "Sign",
    "SurveyRules",
    "Target",
    "TicketClass",
    "Tier",
    "Unit",
    "Warnings",
    "Words",
    "calendar_days",
    "dump",
    "load_calendar",
    "load_pack",
    "parse",
]

PACKS = ("telecom", "cars")

CAUSE_KIND = "cause_kind"
"""The reply field whose choice a complaint's cause is counted by."""
REPORT = Words("上报重大投诉报告", "The report on the major complaint is sent up")

# What a class takes from its group where it says nothing itself.
INHERITED = ("department", "kinds", "closure", "severity", "first_suggestion", "reply_shape")


@dataclass(frozen=True)
class Policy:
    """Everything a company settles about its service. Never changed: a new revision is a new document."""

    name: Words
    calendar: Hours
    kinds: tuple[Kind, ...]
    services: tuple[Service, ...]
    classes: tuple[TicketClass, ...]
    reply_fields: tuple[ReplyField, ...]
    clocks: tuple[ClockRule, ...]
    departments: tuple[Named, ...]
    regions: tuple[Named, ...]
    tiers: tuple[Tier, ...]
    cards: tuple[Card, ...]
    severities: tuple[Severity, ...]
    channels: tuple[Channel, ...]
    proxies: tuple[Named, ...]
    """Who may speak for a customer (代理客户, R10)."""
    outcomes: tuple[Outcome, ...]
    calls: Calls
    call_script: tuple[ScriptLine, ...]
    forced_reasons: tuple[ForcedReason, ...]
    rating_dimensions: tuple[RatingDimension, ...]
    reply_templates: tuple[ReplyTemplate, ...]
    ready_answers: tuple[ReadyAnswer, ...]
    file_types: tuple[FileType, ...]
    warnings: Warnings
    limits: Limits
    targets: tuple[Target, ...]
    liability: LiabilityRules
    support: SupportRules
    major: Major
    forum: ForumRules
    improvement: ImprovementRules = field(default_factory=ImprovementRules)
    ratings: RatingRules = field(default_factory=RatingRules)
    surveys: SurveyRules = field(default_factory=SurveyRules)
    retired: Mapping[str, tuple[Any, ...]] = field(default_factory=dict, hash=False)
    """Items that are no longer offered, by list: older records still speak of them, so they are never deleted."""

    @cached_property
    def _by_code(self) -> dict[str, dict[str, Any]]:
        lists = {name: self.known(name) for name, value in vars(self).items() if isinstance(value, tuple)}
        lists["clocks"] += (self.major_report,)
        lists["outcomes"] += (FORCED,)
        return {name: {item.code: item for item in items if hasattr(item, "code")} for name, items in lists.items()}

    def known(self, listed: str) -> tuple[Any, ...]:
        """All items of a list: those that are offered, then the retired ones."""
        return (*getattr(self, listed), *self.retired.get(listed, ()))

    @cached_property
    def major_report(self) -> ClockRule:
        """The promise to report on a major complaint (R20), as a clock like every other; begun when it is accepted as one."""
        return ClockRule(
            "major_report", REPORT, REPORT, tuple(kind.code for kind in self.kinds), "made_major", "major_reported",
            self.major.report, shown_to_customer=False,
        )  # fmt: skip

    def find(self, listed: str, code: str) -> Any:
        """The item of a list ("departments", "tiers", …) by its code. KeyError when it is not there."""
        return self._by_code[listed][code]

    def called(self, listed: str, code: str) -> Words:
        """The words of an item, of a promise those of the desk; the code itself where an older record speaks of one gone."""
        item = self._by_code[listed].get(code)
        if item is None:
            return Words(code, code)
        return item.desk_words if isinstance(item, ClockRule) else item.words

    @cached_property
    def questions(self) -> dict[str, Ask]:
        """The questions of all forms, by their names: of kinds, classes, services and channels."""
        found: dict[str, Ask] = {}
        for listed in ("kinds", "classes", "services", "channels"):
            for ask in (ask for item in self.known(listed) for ask in item.asks):
                found.setdefault(ask.name, ask)
        return found

    def kind(self, code: str) -> Kind:
        return self.find("kinds", code)

    def service(self, code: str) -> Service:
        return self.find("services", code)

    def ticket_class(self, code: str) -> TicketClass:
        return self.find("classes", code)

    def reply_field(self, code: str) -> ReplyField:
        return self.find("reply_fields", code)

    def clock(self, code: str) -> ClockRule:
        return self.find("clocks", code)

    def department(self, code: str) -> Named:
        return self.find("departments", code)

    def region(self, code: str) -> Named:
        return self.find("regions", code)

    def tier(self, code: str) -> Tier:
        return self.find("tiers", code)

    def card(self, code: str) -> Card:
        return self.find("cards", code)

    def severity(self, code: str) -> Severity:
        return self.find("severities", code)

    def channel(self, code: str) -> Channel:
        return self.find("channels", code)

    def outcome(self, code: str) -> Outcome:
        return self.find("outcomes", code)

    def cause_called(self, code: str) -> Words:
        """A sort of cause in words; the code itself where the list no longer has it."""
        field = self._by_code["reply_fields"].get(CAUSE_KIND)
        return (
            next((one.words for one in field.choices if one.code == code), Words(code, code))
            if field
            else Words(code, code)
        )

    @property
    def allowed_extensions(self) -> frozenset[str]:
        return frozenset(one.extension for one in self.file_types)

    def groups(self, kind: str | None = None) -> tuple[TicketClass, ...]:
        """The groups in their order; of a kind, those that have a class for it."""
        groups = (group for group in self.classes if group.is_group)
        return tuple(group for group in groups if self.classes_in(group.code, kind))

    def classes_in(self, group: str, kind: str | None = None) -> tuple[TicketClass, ...]:
        """The classes of a group, of all kinds or of one."""
        inside = (klass for klass in self.classes if klass.parent == group)
        return tuple(klass for klass in inside if kind is None or kind in klass.kinds)

    def reply_shape(self, class_code: str | None, kind: str | None = None) -> tuple[ReplyField, ...]:
        """What a reply must hold (R15); nothing without a class, or for a kind that its answer closes."""
        if class_code is None or (kind and self.kind(kind).closing is Closing.ANSWER):
            return ()
        return tuple(self.reply_field(code) for code in self.ticket_class(class_code).reply_shape)

    def script(self, kind: str, class_code: str | None) -> tuple[ScriptLine, ...]:
        """What is said in a call-back about a ticket of this kind and class, in its order (R16)."""
        group = next((one.parent for one in self.classes if one.code == class_code), None)
        about = {class_code, group}
        of_kind = (line for line in self.call_script if kind in line.kinds)
        return tuple(line for line in of_kind if line.classes is None or about & set(line.classes))

    def clocks_for(self, kind: str, class_code: str | None = None) -> tuple[ClockRule, ...]:
        """The promises made about a ticket of this kind and class (R14)."""
        of_kind = (rule for rule in self.clocks if kind in rule.kinds)
        return tuple(rule for rule in of_kind if rule.classes is None or class_code in rule.classes)

    def working_calendar(self, calendar_document: dict) -> WorkingCalendar:
        """The calendar of this policy's hours over a document of days; ValueError names its mistakes."""
        return self.calendar_of(*calendar_days(calendar_document))

    def calendar_of(self, days: Iterable[Day], confirmed_years: Iterable[int]) -> WorkingCalendar:
        """The calendar of this policy's hours over days kept elsewhere."""
        hours = self.calendar
        by_day = {day.on: day for day in days}
        return WorkingCalendar(hours.zone, hours.hours, hours.cut_off, by_day, frozenset(confirmed_years))


def parse(document: dict) -> Policy:
    """The policy of a document. ValueError names the place of the first mistake."""
    policy = read_policy(document)
    check(policy)
    return policy


def read_policy(document: dict) -> Policy:
    """The policy of a document whose parts may not fit each other yet. Raises Mistake where one cannot be read."""
    said = _added_later() | {name: value for name, value in document.items() if name != "retired"}
    offered = read(Policy, {**said, "classes": with_inherited(document.get("classes"))})
    return replace(offered, retired=_retired(document.get("retired", {})))


def _added_later() -> dict:
    """Parts that a policy laid down before they existed takes as they are shipped."""
    return {name: _shipped("every_company")[name] for name in ("forum",)}


def item_type(listed: str) -> type:
    """What a list of the policy is made of. KeyError where there is no such list."""
    kinds = get_args(get_type_hints(Policy)[listed])
    if len(kinds) != 2 or kinds[1] is not Ellipsis:
        raise KeyError(listed)
    return kinds[0]


def _retired(document: Any) -> dict[str, tuple[Any, ...]]:
    if not isinstance(document, dict):
        raise Mistake("retired", N_("a table of values is wanted"))
    found = {}
    for listed, items in document.items():
        try:
            found[listed] = read(tuple[item_type(listed), ...], items, f"retired.{listed}")
        except KeyError as wrong:
            raise Mistake(f"retired.{listed}", N_("nobody knows this")) from wrong
    return {listed: items for listed, items in found.items() if items}


def dump(policy: Policy) -> dict:
    """The document of a policy, fit for JSON; `parse` makes an equal policy of it."""
    return write(policy)


def load_pack(code: str) -> dict:
    """The document of a shipped pack: its own file, over what all packs share. KeyError if there is none."""
    if code not in PACKS:
        raise KeyError(code)
    return deepcopy(_shipped("every_company") | _shipped(code))


def load_calendar() -> dict:
    """The shipped days off and make-up days, year by year."""
    return deepcopy(_shipped("calendar"))


def calendar_days(document: dict) -> tuple[tuple[Day, ...], frozenset[int]]:
    """The special days of a calendar document and its confirmed years. ValueError names a mistake."""
    years = read(tuple[_Year, ...], document.get("years", []), "years")
    days = tuple(
        Day(_date(day.on, f"years[{number}]"), day.work, day.zh, year.source, day.en)
        for number, year in enumerate(years)
        for day in year.days
    )
    return days, frozenset(year.year for year in years if year.confirmed)


@dataclass(frozen=True)
class _Day:
    on: str
    work: bool
    zh: str
    en: str = ""


@dataclass(frozen=True)
class _Year:
    year: int
    confirmed: bool
    source: str
    days: tuple[_Day, ...]


def _date(written: str, place: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as wrong:
        raise Mistake(place, N_("'{written}' is not a day like 2026-10-01"), written=written) from wrong


def with_inherited(classes: Any) -> Any:
    """Classes as written, each filled up from its group."""
    if not isinstance(classes, list) or not all(isinstance(one, dict) for one in classes):
        raise Mistake("classes", N_("a list of tables is wanted"))
    groups = {one.get("code"): one for one in classes if one.get("parent") is None}
    for one, place in zip(classes, places(classes, "classes"), strict=True):
        if one.get("parent") is not None and one["parent"] not in groups:
            raise Mistake(f"{place}.parent", N_("'{code}' is not a group"), code=one["parent"])
    from_group = (
        {name: value for name, value in groups[one["parent"]].items() if name in INHERITED}
        if one.get("parent") is not None
        else {}
        for one in classes
    )
    return [taken | one for taken, one in zip(from_group, classes, strict=True)]


@cache
def _shipped(name: str) -> dict:
    """What a file of ours says, read once: whoever changes it takes a copy."""
    return tomllib.loads(files("portal").joinpath("policy_packs", f"{name}.toml").read_text(encoding="utf-8"))
