"""A customer's tickets: the list, one ticket, what one adds to it, the paper trail of a promise."""

from urllib.parse import urlencode

from flask import redirect, request, url_for

from portal import clock
from portal.access.door import Door, me
from portal.access.permissions import Permission
from portal.access.scopes import visible
from portal.customer.showing import next_words, organisation
from portal.customer.ticket_page import AddForm, ticket_page, with_files
from portal.domain import settings
from portal.domain.outbox import Letter
from portal.domain.people.models import Sharing
from portal.domain.tickets import actions, for_customers
from portal.domain.tickets.for_customers import Filters
from portal.domain.tickets.lifecycle import decides
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import State, as_customers_read
from portal.i18n import N_
from portal.web.pages import page, say
from portal.web.paging import row_number
from portal.web.words import gettext

door = Door("tickets", __name__, url_prefix="/tickets")

GROUPS = {
    "": N_("All"),
    "yours": N_("Waiting for you"),
    "open": N_("In progress"),
    "done": N_("Finished"),
}
WHOSE = {"": N_("Everybody's"), "mine": N_("Mine"), "colleagues": N_("Colleagues'")}


@door.get("/", needs=Permission.TICKET_READ)
def index():
    """One's tickets, the newest first."""
    said, at = request.args, clock.now()
    filters = Filters(*(said.get(name, "")[:80].strip() for name in ("group", "kind", "whose", "q")))
    before, after = row_number(said.get("before")), row_number(said.get("after"))
    rows, more = for_customers.listed(visible(Ticket, me()), me(), filters, before, after)
    promised = for_customers.next_promises(rows)
    return page(
        "customer/tickets.html",
        rows=[(ticket, next_words(promised.get(ticket.id), at)) for ticket in rows],
        filters=filters,
        links=_links(filters),
        older=_key(filters, "before", rows, -1) if more or after is not None else None,
        newer=_key(filters, "after", rows, 0) if (more if after is not None else before is not None) else None,
        group_chips=[
            {"label": gettext(label), "url": _links(filters)(group=code), "on": filters.group == code}
            for code, label in GROUPS.items()
        ],
        whose=WHOSE if _sees_colleagues() else {},
        kinds=settings.policy().kinds,
        stands=as_customers_read,
        decides=lambda ticket: decides(ticket, me()),
    )


def _sees_colleagues() -> bool:
    return me().is_org_admin or organisation().sharing != Sharing.OWN


def _links(filters: Filters):
    """The address of the list with one filter changed."""
    kept = {"group": filters.group, "kind": filters.kind, "whose": filters.whose, "q": filters.wanted}

    def changed(**change) -> str:
        return url_for("tickets.index") + _query(kept | change)

    return changed


def _query(parts: dict) -> str:
    said = urlencode({name: value for name, value in parts.items() if value})
    return f"?{said}" if said else ""


def _key(filters: Filters, side: str, rows: list[Ticket], place: int) -> str | None:
    return _links(filters)(**{side: rows[place].id}) if rows else None


@door.get("/<int:ticket>", needs=Permission.TICKET_READ)
def show(ticket):
    """One ticket: where it stands, what happens next, the conversation, what one can do."""
    return ticket_page(ticket)


@door.post("/<int:ticket>/words", needs=Permission.TICKET_REPLY, files=True)
def add(ticket):
    """Add something; to a ticket that waits for the customer this is the answer."""
    waited = ticket.state == State.WAITING
    words = N_("Thank you. We go on with it now.") if waited else N_("Added. {owner} will see it.")
    return with_files(ticket, "add", AddForm(), actions.add, words, owner=_owner(ticket))


def _owner(ticket: Ticket) -> str:
    return ticket.owner.name if ticket.owner else settings.company().short_name or settings.company().name


@door.post("/<int:ticket>/sharing", needs=Permission.TICKET_REPLY)
def share(ticket):
    """Show it to colleagues, or no longer."""
    shared = request.form.get("shared") == "yes"
    actions.share(ticket, me(), shared)
    say(N_("Your colleagues can see it now.") if shared else N_("Only you and your administrator can see it now."))
    return redirect(url_for(".show", ticket=ticket.id), 303)


@door.post("/<int:ticket>/seen", needs=Permission.TICKET_READ)
def seen(ticket):
    """The person came here from the news: they are read."""
    for_customers.seen(visible(Letter, me()), ticket)
    return "", 204
