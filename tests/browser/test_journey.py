"""A complaint's whole way as its people see it: from the customer's words to the stars on paper, in Chinese."""

import re
import subprocess
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from bench.submission import photo
from tests.conftest import BEGIN

pytestmark = pytest.mark.browser

BODY = "今早九点起机房到总部的专线完全中断，切到备用线路后丢包严重，请尽快派人排查并说明原因。"
CAUSE = "光缆接头盒进水，衰耗过大，由光时域反射仪测出。"
SOLUTION = "更换接头盒并重新熔接，衰耗恢复正常，业务已恢复，观察两小时无误码。"
SAID = "客户说业务恢复正常，对处理速度满意。"
COMMENT = "抢修很快，就是通知晚了些。"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_complaint_goes_its_whole_way(visit, script):
    subject = "机房专线中断" if script else "机房专线又断"
    customer = visit("org_admin", script=script)
    number = send_a_complaint(customer, subject, script)

    agent = visit("agent", script=script)
    handler = visit("handler", script=script)
    department = department_of(handler)
    find_in_queue(agent, subject, number, script)
    accept_and_dispatch(agent, department)

    take_the_order(handler, subject)
    record_a_contact(handler)
    reply(handler, script)
    apply_for_closure(handler, script)
    is_refused_the_call_back(handler)

    caller = visit("caller", script=script)
    close_by_call_back(caller, subject, number)

    rate(customer)
    paper = as_pdf(customer, script)
    for part in (number, subject, SOLUTION, COMMENT):
        assert part in paper
    assert "★★★★☆" in paper
    assert visit.said == []


def part(page: Page, title: str):
    """Where a verb's form stands: the dialog beside the ticket, a page of its own without script."""
    page.locator("h1, [role=dialog] h2, dialog h2").filter(has_text=title).first.wait_for()
    dialog = page.get_by_role("dialog")
    return dialog if dialog.count() else page.get_by_role("main")


def told(page: Page, words: str):
    """What was said after an act."""
    expect(page.locator("#flash")).to_contain_text(words)


def send_a_complaint(page: Page, subject: str, script: bool) -> str:
    page.get_by_role("link", name="提交新诉求").first.click()
    page.get_by_role("link", name="投诉").click()
    page.get_by_label("一句话说明是什么事").fill(subject)
    page.get_by_label("请具体说说").fill(BODY)
    page.get_by_label("问题类别").select_option(label="业务中断")
    yesterday = BEGIN.astimezone(ZoneInfo("Asia/Shanghai")) - timedelta(days=1)
    page.get_by_label("发生时间").fill(yesterday.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("期望的处理结果").fill("恢复业务，书面说明原因")
    page.get_by_label("照片和文件").set_input_files({"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    if not script:
        page.get_by_role("button", name="显示相关问题").click()
        expect(page.get_by_role("link", name="现场.jpg")).to_be_visible()
    page.get_by_label("受影响的业务").fill("柜面交易")
    page.get_by_role("button", name="提交").last.click()
    page.wait_for_url(re.compile(r"/tickets/\d+"))
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)
    expect(page.get_by_role("main")).to_contain_text("已提交")
    now = page.locator(".ticket-now").inner_text()
    assert re.search(r"最晚.*\d\d:\d\d", now), now
    number = re.search(r"TS-\d{6}-\d{4}", page.get_by_role("main").inner_text())
    assert number
    expect(page.get_by_role("link", name="现场.jpg").first).to_be_visible()
    return number.group()


def department_of(page: Page) -> str:
    page.goto("/me")
    return page.locator("dt:has-text('责任部门') + dd").inner_text()


def find_in_queue(page: Page, subject: str, number: str, script: bool):
    page.get_by_role("link", name="工单池").first.click()
    page.get_by_role("searchbox", name="搜索").fill("机房")
    if not script:
        page.get_by_role("button", name="筛选", exact=True).click()
    page.wait_for_url(re.compile("q="))
    line = page.get_by_role("row", name=number)
    expect(line).to_contain_text("待受理")
    line.get_by_role("link", name=subject).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)


def accept_and_dispatch(page: Page, department: str):
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.locator(".desk-head")).to_contain_text("处理中")
    page.get_by_role("link", name="派工", exact=True).click()
    form = part(page, "派工")
    form.get_by_label("牵头").select_option(label=department)
    form.get_by_label("初步处理建议").fill("请先核查主用光缆衰耗，再安排现场抢修；两小时内联系客户。")
    form.get_by_role("button", name="派工", exact=True).click()
    told(page, f"已派工给{department}")


def take_the_order(page: Page, subject: str):
    page.get_by_role("link", name="工作台").first.click()
    page.get_by_role("link", name=subject).first.click()
    page.get_by_role("button", name="确认派工").click()
    told(page, "已确认")


def record_a_contact(page: Page):
    page.get_by_role("link", name="联系记录", exact=True).click()
    form = part(page, "联系")
    form.get_by_label("沟通内容").fill("已电话告知客户抢修人员出发，预计两小时到场。")
    form.get_by_role("button", name="保存联系记录").click()
    told(page, "联系记录已保存")


def open_answer(page: Page, way: str):
    box = page.locator("#composer_answer")
    if box.get_attribute("open") is None:
        box.locator("summary").first.click()
    box.get_by_label(way, exact=True).check()
    return box


def fill_shape(box):
    box.get_by_label("原因", exact=True).fill(CAUSE)
    box.get_by_label("是", exact=True).check()
    box.get_by_label("判定依据").fill("OTDR 测试记录，接头处衰耗 8 dB")
    box.get_by_label("维修或更换的设备、线路").fill("接头盒一只")
    box.get_by_label("处理措施与结果").fill("更换接头盒并重新熔接，业务恢复")


def reply(page: Page, script: bool):
    box = open_answer(page, "最终答复")
    box.get_by_label("答复内容").fill("光缆接头盒进水，已经更换，业务恢复，请您查看。")
    fill_shape(box)
    box.get_by_role("button", name="发送给客户").click()
    told(page, "答复即将发给客户")


def apply_for_closure(page: Page, script: bool):
    box = open_answer(page, "申请关闭")
    box.get_by_label("答复内容").fill(SOLUTION)
    fill_shape(box)
    box.get_by_role("button", name="发送给客户").click()
    expect(page.locator(".desk-head")).to_contain_text("待回访")


def is_refused_the_call_back(page: Page):
    expect(page.get_by_role("link", name="回访", exact=True)).to_have_count(0)
    call = page.url.split("?")[0].split("#")[0].replace("/staff/tickets/", "/staff/calls/")
    token = page.locator("input[name=csrf_token]").first.get_attribute("value")
    assert page.context.request.get(call).status == 403
    said = {"csrf_token": token, "outcome": "solved_satisfied", "body": "客户很满意"}
    assert page.context.request.post(call, form=said).status == 403
    page.reload()
    expect(page.locator(".desk-head")).to_contain_text("待回访")


def close_by_call_back(page: Page, subject: str, number: str, solution: str = SOLUTION, said: str = SAID):
    page.get_by_role("link", name="回访").first.click()
    page.get_by_role("row", name=number).get_by_role("link", name=subject).click()
    form = page.locator("#call")
    expect(form).to_contain_text(solution)
    form.get_by_label("已解决，满意").check()
    form.get_by_label("客户原话").fill(said)
    form.get_by_role("button", name="保存并转到下一个").click()
    told(page, f"{number} 已关闭")


def rate(page: Page):
    page.reload()
    expect(page.locator(".ticket-now")).to_contain_text("已解决")
    card = page.get_by_role("region", name="这次服务怎么样")
    card.get_by_role("group", name="总体评价").get_by_text("满意", exact=True).click()
    card.get_by_label("您想说的话").fill(COMMENT)
    card.get_by_role("button", name="提交评价").click()
    expect(page.get_by_role("img", name="4 星")).to_be_visible()


def as_pdf(page: Page, script: bool, button: str = "导出 PDF") -> str:
    page.get_by_role("button", name=button).click()
    page.wait_for_url(re.compile(r"/documents/\d+"))
    ready = page.get_by_role("link", name="下载 PDF")
    if script:
        ready.wait_for(timeout=60_000)
    else:
        for _ in range(60):
            if ready.count():
                break
            page.wait_for_timeout(1_000)
            page.get_by_role("link", name="刷新查看").click()
    with page.expect_download() as download:
        ready.click()
    paper = subprocess.run(
        ["pdftotext", "-raw", download.value.path(), "-"], capture_output=True, check=True
    ).stdout.decode()
    return re.sub(r"\s+", "", paper)
