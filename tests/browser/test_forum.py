"""The forum's whole way in the browser (R38): copied, invited, registered on a phone, moved up, scanned without a connection, answered."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import segno
from playwright.sync_api import Page, expect

from tests.conftest import BEGIN

pytestmark = pytest.mark.browser

PEOPLE = ("席明远", "席若兰", "席建国", "席小满")
NEWCOMERS = ("新来客", "又来客")
QUESTION = "新机房二期的双路由什么时候完成验收？"
ANSWER = "计划六月底完成验收，验收报告会送达贵方。"
EYE = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return [{ rawValue: window.seen }]; }
};
"""
"""Stands for a browser that reads codes: what it sees is put before it."""


def local(at: datetime) -> str:
    return at.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M")


def told(page: Page, words: str) -> None:
    expect(page.locator("#flash")).to_contain_text(words)


def test_a_forum_goes_its_whole_way(visit):
    staff = visit("supervisor")
    event = a_forum_like_last_year_s(staff)
    invite(staff, event)

    phone = visit("org_admin", width=390, height=844)
    register_four(phone, event)
    wait_in_line(staff, event)
    one_cancels(phone)
    take_the_offer(staff, event)

    two_more_chairs(staff, event)

    ticket = the_ticket(phone)
    check_in_without_a_connection(visit, event, ticket)
    answer_the_question(staff, event)
    phone.goto(f"/forum/{event}")
    expect(phone.locator("#topics")).to_contain_text(ANSWER)
    assert [
        line for line in visit.said if "ERR_INTERNET_DISCONNECTED" not in line and "Failed to fetch" not in line
    ] == []


def a_forum_like_last_year_s(page: Page) -> int:
    """Copied to this very day, with room for four."""
    page.goto("/staff/forum")
    page.locator("tbody tr").last.get_by_role("link", name="复制").click()
    begins = BEGIN + timedelta(hours=3)
    page.get_by_label("开始时间").fill(local(begins))
    page.get_by_role("button", name="建立副本").click()
    told(page, "进入筹备")
    event = int(re.search(r"/staff/forum/(\d+)$", page.url)[1])
    page.goto(f"/staff/forum/{event}/edit")
    page.locator("#begins_at").fill(local(begins))
    page.locator("#ends_at").fill(local(begins + timedelta(hours=8)))
    page.get_by_label("报名截止").fill(local(begins - timedelta(hours=1)))
    page.get_by_label("自行变更与取消截止").fill(local(begins - timedelta(minutes=30)))
    page.get_by_label("总名额").fill("4")
    page.get_by_role("button", name="保存").click()
    told(page, "已保存")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".title-row")).to_contain_text("已发布")
    return event


def invite(page: Page, event: int) -> None:
    page.goto(f"/staff/forum/{event}/invitations/new")
    for n in range(2):
        page.locator("input.tick").nth(n).check()
    page.locator("#inviting").get_by_role("button", name="列入名单").click()
    told(page, "已列入 2 人")
    page.get_by_role("button", name="发送邀请").click()
    told(page, "已发送 2 份邀请")


def register_four(page: Page, event: int) -> None:
    page.goto(f"/forum/{event}")
    page.get_by_role("link", name="报名", exact=True).click()
    page.get_by_label("另有几位").fill("4")
    page.get_by_role("button", name="继续").click()
    for n, name in enumerate(PEOPLE):
        page.locator(f"#p{n}-name").fill(name)
    for n in (0, 1):
        page.locator(f"#p{n}-sessions-0").check()
    page.locator("#p0-question").fill(QUESTION)
    page.get_by_role("button", name="为 4 人报名").click()
    told(page, "报名成功")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def wait_in_line(page: Page, event: int) -> None:
    page.goto(f"/staff/forum/{event}/registrations/new")
    page.get_by_label("客户", exact=True).select_option(index=3)
    page.get_by_label("姓名", exact=True).fill("候补来宾")
    page.get_by_role("button", name="报名", exact=True).click()
    told(page, "候补中")
    page.goto(f"/staff/forum/{event}/waiting")
    expect(page.get_by_role("row", name=re.compile("候补来宾"))).to_contain_text("需要 1 席，空余 0 席")


def one_cancels(page: Page) -> None:
    card = page.locator("section.card", has_text=PEOPLE[3])
    card.get_by_role("button", name="不参加").click()
    page.locator("#confirm-dialog [data-yes]").click()
    told(page, f"已取消{PEOPLE[3]}")


def take_the_offer(page: Page, event: int) -> None:
    page.goto(f"/staff/forum/{event}/waiting")
    row = page.get_by_role("row", name=re.compile("候补来宾"))
    expect(row).to_contain_text("名额保留至")
    row.get_by_role("link").first.click()
    page.get_by_role("button", name="对方接受名额").click()
    told(page, "已保存")


def two_more_chairs(page: Page, event: int) -> None:
    """For people who just come."""
    page.goto(f"/staff/forum/{event}/edit")
    page.get_by_label("总名额").fill("6")
    page.get_by_role("button", name="保存").click()
    told(page, "已保存")


def the_ticket(page: Page) -> str:
    """The address that the code on the ticket holds."""
    page.locator("section.card", has_text=PEOPLE[0]).get_by_role("link", name="参会凭证").click()
    page.wait_for_url("**/events/ticket/*")
    drawn = page.get_by_alt_text("参会凭证二维码").get_attribute("src")
    assert drawn == segno.make(page.url, error="m", micro=False).svg_data_uri(
        border=2, scale=6, dark="#000", light="#fff"
    )
    return page.url


def check_in_without_a_connection(visit, event: int, ticket: str) -> None:
    """The desk is opened, loses its connection, is loaded again, scans, and tells it all by itself later; once."""
    desk = visit("agent", width=390, height=844)
    desk.add_init_script(EYE)
    desk.clock.set_fixed_time(BEGIN)  # the device has the time of the house it stands in
    desk.goto(f"/staff/forum-door/{event}")
    expect(desk.locator("#desk[data-ready][data-kept]")).to_be_visible()
    expect(desk.locator("#desk-line")).to_contain_text("已连接")
    desk.reload()  # from here on the worker is in charge of the page
    expect(desk.locator("#desk[data-ready][data-kept]")).to_be_visible()

    desk.context.set_offline(True)
    desk.reload()
    expect(desk.locator("#desk[data-ready]")).to_be_visible()
    expect(desk.locator("#desk-line")).to_contain_text("网络中断")
    scan(desk, ticket)
    expect(desk.locator("#desk-result")).to_contain_text(PEOPLE[0])
    expect(desk.locator("#desk-result")).to_contain_text("欢迎")
    desk.locator("#desk-search").fill(PEOPLE[1])
    desk.locator("#desk-list").get_by_role("button", name=re.compile("签到")).click()
    expect(desk.locator("#desk-line")).to_contain_text("2 条签到保存在本机")
    scan(desk, ticket)
    expect(desk.locator("#desk-result")).to_contain_text("已经签到")
    desk.reload()
    expect(desk.locator("#desk-here")).to_have_text("2")
    for name in NEWCOMERS:
        arrives(desk, name)
        expect(desk.locator("#desk-result")).to_contain_text("恢复连接后自动登记")
    expect(desk.locator("#desk-line")).to_contain_text("4 条签到保存在本机")

    other = visit("caller", width=390, height=844)
    other.clock.set_fixed_time(BEGIN)
    other.goto(f"/staff/forum-door/{event}")
    expect(other.locator("#desk[data-ready]")).to_be_visible()
    expect(other.locator("#desk-here")).to_have_text("0")
    arrives(other, NEWCOMERS[0])
    expect(other.locator("#desk-result")).to_contain_text("欢迎")

    desk.context.set_offline(False)
    expect(desk.locator("#desk-line")).to_contain_text("签到均已上传", timeout=20_000)
    expect(desk.locator("#desk-news")).to_contain_text("仍只记一条")
    desk.locator("#desk-news").get_by_role("button", name="知道了").click()
    expect(desk.locator("#desk-news")).to_be_hidden()
    other.reload()
    expect(other.locator("#desk[data-ready]")).to_be_visible()
    expect(other.locator("#desk-here")).to_have_text("4")
    other.locator("#desk-search").fill(ticket)
    other.locator("#desk-form button").click()
    expect(other.locator("#desk-result")).to_contain_text("已经签到")
    desk.request.post(
        "/sign-out", form={"csrf_token": desk.locator("meta[name=csrf-token]").first.get_attribute("content")}
    )


def arrives(page: Page, name: str) -> None:
    """Somebody nobody knows is registered at this desk."""
    page.evaluate("document.querySelector('.desk-newcomer').open = true")
    page.locator("#arrival-name").fill(name)
    page.locator("#arrival-organisation").fill("市工商联")
    page.locator("#desk-arrival button").click()
    expect(page.locator("#desk-result")).to_contain_text(name)


def scan(page: Page, ticket: str) -> None:
    page.evaluate("(text) => { window.seen = text; }", ticket)
    page.locator("#desk-picture").set_input_files(
        {"name": "code.png", "mimeType": "image/png", "buffer": segno_png(ticket)}
    )


def segno_png(text: str) -> bytes:
    from io import BytesIO

    out = BytesIO()
    segno.make(text).save(out, kind="png", scale=4)
    return out.getvalue()


def answer_the_question(page: Page, event: int) -> None:
    page.goto(f"/staff/forum/{event}/topics")
    page.get_by_role("link", name=QUESTION).click()
    page.locator("#answering textarea").fill(ANSWER)
    page.locator("#answering button").click()
    told(page, "答复已发送")
