"""Sales of customers by year (R25, formulas 3.7): entered by staff, never seen by customers, and what surveys make of them."""

import pytest
from bs4 import BeautifulSoup

from portal.db import db, transaction
from portal.domain.journal import Entry
from portal.domain.people import sales
from portal.domain.people.models import Customer, Person, Sales
from portal.domain.people.roles import Role
from portal.domain.statistics import PER_SALES
from portal.domain.surveys import result_response
from portal.domain.surveys.results import results
from tests.conftest import BEGIN
from tests.factories import a_customer, a_person, a_supervisor, again
from tests.results_cast import answers, ended, the
from tests.staff.test_survey_results import launched, of
from tests.survey_cast import a_campaign, an_invitation

YEAR = BEGIN.year - 1


def spends(customer: int, amount: float, year: int = YEAR) -> None:
    by = a_supervisor().id
    with transaction():
        sales.enter(db.session.get_one(Customer, customer), db.session.get_one(Person, by), year, amount)


def test_sales_are_entered_by_year_and_a_correction_keeps_what_was(app, sign_in):
    customer = a_customer().id
    browser = sign_in(a_supervisor())
    where = f"/staff/customers/{customer}"
    for year, amount in ((YEAR, "1200"), (YEAR - 1, "980.5"), (YEAR, "1250")):
        assert browser.post(f"{where}/sales", {"year": year, "amount": amount}).status_code == 303
    rows = [one.get_text(" ", strip=True) for one in browser.page(where).select("#sales tbody tr")]
    assert rows == [f"{YEAR} 1,250", f"{YEAR - 1} 980.50"]
    told = db.session.scalars(db.select(Entry).where(Entry.verb == "customer.sales_entered").order_by(Entry.id)).all()
    assert [(one.was, one.became) for one in told] == [("", "1200"), ("", "980.5"), ("1200", "1250")]


@pytest.mark.parametrize(
    ("year", "amount"),
    [("", "5"), (YEAR, ""), (YEAR, "-1"), (YEAR, "nan"), (YEAR, "1e300"), (1999, "5"), (YEAR + 2, "5"), (YEAR, "很多")],
)
def test_what_makes_no_sense_is_said_and_not_kept(app, sign_in, year, amount):
    customer = a_customer().id
    answer = sign_in(a_supervisor()).post(f"/staff/customers/{customer}/sales", {"year": year, "amount": amount})
    assert answer.status_code == 422
    assert db.session.scalars(db.select(Sales)).all() == []


def test_a_year_that_cannot_be_is_said_beside_the_year(app, sign_in):
    customer = a_customer().id
    answer = sign_in(a_supervisor()).post(f"/staff/customers/{customer}/sales", {"year": 1999, "amount": "5"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert "2000" in page.select_one("#year-error").get_text()
    assert page.select_one("#amount-error") is None


def test_the_journal_keeps_sales_to_the_yuan(app):
    spends(a_customer().id, 123456.7891)
    entry = db.session.scalar(db.select(Entry).where(Entry.verb == "customer.sales_entered"))
    assert entry.became == "123456.7891"


def test_neither_the_customer_nor_who_only_calls_or_answers_sees_sales(app, sign_in):
    person = a_person(Role.ORG_ADMIN)
    customer, key = person.customer_id, person.id
    spends(customer, 4321)
    for role in (Role.CALLER, Role.AGENT):
        assert "4,321" not in sign_in(a_person(role)).page(f"/staff/customers/{customer}").get_text()
    assert "4,321" in sign_in(a_person(Role.MANAGER)).page(f"/staff/customers/{customer}").get_text()
    browser = sign_in(again(db.session.get_one(Person, key)), check=False)
    assert browser.get(f"/staff/customers/{customer}").status_code in (403, 404)
    assert browser.post(f"/staff/customers/{customer}/sales", {"year": YEAR, "amount": 1}).status_code in (403, 404)
    for where in ("/", "/me", "/tickets/", "/surveys"):
        assert "4,321" not in browser.get(where).text


def a_survey_with_sales() -> int:
    """Nine customers: one spends 200 and is not satisfied, eight spend 100 and are; a tenth kept silent and spends 1000."""
    campaign = launched(a_campaign())
    for stars, amount in (("2", 200), *(("5", 100) for _ in range(8))):
        customer = a_customer().id
        answers(campaign, {"overall": stars, "nps": "9"} | ({"why": "slow"} if stars == "2" else {}), customer)
        spends(customer, amount)
    silent, _ = an_invitation(campaign)
    from portal.domain.surveys.campaign_models import Invitation

    spends(db.session.get_one(Invitation, silent).customer_id, 1000)
    return campaign


def test_by_sales_a_customer_counts_as_much_as_it_spends(app):
    """800 of 1000 are satisfied; the score is (200 × 30 + 800 × 100) ÷ 1000 = 86; n_eff = 1000² ÷ 120 000 = 8.3."""
    campaign = a_survey_with_sales()
    ended(campaign)
    found = results(the(campaign), PER_SALES)
    cell = found.cell(found.paper.overall())
    assert cell.rate.value == pytest.approx(0.8)
    assert cell.score.value == pytest.approx(86)
    assert cell.n == 9
    plain = results(the(campaign))
    assert plain.cell(plain.paper.overall()).rate.value == pytest.approx(8 / 9)


def test_of_whom_no_sales_are_known_nothing_counts_by_sales(app):
    campaign = a_survey_with_sales()
    answers(campaign, {"overall": "2", "why": "slow", "nps": "0"})
    ended(campaign)
    assert results(the(campaign), PER_SALES).n == 9
    assert results(the(campaign)).n == 10


def test_coverage_of_sales_stands_on_the_plan_and_beside_the_response(app, sign_in):
    """1000 of 2000 were heard."""
    campaign = a_survey_with_sales()
    ended(campaign)
    money = result_response.money(the(campaign))
    assert (money.year, money.heard, money.of_all) == (YEAR, 1000, 2000)
    browser = sign_in(a_supervisor())
    page = browser.page(of(campaign, "/taking-part")).get_text(" ", strip=True)
    assert "Sales heard 50%" in page
    assert f"50% of the sales of {YEAR}" in browser.page("/staff/surveys/plan").select_one("#coverage").get_text()
    assert "By sales" in browser.page(of(campaign, "?level=sales")).get_text()
