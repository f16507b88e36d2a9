"""The factories as the desk's tests use them: what they give outlives the requests between."""

from portal.db import db
from portal.domain.tickets.models import Ticket
from tests import factories


def _lasting(make):
    def made(*args, **facts):
        record = make(*args, **facts)
        db.session.refresh(record)
        db.session.expunge(record)
        return record

    return made


a_ticket = _lasting(factories.a_ticket)
a_person = _lasting(factories.a_person)
an_agent = _lasting(factories.an_agent)
a_handler = _lasting(factories.a_handler)
a_caller = _lasting(factories.a_caller)
a_supervisor = _lasting(factories.a_supervisor)
a_provider = _lasting(factories.a_provider)
a_customer = _lasting(factories.a_customer)


def whole(ticket: Ticket) -> Ticket:
    """The ticket as the door hands it over."""
    return factories._loaded(ticket)


def the(ticket: Ticket) -> Ticket:
    """The ticket as it stands now."""
    return db.session.get_one(Ticket, ticket.id, populate_existing=True)


def at(ticket: Ticket, more: str = "") -> str:
    """An address on its page."""
    return f"/staff/tickets/{ticket.id}{more}"
