"""Improvement actions at the door (R33): opened from what was seen, carried out, verified, asked again, closed; who sees what."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Customer, Department, Person
from portal.domain.people.roles import Role
from portal.domain.quality.days import today
from portal.domain.quality.improvement_models import Improvement, Revisit
from portal.domain.quality.records import Signal
from tests.factories import a_department, again, an_improvement, improve
from tests.staff.desk_cast import a_caller, a_customer, a_handler, a_person, a_provider, a_supervisor, a_ticket
from tests.staff.test_settings_pages import sent

LIST = "/staff/quality/improvements"


def the(key: int) -> Improvement:
    db.session.rollback()
    return db.session.get_one(Improvement, key, populate_existing=True)


def given(**more) -> dict:
    return {
        "title": "账单重复计费", "source": "inspection", "problem": "三家客户重复计费。", "cause": "", "measure": "", "person": "0",
        "department": str(a_department().id), "due_on": (today() + timedelta(days=9)).isoformat(), "class_code": "price_bill",
    } | more  # fmt: skip


def another_department() -> Department:
    return db.session.scalars(db.select(Department).order_by(Department.id.desc())).first()


def a_raised_one(*lived: str) -> tuple[int, int]:
    """From a complaint; gives the action's id and its customer's."""
    ticket = a_ticket(class_code="price_bill")
    return an_improvement(*lived, source="complaint", record=db.session.merge(ticket)), ticket.customer_id


def test_a_supervisor_opens_one_by_hand(app, sign_in):
    browser = sign_in(a_supervisor())
    form = browser.page(f"{LIST}/new")
    assert [one["value"] for one in form.select("#source option")] == ["survey", "inspection", "other"]
    answer = browser.post(f"{LIST}/new", given())
    assert answer.status_code == 303
    row = the(int(answer.location.rpartition("/")[2]))
    assert (row.source, row.source_id, row.class_code, row.department_id) == (
        "inspection",
        None,
        "price_bill",
        a_department().id,
    )
    assert "账单重复计费" in browser.page(LIST).select_one("tbody").get_text()


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        ({"title": ""}, "Please fill this in."),
        ({"due_on": "2020-01-01"}, "This day is over"),
        ({"department": "0"}, "Please fill this in."),
    ],
)
def test_a_gap_comes_back_with_what_was_typed(app, sign_in, gap, said):
    answer = sign_in(a_supervisor()).post(f"{LIST}/new", given(**gap))
    if gap == {"department": "0"}:
        assert answer.status_code in (404, 422)
        return
    assert answer.status_code == 422
    assert said in answer.text
    assert "三家客户重复计费。" in answer.text


def test_a_signal_opens_one_with_its_words_and_shows_what_came_of_it(app, sign_in):
    ticket = a_ticket(class_code="price_bill")
    with transaction():
        signal = Signal(key="k", rule="limit", month=today().replace(day=1), class_code="price_bill", facts={"count": 5},
                        raised_at=clock.now(), reason="")  # fmt: skip
        db.session.add(signal)
        db.session.flush()
        key = signal.id
    browser = sign_in(a_supervisor())
    link = browser.page("/staff/quality/signals").select_one(f"a[href*='{LIST}/new']")
    assert ticket.number in browser.page(f"/staff/quality/signals/{key}").select_one("table").get_text()
    form = browser.page(link["href"])
    assert "Above the control limit" in form.select_one("#title")["value"]
    assert form.select_one("#class_code option[selected]")["value"] == "price_bill"
    assert form.select_one("#department option[selected]")["value"] == str(a_department("billing").id)
    assert form.select_one("#source") is None
    answer = browser.post(link["href"], given())
    assert answer.status_code == 303
    assert browser.page("/staff/quality/signals").select_one(".list-lines") is None
    shown = browser.page(f"/staff/quality/signals/{key}")
    assert shown.select_one(f"a[href='{answer.location}']")
    assert ticket.customer_id in [
        one
        for one in db.session.scalars(db.select(Customer.id))
        if db.session.get_one(Customer, one).short_name in shown.get_text()
    ]


@pytest.mark.parametrize("record", ["", "0", "99999", "x"])
def test_a_record_that_is_not_there_opens_nothing(app, sign_in, record):
    assert sign_in(a_supervisor()).get(f"{LIST}/new?source=signal&record={record}").status_code == 404


def test_an_action_is_opened_by_the_form_as_it_is_drawn(app, sign_in):
    typed, browser = given(), sign_in(a_supervisor())
    drawn = sent(browser.page(f"{LIST}/new"), f"{LIST}/new")
    assert browser.post(f"{LIST}/new", drawn | typed).status_code == 303
    assert db.session.scalars(db.select(Improvement)).one().title == "账单重复计费"


def test_the_way_of_an_action_from_the_department_to_its_end(app, sign_in):
    handler, supervisor, caller = a_handler(), a_supervisor(), a_caller()
    key, customer = a_raised_one()
    theirs = sign_in(handler)
    assert theirs.page("/staff/").select_one(f"#improvements a[href='{LIST}/{key}']")
    page = theirs.page(f"{LIST}/{key}")
    assert page.select_one("#revisits") is None
    step = {"title": "改造接口", "due_on": (today() + timedelta(days=2)).isoformat()}
    assert theirs.post(f"{LIST}/{key}/steps", step).status_code == 303
    done = theirs.page(f"{LIST}/{key}").select_one("#steps a")["href"]
    wordless = {"said": " ", "files": (io.BytesIO(b"done"), "上线单.txt")}
    assert theirs.post(done, wordless, content_type="multipart/form-data").status_code == 422
    assert "上线单.txt" in theirs.page(done).text, "what was chosen waits in the draft"
    assert theirs.post(done, {"said": "上线单已归档。"}).status_code == 303
    assert "上线单.txt" in theirs.page(f"{LIST}/{key}").select_one("#steps").text
    edited = {"cause": "接口没有重试", "measure": "加重试", "version": str(the(key).version)}
    assert theirs.post(f"{LIST}/{key}/edit", edited).status_code == 303
    report = {
        "result": "接口已经上线。",
        "effective_on": today().isoformat(),
        "files": (io.BytesIO(b"checked and done"), "对账.txt"),
    }
    unfinished = report | {"result": ""}
    assert theirs.post(f"{LIST}/{key}/report", unfinished, content_type="multipart/form-data").status_code == 422
    del report["files"]
    assert theirs.post(f"{LIST}/{key}/report", report).status_code == 303

    ours = sign_in(supervisor)
    assert ours.page("/staff/").select_one(f"#improvements a[href='{LIST}/{key}']")
    page = ours.page(f"{LIST}/{key}")
    assert "对账.txt" in page.select_one("#done").get_text()
    assert ours.get(page.select_one("#steps .files a")["href"]).status_code == 200
    assert ours.post(f"{LIST}/{key}/decisions/verification", {"said": "抽查属实。"}).status_code == 303
    page = ours.page(f"{LIST}/{key}")
    assert "not yet" in page.select_one("#conditions").get_text()
    assert "too early to say" in page.select_one("#effect").get_text()
    assert ours.post(f"{LIST}/{key}/decisions/closing", {"said": "好了"}).status_code == 422

    calls = sign_in(caller)
    asked = calls.page("/staff/").select_one("#to-revisit a[href*=revisits]")["href"]
    assert calls.page(asked).select_one("#tickets a")
    said = {"outcome": "better", "means": "call", "spoke_with": "王经理", "said": "这个月账单对了。"}
    assert calls.post(asked, said).status_code == 303
    assert "这个月账单对了。" in calls.page(f"{LIST}/{key}").select_one("#revisits").get_text()
    assert calls.page("/staff/").select_one("#to-revisit") is None
    assert db.session.scalar(db.select(Revisit.customer_id)) == customer
    assert ours.post(f"{LIST}/{key}/answer", {"said": "接口已改造。"}).status_code == 303
    assert "接口已改造。" in ours.page(f"{LIST}/{key}").select_one("#revisits").get_text()


def test_a_revisit_without_words_comes_back(app, sign_in):
    key, _ = a_raised_one("finish", "verify")
    one = db.session.scalar(db.select(Revisit.id))
    answer = sign_in(a_caller()).post(f"{LIST}/{key}/revisits/{one}", {"outcome": "same", "means": "call"})
    assert answer.status_code == 422
    assert "write down what the customer said" in answer.text


def test_a_customer_is_put_on_the_list_and_taken_off(app, sign_in):
    key, other = an_improvement(), a_customer(name="远洋航运")
    browser = sign_in(a_supervisor())
    found = browser.page(f"{LIST}/{key}/customers?said=远洋")
    assert "远洋航运" in found.select_one(".list-lines").get_text()
    assert browser.post(f"{LIST}/{key}/customers", {"customer": str(other.id)}).status_code == 303
    page = browser.page(f"{LIST}/{key}")
    assert "远洋航运" in page.select_one("#revisits").get_text()
    assert browser.post(page.select_one("#revisits form[action$=remove]")["action"]).status_code == 303
    assert "远洋航运" not in browser.page(f"{LIST}/{key}").select_one("#revisits").get_text()


def test_not_enough_goes_back_with_a_new_day(app, sign_in):
    key = an_improvement("finish")
    day = (today() + timedelta(days=5)).isoformat()
    browser = sign_in(a_supervisor())
    assert browser.post(f"{LIST}/{key}/decisions/again", {"said": "没有效果", "due_on": day}).status_code == 303
    assert (the(key).state, the(key).round) == ("open", 2)
    assert "没有效果" in browser.page(f"{LIST}/{key}").select_one("#history").get_text()


@pytest.mark.parametrize("who", ["department", "person"])
def test_people_of_the_department_see_what_is_given_to_it_and_nothing_else(app, sign_in, who):
    mine = an_improvement()
    handler = a_handler()
    other = an_improvement(department=another_department(), title="别的部门")
    if who == "person":
        other_handler = a_handler(another_department())
        assert sign_in(other_handler).get(f"{LIST}/{mine}").status_code == 404
    browser = sign_in(handler)
    assert browser.get(f"{LIST}/{mine}").status_code == 200
    assert browser.get(f"{LIST}/{other}").status_code == 404
    assert "别的部门" not in browser.get(f"{LIST}?which=live").text
    for verb in ("decisions/verification", "decisions/end", "answer", "customers"):
        assert browser.get(f"{LIST}/{mine}/{verb}").status_code == 403
    assert browser.get(f"{LIST}/{mine}/complaints/before").status_code == 403


def test_a_handler_sees_its_course_and_its_evidence_and_another_does_not(app, sign_in):
    key, handler = an_improvement(), a_handler()
    report = {
        "result": "好了",
        "effective_on": today().isoformat(),
        "files": (io.BytesIO(b"checked and done"), "证据.txt"),
    }
    browser = sign_in(handler)
    browser.post(f"{LIST}/{key}/report", report, content_type="multipart/form-data")
    page = browser.page(f"{LIST}/{key}")
    assert "好了" in page.select_one("#history").get_text()
    file = page.select_one("#done .files a")["href"]
    assert browser.get(file).status_code == 200
    stranger = sign_in(a_handler(another_department()), check=False)
    assert stranger.get(file).status_code == 404


def test_the_record_it_comes_from_is_a_link_for_whoever_may_open_it(app, sign_in):
    key, handler = a_raised_one()[0], a_handler().id
    source = f"/staff/tickets/{the(key).source_id}"
    assert sign_in(a_supervisor()).page(f"{LIST}/{key}").select_one(f"main a[href='{source}']")
    browser = sign_in(db.session.get_one(Person, handler))
    assert browser.page(f"{LIST}/{key}").select_one(f"main a[href='{source}']") is None


@pytest.mark.parametrize(
    "who",
    [lambda: a_handler(a_provider()), lambda: a_person(Role.AGENT), lambda: a_person(Role.ACCOUNT_MANAGER), a_caller],
    ids=["provider", "agent", "account manager", "caller"],
)
def test_others_see_nothing_of_an_action_in_hand(app, sign_in, who):
    key = an_improvement()
    browser = sign_in(who(), check=False)
    assert browser.get(f"{LIST}/{key}").status_code == 404
    assert "账单重复计费" not in browser.get(LIST).text


def test_an_account_manager_sees_the_own_customer_on_the_list_and_no_other(app, sign_in):
    manager = a_person(Role.ACCOUNT_MANAGER)
    key, customer = a_raised_one("finish", "verify")
    other = a_customer(name="别人的客户")
    with transaction():
        db.session.get_one(Customer, customer).account_manager_id = manager.id
        db.session.add(Revisit(improvement_id=key, customer_id=other.id))
    browser = sign_in(manager)
    page = browser.page(f"{LIST}/{key}")
    assert len(page.select("#revisits tbody tr")) == 1
    assert "别人的客户" not in page.get_text()
    stranger = db.session.scalar(db.select(Revisit.id).where(Revisit.customer_id == other.id))
    assert browser.get(f"{LIST}/{key}/revisits/{stranger}").status_code == 404


def test_a_manager_reads_and_decides_nothing(app, sign_in):
    key, _ = a_raised_one("finish")
    browser = sign_in(a_person(Role.MANAGER))
    page = browser.page(f"{LIST}/{key}")
    assert page.select_one("a[href$=verification]") is None
    assert browser.post(f"{LIST}/{key}/decisions/verification", {"said": "x"}).status_code == 403


def test_the_lists_say_whose_and_how_they_stand(app, sign_in):
    supervisor = a_supervisor(department=a_department())
    with clock.frozen_at(clock.now() - timedelta(days=30)):
        late = an_improvement(title="逾期的", person=again(supervisor))
    done, closed = an_improvement("finish", title="待验证的"), an_improvement("drop", title="撤销的")
    improve(closed)
    browser = sign_in(supervisor)

    def titles(which: str) -> list[str]:
        return [one.get_text() for one in browser.page(f"{LIST}?which={which}").select("tbody th a")]

    assert titles("live") == ["逾期的", "待验证的"]
    assert titles("mine") == ["逾期的"]
    assert titles("late") == ["逾期的"]
    assert titles("verify") == ["待验证的"]
    assert titles("dropped") == ["撤销的"]
    assert titles("ours") == ["逾期的", "待验证的"]
    overview = browser.page("/staff/quality/").get_text()
    assert "Improvement actions overdue" in overview
    assert "Improvement actions to verify" in overview
    book = load_workbook(io.BytesIO(browser.get(f"{LIST}/list.xlsx?which=verify").data))
    assert [row[1].value for row in book.active.iter_rows(min_row=2)] == ["待验证的"]
    assert {late, done}


def test_the_list_goes_on_paper(app, sign_in):
    an_improvement()
    browser = sign_in(a_supervisor())
    answer = browser.post("/documents", {"report": "improvement-list", "which": "live"})
    assert answer.status_code == 303
    assert browser.post("/documents", {"report": "improvement-list", "which": "x"}).status_code == 404


def test_deep_pages_go_on_after_the_last_one_seen(app, sign_in, monkeypatch):
    from portal.staff import improvements

    monkeypatch.setattr(improvements, "PAGE", 2)
    for day in (3, 1, 2):
        an_improvement(title=f"第{day}天", due_on=today() + timedelta(days=day))
    browser = sign_in(a_supervisor())
    first = browser.page(LIST)
    assert [one.get_text() for one in first.select("tbody th a")] == ["第1天", "第2天"]
    second = browser.page(first.select_one("a[rel=next]")["href"])
    assert [one.get_text() for one in second.select("tbody th a")] == ["第3天"]


@pytest.mark.parametrize("count", [1, 6])
def test_a_long_list_costs_no_more_than_a_short_one(app, sign_in, statements, count):
    for _ in range(count):
        key, _ = a_raised_one("finish", "verify")
        with transaction():
            for _ in range(count):
                db.session.add(Revisit(improvement_id=key, customer_id=a_customer_id()))
    browser = sign_in(a_supervisor())
    for url, most in ((f"{LIST}?which=watched", 4), (f"{LIST}/{key}", 8)):
        statements.clear()
        browser.get(url)
        assert len(statements) <= most, (url, len(statements), statements)


def a_customer_id() -> int:
    from tests.factories import _next

    row = Customer(number=f"N{_next()}", name=f"某客户{_next()}", short_name="某客户")
    db.session.add(row)
    db.session.flush()
    return row.id
