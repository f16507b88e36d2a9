"""Choosing files: a second choice adds to the first, what cannot be sent is said at once, and each lies in the draft."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FIELD = "input[type=file]"


def a_file(name: str, content: bytes = b"seen at nine") -> dict:
    return {"name": name, "mimeType": "text/plain", "buffer": content}


@pytest.fixture
def form(visit) -> Page:
    """An empty form: what an earlier test left there is thrown away."""
    page = visit("org_admin", width=390, height=844)
    page.goto("/tickets/new/suggestion")
    if page.get_by_role("button", name="丢弃草稿").count():
        page.get_by_role("button", name="丢弃草稿").click()
        expect(page.locator("[data-lying]")).to_be_empty()
    return page


def lying(page: Page) -> list[str]:
    return page.locator("[data-lying] .file-words a").all_inner_texts()


def test_a_second_choice_adds_and_a_refused_one_takes_nothing_away(form):
    form.set_input_files(FIELD, [a_file("one.txt")])
    expect(form.locator("[data-lying]")).to_contain_text("one.txt")
    form.set_input_files(FIELD, [a_file("two.txt"), a_file("three.txt")])
    expect(form.locator("[data-lying]")).to_contain_text("three.txt")
    form.set_input_files(FIELD, [a_file("run.exe"), a_file("empty.txt", b"")])

    expect(form.locator("[data-refused]")).to_have_count(2)
    expect(form.locator("[data-chosen]")).to_contain_text("empty.txt 是空文件")
    assert lying(form) == ["one.txt", "two.txt", "three.txt"]
    assert "12 B" in form.locator("[data-lying]").inner_text()


def test_leaving_and_coming_back_finds_every_file_and_sending_takes_each_once(form):
    form.locator("#subject").fill("建议增加夜间值班")
    form.set_input_files(FIELD, [a_file("one.txt"), a_file("two.txt")])
    expect(form.locator("[data-lying]")).to_contain_text("two.txt")
    expect(form.locator("#draft")).to_contain_text("草稿已保存")
    form.goto("/home")
    expect(form.get_by_role("link", name="接着写")).to_be_visible()
    form.get_by_role("link", name="接着写").first.click()
    expect(form.locator("#subject")).to_have_value("建议增加夜间值班")
    assert sorted(lying(form)) == ["one.txt", "two.txt"]

    form.locator("#body").fill("夜里也想能找到人。")
    form.set_input_files(FIELD, [a_file("late.txt", b"x" * 900_000)])
    form.locator("#new-form").get_by_role("button", name=re.compile("提交|发送")).last.click()
    form.wait_for_url(re.compile(r"/tickets/\d+"))

    names = form.locator(".files a").all_inner_texts()
    assert sorted(names) == ["late.txt", "one.txt", "two.txt"]


def test_what_is_put_right_is_no_longer_called_a_mistake(form):
    form.locator("#new-form").get_by_role("button", name=re.compile("提交|发送")).last.click()
    expect(form.locator(".errors")).to_be_visible()
    wrong = form.locator(".errors li").count()
    form.locator("#subject").fill("建议")
    form.locator("#subject").blur()
    expect(form.locator(".errors li")).to_have_count(wrong - 1)
    form.locator("#body").fill("夜里也想能找到人。")
    form.locator("#body").blur()
    expect(form.locator(".errors")).to_have_count(0)
