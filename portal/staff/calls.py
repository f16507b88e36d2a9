"""The call-back desk (回访): solutions that wait for the customer's word; what is agreed for today, then by due moment."""

from flask import redirect, request, url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain.tickets import call_list
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.queue_filters import Asked
from portal.i18n import N_
from portal.staff import queue_address
from portal.staff.lines import Lines
from portal.web.pages import page, say
from portal.web.paging import key_of, moment_and_id, row_number

door = Door("calls", __name__, url_prefix="/staff/calls")


@door.get("/", needs=P.CALL_BACK)
def index():
    wanted = queue_address.read(request.args, me(), ()).wanted
    listed = call_list.page(visible(Ticket, me()), wanted, Asked(me()))
    lines = Lines(me())

    def shown(rows) -> list:
        return [(line, listed.calls[line.id], _said(listed.calls[line.id], lines)) for line in lines.of(rows)]

    return page(
        "staff/calls.html", agreed=shown(listed.agreed), calls=shown(listed.leaf.rows), leaf=listed.leaf, key_of=key_of,
        past=bool(wanted.after or wanted.before),
    )  # fmt: skip


def _said(call: call_list.Call, lines: Lines) -> dict:
    """The call's days and moments in words, and where it is made."""
    return {
        "applied": lines.when(call.applied_at) if call.applied_at else None,
        "contacted": lines.when(call.contacted_at) if call.contacted_at else None,
        "tried": [lines.times.day(day) for day in call.tried_on],
        "agreed": lines.when(call.call_at) if call.call_at else None,
    }


@door.get("/next", needs=P.CALL_BACK)
def following():
    """The case to take up next, after a place in the list and another than the one just seen."""
    return to_next(row_number(request.args.get("but")), moment_and_id(request.args.get("after")))


def to_next(but: int | None, after: tuple | None):
    """On to the next case; to the list when there is none that one could call now."""
    found = call_list.next_case(visible(Ticket, me()), Asked(me()), but or 0, after)
    if found is None:
        say(N_("There is nobody else to call at the moment."), "info")
        return redirect(url_for("calls.index"), 303)
    return redirect(url_for("calls.case", ticket=found), 303)
