"""The demo's cast and stories: whole, natural, never twice the same, and at home in the telecom pack."""

import re
from collections import Counter
from dataclasses import fields, is_dataclass, replace

import pytest

from portal.demo.cast import cast
from portal.demo.stories import ENDS, PACES, Again, phrases, stories
from portal.domain import policy
from portal.domain.people.roles import CUSTOMER_ROLES, STAFF_ROLES

PACK = policy.parse(policy.load_pack("telecom"))
REAL = (
    "电信", "联通", "移动通信集团", "中国移动", "铁通", "华为", "中兴通讯", "阿里", "腾讯", "百度",
    "京东", "美团", "拼多多", "字节跳动", "抖音", "工商银行", "建设银行", "农业银行", "中国银行", "交通银行",
    "浦发", "招商", "平安保险", "中国平安", "上汽", "特斯拉", "蔚来", "比亚迪", "复旦", "同济",
    "交通大学", "瑞金", "华山医院", "中山医院", "锦江", "光明乳业", "顺丰", "中远", "上港", "宝钢",
    "东方航空", "国泰君安", "海通证券", "太平洋保险", "盒马", "家乐福",
)  # fmt: skip
PER_KIND = {"complaint": 55, "repair": 45, "enquiry": 25, "suggestion": 18, "praise": 12, "service": 18}
TELLS = sorted(stories(), key=lambda story: story.id)


def each(test):
    return pytest.mark.parametrize("story", TELLS, ids=lambda story: story.id)(test)


def words(thing):
    """Every text in a record, however deep."""
    if isinstance(thing, str):
        yield thing
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from words(getattr(thing, field.name))
    elif isinstance(thing, tuple):
        for part in thing:
            yield from words(part)
    elif hasattr(thing, "values"):
        for part in thing.values():
            yield from words(part)


def test_there_are_enough_stories_of_every_kind():
    told = Counter(story.kind for story in stories())

    assert set(told) == set(PER_KIND)
    assert all(told[kind] >= wanted for kind, wanted in PER_KIND.items())
    assert sum(told.values()) >= 170


def test_every_story_has_its_own_id():
    assert len({story.id for story in stories()}) == len(stories())


def test_no_text_is_told_twice():
    # A complaint's wish is told once and stands in its answers too; codes and addresses are no texts.
    told = [replace(one, answers={**one.answers, "wish": ""}) for one in stories()]
    texts = Counter(text for thing in (*told, phrases()) for text in words(thing) if len(text) > 12)

    assert [text for text, times in texts.items() if times > 1 and not text.isascii()] == []


def test_nobody_is_named_after_a_real_company():
    said = "\n".join(text for thing in (cast(), phrases(), *stories()) for text in words(thing))

    assert [name for name in REAL if name in said] == []


def test_no_story_names_a_customer():
    names = {name for customer in cast().customers for name in (customer.name, customer.short_name)}
    said = "\n".join(text for story in stories() for text in words(story))

    assert [name for name in names if name in said] == []


def test_addresses_and_numbers_can_belong_to_nobody():
    said = "\n".join(text for thing in (cast(), *stories()) for text in words(thing))

    assert all(host.endswith(".example") for host in re.findall(r"@([\w.-]+)", said))
    assert all(number.startswith("13800000") for number in re.findall(r"\b1[3-9]\d{9}\b", said))
    assert all(number.startswith("5550") for number in re.findall(r"021-(\d{8})", said))


def test_the_departments_are_the_pack_s_and_each_has_handlers():
    codes = {department.code for department in cast().departments}
    handling = {one.department for one in cast().staff if "handler" in one.roles}

    assert codes == {department.code for department in PACK.departments}
    assert handling >= codes
    assert all(provider.handlers for provider in cast().providers)


def test_staff_are_distinct_and_hold_roles_that_exist():
    everybody = [*cast().staff, *(who for provider in cast().providers for who in provider.handlers)]
    held = {role for one in everybody for role in one.roles}

    assert held == set(STAFF_ROLES)
    assert len({one.key for one in everybody}) == len({one.email for one in everybody}) == len(everybody)
    assert sum("supervisor" in one.roles for one in everybody) >= 2  # an appeal is decided by another one


def test_customers_fit_the_pack_and_have_somebody_who_signs_in():
    managers = {one.key for one in cast().staff if "account_manager" in one.roles}
    emails = [contact.email for customer in cast().customers for contact in customer.contacts]

    assert len(cast().customers) == 40
    assert len(set(emails)) == len(emails)
    for customer in cast().customers:
        tier = PACK.find("tiers", customer.tier)
        assert PACK.find("cards", customer.card)
        assert PACK.find("regions", customer.region)
        assert customer.share >= tier.share_from
        assert tier.share_below is None or customer.share < tier.share_below
        assert customer.manager in managers
        assert 2 <= len(customer.contacts) <= 4
        logins = [contact.login for contact in customer.contacts if contact.login]
        assert "org_admin" in logins
        assert set(logins) <= CUSTOMER_ROLES
        assert {contact.role for contact in customer.contacts} <= {"principal", "buyer", "manager", "user"}


@each
def test_a_story_speaks_the_pack_s_codes(story):
    kind = PACK.kind(story.kind)

    assert PACK.find("channels", story.channel)
    assert PACK.find("severities", story.severity)
    assert story.pace in PACES
    assert story.ends in ENDS
    assert bool(story.class_code) == kind.takes_class
    assert bool(story.service) == (story.kind == "service")
    if story.class_code:
        klass = PACK.ticket_class(story.class_code)
        assert not klass.is_group
        assert story.kind in klass.kinds
    for outcome in (story.outcome, *(again.outcome for again in (story.rework, story.reopen) if again)):
        assert PACK.outcome(outcome)


@each
def test_a_story_names_parties_that_exist(story):
    assert {story.to, story.also} <= {None, *(department.code for department in cast().departments)}
    assert story.to_provider in {None, *(provider.code for provider in cast().providers)}
    assert not (story.to and story.to_provider)
    assert bool(story.also) == bool(story.also_suggestion)
    assert set(story.fits) <= {customer.industry for customer in cast().customers}
    assert not (story.liable and story.not_liable)
    assert story.liable_party in {None, *(department.code for department in cast().departments)}
    assert story.problem in {None, *(issue.key for issue in phrases().issues)}


@each
def test_a_story_answers_what_it_is_asked(story):
    kind, channel = PACK.kind(story.kind), PACK.channel(story.channel)
    asks = [*kind.asks, *channel.asks]
    if story.class_code:
        asks += PACK.ticket_class(story.class_code).asks
    if story.service:
        asks += PACK.service(story.service).asks
    by_name = {ask.name: ask for ask in asks}
    needed = {ask.name for ask in asks if ask.required} - {"on_site_contact", "on_site_phone"}

    assert set(story.answers) <= set(by_name)
    assert needed <= set(story.answers)
    for name, answer in story.answers.items():
        if by_name[name].type == "choice":
            assert answer in {choice.code for choice in by_name[name].choices}


@each
def test_a_final_reply_has_the_shape_its_class_wants(story):
    if PACK.kind(story.kind).closing != "callback":
        return
    asked = {part.code: part for part in PACK.reply_shape(story.class_code)}
    needed = {code for code, part in asked.items() if part.required and not part.when_open}

    for reply in story.replies:
        assert set(reply.shape) <= set(asked)
        if reply.stage == "final":
            assert needed <= set(reply.shape)
        else:
            assert "until" in reply.shape


@each
def test_a_story_is_told_to_its_end(story):
    closed = story.ends in ("closed", "reopened")

    assert bool(story.withdrawn_reason) == (story.ends == "withdrawn")
    if closed:
        assert story.solution
        assert story.ends == "closed" or (story.reopen and not story.reopen.solution)
        assert story.ends == "reopened" or not story.reopen or story.reopen.solution
    if closed and PACK.kind(story.kind).closing == "callback":
        assert story.suggestion
        assert story.call_note
        assert story.contact
        assert story.shape
        assert bool(story.rework) == (story.outcome == "not_solved")
    assert bool(story.question) == bool(story.answer) or story.ends == "waiting"
    for again in (story.rework, story.reopen):
        assert again is None or isinstance(again, Again)
    if story.outcome == "unreachable":
        assert len(story.tries) + 1 == PACK.limits.call_attempts


def test_praise_names_who_earned_it():
    staff, providers = {one.key for one in cast().staff}, {one.code for one in cast().providers}

    for story in stories():
        if story.kind == "praise":
            assert (story.praised in staff) != (story.praised_provider in providers)


def test_lives_differ():
    told = stories()

    assert 8 <= sum(story.reopen is not None for story in told) <= 14
    assert sum(story.ends == "withdrawn" for story in told) >= 6
    assert sum(story.pace == "late" for story in told) >= 16
    assert sum(story.rework is not None for story in told) >= 4
    assert {story.ends for story in told} == set(ENDS)
    assert {story.stars for story in told} >= {1, 2, 3, 4, 5}
