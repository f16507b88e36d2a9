"""A policy: what it answers, and how it names the place of a mistake."""

import copy
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from portal.domain.policy import calendar_days, load_calendar, load_pack, parse
from portal.i18n import Words
from portal.working_time import Promise, Unit

PACK = load_pack("telecom")
POLICY = parse(PACK)
CALENDAR = POLICY.working_calendar(load_calendar())


def with_(*path, value):
    """The pack with one value changed; a string among the path finds an item by its code or name."""
    document = copy.deepcopy(PACK)
    at = document
    for step in path[:-1]:
        at = at[step] if not isinstance(at, list) else _item(at, step)
    at[path[-1]] = value
    return document


def _item(items, step):
    if isinstance(step, int):
        return items[step]
    return next(item for item in items if step in (item.get("code"), item.get("name")))


# ---- words --------------------------------------------------------------------------------------


def test_words_follow_the_locale_and_fall_back_to_chinese():
    assert Words("投诉", "Complaint").in_("zh_Hans_CN") == "投诉"
    assert Words("投诉", "Complaint").in_("en") == "Complaint"
    assert Words("投诉").in_("en") == "投诉"


# ---- what it answers ----------------------------------------------------------------------------


def test_an_item_is_found_by_its_code_and_a_missing_one_is_told():
    assert POLICY.find("tiers", "key") is POLICY.tier("key")
    with pytest.raises(KeyError):
        POLICY.ticket_class("gone")


def test_an_item_that_is_gone_is_still_called_something():
    assert POLICY.called("departments", "network").en == "Network operations"
    assert POLICY.called("departments", "dissolved") == Words("dissolved", "dissolved")


def test_a_class_takes_from_its_group_what_it_leaves_out():
    group, klass = POLICY.ticket_class("product"), POLICY.ticket_class("product_flapping")
    assert (klass.department, klass.kinds, klass.closure) == (group.department, group.kinds, group.closure)
    assert klass.severity == group.severity
    assert POLICY.ticket_class("product_down").severity == "critical" != group.severity


def test_questions_are_not_taken_from_the_group():
    document = with_("classes", "product", "asks", value=[{"name": "extra", "words": {"zh": "补充"}}])
    assert parse(document).ticket_class("product_flapping").asks == ()


def test_groups_are_those_with_a_class_for_the_kind():
    assert [group.code for group in POLICY.groups("repair")] == ["product"]
    assert "advice" not in {group.code for group in POLICY.groups("complaint")}
    assert {klass.parent for klass in POLICY.classes_in("price", "enquiry")} == {"price"}


def test_clocks_may_be_for_some_classes_only():
    document = with_("clocks", "reply", "classes", value=["product_down"])
    policy = parse(document)
    assert "reply" in {rule.code for rule in policy.clocks_for("complaint", "product_down")}
    assert "reply" not in {rule.code for rule in policy.clocks_for("complaint", "product_rate")}
    assert "reply" not in {rule.code for rule in policy.clocks_for("complaint")}


# ---- promises -----------------------------------------------------------------------------------

RATE, DOWN = POLICY.ticket_class("product_rate"), POLICY.ticket_class("product_down")
MORNING = datetime(2026, 11, 25, 9, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Wednesday, with every working day of the week after ahead: nothing but the promises themselves tells them apart."""


def promised(rule, *given, **who) -> Promise:
    """Which of the promises that apply this rule gives."""
    return rule.reckon(CALENDAR, MORNING, *given, **who).promise


@pytest.mark.parametrize(
    ("who", "promise"),
    [
        ({"tier": "ordinary", "card": "standard", "severity": "normal"}, Promise(24, Unit.HOURS)),
        ({"tier": "ordinary", "card": "gold", "severity": "normal"}, Promise(8, Unit.HOURS)),
        ({"tier": "strategic", "card": "gold", "severity": "normal"}, Promise(4, Unit.HOURS)),
        ({"tier": "strategic", "card": "gold", "severity": "critical"}, Promise(2, Unit.HOURS)),
        ({}, Promise(24, Unit.HOURS)),
    ],
)
def test_tier_card_and_severity_shorten_a_clock(who, promise):
    assert promised(POLICY.clock("first_contact"), RATE, **who) == promise


def test_the_closure_limit_is_the_classs_or_the_services():
    closure = POLICY.clock("closure")
    assert promised(closure, RATE) == Promise(3, Unit.WORKING_DAYS)
    assert promised(closure, POLICY.service("move")) == Promise(10, Unit.WORKING_DAYS)
    assert promised(closure, None) == Promise(5, Unit.WORKING_DAYS)  # until the class is known


def test_a_critical_ticket_never_gets_longer_than_its_class():
    one_day = with_("classes", "product_down", "closure", value={"amount": 1, "unit": "working_days"})
    policy = parse(one_day)
    klass = policy.ticket_class("product_down")
    assert promised(policy.clock("closure"), klass, severity="critical") == Promise(1, Unit.WORKING_DAYS)


def test_a_shorter_promise_is_never_due_later_than_the_ordinary_one():
    saturday = datetime(2026, 11, 21, 14, tzinfo=ZoneInfo("Asia/Shanghai"))
    rule = POLICY.clock("first_contact")
    ordinary, strategic = (rule.reckon(CALENDAR, saturday, tier=tier) for tier in ("ordinary", "strategic"))
    assert CALENDAR.after(saturday, Promise(4, Unit.HOURS)) > ordinary.due  # 16:30, the cut-off of Monday
    assert strategic.due == ordinary.due


# ---- mistakes are named by their place ----------------------------------------------------------

MISTAKES = [
    (
        ("kinds", "complaint", "asks", "wish", "type"),
        "essay",
        r"kinds\[complaint\]\.asks\[wish\]\.type: 'essay' is",
    ),
    (
        ("kinds", "complaint", "department"),
        "moon",
        r"kinds\[complaint\]\.department: 'moon' is not among dep",
    ),
    (("kinds", "complaint", "prefix"), "BX", r"kinds\[BX\]: this prefix is there twice"),
    (("kinds", "complaint", "prefix"), "ts", r"kinds\[complaint\]\.prefix: one to four capital"),
    (("kinds", "complaint", "colour"), "red", r"kinds\[complaint\]\.colour: nobody knows this"),
    (
        ("kinds", "complaint", "takes_class"),
        "yes",
        r"kinds\[complaint\]\.takes_class: true or false is wanted",
    ),
    (("kinds", "complaint", "words"), "投诉", r"kinds\[complaint\]\.words: a table of values is wanted"),
    (("kinds", "complaint", "words"), {"en": "Complaint"}, r"kinds\[complaint\]\.words\.zh: is missing"),
    (("kinds", "praise", "takes_class"), True, r"kinds\[praise\]\.takes_class: no class is for this kind"),
    (
        ("kinds", "repair", "asks", "phenomenon", "choices"),
        [],
        r"asks\[phenomenon\]\.choices: a choice needs them",
    ),
    (("kinds", "repair", "asks", "site", "name"), "circuit", r"kinds\[repair\]\.asks\[circuit\]: .* twice"),
    (("services", "move", "department"), "moon", r"services\[move\]\.department: 'moon'"),
    (
        ("services", "move", "closure", "amount"),
        1.5,
        r"services\[move\]\.closure: working days are promised whole",
    ),
    (
        ("classes", "product_rate", "parent"),
        "nothing",
        r"classes\[product_rate\]\.parent: 'nothing' is not a group",
    ),
    (("classes", "product_rate", "severity"), "deadly", r"classes\[product_rate\]\.severity: 'deadly'"),
    (
        ("classes", "product_rate", "reply_shape"),
        ["x"],
        r"classes\[product_rate\]\.reply_shape: 'x' is not among",
    ),
    (("classes", "product_rate", "kinds"), ["x"], r"classes\[product_rate\]\.kinds: 'x' is not among kinds"),
    (("classes", "product_rate", "code"), "Rate!", r"classes\[Rate!\]: a code is made of small letters"),
    (("clocks", "reply", "met"), "dreamt", r"clocks\[reply\]\.met: 'dreamt' is no event"),
    (("clocks", "praise_thanks", "starts"), "closed", r"clocks: nothing is promised when a praise is opened"),
    (
        ("clocks", "first_contact", "shorter", 0, "card"),
        "lead",
        r"shorter\[0\]\.card: 'lead' is not among cards",
    ),
    (("reply_templates", "received", "body", "en"), "{phone}", r"received\]\.body\.en: {phone} is not known"),
    (("reply_templates", "received", "body", "zh"), "{contact", r"received\]\.body\.zh: "),
    (("calendar", "cut_off"), "half past four", r"calendar\.cut_off: 'half past four' is not a time"),
    (("calendar", "cut_off"), "23:00", r"calendar: the cut-off must lie within"),
    (("calendar", "zone"), "Asia/Nowhere", r"calendar\.zone: there is no zone 'Asia/Nowhere'"),
    (("calendar", "hours"), [["08:30"]], r"calendar\.hours\[0\]: 2 values are wanted"),
    (("limits", "call_attempts"), 0, r"limits\.call_attempts: more than nothing"),
    (("warnings", "before_hours"), "4", r"warnings\.before_hours: a number is wanted"),
    (("tiers", "key", "share_below"), 1, r"tiers\[key\]\.share_below: must be more than the share"),
    (("departments",), [], r"departments|kinds\[complaint\]\.department"),
    (("outcomes",), {}, r"outcomes: a list is wanted"),
]


@pytest.mark.parametrize(("path", "value", "named"), MISTAKES)
def test_a_mistake_is_named_by_its_place(path, value, named):
    with pytest.raises(ValueError, match=named):
        parse(with_(*path, value=value))


def test_a_missing_list_is_named():
    document = copy.deepcopy(PACK)
    del document["clocks"]
    with pytest.raises(ValueError, match="clocks: is missing"):
        parse(document)


def test_a_group_without_classes_is_not_offered():
    document = copy.deepcopy(PACK)
    document["classes"] = [one for one in document["classes"] if one.get("parent") != "technical"]
    policy = parse(document)
    assert "technical" not in {group.code for group in policy.groups()}


def test_a_day_that_is_none_is_named():
    year = {
        "year": 2026,
        "confirmed": True,
        "source": "x",
        "days": [{"on": "2026-13-01", "work": True, "zh": "x"}],
    }
    with pytest.raises(ValueError, match=r"years\[0\]: '2026-13-01' is not a day"):
        calendar_days({"years": [year]})
