"""The customer's start page: what needs you, what is under way and with whom, what is new."""

from flask import redirect, url_for

from portal import clock
from portal.access.door import Door, me
from portal.access.permissions import Permission
from portal.access.scopes import find, visible
from portal.customer.begun import begun
from portal.customer.showing import next_words, organisation
from portal.domain import outbox
from portal.domain.outbox import Letter
from portal.domain.tickets import for_customers
from portal.domain.tickets.models import Message, Ticket
from portal.domain.tickets.states import FOR_CUSTOMERS, TONES
from portal.web import mail
from portal.web.pages import page

door = Door("home", __name__)

UNDER_WAY, NEWS = 6, 4


@door.get("/", needs=Permission.PUBLIC)
def start():
    """Everybody's first address leads on to the own side."""
    return redirect(url_for("sign_in.start"), 303)


@door.get("/home", needs=Permission.TICKET_READ)
def index():
    """What needs you now, what is under way, what is new, whom to reach."""
    rows, at = visible(Ticket, me()), clock.now()
    live, to_rate = for_customers.live_and_to_rate(rows, me())
    needed = [ticket for ticket in live if ticket.state in for_customers.GROUPS["yours"]]
    under_way = [ticket for ticket in live if ticket not in needed]
    promised = for_customers.next_promises(under_way[:UNDER_WAY])
    return page(
        "customer/home.html",
        needed=needed,
        asked=for_customers.last_words(visible(Message, me()), needed),
        to_rate=to_rate,
        under_way=[(ticket, next_words(promised.get(ticket.id), at)) for ticket in under_way[:UNDER_WAY]],
        more=len(under_way) > UNDER_WAY,
        news=_news(needed),
        begun=begun(),
        customer=find("customer", organisation().id, me()),
        states=FOR_CUSTOMERS,
        tones=TONES,
    )


def _news(needed: list[Ticket]) -> list[tuple[Letter, mail.Said]]:
    """The unread notices in words; what waits for an answer stands above them already."""
    letters = outbox.notices(visible(Letter, me()), me(), True, None, NEWS * 3)
    above = {ticket.id for ticket in needed}
    told = [one for one in letters if one.template != "ticket_opened" and one.ticket_id not in above]
    return [(one, mail.said(one, me())) for one in told[:NEWS]]
