"""The demo's casts and stories: whole, natural, never twice the same, each at home in its policy pack."""

import re
from collections import Counter
from dataclasses import fields, is_dataclass, replace

import pytest

from portal.demo.cast import cast
from portal.demo.reading import table
from portal.demo.stories import ENDS, PACES, Again, phrases, stories
from portal.domain import policy
from portal.domain.people.roles import CUSTOMER_ROLES, STAFF_ROLES

PACKS = {pack: policy.parse(policy.load_pack(pack)) for pack in policy.PACKS}
REAL = (
    "电信", "联通", "移动通信集团", "中国移动", "铁通", "华为", "中兴通讯", "阿里", "腾讯", "百度",
    "京东", "美团", "拼多多", "字节跳动", "抖音", "工商银行", "建设银行", "农业银行", "中国银行", "交通银行",
    "浦发", "招商", "平安保险", "中国平安", "上汽", "特斯拉", "蔚来", "比亚迪", "复旦", "同济",
    "交通大学", "瑞金", "华山医院", "中山医院", "锦江", "光明乳业", "顺丰", "中远", "上港", "宝钢",
    "宇通", "金龙客车", "一汽", "福田汽车", "中国重汽", "陕汽", "吉利", "奇瑞",
    "东方航空", "国泰君安", "海通证券", "太平洋保险", "盒马", "家乐福",
)  # fmt: skip
PER_KIND = {
    "telecom": {"complaint": 55, "repair": 45, "enquiry": 25, "suggestion": 18, "praise": 12, "service": 18},
    "cars": {"complaint": 25, "repair": 8, "enquiry": 5, "suggestion": 2, "praise": 2, "service": 5},
}
CUSTOMERS = {"telecom": 40, "cars": 24}
TELLS = sorted(((pack, story) for pack in PACKS for story in stories(pack)), key=lambda pair: pair[1].id)
in_each_pack = pytest.mark.parametrize("pack", PACKS)


def each(test):
    return pytest.mark.parametrize(("pack", "story"), TELLS, ids=[story.id for _, story in TELLS])(test)


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


@in_each_pack
def test_there_are_enough_stories_of_every_kind(pack):
    told = Counter(story.kind for story in stories(pack))

    assert set(told) == set(PER_KIND[pack])
    assert all(told[kind] >= wanted for kind, wanted in PER_KIND[pack].items())


@in_each_pack
def test_every_story_has_its_own_id(pack):
    assert len({story.id for story in stories(pack)}) == len(stories(pack))


@in_each_pack
def test_no_text_is_told_twice(pack):
    # A complaint's wish is told once and stands in its answers too; codes and addresses are no texts.
    told = [replace(one, answers={**one.answers, "wish": ""}) for one in stories(pack)]
    texts = Counter(text for thing in (*told, phrases(pack)) for text in words(thing) if len(text) > 12)

    assert [text for text, times in texts.items() if times > 1 and not text.isascii()] == []


@in_each_pack
def test_nobody_is_named_after_a_real_company(pack):
    said = "\n".join(text for thing in (cast(pack), phrases(pack), *stories(pack)) for text in words(thing))

    assert [name for name in REAL if name in said] == []


@in_each_pack
def test_no_story_names_a_customer(pack):
    names = {name for customer in cast(pack).customers for name in (customer.name, customer.short_name)}
    said = "\n".join(text for story in stories(pack) for text in words(story))

    assert [name for name in names if name in said] == []


@in_each_pack
def test_addresses_and_numbers_can_belong_to_nobody(pack):
    said = "\n".join(text for thing in (cast(pack), *stories(pack)) for text in words(thing))

    assert all(host.endswith(".example") for host in re.findall(r"@([\w.-]+)", said))
    assert all(number.startswith("13800000") for number in re.findall(r"\b1[3-9]\d{9}\b", said))
    assert all(number.startswith("5550") for number in re.findall(r"021-(\d{8})", said))


@in_each_pack
def test_the_departments_are_the_pack_s_and_each_has_handlers(pack):
    codes = {department.code for department in cast(pack).departments}
    handling = {one.department for one in cast(pack).staff if "handler" in one.roles}

    assert codes == {department.code for department in PACKS[pack].departments}
    assert handling >= codes
    assert all(provider.handlers for provider in cast(pack).providers)


@in_each_pack
def test_staff_are_distinct_and_hold_roles_that_exist(pack):
    everybody = [*cast(pack).staff, *(who for provider in cast(pack).providers for who in provider.handlers)]
    held = {role for one in everybody for role in one.roles}

    assert held == set(STAFF_ROLES)
    assert len({one.key for one in everybody}) == len({one.email for one in everybody}) == len(everybody)
    assert sum("supervisor" in one.roles for one in everybody) >= 2  # an appeal is decided by another one


@in_each_pack
def test_customers_fit_the_pack_and_have_somebody_who_signs_in(pack):
    managers = {one.key for one in cast(pack).staff if "account_manager" in one.roles}
    emails = [contact.email for customer in cast(pack).customers for contact in customer.contacts]

    assert len(cast(pack).customers) == CUSTOMERS[pack]
    assert len(set(emails)) == len(emails)
    for customer in cast(pack).customers:
        tier = PACKS[pack].find("tiers", customer.tier)
        assert PACKS[pack].find("cards", customer.card)
        assert PACKS[pack].find("regions", customer.region)
        assert customer.share >= tier.share_from
        assert tier.share_below is None or customer.share < tier.share_below
        assert customer.manager in managers
        assert 2 <= len(customer.contacts) <= 4
        logins = [contact.login for contact in customer.contacts if contact.login]
        assert "org_admin" in logins
        assert set(logins) <= CUSTOMER_ROLES
        assert {contact.role for contact in customer.contacts} <= {"principal", "buyer", "manager", "user"}


@each
def test_a_story_speaks_the_pack_s_codes(pack, story):
    kind = PACKS[pack].kind(story.kind)

    assert PACKS[pack].find("channels", story.channel)
    assert PACKS[pack].find("severities", story.severity)
    assert story.pace in PACES
    assert story.ends in ENDS
    assert bool(story.class_code) == kind.takes_class
    assert bool(story.service) == (story.kind == "service")
    if story.class_code:
        klass = PACKS[pack].ticket_class(story.class_code)
        assert not klass.is_group
        assert story.kind in klass.kinds
    for outcome in (story.outcome, *(again.outcome for again in (story.rework, story.reopen) if again)):
        assert PACKS[pack].outcome(outcome)


@each
def test_a_story_names_parties_that_exist(pack, story):
    assert {story.to, story.also} <= {None, *(department.code for department in cast(pack).departments)}
    assert story.to_provider in {None, *(provider.code for provider in cast(pack).providers)}
    assert not (story.to and story.to_provider)
    assert not story.to_provider or len(story.notes) < 2  # the second is the handler's, and notes are internal
    assert bool(story.also) == bool(story.also_suggestion)
    assert set(story.fits) <= {customer.industry for customer in cast(pack).customers}
    assert not (story.liable and story.not_liable)
    assert story.liable_party in {None, *(department.code for department in cast(pack).departments)}
    assert story.problem in {None, *(issue.key for issue in phrases(pack).issues)}


@each
def test_a_story_answers_what_it_is_asked(pack, story):
    kind, channel = PACKS[pack].kind(story.kind), PACKS[pack].channel(story.channel)
    asks = [*kind.asks, *channel.asks]
    if story.class_code:
        asks += PACKS[pack].ticket_class(story.class_code).asks
    if story.service:
        asks += PACKS[pack].service(story.service).asks
    by_name = {ask.name: ask for ask in asks}
    needed = {ask.name for ask in asks if ask.required} - {"on_site_contact", "on_site_phone"}

    assert set(story.answers) <= set(by_name)
    assert needed <= set(story.answers)
    for name, answer in story.answers.items():
        if by_name[name].type == "choice":
            assert answer in {choice.code for choice in by_name[name].choices}


@each
def test_a_final_reply_has_the_shape_its_class_wants(pack, story):
    if PACKS[pack].kind(story.kind).closing != "callback":
        return
    asked = {part.code: part for part in PACKS[pack].reply_shape(story.class_code)}
    needed = {code for code, part in asked.items() if part.required and not part.when_open}

    for reply in story.replies:
        assert set(reply.shape) <= set(asked)
        if reply.stage == "final":
            assert needed <= set(reply.shape)
        else:
            assert "until" in reply.shape


@each
def test_a_story_is_told_to_its_end(pack, story):
    closed = story.ends in ("closed", "reopened")

    assert bool(story.withdrawn_reason) == (story.ends == "withdrawn")
    if closed:
        assert story.solution
        assert story.ends == "closed" or (story.reopen and not story.reopen.solution)
        assert story.ends == "reopened" or not story.reopen or story.reopen.solution
    if closed and PACKS[pack].kind(story.kind).closing == "callback":
        assert story.suggestion
        assert story.call_note
        assert story.contact
        assert story.shape
        assert bool(story.rework) == (story.outcome == "not_solved")
    assert bool(story.question) == bool(story.answer) or story.ends == "waiting"
    for again in (story.rework, story.reopen):
        assert again is None or isinstance(again, Again)
    if story.outcome == "unreachable":
        assert len(story.tries) + 1 == PACKS[pack].limits.call_attempts


@in_each_pack
def test_praise_names_who_earned_it(pack):
    staff, providers = {one.key for one in cast(pack).staff}, {one.code for one in cast(pack).providers}

    for story in stories(pack):
        if story.kind == "praise":
            assert (story.praised in staff) != (story.praised_provider in providers)


def test_lives_differ():
    told = stories("telecom")

    assert 8 <= sum(story.reopen is not None for story in told) <= 14
    assert sum(story.ends == "withdrawn" for story in told) >= 6
    assert sum(story.pace == "late" for story in told) >= 16
    assert sum(story.rework is not None for story in told) >= 4
    assert {story.ends for story in told} == set(ENDS)
    assert {story.stars for story in told} >= {1, 2, 3, 4, 5}


@in_each_pack
def test_what_the_plots_say_is_the_pack_s(pack):
    # What is told beside the stories: causes and reasons, forced closures, the major complaint, improvement actions.
    known, deeds, majors, better = PACKS[pack], *(table(pack, name) for name in ("deeds", "majors", "improvements"))
    causes = {choice.code for choice in known.find("reply_fields", "cause_kind").choices}
    classes = [deeds["supervised"], *deeds["forced"].values(), *better["burst"], *better["action"].values(), majors]

    judged = table(pack, "judgements")
    assert set(judged["reasons"]) == causes
    assert set(judged["appeals"]) == {code for code, found in judged["reasons"].items() if found["liable"]}
    assert all("{cause}" in one["words"] or code == "unknown" for code, two in judged["appeals"].items() for one in two)
    ends = [
        end["shape"]
        for theme in table(pack, "everyday")["theme"]
        if theme["kind"] == "complaint"
        for end in theme["end"]
    ]
    told = [one.shape for one in stories(pack) if one.kind == "complaint"] + ends + table(pack, "improvements")["burst"]
    assert {one["cause_kind"] for one in told if "cause" in one} <= causes, "what is counted stands beside what is said"
    assert all(not known.ticket_class(one["class_code"]).is_group for one in classes if "class_code" in one)
    assert {one["issue"] for one in better["action"].values() if "issue" in one} <= {
        issue.key for issue in phrases(pack).issues
    }
    assert set(majors["signs"]) <= {sign.code for sign in known.major.signs}
    assert set(majors["photos"]) <= {place.code for place in known.major.photos}
    assert set(majors["dossier"]) == {item.code for item in known.major.checklist}
    assert set(majors["papers"]) == {paper.code for paper in known.major.papers}


def test_packs_tell_the_same_plots():
    for name in ("deeds", "majors", "improvements", "forum", "phrases", "judgements", "surveys", "mailroom"):
        one, other = (table(pack, name) for pack in PACKS)
        assert one.keys() == other.keys()
