"""What is kept while somebody types: the page around it stays as it was (R22)."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

WORDS = "已联系机房值班人员，正在核对主用光缆的衰耗。"


@pytest.fixture
def agent(visit) -> Page:
    return visit("agent")


def stays_while_typing(page: Page, box, line: str):
    """Type slowly enough for the words to be sent on their way, wait for the line, and find the page still there."""
    title, typed = page.get_by_role("heading", level=1).inner_text(), WORDS[:12]
    box.click()
    box.press_sequentially(typed, delay=20)
    expect(page.locator(line)).to_contain_text("草稿已保存")
    page.keyboard.type(WORDS[12:])
    expect(box).to_have_value(WORDS)
    expect(box).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def open_ticket(page: Page):
    page.goto("/staff/queue/?view=open&state=open")
    page.get_by_role("rowheader").get_by_role("link").first.click()
    page.locator("#composer_answer").wait_for()


@pytest.mark.parametrize(("box", "field"), [("answer", "body"), ("note", "note_body")])
def test_typing_in_a_box_of_the_desk_leaves_the_ticket_where_it_is(agent, box, field):
    open_ticket(agent)
    composer = agent.locator(f"#composer_{box}")
    if composer.get_attribute("open") is None:
        composer.locator("summary").first.click()
    line = {"answer": "#reply_saved", "note": "#note_saved"}[box]
    stays_while_typing(agent, composer.locator("textarea").first, line)
    expect(agent.locator("#stream")).to_be_visible()
    expect(composer.get_by_role("button", name=re.compile("发送给客户|保存"))).to_be_visible()


def test_typing_a_ticket_for_somebody_leaves_the_form_where_it_is(agent):
    agent.goto("/staff/tickets/new")
    agent.get_by_role("main").get_by_role("link").first.click()
    agent.locator("#body").wait_for()
    stays_while_typing(agent, agent.locator("#body"), "#entry_saved")
    expect(agent.locator("#subject")).to_be_visible()


def test_typing_a_new_ticket_leaves_the_form_where_it_is(visit):
    page = visit("org_admin")
    page.goto("/tickets/new/enquiry")
    stays_while_typing(page, page.get_by_label("请具体说说"), "#draft")


def test_adding_words_to_an_own_ticket_leaves_it_where_it_is(visit):
    page = visit("org_admin")
    page.goto("/tickets/?group=open")
    page.get_by_role("main").get_by_role("rowheader").get_by_role("link").first.click()
    form = open_box(page)
    stays_while_typing(page, form.locator("textarea"), "#draft-add")


def open_box(page: Page):
    """The form for more words, opened; it stands open already where a draft lies in it."""
    form = page.locator("form", has=page.locator("#draft-add"))
    form.locator("textarea").wait_for(state="attached")
    if not form.locator("textarea").is_visible():
        page.locator("summary", has_text="补充说明").click()
    return form


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_empty_box_stays_open_with_its_mistake(visit, script):
    page = visit("org_admin", script=script)
    page.goto("/tickets/?group=open")
    page.get_by_role("main").get_by_role("rowheader").get_by_role("link").first.click()
    form = open_box(page)
    form.locator("textarea").fill("")
    form.get_by_role("button", name="发送").last.click()
    mistake = (form if script else page).get_by_role("alert")  # a whole page says it on top, with a way to the box
    expect(mistake).to_be_visible()
    if script:
        expect(mistake).to_be_focused()
    expect(form.locator("textarea")).to_be_visible()
    assert {line.partition(": ")[2] for line in visit.said} == {
        "Failed to load resource: the server responded with a status of 422 (UNPROCESSABLE ENTITY)"
    }


def test_what_is_typed_for_somebody_while_new_questions_are_on_their_way_stays_and_what_they_propose_comes(agent):
    agent.goto("/staff/tickets/new")
    agent.get_by_role("main").get_by_role("link").first.click()
    waiting = []
    agent.route("**/staff/tickets/new", lambda route: waiting.append(route))
    agent.get_by_label("类别").select_option(label="业务中断")
    agent.get_by_label("主题").fill("专线中断")
    agent.get_by_label("诉求").fill(WORDS)
    assert len(waiting) == 1
    waiting[0].continue_()
    expect(agent.get_by_label("受影响的业务")).to_be_visible()
    expect(agent.get_by_label("主题")).to_have_value("专线中断")
    expect(agent.get_by_label("诉求")).to_have_value(WORDS)
    expect(agent.locator("#suggestion")).not_to_have_value("")


def test_the_button_does_not_move_away_under_the_click_that_follows_a_mended_mistake(visit):
    page = visit("administrator")
    page.goto("/staff/parties/providers/new")
    save = page.get_by_role("main").get_by_role("button", name="保存")
    save.click()
    expect(page.locator(".error")).to_have_count(2)
    page.locator("#name").fill("浦江光网维护有限公司")
    page.locator("#code").fill("pujiang")
    save.click()
    expect(page).to_have_url(re.compile("/staff/parties$"))
    expect(page.locator("#providers")).to_contain_text("浦江光网维护有限公司")
