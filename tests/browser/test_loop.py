"""A post on the web goes the whole way of a complaint, on each policy pack: to a provider, through liability, into its support.

Entered by staff with a screenshot, handled by the provider, called back, judged, appealed, decided by another supervisor;
a week later the month is over and reckoned, and the provider's statement names the case.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from bench.submission import photo
from tests.browser import demo_world
from tests.browser.test_journey import as_pdf, close_by_call_back, open_answer, part, take_the_order, told
from tests.conftest import BEGIN

pytestmark = pytest.mark.browser

LATER = timedelta(days=7)
"""From the last Wednesday of November to the first Wednesday of December."""
UNDISPUTED = timedelta(days=15)
"""Five working days and one more: the provider had its days to object and said nothing."""
NOVEMBER = "2026年11月"
POST, PLATFORM, AUTHOR = "https://bbs.example/t/20261125-31", "本地论坛", "路口的灯"
SAID = "客户说已经处理好了，发帖人也看到了说明，同意删帖。"
JUDGED = "到场及时，但同一处上月检查时已有征兆，没有处理。"
APPEALED = "上月检查记录写明建议更换，客户当时未同意，附检查单。"
STANDS = "检查单没有客户签字，不能证明已经告知，维持原认定。"


@dataclass(frozen=True)
class Case:
    """What a pack's complaint is about, by the labels of its forms."""

    pack: str
    customer: str
    class_words: str
    subject: str
    body: str
    wish: str
    answers: dict[str, str]
    reply: str
    shape: dict[str, str]
    yes: bool = False
    """Has its final reply the question whether it is a quality problem?"""


TELECOM = Case(
    "telecom", "海岳港务", "业务中断", "论坛发帖：码头专线断了一上午",
    "网友发帖称码头办事大厅专线断了一上午，排队的人没法缴费，帖子已有两百多条回复。经核实为我方客户的专线。",
    "恢复业务，并在帖子下说明情况", {"受影响的业务": "办事大厅缴费"},
    "引入光缆被车辆刮断，已重新接续，业务恢复，监测两小时无误码。",
    {"原因": "引入光缆弧垂过低，被过往车辆刮断。", "判定依据": "现场照片与光时域测试记录", "维修或更换的设备、线路": "引入光缆三十米",
     "处理措施与结果": "重新布放并抬高引入光缆，业务恢复"}, yes=True,
)  # fmt: skip
CARS = Case(
    "cars", "滨海公共交通", "等待与交车延期", "短视频：公交车进站保养，约好的时间等了四小时",
    "网友发短视频称公交车约好上午保养，在服务站等了四小时没有工位，车队在路上骂声一片。经核实为我方客户的车辆。",
    "说明原因，今后按预约的时间开工", {"车牌号": "沪A·62K03", "涉及的服务商": "签约服务站"},
    "预约没有同步到工位看板，已单独标识预约工位，本次工时费全免。",
    {"故障或问题原因": "预约系统与工位看板没有同步，前台按到站顺序派工。", "处理措施与结果": "免收工时费，预约工位单独标识",
     "防止再次发生的措施": "每晚核对次日预约，短信确认工位"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("house", "case"), [(one.pack, one) for one in (TELECOM, CARS)], ids=["telecom", "cars"], indirect=["house"]
)
def test_a_post_on_the_web_goes_its_whole_way_into_the_support_of_its_provider(house, windows, case):
    with demo_world.served(house) as address:
        visit = windows(address)
        handler = visit("handler_of_provider")
        provider = party_of(handler)

        agent = visit("agent")
        number = enter_the_post(agent, case)
        dispatch(agent, provider)

        take_the_order(handler, case.subject)
        record_a_contact(handler)
        reply_and_apply(handler, case)
        close_by_call_back(visit("caller"), case.subject, number, case.reply, SAID)

        supervisor, another = visit("supervisor"), visit("another_supervisor")
        judge(supervisor, number, case.subject, provider)
        appeal(handler, number)
        may_not_decide_the_own_judgement(supervisor, number)
        decide_the_appeal(another, number)
        sees_that_it_stands(handler, number)
        assert visit.said == []

    with demo_world.served(house, LATER) as address:
        visit = windows(address)
        supervisor = visit("supervisor")
        reckon_the_month(supervisor, provider)
        not_before_the_days_to_object_are_over(visit("manager"), provider)
        assert visit.said == []

    with demo_world.served(house, UNDISPUTED) as address:
        visit = windows(address)
        supervisor = visit("supervisor")
        approve(visit("manager"), provider)
        paper = statement(supervisor, provider)
        for words in (provider, NOVEMBER, number, case.subject):
            assert re.sub(r"\s+", "", words) in paper
        finds_it_among_the_decisions(visit("handler_of_provider"))
        assert visit.said == []


def party_of(page: Page) -> str:
    page.goto("/me")
    return page.locator("dt:has-text('服务商') + dd").inner_text()


def enter_the_post(page: Page, case: Case) -> str:
    """By the agent, in the customer's name: where it was posted, by whom, and a picture of it."""
    page.get_by_role("link", name="登记工单").first.click()
    page.get_by_role("searchbox").last.fill(case.customer)
    page.get_by_role("row", name=case.customer).get_by_role("link").first.click()
    form = page.locator("#entry")
    choose(page, "来源渠道", "网络", "网页地址")
    choose(page, "类别", case.class_words, next(iter(case.answers)))
    form.get_by_label("主题").fill(case.subject)
    form.get_by_label("诉求").fill(case.body)
    form.get_by_label("网页地址").fill(POST)
    form.get_by_label("平台").fill(PLATFORM)
    form.get_by_label("发帖人").fill(AUTHOR)
    yesterday = BEGIN.astimezone(ZoneInfo("Asia/Shanghai")) - timedelta(hours=14)
    for label in ("发帖时间", "发生时间"):
        form.get_by_label(label).fill(yesterday.strftime("%Y-%m-%dT%H:%M"))
    for label, words in {"期望的处理结果": case.wish, **case.answers}.items():
        form.get_by_label(label).fill(words)
    form.get_by_label("帖子截图").set_input_files({"name": "帖子.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    form.get_by_role("button", name="登记并受理").click()
    page.wait_for_url(re.compile(r"/staff/tickets/\d+"))
    expect(page.get_by_role("heading", level=1)).to_have_text(case.subject)
    for words in (POST, PLATFORM, AUTHOR, "帖子.jpg"):
        expect(page.get_by_role("main")).to_contain_text(words)
    found = re.search(r"TS-\d{6}-\d{4}", page.get_by_role("main").inner_text())
    assert found
    return found.group()


def choose(page: Page, label: str, words: str, asked: str):
    """A choice of the entry form, and the questions that it brings."""
    page.locator("#entry").get_by_label(label).select_option(label=words)
    expect(page.locator("#entry").get_by_label(asked)).to_be_visible()


def dispatch(page: Page, provider: str):
    page.get_by_role("link", name="派工", exact=True).click()
    form = part(page, "派工")
    form.get_by_label("牵头").select_option(label=provider)
    form.get_by_label("初步处理建议").fill("两小时内联系客户，当天到场；处理完请写明原因，便于在帖子下说明。")
    form.get_by_role("button", name="派工", exact=True).click()
    told(page, f"已派工给{provider}")


def record_a_contact(page: Page):
    page.get_by_role("link", name="联系记录", exact=True).click()
    form = part(page, "联系")
    form.get_by_label("沟通内容").fill("已电话说明处理安排，约定当天办完。")
    form.get_by_role("button", name="保存联系记录").click()
    told(page, "联系记录已保存")


def reply_and_apply(page: Page, case: Case):
    """The final reply to the customer, then the application for closure; both in the shape of the class (R15)."""
    for way, said in (("最终答复", "答复即将发给客户"), ("申请关闭", "")):
        box = open_answer(page, way)
        box.get_by_label("答复内容").fill(case.reply)
        for label, words in case.shape.items():
            box.get_by_label(label, exact=True).fill(words)
        if case.yes:
            box.get_by_label("是", exact=True).check()
        box.get_by_role("button", name="发送给客户").click()
        if said:
            told(page, said)
    expect(page.locator(".desk-head")).to_contain_text("待回访")


def judge(page: Page, number: str, subject: str, provider: str):
    open_the_list(page, "待认定")
    page.get_by_role("row", name=number).get_by_role("link", name="认定").click()
    page.get_by_label("责任部门或服务商").select_option(label=provider)
    page.get_by_role("radio", name="有责", exact=True).check()
    page.get_by_role("radio", name="次要责任").check()
    page.get_by_label("原因").fill(JUDGED)
    page.get_by_role("button", name="责任认定").click()
    told(page, "已认定：有责")


def open_the_list(page: Page, tab: str):
    page.goto("/staff/quality/liability")
    page.get_by_role("link", name=tab).first.click()


def appeal(page: Page, number: str):
    page.get_by_role("link", name="涉及我方的认定").first.click()
    line = page.get_by_role("row", name=number)
    expect(line).to_contain_text("可申诉")
    line.get_by_role("link").first.click()
    expect(page.get_by_role("main")).to_contain_text(JUDGED)
    page.get_by_label("认为不应承担责任的理由").fill(APPEALED)
    page.get_by_role("button", name="申诉").click()
    told(page, "申诉已提交，由另一位质量监督裁定")


def open_the_appeal(page: Page, number: str):
    open_the_list(page, "申诉")
    page.get_by_role("row", name=number).get_by_role("link").first.click()
    expect(page.get_by_role("main")).to_contain_text(APPEALED)


def may_not_decide_the_own_judgement(page: Page, number: str):
    open_the_appeal(page, number)
    expect(page.get_by_role("main")).to_contain_text("责任认定由您作出，申诉须由另一位质量监督裁定。")
    expect(page.get_by_role("button", name="裁定申诉")).to_have_count(0)


def decide_the_appeal(page: Page, number: str):
    open_the_appeal(page, number)
    page.get_by_label("维持原认定：有责").check()
    page.get_by_label("原因").fill(STANDS)
    page.get_by_role("button", name="裁定申诉").click()
    told(page, "申诉已裁定")


def sees_that_it_stands(page: Page, number: str):
    page.get_by_role("link", name="涉及我方的认定").first.click()
    page.get_by_role("row", name=number).get_by_role("link").first.click()
    expect(page.get_by_role("main")).to_contain_text(STANDS)


def open_the_month(page: Page):
    page.goto("/staff/quality/support")
    expect(page.get_by_label("月份").locator("option:checked")).to_have_text(NOVEMBER)


def reckon_the_month(page: Page, provider: str):
    open_the_month(page)
    page.get_by_role("button", name=f"核算 {NOVEMBER}").click()
    told(page, "已核算")
    expect(page.get_by_role("row", name=provider)).to_be_visible()


def not_before_the_days_to_object_are_over(page: Page, provider: str):
    open_the_month(page)
    expect(page.get_by_role("row", name=provider)).to_be_visible()
    expect(page.get_by_role("row", name=provider).get_by_role("checkbox")).to_have_count(0)


def approve(page: Page, provider: str):
    open_the_month(page)
    page.get_by_role("row", name=provider).get_by_role("checkbox").check()
    page.get_by_role("button", name="批准勾选的").click()
    told(page, "1")
    expect(page.get_by_role("row", name=provider)).to_contain_text("已批准")


def statement(page: Page, provider: str) -> str:
    open_the_month(page)
    page.get_by_role("row", name=provider).get_by_role("link", name=provider).click()
    return as_pdf(page, script=True, button="结算单（PDF）")


def finds_it_among_the_decisions(page: Page):
    """The provider's own people see the month, approved."""
    page.get_by_role("link", name="涉及我方的认定").first.click()
    expect(page.get_by_role("row", name=NOVEMBER)).to_contain_text("已批准")
