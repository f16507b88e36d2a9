"""The customer's start page: what needs you, what is under way and with whom, what is new."""

from flask import redirect, url_for

from portal import clock
from portal.access.door import Door, me
from portal.access.permissions import Permission
from portal.access.scopes import find, visible
from portal.customer.showing import next_words
from portal.domain.outbox import Letter
from portal.domain.tickets import for_customers
from portal.domain.tickets.models import Message, Ticket
from portal.domain.tickets.states import FOR_CUSTOMERS, TONES
from portal.i18n import N_
from portal.web.pages import page

door = Door("home", __name__)

UNDER_WAY = 6
NEWS = {
    "ticket_accepted": N_("{owner} is responsible for it now"),
    "ticket_replied": N_("There is a new reply"),
    "ticket_question": N_("We have a question to you"),
    "ticket_solved": N_("There is a result to confirm"),
    "ticket_closed": N_("It is closed"),
    "ticket_merged": N_("It goes on under {into}"),
}


@door.get("/", needs=Permission.PUBLIC)
def start():
    """Everybody's first address leads on to the own side."""
    return redirect(url_for("sign_in.start"), 303)


@door.get("/home", needs=Permission.TICKET_READ)
def index():
    """What needs you now, what is under way, what is new, whom to reach."""
    rows, at = visible(Ticket, me()), clock.now()
    live = for_customers.live(rows, me())
    needed = [ticket for ticket in live if ticket.state in for_customers.GROUPS["yours"]]
    under_way = [ticket for ticket in live if ticket not in needed]
    promised = for_customers.next_promises(under_way[:UNDER_WAY])
    return page(
        "customer/home.html",
        needed=needed,
        asked=for_customers.last_words(visible(Message, me()), needed),
        to_rate=for_customers.to_rate(rows, me()),
        under_way=[(ticket, next_words(promised.get(ticket.id), at)) for ticket in under_way[:UNDER_WAY]],
        more=len(under_way) > UNDER_WAY,
        news=[(letter, NEWS[letter.template]) for letter in for_customers.news(visible(Letter, me()))],
        customer=find("customer", me().customer_id, me()),
        states=FOR_CUSTOMERS,
        tones=TONES,
    )
