"""The portal by keyboard alone: lists, shortcuts, sheets, and where the focus lands."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def queue(visit) -> Page:
    """An agent before the queue of all open tickets."""
    page = visit("agent")
    page.goto("/staff/queue/?view=open")
    page.get_by_role("table").wait_for()
    return page


def lines(page: Page):
    """The links of the list, in its order."""
    return page.get_by_role("rowheader").get_by_role("link")


def test_j_and_k_walk_the_queue_and_enter_opens_the_line(queue):
    queue.keyboard.press("j")
    expect(lines(queue).nth(0)).to_be_focused()
    queue.keyboard.press("j")
    expect(lines(queue).nth(1)).to_be_focused()
    queue.keyboard.press("k")
    expect(lines(queue).nth(0)).to_be_focused()
    queue.keyboard.press("k")
    expect(lines(queue).nth(0)).to_be_focused()
    subject = lines(queue).nth(0).inner_text()
    queue.keyboard.press("Enter")
    expect(queue.get_by_role("heading", level=1)).to_have_text(subject)


def test_x_selects_the_line_and_the_bar_counts_it(queue):
    queue.keyboard.press("j")
    queue.keyboard.press("x")
    queue.keyboard.press("j")
    queue.keyboard.press("x")
    expect(queue.locator("[data-bulk]")).to_contain_text("2")
    expect(queue.get_by_role("checkbox", checked=True)).to_have_count(2)


def test_a_question_mark_lists_the_keys_of_the_page(queue):
    queue.keyboard.press("?")
    help_ = queue.get_by_role("dialog")
    expect(help_).to_be_visible()
    expect(help_).to_contain_text("搜索")
    queue.keyboard.press("j")
    queue.keyboard.press("Escape")
    expect(help_).to_be_hidden()


def test_a_slash_leads_to_the_search_and_letters_in_it_are_letters(queue):
    queue.keyboard.press("/")
    search = queue.get_by_role("searchbox", name="搜索")
    expect(search).to_be_focused()
    queue.keyboard.type("j?/x")
    expect(search).to_have_value("j?/x")
    expect(search).to_be_focused()
    expect(queue.get_by_role("dialog")).to_have_count(0)


def test_g_and_a_letter_lead_to_another_page(queue):
    queue.keyboard.press("g")
    queue.keyboard.press("w")
    queue.wait_for_url("**/staff/")
    expect(queue.get_by_role("heading", level=1)).to_have_text("工作台")


def test_back_from_a_ticket_finds_the_queue_as_it_was_narrowed(queue):
    queue.get_by_label("类型").first.select_option(label="报修")
    queue.wait_for_url(re.compile("kind=repair"))
    queue.get_by_role("searchbox", name="搜索").fill("网")
    queue.wait_for_url(re.compile("q="))
    expect(queue.get_by_role("group", name="筛选条件")).to_contain_text("网")
    address, found = queue.url, lines(queue).all_inner_texts()
    assert found
    lines(queue).first.click()
    expect(queue.get_by_role("heading", level=1)).to_have_text(found[0])
    queue.go_back()
    expect(queue.get_by_role("heading", level=1)).to_have_text("工单池")
    assert queue.url == address
    assert lines(queue).all_inner_texts() == found
    expect(queue.get_by_role("searchbox", name="搜索")).to_have_value("网")
    expect(queue.get_by_label("类型").first).to_have_value("repair")


def test_back_within_the_queue_takes_one_filter_away(queue):
    before = lines(queue).all_inner_texts()
    queue.get_by_label("类型").first.select_option(label="报修")
    queue.wait_for_url(re.compile("kind=repair"))
    expect(queue.get_by_role("group", name="筛选条件")).to_be_visible()
    queue.go_back()
    queue.wait_for_url(lambda url: "kind=repair" not in url)
    expect(lines(queue)).to_have_text(before)
    expect(queue.get_by_label("类型").first).not_to_have_value("repair")


def test_after_a_refused_form_the_focus_is_in_its_list_of_errors(visit):
    page = visit("org_admin")
    page.goto("/tickets/new/enquiry")
    page.get_by_role("button", name="提交").last.click()
    errors = page.get_by_role("alert")
    expect(errors).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("一句话说明是什么事")).to_be_focused()
    assert {line.partition(": ")[2] for line in visit.said} == {
        "Failed to load resource: the server responded with a status of 422 (UNPROCESSABLE ENTITY)"
    }


def test_a_verb_opens_beside_the_ticket_and_gives_the_focus_back(queue):
    queue.goto("/staff/queue/?view=open&state=new")
    queue.keyboard.press("j")
    queue.keyboard.press("o")
    queue.get_by_role("button", name="受理", exact=True).wait_for()
    opener = queue.get_by_role("link", name="派工", exact=True)
    opener.focus()
    queue.keyboard.press("Enter")
    sheet = queue.get_by_role("dialog")
    expect(sheet.get_by_label("牵头")).to_be_focused()
    sheet.get_by_label("初步处理建议").fill("")  # some classes bring one along
    sheet.get_by_role("button", name="派工", exact=True).click()
    expect(sheet.get_by_role("alert")).to_be_focused()
    queue.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()


def test_ctrl_and_enter_send_what_is_written(queue):
    lines(queue).first.click()
    queue.locator("summary", has_text="内部备注").wait_for()
    queue.keyboard.press("n")
    box = queue.get_by_label("内部备注")
    expect(box).to_be_focused()
    queue.keyboard.type("已与机房核对时间。")
    queue.keyboard.press("Control+Enter")
    expect(queue.get_by_role("article").filter(has_text="已与机房核对时间。").first).to_be_visible()
