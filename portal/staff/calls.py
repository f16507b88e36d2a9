"""The call-back desk (回访): solutions that wait for the customer's word, the most pressing first."""

from flask import request

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain.tickets import call_list
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.queue_filters import Asked
from portal.staff import queue_address
from portal.staff.lines import Lines
from portal.web.pages import page
from portal.web.paging import key_of

door = Door("calls", __name__, url_prefix="/staff/calls")


@door.get("/", needs=P.CALL_BACK)
def index():
    wanted = queue_address.read(request.args, me(), ()).wanted
    leaf, calls = call_list.page(visible(Ticket, me()), wanted, Asked(me()))
    lines = Lines(me())
    shown = [(line, calls[line.id], _moments(calls[line.id], lines)) for line in lines.of(leaf.rows)]
    return page("staff/calls.html", calls=shown, leaf=leaf, key_of=key_of, past=bool(wanted.after or wanted.before))


def _moments(call: call_list.Call, lines: Lines) -> dict:
    """The call's days and moments in words."""
    return {
        "applied": lines.when(call.applied_at) if call.applied_at else None,
        "contacted": lines.when(call.contacted_at) if call.contacted_at else None,
        "tried": [lines.times.day(day) for day in call.tried_on],
    }
