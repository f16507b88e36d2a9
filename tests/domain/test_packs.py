"""The shipped packs: whole, in both languages, with every promise of the rules."""

import json
import re

import pytest

from portal.domain.policy import PACKS, Closing, Words, dump, load_calendar, load_pack, parse
from portal.working_time import Promise, Unit

POLICIES = {code: parse(load_pack(code)) for code in PACKS}
HAN = re.compile(r"[\u4e00-\u9fff]")

each = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES.keys())


def words_in(document, place=""):
    """Every bilingual text of a document, with its place."""
    if isinstance(document, dict):
        if set(document) == {"zh", "en"}:
            yield place, Words(**document)
            return
        for name, value in document.items():
            yield from words_in(value, f"{place}.{name}")
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from words_in(value, f"{place}[{number}]")


@each
def test_a_pack_comes_back_whole_from_json(policy):
    assert parse(json.loads(json.dumps(dump(policy)))) == policy


@pytest.mark.parametrize("code", PACKS)
def test_a_pack_is_plain_enough_for_json_as_it_is_shipped(code):
    assert json.loads(json.dumps(load_pack(code))) == load_pack(code)


def test_there_is_no_other_pack():
    with pytest.raises(KeyError):
        load_pack("../calendar")


@each
def test_every_text_is_there_in_both_languages(policy):
    texts = [(place, words) for place, words in words_in(dump(policy)) if words != Words("", "")]
    assert len(texts) > 300
    one_sided = [place for place, words in texts if not (words.zh and words.en)]
    assert one_sided == []
    swapped = [place for place, words in texts if HAN.search(words.en) or not HAN.search(words.zh)]
    assert swapped == []


@each
def test_every_kind_of_ticket_is_there_with_its_number_and_its_way_to_close(policy):
    assert {kind.code: (kind.prefix, kind.closing) for kind in policy.kinds} == {
        "complaint": ("TS", "callback"),
        "repair": ("BX", "callback"),
        "enquiry": ("ZX", "answer"),
        "suggestion": ("JY", "answer"),
        "praise": ("BY", "answer"),
        "service": ("YW", "answer"),
    }


@each
def test_every_kind_and_class_says_what_it_is(policy):
    silent = [one.code for one in (*policy.kinds, *policy.services, *policy.classes) if not one.help.zh]
    assert silent == []


@each
def test_classes_have_two_levels_and_a_department_that_exists(policy):
    groups = policy.groups()
    assert 6 <= len(groups) <= 8
    assert all(3 <= len(policy.classes_in(group.code)) <= 6 for group in groups)
    assert [policy.department(klass.department).words.zh for klass in policy.classes]


@each
def test_a_complaint_asks_when_it_happened_and_what_is_wished(policy):
    asked = {ask.name: ask.required for ask in policy.kind("complaint").asks}
    assert asked["happened_at"] is True
    assert asked["wish"] is True


@each
def test_a_repair_request_asks_what_whoever_comes_must_know(policy):
    asked = {ask.name for ask in policy.kind("repair").asks}
    assert asked >= {"site", "phenomenon", "on_site_contact", "on_site_phone", "visit_time"}


def test_each_trade_asks_for_what_it_serves():
    telecom, cars = ({ask.name for ask in POLICIES[code].kind("repair").asks} for code in ("telecom", "cars"))
    assert "circuit" in telecom - cars
    assert {"plate", "vin", "mileage_km"} <= cars - telecom


@each
def test_a_reply_on_product_quality_has_the_shape_the_rules_want(policy):
    shape = {field.code: field for field in policy.reply_shape(policy.classes_in("product")[0].code, "complaint")}
    assert set(shape) == {"cause", "cause_kind", "is_quality_problem", "quality_basis", "parts", "measure", "until"}
    assert [code for code, field in shape.items() if field.when_open] == ["until"]


@each
def test_an_enquiry_is_answered_freely(policy):
    klass = policy.classes_in("manager", "enquiry")[0]
    assert policy.reply_shape(klass.code, "enquiry") == ()
    assert policy.reply_shape(None, "complaint") == ()


RULES = {
    "confirm_order": ("dispatched", "order_confirmed", Promise(0, Unit.SAME_DAY)),
    "first_contact": ("opened", "contacted", Promise(24, Unit.HOURS)),
    "reply": ("opened", "replied", Promise(24, Unit.HOURS)),
    "repair_report": ("opened", "reported", Promise(3, Unit.WORKING_DAYS)),
    "suggestion_answer": ("opened", "replied", Promise(2, Unit.WORKING_DAYS)),
    "progress": ("opened", "told", Promise(24, Unit.HOURS)),
    "call_back": ("applied", "verified", Promise(1, Unit.WORKING_DAYS)),
}


@each
@pytest.mark.parametrize("code", RULES)
def test_every_clock_of_the_rules_is_there(policy, code):
    rule = policy.clock(code)
    assert (rule.starts, rule.met, rule.promise) == RULES[code]


@each
def test_progress_is_promised_again_and_again_until_closure_is_applied_for(policy):
    rule = policy.clock("progress")
    assert rule.repeats
    assert "applied" in rule.stops_too
    assert "progress" not in {one.code for one in policy.clocks_for("repair")}


@each
def test_something_is_promised_whenever_a_ticket_is_opened_or_opened_again(policy):
    for kind in policy.kinds:
        assert [rule for rule in policy.clocks_for(kind.code) if rule.starts == "opened"]
    for kind in ("complaint", "repair", "service"):
        assert [rule for rule in policy.clocks_for(kind) if rule.starts == "reopened" and rule.by_class]


@each
def test_every_class_and_service_closes_within_its_own_limit(policy):
    rule = policy.clock("closure")
    for klass in (*policy.classes, *policy.services):
        assert rule.promises(klass) == (klass.closure,)


@each
def test_call_backs_end_in_the_five_outcomes_of_the_rules_or_in_an_appointment(policy):
    outcomes = {one.code: (one.closes, one.back, one.again) for one in policy.outcomes}
    assert outcomes == {
        "solved_satisfied": (True, False, False),
        "explanation_accepted": (True, False, False),
        "solved_unsatisfied": (True, False, False),
        "not_solved": (False, True, False),
        "unreachable": (False, False, True),
        "call_again": (False, False, True),
    }
    assert [one.code for one in policy.outcomes if one.appointment] == ["call_again"]


@each
def test_the_figures_of_the_rules_are_the_defaults(policy):
    limits = policy.limits
    assert (limits.reopen_days, limits.call_attempts, limits.low_score, limits.project_months) == (
        30,
        3,
        2,
        3,
    )
    assert (limits.attachment_mib, limits.attachments_mib, limits.attachment_count) == (20, 60, 10)
    assert policy.major.amount_yuan == 10_000
    assert [(tier.share_from, tier.share_below) for tier in policy.tiers] == [(5, None), (1, 5), (0, 1)]


@each
def test_files_that_a_browser_would_run_are_not_taken(policy):
    assert policy.allowed_extensions >= {"pdf", "jpg", "png", "docx", "xlsx"}
    assert policy.allowed_extensions.isdisjoint({"html", "htm", "svg", "js", "exe", "zip"})


@each
def test_reply_templates_read_as_letters_in_both_languages(policy):
    filled = {place: place for place in ("customer", "contact", "number", "subject", "owner", "due")}
    for template in policy.reply_templates:
        for locale in ("zh_Hans_CN", "en"):
            letter = template.body.in_(locale).format(**filled)
            assert letter.startswith(("尊敬的contact：", "Dear contact,"))
            assert "owner" in letter
    assert {kind for one in policy.reply_templates for kind in one.kinds} == {kind.code for kind in policy.kinds}


@each
def test_the_shipped_calendar_fits_the_policy(policy):
    calendar = policy.working_calendar(load_calendar())
    assert (calendar.zone, calendar.cut_off.isoformat("minutes")) == ("Asia/Shanghai", "16:30")
    assert calendar.confirmed_years == {2025, 2026}


@each
def test_the_call_back_is_scripted_for_every_kind_that_it_closes(policy):
    for kind in policy.kinds:
        parts = [line.part for line in policy.script(kind.code, None)]
        if kind.closing is Closing.CALLBACK:
            assert parts[0] == "greeting"
            assert parts[-1] == "parting"
            assert parts.count("question") >= 3
        else:
            assert parts == []


@each
def test_a_class_is_asked_about_in_its_own_words(policy):
    own = {code for line in policy.call_script for code in line.classes or ()}
    assert own
    for code in own:
        klass = next(one for one in policy.classes if code in (one.code, one.parent) and one.parent)
        lines = [line for kind in klass.kinds for line in policy.script(kind, klass.code)]
        assert any(code in (line.classes or ()) for line in lines), code


@each
def test_customers_are_called_in_the_sensible_hours(policy):
    assert [(f"{begins:%H:%M}", f"{ends:%H:%M}") for begins, ends in policy.calls.call_hours] == [
        ("09:00", "11:30"), ("14:00", "17:30"),
    ]  # fmt: skip


@pytest.mark.parametrize("code", PACKS)
def test_the_report_on_a_major_complaint_is_due_in_two_days_that_may_fall_on_a_weekend(code):
    report = POLICIES[code].major.report
    assert (report.amount, report.unit) == (48, "hours")
