"""What does staff see on a ticket's page, and what may they do there?"""

import pytest

from portal.db import db, transaction
from portal.domain.people.roles import Role
from portal.domain.tickets import actions, dispatching
from portal.domain.tickets.models import Message, Ticket
from tests.factories import a_caller, a_handler, a_person, a_provider, a_ticket, again, an_agent, live


def the(ticket: Ticket) -> Ticket:
    return db.session.get_one(Ticket, ticket.id)


def test_the_page_shows_what_it_is_about_who_owns_it_and_what_is_promised(app, sign_in):
    ticket = a_ticket(moved=("accept",))

    page = sign_in(an_agent()).page(f"/staff/tickets/{ticket.id}")

    assert page.h1.get_text() == "专线中断"
    assert "今天上午九点起专线中断" in page.select_one(".desk-opening").get_text()
    assert page.select("#promises .deadline")
    assert the(ticket).number in page.get_text()
