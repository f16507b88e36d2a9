"""What do the verbs of a ticket's page leave behind?"""

import pytest
from bs4 import BeautifulSoup

from portal.db import db, transaction
from portal.domain.people.models import Department, Provider
from portal.domain.tickets import dispatching, linking
from portal.domain.tickets.models import CallBack, ContactRecord, Deadline, Dispatch, Ticket, TicketLink, Watcher
from portal.domain.tickets.states import State
from tests.factories import a_department, again
from tests.staff.desk_cast import a_customer, a_handler, a_person, a_provider, a_ticket, an_agent, at, the, whole


def party(model, name_or_code) -> str:
    column = model.code if model is Department else model.name
    return (
        f"{'d' if model is Department else 'p'}{db.session.scalar(db.select(model.id).where(column == name_or_code))}"
    )


def orders() -> list[Dispatch]:
    return list(db.session.scalars(db.select(Dispatch).order_by(Dispatch.id)))


def test_accepting_makes_the_owner(app, sign_in):
    ticket, agent = a_ticket(), an_agent()

    page = BeautifulSoup(sign_in(agent).htmx(at(ticket, "/accept"), "ticket", "POST").text, "html.parser")

    assert the(ticket).owner_id == agent.id
    assert "In hand" in page.select_one(".desk-head").get_text()


def test_the_owner_is_handed_over_and_hears_of_it(app, sign_in):
    from portal.domain.outbox import Letter

    ticket, other = a_ticket(moved=("accept",)), an_agent(name="林嘉")

    sign_in(an_agent()).post(at(ticket, "/owner"), {"owner": other.id, "why": "休假", "version": the(ticket).version})

    assert the(ticket).owner_id == other.id
    assert db.session.scalars(db.select(Letter.to_id).where(Letter.template == "ticket_assigned")).all() == [other.id]


@pytest.mark.parametrize("path", ["/owner", "/class", "/merge", "/dispatches/new"])
def test_a_sheet_drawn_before_a_change_does_not_overwrite(app, sign_in, path):
    ticket, other = a_ticket(moved=("accept",)), an_agent()
    into = a_ticket(db.session.get_one(type(other), the(ticket).asked_by_id))
    form = {
        "owner": other.id, "class_code": "product_rate", "severity": "critical", "number": the(into).number,
        "lead": party(Department, "network"), "suggestion": "请看", "version": the(ticket).version - 1,
    }  # fmt: skip

    answer = sign_in(an_agent()).post(at(ticket, path), form)

    assert answer.status_code == 422
    assert "changed while you were writing" in answer.text


def test_class_and_severity_are_kept_and_promises_stay(app, sign_in):
    ticket = a_ticket(moved=("accept",), class_code="product_rate")
    before = [d.due_at for d in db.session.scalars(db.select(Deadline))]

    sign_in(an_agent()).post(at(ticket, "/class"), {"class_code": "product_down", "severity": "critical"})

    assert (the(ticket).class_code, the(ticket).severity) == ("product_down", "critical")
    assert [d.due_at for d in db.session.scalars(db.select(Deadline))] == before


@pytest.mark.parametrize("wrong", ["product", "advice_use", "nonsense"])
def test_a_class_of_another_kind_or_a_group_is_no_class(app, sign_in, wrong):
    ticket = a_ticket(moved=("accept",), class_code="product_rate")

    answer = sign_in(an_agent()).post(at(ticket, "/class"), {"class_code": wrong, "severity": "normal"})

    assert answer.status_code == 422
    assert the(ticket).class_code == "product_rate"


def test_an_order_goes_to_several_at_once_one_in_the_lead(app, sign_in):
    a_provider(name="联众网络")
    ticket = a_ticket(moved=("accept",))
    form = {
        "lead": party(Department, "network"), "assisting": [party(Provider, "联众网络")], "suggestion": "请现场排查。",
    }  # fmt: skip

    answer = sign_in(an_agent()).post(at(ticket, "/dispatches/new"), form)

    assert answer.status_code == 303
    assert [order.is_lead for order in orders()] == [True, False]
    assert len({order.number for order in orders()}) == 2


def test_the_department_of_the_class_is_proposed(app, sign_in):
    ticket = a_ticket(moved=("accept",), class_code="price_charge")

    page = sign_in(an_agent()).page(at(ticket, "/dispatches/new"))

    assert page.select_one("#lead option[selected]")["value"] == party(Department, "billing")


def test_an_order_without_a_party_or_a_suggestion_is_not_sent(app, sign_in):
    ticket = a_ticket(moved=("accept",))

    assert sign_in(an_agent()).post(at(ticket, "/dispatches/new"), {"lead": "", "suggestion": ""}).status_code == 422
    assert orders() == []


def test_an_order_can_be_undone_right_after(app, sign_in):
    ticket, browser = a_ticket(moved=("accept",)), sign_in(an_agent())
    browser.post(at(ticket, "/dispatches/new"), {"lead": party(Department, "network"), "suggestion": "请看"})

    form = browser.page(at(ticket)).select_one(".flash form")
    browser.post(form["action"])

    assert orders()[0].done_at is not None
    assert all(d.dropped_at for d in db.session.scalars(db.select(Deadline).where(Deadline.dispatch_id.is_not(None))))


def test_a_handler_confirms_contacts_and_hands_back_and_then_sees_it_no_more(app, sign_in):
    ticket = a_ticket(moved=("accept", "dispatch"))
    order = orders()[0].id
    browser = sign_in(a_handler())

    browser.post(at(ticket, f"/dispatches/{order}/confirm"))
    assert orders()[0].confirmed_at is not None
    browser.post(
        at(ticket, "/contacts/new"), {"means": "phone", "reached": "y", "spoke_with": "沈", "body": "已约上门"}
    )
    assert db.session.scalars(db.select(ContactRecord)).one().dispatch_id == order
    answer = browser.post(at(ticket, f"/dispatches/{order}/hand-back"), {"why": "不归我们"})

    assert answer.status_code == 303
    assert str(ticket.id) not in answer.location.rpartition("/")[2]
    assert browser.get(at(ticket)).status_code == 404
    assert orders()[0].handed_back == "不归我们"


def test_an_order_of_another_ticket_is_not_found_under_this_one(app, sign_in):
    ticket, other = a_ticket(moved=("accept", "dispatch")), a_ticket(moved=("accept",))

    assert sign_in(a_handler()).post(at(other, f"/dispatches/{orders()[0].id}/confirm")).status_code == 404
    assert sign_in(an_agent()).post(at(other, f"/dispatches/{orders()[0].id}/undo")).status_code == 404
    assert the(ticket).state == State.OPEN


def test_an_assisting_party_does_not_apply_for_closure(app, sign_in):
    provider = a_provider()
    ticket = a_ticket(moved=("accept", "dispatch"))
    with transaction():
        to = db.session.get_one(Provider, provider.id)
        dispatching.dispatch(whole(ticket), again(an_agent()), to, "协助", lead=False)
    assisting, leading = sign_in(a_handler(db.session.get_one(Provider, provider.id))), sign_in(a_handler())

    assert not assisting.page(at(ticket)).select("[name=stage][value=solution]")
    assert leading.page(at(ticket)).select("[name=stage][value=solution]")


@pytest.mark.parametrize(("reached", "body", "status"), [("y", "", 422), ("y", "谈妥", 303), ("", "", 303)])
def test_a_contact_says_what_was_said_if_somebody_was_reached(app, sign_in, reached, body, status):
    ticket = a_ticket(moved=("accept",))
    form = {"means": "phone", "body": body} | ({"reached": reached} if reached else {})

    assert sign_in(an_agent()).post(at(ticket, "/contacts/new"), form).status_code == status


def test_whoever_contacts_first_has_accepted(app, sign_in):
    ticket, agent = a_ticket(), an_agent()

    sign_in(agent).post(at(ticket, "/contacts/new"), {"means": "phone", "reached": "y", "body": "已联系"})

    assert the(ticket).owner_id == agent.id


def test_a_merge_goes_on_in_the_other_and_can_be_undone(app, sign_in):
    customer = a_person()
    one, two = a_ticket(customer, subject="专线又断", body="被合并的话"), a_ticket(customer, moved=("accept",))
    browser = sign_in(an_agent())

    answer = browser.post(at(one, "/merge"), {"number": the(two).number, "why": "同一件事"})
    assert answer.location == at(two)
    assert the(one).state == State.MERGED
    page = browser.page(at(two))
    assert "被合并的话" in page.select_one("#stream").get_text()
    browser.post(page.select_one(".flash form")["action"])

    assert the(one).state == State.NEW
    assert "被合并的话" not in browser.page(at(two)).select_one("#stream").get_text()


@pytest.mark.parametrize("which", ["itself", "stranger", "unknown", "closed"])
def test_a_merge_that_makes_no_sense_is_refused_beside_the_number(app, sign_in, which):
    customer = a_person()
    ticket = a_ticket(customer)
    others = {
        "itself": lambda: ticket,
        "stranger": a_ticket,
        "closed": lambda: a_ticket(customer, moved=("accept", "apply", "close")),
    }
    number = the(others[which]()).number if which in others else "TS-000101-0001"

    answer = sign_in(an_agent()).post(at(ticket, "/merge"), {"number": number})

    assert answer.status_code == 422
    assert BeautifulSoup(answer.text, "html.parser").select_one("#number-error")
    assert the(ticket).state == State.NEW


def test_tickets_are_linked_and_unlinked(app, sign_in):
    one, two, browser = a_ticket(), a_ticket(), sign_in(an_agent())

    browser.post(at(one, "/links/new"), {"number": the(two).number})
    assert the(two).number in browser.page(at(one)).select_one("#around").get_text()
    assert the(one).number in browser.page(at(two)).select_one("#around").get_text()
    browser.post(at(two, "/links/remove"), {"number": the(one).number})

    assert db.session.scalar(db.select(TicketLink)) is None


def test_tickets_stand_under_a_problem(app, sign_in):
    one, two, browser = a_ticket(), a_ticket(), sign_in(an_agent())

    browser.post(at(one, "/problem"), {"problem": 0, "title": "主干光缆老化"})
    problem = the(one).problem_id
    browser.post(at(two, "/problem"), {"problem": problem, "title": ""})
    assert "2 tickets" in browser.page(at(two)).select_one("#around").get_text()
    browser.post(at(two, "/problem"), {"problem": 0, "title": ""})

    assert (the(one).problem_id, the(two).problem_id) == (problem, None)


def test_a_ticket_is_reopened_for_the_customer(app, sign_in):
    ticket = a_ticket(moved=("accept", "apply", "close"))

    answer = sign_in(an_agent()).post(at(ticket, "/reopening"), {"why": "客户来电：又断了"})

    assert answer.status_code == 303
    assert (the(ticket).state, the(ticket).round) == (State.OPEN, 2)


def test_an_application_is_taken_back_with_a_reason(app, sign_in):
    ticket, browser = a_ticket(moved=("accept", "apply")), sign_in(an_agent())

    assert browser.post(at(ticket, "/application"), {"why": ""}).status_code == 422
    assert browser.post(at(ticket, "/application"), {"why": "还有一条没通"}).status_code == 303

    assert the(ticket).state == State.OPEN


def test_one_watches_and_stops_watching(app, sign_in):
    ticket, browser = a_ticket(), sign_in(an_agent())

    browser.post(at(ticket, "/watch"), {"on": "1"})
    assert db.session.scalar(db.select(db.func.count()).select_from(Watcher)) == 1
    browser.post(at(ticket, "/watch"), {"on": "0"})

    assert db.session.scalar(db.select(db.func.count()).select_from(Watcher)) == 0


def test_three_tries_on_three_days_close_and_two_do_not(app, sign_in):
    from datetime import timedelta

    from portal import clock
    from tests.staff.desk_cast import a_caller

    ticket, caller = a_ticket(moved=("accept", "apply")), a_caller()
    for day in range(3):
        assert the(ticket).state == State.VERIFYING
        with clock.shifted_by(timedelta(days=day)):
            browser = sign_in(caller)
            browser.post(f"/staff/calls/{ticket.id}", {"outcome": "unreachable"})
            browser.post(f"/staff/calls/{ticket.id}", {"outcome": "unreachable"}) if day == 0 else None

    assert the(ticket).state == State.CLOSED
    assert len(db.session.scalars(db.select(CallBack)).all()) == 4


# ---- entered by staff ----


def test_a_call_becomes_a_ticket_and_is_accepted(app, sign_in):
    customer, agent = a_customer(), an_agent()
    browser = sign_in(agent)
    form = {
        "customer": customer.id, "kind": "complaint", "channel": "hotline", "asked_by": 0, "contact_name": "老赵",
        "contact_phone": "139-0001", "class_code": "product_down", "severity": "", "project": 0, "subject": "来电投诉",
        "body": "客户说专线断了", "ask_happened_at": "2026-11-20T09:00", "ask_wish": "尽快恢复", "ask_caller_number": "139-0001",
        "accept": "1",
    }  # fmt: skip

    answer = browser.post("/staff/tickets/new", form)

    ticket = db.session.scalars(db.select(Ticket)).one()
    assert answer.location == at(ticket)
    assert (ticket.owner_id, ticket.channel, ticket.severity, ticket.wish) == (
        agent.id,
        "hotline",
        "critical",
        "尽快恢复",
    )
    assert ticket.answers["caller_number"] == "139-0001"
    assert (ticket.contact_name, ticket.asked_by_id) == ("老赵", None)


def test_choosing_a_class_and_channel_draws_their_questions_and_keeps_what_was_typed(app, sign_in):
    customer, browser = a_customer(), sign_in(an_agent())

    url = f"/staff/tickets/new?customer={customer.id}&kind=complaint&channel=web&class_code=price_charge&subject=半句"
    page = browser.page(url)

    assert page.select_one("#ask_url")
    assert page.select_one("#ask_billing_month")
    assert page.select_one("#subject")["value"] == "半句"


@pytest.mark.parametrize("kind", ["complaint", "repair", "enquiry", "suggestion", "praise", "service"])
def test_every_kind_has_its_form(app, sign_in, kind):
    customer = a_customer()

    page = sign_in(an_agent()).page(f"/staff/tickets/new?customer={customer.id}&kind={kind}")

    assert bool(page.select_one("#class_code")) is (kind in ("complaint", "repair", "enquiry"))
    assert bool(page.select_one("#service_code")) is (kind == "service")


def test_an_entry_with_a_gap_comes_back_whole_and_is_kept(app, sign_in):
    customer, browser = a_customer(), sign_in(an_agent())

    answer = browser.post(
        "/staff/tickets/new", {"customer": customer.id, "kind": "praise", "channel": "hotline", "subject": "表扬小王"}
    )

    assert answer.status_code == 422
    assert db.session.scalar(db.select(Ticket)) is None
    assert browser.page(f"/staff/tickets/new?customer={customer.id}").select_one("#subject")["value"] == "表扬小王"


def test_customers_are_found_by_a_part_of_their_name(app, sign_in):
    a_customer(name="宝山钢铁厂"), a_customer(name="海川物流公司")

    page = sign_in(an_agent()).page("/staff/tickets/new?q=钢铁")

    assert [link.get_text() for link in page.select("#found th a")] == ["宝山钢铁厂"]


def test_unlinking_what_is_not_linked_changes_nothing(app, sign_in):
    one, two = a_ticket(), a_ticket()
    with transaction():
        linking.link(whole(one), the(two), again(an_agent()))

    assert sign_in(an_agent()).post(at(one, "/links/remove"), {"number": "TS-000101-0001"}).status_code == 404
    assert db.session.scalar(db.select(TicketLink)) is not None


def test_a_closed_department_takes_no_orders(app, sign_in):
    from datetime import date

    ticket = a_ticket(moved=("accept",))
    with transaction():
        a_department("network").closed_on = date(2026, 1, 1)

    answer = sign_in(an_agent()).post(
        at(ticket, "/dispatches/new"), {"lead": party(Department, "network"), "suggestion": "请看"}
    )

    assert answer.status_code == 422
    assert orders() == []
