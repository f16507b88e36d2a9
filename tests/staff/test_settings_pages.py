"""The policy on its pages: every section read, edited as a proposal, its effect seen before, decided with a reason, restored."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from portal import clock
from portal.db import db, transaction
from portal.domain import policy_changes, revisions, settings
from portal.domain.journal import Entry
from portal.domain.people.roles import Role
from portal.domain.policy import PACKS, Policy, load_pack
from portal.domain.policy_changes import Change
from portal.domain.quality import limits
from portal.domain.tickets.models import Deadline, Ticket
from portal.staff.configuration import sections
from portal.staff.configuration.places import value_said
from portal.staff.configuration.sections import SECTIONS
from portal.staff.configuration.shape import is_list, key_of
from portal.staff.configuration.wording import told_differences
from tests.factories import a_class, a_person, a_provider, a_supervisor, a_ticket

URL = "/staff/settings/promises"
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
LISTS = [name for name in SECTIONS if is_list(name)]
WHOLES = [name for name in SECTIONS if not is_list(name)]


@pytest.fixture
def admin(app, sign_in):
    return sign_in(a_person(Role.ADMINISTRATOR, name="赵管理"))


@pytest.fixture(params=PACKS)
def packed(request, app):
    """Each shipped pack in force."""
    if request.param != "telecom":
        with transaction():
            settings.adopt("policy", load_pack(request.param), None)
    return request.param


def sent(page, action: str) -> dict:
    """What the form of this address sends as it stands, boxes and all."""
    form = next(one for one in page.select("form[method=post]") if one["action"] == action)
    said: dict = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            said[field["name"]] = chosen["value"] if chosen else ""
        elif field.name == "textarea":
            said[field["name"]] = field.text.removeprefix("\n")
        elif field.get("type") in ("checkbox", "radio"):
            if field.has_attr("checked"):
                said.setdefault(field["name"], []).append(field.get("value", "y"))
        else:
            value = field.get("value", "")
            said[field["name"]] = [*said[field["name"]], value] if isinstance(said.get(field["name"]), list) else value
    return {name: value for name, value in said.items() if name not in ("csrf_token", "submission_key")}


def told(page) -> str:
    return page.main.get_text(" ", strip=True)


def propose(admin, path: str, **typed):
    """Change these fields of a form and send it: its proposal's page, or the answer that says what is wrong."""
    url = f"{URL}/{path}"
    answer = admin.post(url, sent(admin.page(url), url) | typed)
    return admin.page(answer.headers["Location"]) if answer.status_code == 303 else answer


def decide(admin, page, why: str = "试验", **typed):
    form = page.select_one("form:has([name=why])")
    answer = admin.post(form["action"], sent(page, form["action"]) | {"why": why} | typed)
    db.session.rollback()
    return answer


# ---- reading ------------------------------------------------------------------------------------


def test_every_section_can_be_read_and_edited_in_both_languages(packed, sign_in, statements):
    for language in ("en", "zh_Hans_CN"):
        browser = sign_in(a_person(Role.ADMINISTRATOR, language=language))
        for section in SECTIONS:
            statements.clear()
            page = browser.page(f"{URL}/{section}")
            assert len(statements) <= 8, section
            if language == "zh_Hans_CN":
                english = [word for word in ("Change", "Add", "Name", "Order", "What") if word in told(page)]
                assert not english, (section, english)
            if is_list(section):
                for path in ("new", "order", f"items/{key_of(getattr(settings.policy(), section)[0])}"):
                    browser.page(f"{URL}/{section}/{path}")


def test_a_section_without_a_row_in_the_table_is_still_readable(admin, monkeypatch):
    for name in ("regions", "warnings"):
        monkeypatch.delitem(sections.SECTIONS, name)
    assert "Pudong" in told(admin.page(f"{URL}/regions"))
    assert "Hours before a deadline" in told(admin.page(f"{URL}/warnings"))
    assert "Other parts" in told(admin.page(URL))
    assert admin.get(f"{URL}/regions/new").status_code == 404
    assert admin.post(f"{URL}/warnings", {}).status_code == 404


def test_every_part_of_the_policy_has_a_row_or_is_shown_without():
    assert set(SECTIONS) <= set(Policy.__dataclass_fields__)


@pytest.mark.parametrize(
    "path",
    ["nonsense", "retired", "nonsense/new", "limits/new", "limits/order", "classes/items/nonsense", "name/items/x"],
)
def test_what_is_not_there_cannot_be_changed(admin, path):
    assert admin.get(f"{URL}/{path}").status_code == 404
    assert admin.post(f"{URL}/{path}", {"why": "x"}).status_code == 404


def test_a_form_sent_as_it_was_drawn_proposes_nothing(packed, admin):
    policy = settings.policy()
    paths = [*WHOLES, *(f"{name}/items/{key_of(one)}" for name in LISTS for one in getattr(policy, name))]
    for path in paths:
        assert "Nothing would change." in told(propose(admin, path)), path
    assert revisions.head("policy") == settings.policy_id()


# ---- proposing and deciding ---------------------------------------------------------------------


def test_a_change_is_shown_before_it_is_decided_then_kept_with_its_reason(admin):
    first = settings.policy_id()
    page = propose(admin, "limits", **{"v-reopen_days": "14"})
    assert "Limits › Days in which a closed ticket may be reopened 30 14" in told(page)
    assert "hold at once for every ticket" in told(page)
    assert settings.policy_id() == first

    answer = decide(admin, page, "新合同约定")
    assert answer.status_code == 303
    assert (settings.policy().limits.reopen_days, settings.policy(first).limits.reopen_days) == (14, 30)
    said = told(admin.page("/staff/settings/history/policy"))
    assert "新合同约定" in said
    assert "holds now" in said
    entry = db.session.scalars(
        db.select(Entry).where(Entry.verb == "settings.policy").order_by(Entry.id.desc())
    ).first()
    assert (entry.facts["changed"], entry.why) == ({"limits.reopen_days": ["30", "14"]}, "新合同约定")
    assert admin.get("/staff/settings/proposals/limits/-").status_code == 404  # it is decided


def test_nothing_is_decided_without_a_reason(admin):
    first = revisions.head("policy")
    page = propose(admin, "limits", **{"v-reopen_days": "14"})
    answer = decide(admin, page, "")
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    assert revisions.head("policy") == first


@pytest.mark.parametrize(
    ("path", "typed", "field", "said"),
    [
        ("limits", {"v-reopen_days": "-1"}, "v-reopen_days", "Please give a number in these bounds."),
        ("limits", {"v-low_score": "5"}, "v-low_score", "Please give a number in these bounds."),
        ("limits", {"v-undo_seconds": "x"}, "v-undo_seconds", "Please give a whole number, like 3."),
        ("limits", {"v-call_attempts": ""}, "v-call_attempts", "Please fill this in."),
        ("calendar", {"v-cut_off": "23:30"}, "v-zone", "the cut-off must lie within the opening hours"),
        ("calendar", {"v-hours-0-until": "08:00"}, "v-zone", "opening hours must follow each other"),
        ("calendar", {"v-hours-0-from": "25:00"}, "v-hours-0-from", "Please give a time of day, like 16:30."),
        ("classes/items/product_down", {"v-closure-amount": "1.5"}, "v-closure-amount", "working days are promised whole"),
        ("classes/items/product_down", {"v-words-zh": " "}, "v-words-zh", "Please fill this in."),
        ("kinds/items/complaint", {"v-prefix": "BX"}, "v-code", "this prefix is there twice"),
        ("kinds/items/complaint", {"v-prefix": "x"}, "v-prefix", "one to four capital letters are wanted"),
        ("kinds/items/complaint", {"v-asks-0-type": "choice"}, "v-asks-0-choices", "a choice needs them"),
        ("reply_templates/items/received", {"v-body-en": "{phone}"}, "v-body-en", "{phone} is not known"),
        ("clocks/items/first_contact", {"v-shorter-0-card": ""}, "v-shorter-0-promise-amount", "for which tier, card or severity?"),
        ("tiers/items/key", {"v-share_below": "0.5"}, "v-share_below", "must be more than the share it begins from"),
    ],
)  # fmt: skip
def test_a_mistake_stands_beside_its_field_and_what_was_typed_stays(admin, path, typed, field, said):
    first = revisions.head("policy")
    url = f"{URL}/{path}"
    given = sent(admin.page(url), url) | typed
    answer = admin.post(url, given)
    assert answer.status_code == 422
    assert said in answer.text
    if f'id="{field}"' in answer.text:
        assert f'id="{field}-error"' in answer.text
    page = BeautifulSoup(answer.text, "html.parser")
    again = sent(page, url)
    assert {name: again[name].strip() for name in typed} == {name: value.strip() for name, value in typed.items()}
    assert revisions.head("policy") == first


def test_what_is_no_number_is_said_once(admin):
    answer = propose(admin, "clocks/items/first_contact", **{"v-promise-amount": "abc"})
    assert BeautifulSoup(answer.text, "html.parser").select_one("#v-promise-amount-error").get_text(strip=True) == (
        "Please give a number, like 3 or 2.5."
    )


def test_a_mark_younger_than_a_stored_policy_is_off_there_until_somebody_sets_it(admin):
    """Policies are kept as they were decided: a question that was stored before it could ask for a day that is over
    asks for any day, and no page shows a change that nobody made."""
    document = load_pack("telecom")
    for kind in document["kinds"]:
        for ask in kind.get("asks", ()):
            ask.pop("past", None)
    with transaction():
        settings.adopt("policy", document, None)

    page = propose(admin, "kinds/items/complaint", **{"v-words-zh": "大客户投诉"})
    assert "大客户投诉" in told(page)
    assert "A day or moment that is over" not in told(page)
    assert decide(admin, page).status_code == 303
    assert not any(ask.past for ask in settings.policy().kind("complaint").asks)

    asks = [ask.name for ask in settings.policy().kind("complaint").asks]
    page = propose(admin, "kinds/items/complaint", **{f"v-asks-{asks.index('happened_at')}-past": "y"})
    assert "A day or moment that is over" in told(page)
    assert decide(admin, page).status_code == 303
    assert [ask.name for ask in settings.policy().kind("complaint").asks if ask.past] == ["happened_at"]


def test_mistakes_are_said_in_the_readers_language(app, sign_in):
    browser = sign_in(a_person(Role.ADMINISTRATOR, language="zh_Hans_CN"))
    answer = propose(browser, "calendar", **{"v-cut_off": "23:30"})
    assert "截止" in answer.text
    assert "must lie within" not in answer.text


def test_a_new_item_gets_a_code_of_its_english_name_and_is_offered(admin):
    page = propose(admin, "regions/new", **{"v-words-zh": "临港新片区", "v-words-en": "Lingang new area"})
    assert "Regions › Lingang new area" in told(page)
    decide(admin, page)
    assert settings.policy().region("lingang_new_area").words.zh == "临港新片区"
    page = propose(admin, "regions/new", **{"v-words-zh": "又一个", "v-words-en": "Lingang new area"})
    decide(admin, page)
    assert settings.policy().regions[-1].code == "lingang_new_area_2"


def test_a_new_class_begins_as_its_group_and_follows_it(admin):
    group = settings.policy().groups()[0]
    url = f"{URL}/classes/new?group={group.code}"
    given = sent(admin.page(url), "/staff/settings/promises/classes/new")
    answer = admin.post(f"{URL}/classes/new", given | {"v-words-zh": "新类别", "v-words-en": "Brand new"})
    decide(admin, admin.page(answer.headers["Location"]))
    klass = settings.policy().ticket_class("brand_new")
    assert (klass.parent, klass.department, klass.closure) == (group.code, group.department, group.closure)


def test_rows_are_added_moved_and_taken_away(admin):
    url = f"{URL}/kinds/items/complaint"
    given = sent(admin.page(url), url)
    more = admin.post(url, given | {"more": "v-asks", "v-asks-3-words-zh": "新问题"})
    assert more.status_code == 200
    given = sent(BeautifulSoup(more.text, "html.parser"), url)
    assert given["v-asks-3-words-zh"] == "新问题"
    assert "v-asks-7-words-zh" in given
    change = {"v-asks-3-words-en": "New question", "v-asks-3-order": "0", "v-asks-1-gone": "y"}
    answer = admin.post(url, given | change)
    decide(admin, admin.page(answer.headers["Location"]))
    assert [ask.name for ask in settings.policy().kind("complaint").asks] == ["new_question", "happened_at", "wish"]


def test_an_item_is_retired_told_as_that_and_offered_again(admin):
    code = a_class()
    ticket = a_ticket(class_code=code).id
    for verb, was, became in (("retire", "offered", "no longer offered"), ("offer", "no longer offered", "offered")):
        answer = admin.post(f"{URL}/classes/items/{code}/{verb}", {"revision": str(revisions.head("policy"))})
        page = admin.page(answer.headers["Location"])
        assert f"{settings.policy().called('classes', code).en} {was} {became}" in told(page)
        decide(admin, page)
        assert (code in {one.code for one in settings.policy().classes}) is (verb == "offer")
        assert settings.policy().called("classes", code).en in told(admin.page(f"{URL}/classes"))
    assert db.session.get_one(Ticket, ticket).class_code == code


def test_what_others_need_cannot_be_retired(admin):
    answer = admin.post(f"{URL}/departments/items/network/retire", {"revision": str(revisions.head("policy"))})
    said = told(admin.page(answer.headers["Location"]))
    assert "This does not fit" in said
    assert "Lead department: 'Network operations' is not among Departments" in said


def test_an_order_is_moved_step_by_step_then_proposed(admin):
    url = f"{URL}/classes/order"
    page = admin.page(url)
    codes = [field["value"] for field in page.select("[name=order]")]
    first = settings.policy().groups()[0].code
    inside = [one.code for one in settings.policy().classes_in(first)]
    moved = admin.post(url, {"order": codes, "move": f"down:{first}", "revision": str(revisions.head("policy"))})
    after = [field["value"] for field in BeautifulSoup(moved.text, "html.parser").select("[name=order]")]
    second = settings.policy().groups()[1].code
    assert after.index(second) < after.index(first) < after.index(inside[0])
    moved = admin.post(url, {"order": after, "move": f"up:{inside[1]}", "revision": str(revisions.head("policy"))})
    after = [field["value"] for field in BeautifulSoup(moved.text, "html.parser").select("[name=order]")]
    answer = admin.post(url, {"order": after, "revision": str(revisions.head("policy"))})
    decide(admin, admin.page(answer.headers["Location"]))
    assert [one.code for one in settings.policy().groups()][:2] == [second, first]
    assert [one.code for one in settings.policy().classes_in(first)][:2] == [inside[1], inside[0]]


# ---- the effect, and promises already given -----------------------------------------------------


def test_the_effect_is_listed_beside_what_stays_and_nothing_moves(app, sign_in):
    with clock.frozen_at(NOON):
        admin = sign_in(a_person(Role.ADMINISTRATOR))
        tickets = [a_ticket(class_code="product_rate", subject=f"速率不足{n}").id for n in range(23)]
        due = {d.id: d.due_at for d in db.session.scalars(db.select(Deadline))}
        page = propose(admin, "clocks/items/first_contact", **{"v-promise-amount": "6"})
        said = told(page)
        assert "23 open tickets keep what they were promised by the old rule. 23 promises are not moved." in said
        rows = page.select("#effect table tr")
        assert "24 Nov" not in rows[1].text
        assert "tomorrow" in rows[1].text.lower()
        assert "today" in rows[1].text.lower()
        assert "速率不足" not in said  # an administrator reads no customer's subjects
        older = page.select_one("a[rel=next]")["href"]
        assert len(admin.page(older).select("#effect tbody")[0].select("tr")) == 3

        decide(admin, page)
        assert {d.id: d.due_at for d in db.session.scalars(db.select(Deadline).where(Deadline.id.in_(due)))} == due
        new = a_ticket(class_code="product_rate").id
        given = db.select(Deadline.amount).where(Deadline.code == "first_contact", Deadline.ticket_id == new)
        assert db.session.scalar(given) == 6
        assert len(tickets) == 23


def test_who_may_read_the_tickets_reads_their_subjects(app, sign_in):
    both = sign_in(a_person(Role.ADMINISTRATOR, Role.MANAGER))
    a_ticket(class_code="product_rate", subject="速率不足")
    page = propose(both, "clocks/items/first_contact", **{"v-promise-amount": "6"})
    assert "速率不足" in told(page)
    assert page.select_one("#effect th a")["href"].startswith("/staff/")


def test_the_page_of_a_proposal_costs_the_same_for_one_and_many_tickets(app, sign_in, statements):
    admin, seen = sign_in(a_person(Role.ADMINISTRATOR)), []
    propose(admin, "clocks/items/first_contact", **{"v-promise-amount": "6"})
    for count in (1, 12):
        for _ in range(count):
            a_ticket(class_code="product_rate")
        db.session.expunge_all()
        admin.page("/staff/settings/proposals/clocks/first_contact")
        statements.clear()
        admin.page("/staff/settings/proposals/clocks/first_contact")
        seen.append(len(statements))
    assert seen[0] == seen[1]
    assert seen[0] <= 14


def test_a_day_to_come_is_decided_planned_and_withdrawn(app, sign_in):
    with clock.frozen_at(NOON):
        admin = sign_in(a_person(Role.ADMINISTRATOR))
        page = propose(admin, "limits", **{"v-reopen_days": "14"})
        assert decide(admin, page, "明年起", on="2027-01-01").status_code == 303
        assert settings.policy().limits.reopen_days == 30
        page = admin.page(URL)
        said = told(page)
        assert "It holds from 1 Jan 2027 on." in page.get_text(" ", strip=True)
        assert "Planned from 1 Jan 2027 明年起" in said
        history = admin.page("/staff/settings/history/policy")
        withdraw = next(form for form in history.select("form") if "Withdraw this plan" in form.text)
        answer = admin.post(withdraw["action"], sent(history, withdraw["action"]))
        page = admin.page(answer.headers["Location"])
        assert "Days in which a closed ticket may be reopened 14 30" in told(page)
        assert decide(admin, page, "不改了").status_code == 303
        assert "taken over by a later revision" in told(admin.page("/staff/settings/history/policy"))
    with clock.frozen_at(NOON + timedelta(days=60)):
        assert settings.policy().limits.reopen_days == 30


def test_the_past_cannot_be_decided_about(admin):
    page = propose(admin, "limits", **{"v-reopen_days": "14"})
    answer = decide(admin, page, on="2020-01-01")
    assert answer.status_code == 422
    beside = BeautifulSoup(answer.text, "html.parser").select_one("#on-error")
    assert "A day that is over cannot be decided about" in beside.text
    assert admin.get("/staff/settings/proposals/limits/-?on=2020-01-01").status_code == 200


# ---- two people, history ------------------------------------------------------------------------


def test_a_proposal_drawn_before_somebody_else_decided_is_refused_with_the_news_and_kept(admin, sign_in):
    mine = propose(admin, "limits", **{"v-reopen_days": "7"})
    other = sign_in(a_person(Role.ADMINISTRATOR, name="钱管理"))
    decide(other, propose(other, "limits", **{"v-reopen_days": "14", "v-low_score": "3"}), "甲先定的")

    answer = decide(admin, mine, "乙")
    assert answer.status_code == 422
    assert "Somebody decided something here meanwhile" in answer.text
    assert "钱管理" in answer.text
    assert "甲先定的" in answer.text
    assert settings.policy().limits.reopen_days == 14

    page = admin.page(f"{URL}/limits?again=1")
    assert sent(page, f"{URL}/limits")["v-reopen_days"] == "7"  # what was typed
    answer = admin.post(f"{URL}/limits", sent(page, f"{URL}/limits") | {"v-low_score": "3"})
    assert decide(admin, admin.page(answer.headers["Location"]), "乙").status_code == 303
    assert (settings.policy().limits.reopen_days, settings.policy().limits.low_score) == (7, 3)


def test_any_two_revisions_are_compared_and_any_one_is_restored_by_a_proposal(admin):
    first = settings.policy_id()
    for days in ("14", "7"):
        decide(admin, propose(admin, "limits", **{"v-reopen_days": days}))
    said = told(admin.page(f"/staff/settings/history/policy/compare?one={first}&other={settings.policy_id()}"))
    assert "Days in which a closed ticket may be reopened 30 7" in said
    assert "They say the same." in told(admin.page(f"/staff/settings/history/policy/compare?one={first}&other={first}"))

    answer = admin.post(f"/staff/settings/history/policy/{first}/restore", {"revision": str(revisions.head("policy"))})
    page = admin.page(answer.headers["Location"])
    assert "may be reopened 7 30" in told(page)
    decide(admin, page, "恢复")
    assert settings.policy().limits.reopen_days == 30
    assert settings.policy_id() > first


def test_the_calendar_and_the_company_are_restored_with_a_reason(admin):
    with transaction():
        settings.change("company", None, "改名", name="新名字")
    number = revisions.listed("company")[1].id
    url = f"/staff/settings/history/company/{number}/restore"
    page = admin.page(url)
    assert "Name of the company 新名字 申江通信" in told(page)
    assert admin.post(url, sent(page, url)).status_code == 422
    assert admin.post(url, sent(page, url) | {"why": "改回来"}).status_code == 303
    db.session.rollback()
    assert settings.company().name == "申江通信"
    assert admin.post(url, sent(page, url) | {"why": "再来一次"}).status_code == 422  # drawn before


@pytest.mark.parametrize(
    "path",
    [
        "security",
        "nonsense",
        "policy/compare?one=1&other=x",
        "policy/compare?one=99999&other=1",
        "policy/99999999999/restore",
        "calendar/1000/restore",
    ],
)
def test_what_has_no_history_is_not_there(admin, path):
    assert admin.get(f"/staff/settings/history/{path}").status_code == 404


def test_a_long_history_is_read_page_by_page_at_the_same_cost(admin, statements):
    who = a_person(Role.ADMINISTRATOR)
    for number in range(24):
        value = {"before_hours": 1.0 + number, "escalate_after_hours": 2.0}
        with transaction():
            policy_changes.decide(
                who, f"第{number}次", Change("set", "warnings", value=value), revisions.head("policy")
            )
    statements.clear()
    page = admin.page("/staff/settings/history/policy")
    assert len(statements) <= 8
    assert "第23次" in told(page)
    assert "第2次" not in told(page)
    assert "第2次" in told(admin.page(page.select_one("a[rel=next]")["href"]))


def test_a_proposal_is_nobody_elses_and_can_be_thrown_away(admin, sign_in):
    propose(admin, "limits", **{"v-reopen_days": "7"})
    other = sign_in(a_person(Role.ADMINISTRATOR))
    assert other.get("/staff/settings/proposals/limits/-").status_code == 404
    assert admin.post("/staff/settings/proposals/limits/-/discard").status_code == 303
    assert admin.get("/staff/settings/proposals/limits/-").status_code == 404
    assert settings.policy().limits.reopen_days == 30


def test_questions_that_a_rule_names_are_told_and_chosen_in_their_words(admin):
    page = admin.page(f"{URL}/major")
    assert "Amount in dispute (yuan)" in told(page)
    assert "disputed_yuan" not in told(page)
    assert page.select_one("input[type=checkbox][value=disputed_yuan][checked]")


def test_another_table_shows_what_each_providers_limit_would_be_before_it_is_decided(admin):
    """120 visits in each of August, September and October: 2 by the table that holds (1.8 rounded up), 6 by 5 in 100."""
    provider = a_provider(name="云博网络服务")
    with transaction():
        for month in (8, 9, 10):
            limits.enter_visits(provider, date(2026, month, 1), 120, a_supervisor())

    page = propose(admin, "support", **{"v-groups": "price", "v-steps-1-per_hundred": "5"})

    [row] = [row for row in page.select("#effect tr") if "云博网络服务" in row.text]
    assert [cell.text.strip() for cell in row.select("td")][:3] == ["120.0", "2", "6"]


def test_rows_without_a_name_are_a_small_table_and_a_change_of_one_is_told_as_that(app, admin):
    old = settings.policy()
    first, *others = old.support.steps
    table = next(one for one in admin.page(URL).select(".grid-small") if "visits" in one.get_text())
    assert len(table.select("tbody tr")) == len(old.support.steps)
    new = replace(old, support=replace(old.support, steps=(replace(first, per_hundred=9), *others)))
    with app.test_request_context(headers={"Accept-Language": "en"}):
        told = [(one.what, one.was, one.became) for one in told_differences(old, new)]
    place = "Limits and support › Steps of the limit › Average visits from: 0 › Complaints allowed per 100 visits"
    assert told == [(place, f"{first.per_hundred:g}", "9")]


def test_what_the_journal_kept_of_a_setting_is_told_in_words(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        told = [
            value_said(one)
            for one in ("5 working_days", "1 hours", "True", False, "zh_Hans_CN", "2026-03-15", "30", "")
        ]
    assert told == ["5 working days", "1 hour by the clock", "Yes", "—", "简体中文", "15 Mar 2026", "30", "—"]
