"""A customer's part in the forums (R38): who was registered, and who was there."""

from portal.access.permissions import Permission as P
from portal.domain.forum import queries
from portal.staff.customers import door
from portal.web.pages import page


@door.get("/<int:customer>/forum", needs=P.CUSTOMER_READ)
def forum(customer):
    return page("staff/customer_forum.html", customer=customer, lines=queries.attendance(customer))
