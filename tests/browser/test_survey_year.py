"""The year of surveys in the browser (R25–R30), in Chinese: a wave from the plan to its paper; then what was said, to its measured effect."""

import re
import subprocess
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from portal import clock
from portal.access import papers
from portal.db import db, transaction
from portal.domain.people.models import Contact, Person
from portal.domain.people.roles import Role
from portal.domain.surveys import answering, links, running
from portal.domain.surveys.campaign_models import Invitation, OptOut
from portal.reports.making import make_next
from tests.conftest import BEGIN
from tests.factories import a_customer, a_department, a_person, a_supervisor
from tests.results_cast import answers, ended
from tests.survey_cast import a_campaign, a_published, invitation

pytestmark = pytest.mark.browser

OPENS = BEGIN + timedelta(days=1)
"""The letters of a wave leave on the morning of the next working day."""
HALF = {"overall": 4, "speed": 5}
MINE = {"nps": 9, "words": "账单看不懂，请按项目分列。"}
CALLED = {"overall": 5, "speed": 4, "nps": 10, "words": "热线一打就通。"}
NO_MORE = "问卷太多了，请别再发。"
OTHERS = (
    (5, 10, "装机很准时。"), (5, 9, "账单要提前发。"), (4, 9, "客户经理熟悉我们。"), (4, 8, "网速稳定。"), (3, 7, "开通慢了两天。"),
    (2, 3, "账单错了两次。"), (5, 10, "抢修到场快。"), (4, 8, "报价清楚。"), (5, 9, "培训有用。"),
)  # fmt: skip


@contextmanager
def at(moment: datetime):
    """Time runs on from this moment."""
    with clock.shifted_by(moment - clock.now()):
        yield


def window(console, key: int) -> Page:
    """In which this person is signed in, whatever the portal writes at that moment."""
    db.session.rollback()
    with transaction():
        return console(db.session.get_one(Person, key))


def told(page: Page, words: str) -> None:
    expect(page.locator("#flash")).to_contain_text(words)


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def a_gold_customer(name: str, **contact) -> int:
    """With one contact; gives the contact."""
    customer = a_customer(name=f"{name}有限公司", short_name=name, card="gold")
    with transaction():
        row = Contact(customer_id=customer.id, name=f"{name}联系人", role="manager", **contact)
        db.session.add(row)
        db.session.flush()
        return row.id


def asked(contact: int) -> int:
    db.session.rollback()
    return db.session.scalars(db.select(Invitation.id).where(Invitation.contact_id == contact)).one()


def link(key: int) -> str:
    db.session.rollback()
    return f"/surveys/link/{links.secret(key)}"


def sent(key: int, stars: int, likely: int, words: str) -> None:
    """Somebody answers by the link."""
    said = {"q.overall": [str(stars)], "q.nps": [str(likely)], "q.words": [words]} | (
        {"q.why": ["slow"]} if stars < 3 else {}
    )
    with transaction():
        assert not answering.send(
            answering.held(invitation(key)), "link", said, ["overall", "why", "nps", "words"]
        ).errors


def point(page: Page, question: str, value: int) -> None:
    """One of the points."""
    page.locator(f"input[name='{question}'][value='{value}']").check()


def test_a_wave_goes_from_the_plan_to_its_paper(app, console):
    a_published()
    organisation = a_customer(name="甲一有限公司", short_name="甲一", card="gold")
    member = a_person(Role.ORG_ADMIN, customer=organisation, name="甲一联系人", language="zh_Hans_CN")
    with transaction():
        row = Contact(customer_id=member.customer_id, person_id=member.id, name="甲一联系人", role="manager")
        db.session.add(row)
        db.session.flush()
        first, member = row.id, row.person_id
    by_phone = a_gold_customer("乙二", phone="021-5550002")
    gone = a_gold_customer("丙三", email="bing@example.test")
    others = [a_gold_customer(f"丁{n}", email=f"d{n}@example.test") for n in range(len(OTHERS))]
    supervisor, caller = (
        a_supervisor(language="zh_Hans_CN").id,
        a_person(Role.CALLER, name="何静", language="zh_Hans_CN").id,
    )
    with at(BEGIN):
        campaign = launched_from_the_plan(window(console, supervisor), len(others) + 3)
    with at(OPENS):
        half_on_a_telephone(console(width=390, height=844), link(asked(first)))
        the_rest_signed_in(window(console, member))
        by_the_keyboard_alone(window(console, caller), asked(by_phone))
        no_more_surveys(console(width=390, height=844), link(asked(gone)))
        for contact, said in zip(others, OTHERS, strict=True):
            sent(asked(contact), *said)
    with at(OPENS + timedelta(days=25)):
        with transaction():
            assert running.end_due() == 1
        staff = window(console, supervisor)
        results_say_what_was_answered(staff, campaign)
        paper_says_what_was_answered(staff, campaign)
    said_there = [line for line in console.said if "404" not in line]
    assert said_there == [], "\n".join(said_there)


def launched_from_the_plan(page: Page, number: int) -> int:
    """One click prepares and draws; one more, after the dry run, launches."""
    page.goto("/staff/surveys/plan")
    slot = page.locator("#plan-gold .stack-s", has_text="2026 年下半年").last
    expect(slot).to_contain_text("应当开展")
    slot.get_by_role("button", name="生成调查").click()
    told(page, "调查已生成并抽样")
    campaign = int(re.search(r"/campaigns/(\d+)$", page.url)[1])
    page.get_by_role("link", name="试运行并启动").click()
    page.get_by_role("button", name=f"启动：邀请 {number} 人").click()
    told(page, f"调查已启动：邀请 {number} 人")
    page.goto("/staff/surveys/plan")
    expect(page.locator("#plan-gold")).to_contain_text("进行中")
    return campaign


def half_on_a_telephone(page: Page, address: str) -> None:
    page.goto(address)
    fits(page)
    point(page, "q.overall", HALF["overall"])
    point(page, "q.sides.speed", HALF["speed"])
    page.get_by_role("button", name="下一部分").click()
    expect(page.get_by_text("第 2 部分")).to_be_visible()
    with page.expect_response("**/kept"):
        page.locator("textarea").fill(MINE["words"][:3])
    expect(page.locator(".survey-kept")).to_contain_text("已自动保存")
    fits(page)


def the_rest_signed_in(page: Page) -> None:
    """In the portal it goes on where the link left off, with what was typed there."""
    page.goto("/surveys")
    page.get_by_role("link", name="2026 年下半年金卡客户满意度调查").click()
    expect(page.get_by_text("第 2 部分")).to_be_visible()
    expect(page.locator("textarea")).to_have_value(MINE["words"][:3])
    page.locator("textarea").fill(MINE["words"])
    point(page, "q.nps", MINE["nps"])
    page.get_by_role("button", name="提交答卷").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("感谢您，答卷已收到")
    page.goto("/surveys")
    expect(page.get_by_role("main")).to_contain_text("已答复")


def by_the_keyboard_alone(page: Page, key: int) -> None:
    page.goto("/staff/phone/")
    page.keyboard.press("n")
    page.wait_for_url(f"**/staff/phone/{key}")
    for pressed in (str(CALLED["overall"]), str(CALLED["speed"]), "-"):
        page.keyboard.press(pressed)
    page.keyboard.press("m")
    page.wait_for_url("**section=s2")
    for pressed in ("1", "0"):
        page.keyboard.press(pressed)
    page.keyboard.type(CALLED["words"])
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.wait_for_url("**/thanks")


def no_more_surveys(page: Page, address: str) -> None:
    """Looking at the link takes nobody off; the button does, and then nothing more is asked by the link."""
    page.goto(address)
    page.get_by_role("link", name="不再接收调查").click()
    assert db.session.scalars(db.select(OptOut)).all() == []
    db.session.rollback()
    page.get_by_label("能否告诉我们原因？").fill(NO_MORE)
    page.get_by_role("button", name="不再接收调查").click()
    page.wait_for_url("**/opted-out")
    assert page.goto(address).status == 404
    expect(page.get_by_role("main")).to_contain_text("此链接无法填写问卷")
    assert page.goto("/surveys/link/" + "x" * 32).status == 404


def stars() -> list[int]:
    return [HALF["overall"], CALLED["overall"], *(one for one, _, _ in OTHERS)]


def likely() -> list[int]:
    return [MINE["nps"], CALLED["nps"], *(one for _, one, _ in OTHERS)]


def said() -> list[str]:
    return sorted([MINE["words"], CALLED["words"], *(one for _, _, one in OTHERS)])


def results_say_what_was_answered(page: Page, campaign: int) -> None:
    page.goto(f"/staff/surveys/campaigns/{campaign}/results")
    n, good = len(stars()), sum(one >= 4 for one in stars())
    promoters, detractors = sum(one >= 9 for one in likely()), sum(one <= 6 for one in likely())
    asked_in_all = n + 1
    expect(page.locator("#headline .figure-value")).to_have_count(4)
    headline = [one.strip() for one in page.locator("#headline .figure-value").all_inner_texts()]
    assert [headline[0], headline[1], headline[3]] == [
        f"{round(n * 100 / asked_in_all)}%", f"{round(good * 100 / n)}%", f"{round((promoters - detractors) * 100 / n)}",
    ]  # fmt: skip
    line = page.locator("#lines tr[data-line='overall']")
    expect(line).to_contain_text(f"({good}/{n})")
    points = {5: 100, 4: 80, 3: 60, 2: 30, 1: 0}
    expect(line).to_contain_text(f"{sum(points[one] for one in stars()) / n:.1f}")
    expect(page.locator("#lines tr[data-line='sides-speed']")).to_contain_text("样本不足")
    page.get_by_role("link", name="文字", exact=True).click()
    assert sorted(page.locator("#own-words p.prose").all_inner_texts()) == said()
    page.get_by_role("link", name="应答情况").click()
    expect(page.locator("#outcomes")).to_contain_text("谢绝调查")


def paper_says_what_was_answered(page: Page, campaign: int) -> None:
    page.goto(f"/staff/surveys/campaigns/{campaign}/results")
    page.get_by_role("button", name="PDF").click()
    page.wait_for_url(re.compile(r"/documents/\d+"))
    db.session.rollback()
    assert make_next(papers)
    ready = page.get_by_role("link", name="下载 PDF")
    ready.wait_for(timeout=30_000)
    with page.expect_download() as download:
        ready.click()
    text = subprocess.run(
        ["pdftotext", "-raw", download.value.path(), "-"], capture_output=True, check=True
    ).stdout.decode()
    paper = re.sub(r"\s+", "", text)
    n, good = len(stars()), sum(one >= 4 for one in stars())
    assert f"{round(good * 100 / n)}%({good}/{n})" in paper
    assert f"{round((sum(one >= 9 for one in likely()) - sum(one <= 6 for one in likely())) * 100 / n)}" in paper
    for words in said():
        assert re.sub(r"\s+", "", words) in paper
    for nobody in ("甲一", "乙二", "丙三", "丁0", NO_MORE):
        assert nobody not in paper


TITLE, CAUSE, MEASURE = "账单看不懂", "账单模板按合同汇总，没有项目明细。", "账单按项目分列，附对账说明。"
DONE, FOUND = "新模板已于本月启用，抽查二十份无误。", "抽查三十份，全部按项目分列。"
RAISED = 6
BEFORE = [f"第{n}家：账单看不懂。" if n < RAISED else f"第{n}家：网速稳定。" for n in range(11)]
SETTLED = timedelta(days=20)


def test_what_was_said_becomes_an_action_whose_effect_is_measured(app, console):
    department = a_department().name
    gold = [a_customer(name=f"金{n}有限公司", short_name=f"金{n}", card="gold") for n in range(len(BEFORE))]
    ids = [one.id for one in gold]
    one, another = a_supervisor(language="zh_Hans_CN").id, a_supervisor(language="zh_Hans_CN").id
    with at(BEGIN):
        wave = a_campaign()
        for customer, words in zip(ids, BEFORE, strict=True):
            answers(wave, {"overall": "4", "nps": "8", "words": words}, customer)
        ended(wave)
        page = window(console, one)
        name_the_issue(page, department)
        read_all_that_was_said(page)
        open_an_action(page, department)
        action = page.url
    with at(BEGIN + timedelta(days=1)):
        report_it_done(window(console, one), action)
        verify(window(console, another), action)
    with at(BEGIN + SETTLED):
        after = a_campaign()
        for n, customer in enumerate(ids):
            answers(after, {"overall": "5", "nps": "9", "words": f"第{n}家：很好。"}, customer)
        see_the_effect(window(console, one), action)
    assert console.said == []


def name_the_issue(page: Page, department: str) -> None:
    page.goto("/staff/surveys/words/issues/new")
    page.get_by_label("中文名称").fill(TITLE)
    page.get_by_label("提示词").fill("账单")
    page.get_by_label("负责改进的部门").select_option(label=department)
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/issues")


def read_all_that_was_said(page: Page) -> None:
    """The cue words have ticked what they found; whoever reads confirms it, comment by comment."""
    page.goto("/staff/surveys/words")
    cards = page.locator("article.word-card")
    for left in range(len(BEFORE), 0, -1):
        expect(cards).to_have_count(left)
        page.keyboard.press("m")
    expect(page.get_by_role("main")).to_contain_text("意见已全部阅读")


def open_an_action(page: Page, department: str) -> None:
    """The hot issue has its reason and exactly those who raised it; the action begins with its words."""
    page.goto("/staff/surveys/words/hot")
    row = page.get_by_role("row", name=TITLE)
    expect(row).to_contain_text("多家重要客户")
    row.get_by_role("button", name="查看").click()
    expect(page.locator("#customers li")).to_have_count(RAISED)
    assert sorted(page.locator("#customers li a").all_inner_texts()) == [f"金{n}有限公司" for n in range(RAISED)]
    page.get_by_role("link", name="开立整改").click()
    expect(page.get_by_label("整改事项")).to_have_value(TITLE)
    page.get_by_label("根本原因").fill(CAUSE)
    page.get_by_label("措施").fill(MEASURE)
    page.get_by_label("责任部门").select_option(label=department)
    page.get_by_label("时限").fill(day(BEGIN + timedelta(days=10)))
    page.get_by_role("button", name="开立整改").click()
    page.wait_for_url(re.compile(r"/improvements/\d+$"))
    expect(page.get_by_role("main")).to_contain_text(department)


def day(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()


def report_it_done(page: Page, action: str) -> None:
    """At work from this day on: the wave of the day before is what it was like before."""
    page.goto(action)
    page.get_by_role("link", name="上报完成").click()
    page.get_by_label("完成情况").fill(DONE)
    page.get_by_label("生效日期").fill(day(BEGIN + timedelta(days=1)))
    page.get_by_role("button", name="上报完成").click()
    page.wait_for_url(re.compile(r"/improvements/\d+$"))


def verify(page: Page, action: str) -> None:
    """By another supervisor; then the list of whom to ask again is there."""
    page.goto(action)
    page.get_by_role("link", name="验证").click()
    page.get_by_label("验证情况").fill(FOUND)
    page.get_by_role("button", name="验证通过").click()
    page.wait_for_url(re.compile(r"/improvements/\d+$"))
    assert asked_again(page) == [f"金{n}有限公司" for n in range(RAISED)]


def asked_again(page: Page) -> list[str]:
    rows = page.locator("#revisits tbody th")
    expect(rows).to_have_count(RAISED)
    return sorted(rows.all_inner_texts())


def see_the_effect(page: Page, action: str) -> None:
    """6 of 11 before, none of 11 after: of the pairs 6 only before, none only after; the exact test says ½⁵ = 0.03."""
    page.goto(action)
    effect = page.locator("#word-effect")
    expect(effect).to_contain_text("明显改善")
    expect(effect).to_contain_text(f"{len(BEFORE)} 家受访客户中 {RAISED} 家提出")
    expect(effect).to_contain_text(f"{len(BEFORE)} 家受访客户中 0 家提出")
    expect(effect).to_contain_text(
        f"前后都受访的 {len(BEFORE)} 家中，{RAISED} 家只在之前提出，0 家只在之后提出，0 家前后都提出"
    )
    assert asked_again(page) == [f"金{n}有限公司" for n in range(RAISED)]
