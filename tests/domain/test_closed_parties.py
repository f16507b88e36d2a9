"""Is what a provider, department or customer had in the month it was closed still reckoned, and nothing after it?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from portal import clock
from portal.db import db, transaction
from portal.domain import policy_changes, settings
from portal.domain.outbox import Letter
from portal.domain.people import actions, customers, parties, queries
from portal.domain.people.models import Customer, Department, Person, Provider
from portal.domain.people.roles import Role
from portal.domain.policy_changes import Change
from portal.domain.quality import figures, limits, support
from portal.domain.quality.support_models import SupportResult
from portal.domain.refusals import Refused
from portal.domain.tickets import dispatching
from portal.domain.tickets.models import Dispatch, Ticket
from portal.reports import registry
from portal.reports.gathering.support import support_statement
from tests.domain.test_support import APRIL, MAY, NOON, Q1, Q2, a_complaint, the, with_a_limit
from tests.factories import (
    _loaded,
    a_customer,
    a_department,
    a_handler,
    a_person,
    a_provider,
    a_supervisor,
    a_ticket,
    again,
    an_agent,
    live,
)

MAY_1, JUNE, Q3 = date(2026, 5, 1), datetime(2026, 6, 10, 4, tzinfo=UTC), date(2026, 7, 1)
APRIL_20 = date(2026, 4, 20)


def ended(provider, on=APRIL_20, at=datetime(2026, 4, 20, 9, tzinfo=UTC)) -> None:
    with clock.frozen_at(at):
        admin = a_person(Role.ADMINISTRATOR).id
        with transaction():
            parties.close(the(Provider, provider), the(Person, admin), on, "合同到期，不再续签")
    with clock.frozen_at(at + timedelta(days=1)), transaction():
        parties.end_due()


def reckoned(month, at, why="") -> list[tuple]:
    """Every provider reckoned as the page does it: (provider, revision, holds, amount)."""
    by = a_supervisor().id
    with clock.frozen_at(at), transaction():
        rows = support.reckon(parties.providers(db.select(Provider)), month, the(Person, by), why)
        return [(row.provider_id, row.revision, row.holds, row.amount_yuan) for row in rows]


def shares(month, **of) -> dict[str, str]:
    return {one.measure.code: one.fraction for one in figures.month(month, **of)}


def test_the_month_a_contract_ends_in_is_reckoned_to_the_end_and_none_after_it(app):
    """Limit 2 a month. On 8 April three complaints: one closed after five hours, one after twelve days (too late for
    its class), one left open; the contract ends on the 20th. So limit 3/2, first-time closure 1/2 (two were called
    back), monthly closure 2/3, no support. For May there is nothing to reckon."""
    provider = a_provider().id
    with_a_limit(provider, 2)
    good, late, left = (
        a_complaint(provider),
        a_complaint(provider, closes=timedelta(days=12)),
        a_complaint(provider, closes=None),
    )
    ended(provider)

    assert reckoned(APRIL, MAY) == [(provider, 1, False, 0)]
    assert reckoned(MAY_1, JUNE) == []

    [row] = support.of_month(db.select(SupportResult), APRIL)
    found = {one.code: (one.count, one.of, one.tickets) for one in support.findings_of(row)}
    assert found["limit"] == (3, 2, (good, late, left))
    assert found["first_time"] == (1, 2, (late,))
    assert found["monthly"] == (2, 3, (left,))
    assert support.findings_of(row)[-1].holds, "the contract ended in the month, not before it"
    with clock.frozen_at(MAY):
        april = shares(APRIL, party=the(Provider, provider))
    assert (april["first_time_closure"], april["monthly_closure"], april["satisfaction"]) == ("1/2", "2/3", "2/3")


def test_a_provider_that_kept_everything_until_its_last_day_gets_its_last_month(app):
    """Limit 2, two complaints closed after five hours: 2/2, 2/2, 2/2; the support of April, and none for May."""
    provider = a_provider().id
    with_a_limit(provider, 2)
    for _ in range(2):
        a_complaint(provider)
    ended(provider)

    assert reckoned(APRIL, MAY) == [(provider, 1, True, settings.policy().support.month_yuan)]
    assert reckoned(MAY_1, JUNE) == []


@pytest.mark.parametrize(("on", "may"), [(date(2026, 5, 1), True), (date(2026, 4, 30), False)])
def test_the_last_day_of_the_contract_decides_about_the_month(app, on, may):
    provider = a_provider().id
    with_a_limit(provider, 2)
    ended(provider, on)

    assert bool(reckoned(MAY_1, JUNE)) is may


def test_an_end_that_was_noted_late_takes_back_the_support_of_the_months_after_it(app):
    """May was reckoned on 10 June: no complaint, support granted. On the 12th somebody notes that the contract had ended
    on 20 April: the next reckoning is revision 2, without support."""
    provider = a_provider().id
    with_a_limit(provider, 2)
    assert reckoned(MAY_1, JUNE)[0][1:3] == (1, True)
    ended(provider, at=JUNE + timedelta(days=2))

    assert reckoned(MAY_1, JUNE + timedelta(days=3)) == [(provider, 2, False, 0)]
    [row] = support.of_month(db.select(SupportResult), MAY_1)
    assert [one.code for one in support.findings_of(row) if not one.holds] == ["standing"]


def test_the_running_month_names_whoever_was_closed_in_it_and_nobody_closed_before(app):
    here, gone = a_provider().id, a_provider().id
    ended(here)
    ended(gone, date(2026, 3, 31))

    with clock.frozen_at(datetime(2026, 4, 25, 4, tzinfo=UTC)):
        assert [one.id for one, _ in support.so_far(parties.providers(db.select(Provider)))] == [here]


def test_a_limit_is_set_for_the_quarter_a_contract_ends_in_and_for_none_after_it(app):
    provider = a_provider().id
    ended(provider)
    with transaction():
        for month in limits.months_of(Q1):
            limits.enter_visits(the(Provider, provider), month, 200, again(a_supervisor()))

    with transaction():
        assert limits.set_limit(the(Provider, provider), Q2, again(a_supervisor())).limit == 3
    with pytest.raises(Refused, match="ended before"), transaction():
        limits.set_limit(the(Provider, provider), Q3, again(a_supervisor()), 3, "照旧")


def test_the_statement_says_since_when_the_contract_is_over(app):
    provider = a_provider().id
    ended(provider)
    reckoned(APRIL, MAY)
    [row] = support.of_month(db.select(SupportResult), APRIL)

    told = support_statement(db.select(SupportResult), db.select(Ticket), row.id)

    assert told is not None
    assert told.provider_closed_on == APRIL_20
    with app.test_request_context():
        for language, words in (("en", "ended"), ("zh_Hans_CN", "终止")):
            assert words in registry.render_html("support-statement", told, language, registry.House("申江通信"))


def test_what_a_provider_still_worked_on_goes_back_to_the_desk_and_counts_for_it_all_the_same(app):
    provider = a_provider().id
    key = a_complaint(provider, closes=None)
    owner = the(Ticket, key).owner_id
    ended(provider)

    left = order()
    assert (left.done_at is not None, left.handed_back, left.is_recalled) == (True, "合同到期，不再续签", False)
    assert db.session.scalars(db.select(Letter.to_id).where(Letter.template == "order_handed_back")).all() == [owner]
    with clock.frozen_at(MAY):
        assert shares(APRIL, party=the(Provider, provider))["monthly_closure"] == "0/1"


def test_what_comes_back_from_the_call_after_the_provider_has_gone_runs_with_nobody(app):
    provider = a_provider().id
    key, handler = (
        a_complaint(provider, opened=datetime(2026, 11, 24, 4, tzinfo=UTC), closes=None),
        a_handler(the(Provider, provider)),
    )
    live(the(Ticket, key), "apply", by=again(handler))
    ended(provider, date(2026, 11, 25), datetime(2026, 11, 25, 9, tzinfo=UTC))
    assert order().handed_back is None, "it was done before its provider went"

    with clock.frozen_at(datetime(2026, 11, 26, 4, tzinfo=UTC)):
        live(the(Ticket, key), "send_back")

    assert (the(Ticket, key).state, order().done_at is not None) == ("open", True)


def order() -> Dispatch:
    return db.session.scalars(db.select(Dispatch).execution_options(populate_existing=True)).one()


def test_the_figures_of_a_department_that_was_closed_stay_as_they_were(app):
    """Two complaints dispatched to it in April, one closed after five hours, the other left open: 1/1 and 1/2."""
    department = a_department().id
    for closes in (timedelta(hours=5), None):
        with clock.frozen_at(NOON):
            ticket = a_ticket(class_code="product_down")
            live(ticket, "accept", "dispatch")
        if closes:
            with clock.frozen_at(NOON + closes):
                live(ticket, "apply", "close")
    with transaction():
        the(Department, department).closed_on = APRIL_20

    with clock.frozen_at(MAY):
        april = shares(APRIL, party=the(Department, department))
        assert (april["first_time_closure"], april["monthly_closure"]) == ("1/1", "1/2")


def test_the_figures_of_a_customer_that_left_stay_as_they_were_and_count_in_the_whole(app):
    """Of its two complaints in April one was closed, one left open: 1/2; with another customer's closed one 2/3 in total."""
    leaves, stays = a_customer().id, a_customer().id
    provider = a_provider().id
    for customer, closes in ((leaves, timedelta(hours=5)), (leaves, None), (stays, timedelta(hours=5))):
        member = a_person(customer=the(Customer, customer))
        a_complaint(provider, by=member, closes=closes)
    admin = a_person(Role.ADMINISTRATOR).id
    with clock.frozen_at(NOON + timedelta(days=10)), transaction():
        customers.close(the(Customer, leaves), the(Person, admin), date(2026, 4, 18), "业务终止")

    with clock.frozen_at(MAY):
        assert shares(APRIL, customer=the(Customer, leaves))["monthly_closure"] == "1/2"
        assert shares(APRIL)["monthly_closure"] == "2/3"
        assert support.found([provider], APRIL)[provider][0].count == 3


def test_the_pages_show_what_is_closed_as_closed(app, sign_in):
    provider, department = a_provider(name="云博网络服务"), a_department().id
    with_a_limit(provider.id, 2)
    ended(provider.id)
    with transaction():
        the(Department, department).closed_on = APRIL_20
    reckoned(APRIL, MAY)
    [row] = support.of_month(db.select(SupportResult), APRIL)
    key, supervisor = row.id, a_supervisor()

    with clock.frozen_at(MAY):
        browser = sign_in(supervisor)
        for address in (
            "/staff/quality/support?month=2026-04", f"/staff/quality/support/{key}",
            f"/staff/quality/support/providers/{provider.id}", "/staff/quality/support/limits?quarter=2026-04",
            f"/staff/quality/figures?month=2026-04&of=provider-{provider.id}",
            f"/staff/quality/figures?month=2026-04&of=department-{department}",
        ):  # fmt: skip
            assert "ended" in browser.page(address).main.text, address
        assert "云博网络服务" not in browser.page("/staff/quality/support/limits?quarter=2026-07").main.text
        assert "云博网络服务" not in browser.page("/staff/quality/support/running").main.text


def test_nobody_of_a_closed_provider_is_written_to(app):
    provider = a_provider().id
    handler = a_handler(the(Provider, provider)).id
    ended(provider)

    reckoned(APRIL, MAY)

    assert db.session.scalars(db.select(Letter.template).where(Letter.to_id == handler)).all() == []


# ---- a department ----


def dissolved(department, on=APRIL_20) -> None:
    admin = a_person(Role.ADMINISTRATOR).id
    with transaction():
        parties.close(the(Department, department), the(Person, admin), on, "并入售后服务部")


def without_routes(department) -> None:
    """No kind, class or service names this department as the one that leads."""
    code, document = the(Department, department).code, settings.document_of(settings.policy_id())
    other = next(one["code"] for one in document["departments"] if one["code"] != code)
    for listed in ("kinds", "classes", "services"):
        for item in document[listed]:
            if item.get("department") == code:
                item["department"] = other
    with transaction():
        settings.adopt("policy", document, None, "改由其他部门牵头")


def test_a_department_that_leads_open_tickets_is_not_closed(app):
    department = a_department().id
    without_routes(department)
    with clock.frozen_at(NOON):
        ticket = a_ticket(class_code="product_down")
        live(ticket, "accept")
        with transaction():
            dispatching.dispatch(the(Ticket, ticket.id), again(an_agent()), the(Department, department), "请处理。")
    number = the(Ticket, db.session.scalars(db.select(Ticket.id)).one()).number

    with pytest.raises(Refused, match=f"leads 1 open tickets.*{number}"):
        dissolved(department)
    assert the(Department, department).closed_on is None

    key = db.session.scalars(db.select(Ticket.id)).one()
    with clock.frozen_at(NOON):
        live(the(Ticket, key), "apply", "close")
    dissolved(department)
    assert the(Department, department).closed_on == APRIL_20


def test_a_department_that_leads_by_a_rule_is_not_closed_and_a_closed_one_is_given_no_lead(app):
    department = db.session.scalars(db.select(Department.id).where(Department.code == "billing")).one()

    with pytest.raises(Refused, match="leads by the rules for"):
        dissolved(department)

    without_routes(department)
    dissolved(department)
    item = settings.document_of(settings.policy_id())["classes"][-1] | {"department": "billing"}
    change = Change("put", "classes", item["code"], item)
    with pytest.raises(Refused, match="is closed after 2026-04-20 and cannot lead"), transaction():
        policy_changes.decide(again(a_person(Role.ADMINISTRATOR)), "改回", change, settings.policy_id())


def test_what_a_closed_department_assisted_with_goes_back_and_its_handlers_are_out_until_it_is_opened_again(app):
    department, leads = (row.id for row in db.session.scalars(db.select(Department).order_by(Department.id)).all()[:2])
    without_routes(department)
    handler = a_handler(the(Department, department)).id
    both = a_person(Role.SUPERVISOR, roles=[Role.HANDLER, Role.SUPERVISOR], department=the(Department, department)).id
    ticket = a_ticket(moved=("accept",)).id
    for party in (department, leads):  # the later one leads
        with transaction():
            dispatching.dispatch(_loaded(the(Ticket, ticket)), again(an_agent()), the(Department, party), "请处理。")
    dissolved(department)

    helper, _ = db.session.scalars(
        db.select(Dispatch).order_by(Dispatch.id).execution_options(populate_existing=True)
    ).all()
    assert helper.handed_back == "并入售后服务部"
    assert not the(Person, handler).is_active
    assert the(Person, both).is_active, "a supervisor goes on supervising"
    with pytest.raises(Refused, match="takes no orders"), transaction():
        dispatching.dispatch(_loaded(the(Ticket, ticket)), again(an_agent()), the(Department, department), "请处理。")
    admin = a_person(Role.SECURITY_ADMIN).id
    with pytest.raises(Refused, match="is closed"), transaction():
        actions.enable(queries.person(handler), the(Person, admin))

    with transaction():
        parties.open_again(the(Department, department), the(Person, admin))
        actions.enable(queries.person(handler), the(Person, admin))
    assert the(Person, handler).is_active


def test_an_administrator_closes_a_department_on_a_page_that_says_what_has_to_be_done_first(app, sign_in):
    department = db.session.scalars(db.select(Department.id).where(Department.code == "billing")).one()
    browser, address = sign_in(a_person(Role.ADMINISTRATOR)), f"/staff/parties/departments/{department}"
    typed = {"on": "2026-04-20", "why": "并入售后服务部"}

    page = browser.page(f"{address}/close").main
    assert "Name another department there first" in page.text
    refused = browser.post(f"{address}/close", typed)
    assert refused.status_code == 422
    assert (
        "Name another department there first" in BeautifulSoup(refused.text, "html.parser").select_one("#on-error").text
    )

    without_routes(department)
    assert "Name another" not in browser.page(f"{address}/close").main.text
    assert browser.post(f"{address}/close", typed | {"on": "20.4."}).status_code == 422
    assert browser.post(f"{address}/close", typed).status_code == 303
    assert "ended" in browser.page("/staff/parties").select_one("#departments").text
    assert browser.post(f"{address}/open", {}).status_code == 303
    assert the(Department, department).closed_on is None
    assert "again from" in browser.page("/staff/parties").select_one("#departments").text


# ---- a contract that was ended and began again ----


def test_a_provider_that_came_back_has_nothing_to_reckon_for_the_months_it_was_away(app):
    """Ended on 20 April, again from 10 June on: April and June are reckoned, May is not, and sets no limit of its own."""
    provider = a_provider().id
    with_a_limit(provider, 2)
    ended(provider)
    with clock.frozen_at(JUNE), transaction():
        parties.open_again(the(Provider, provider), again(a_person(Role.ADMINISTRATOR)))

    july = datetime(2026, 7, 3, 4, tzinfo=UTC)
    assert [row[2] for row in reckoned(APRIL, july)] == [True]
    assert reckoned(MAY_1, july) == []
    assert [row[0] for row in reckoned(date(2026, 6, 1), july)] == [provider]
    assert the(Provider, provider).away == [(APRIL_20, date(2026, 6, 10))]


def test_support_of_a_month_without_a_contract_is_taken_back_though_there_is_one_again(app):
    """May was reckoned with support; on 12 June its end on 20 April is noted, on the 15th it has a contract again."""
    provider = a_provider().id
    with_a_limit(provider, 2)
    assert reckoned(MAY_1, JUNE)[0][1:3] == (1, True)
    ended(provider, at=JUNE + timedelta(days=2))
    with clock.frozen_at(JUNE + timedelta(days=5)), transaction():
        parties.open_again(the(Provider, provider), again(a_person(Role.ADMINISTRATOR)))

    assert reckoned(MAY_1, JUNE + timedelta(days=6)) == [(provider, 2, False, 0)]


def test_whoever_comes_back_before_the_last_day_was_never_away(app):
    provider = a_provider().id
    ended(provider, date(2026, 4, 30))
    with clock.frozen_at(datetime(2026, 4, 25, 4, tzinfo=UTC)), transaction():
        parties.open_again(the(Provider, provider), again(a_person(Role.ADMINISTRATOR)))

    assert the(Provider, provider).away == []
