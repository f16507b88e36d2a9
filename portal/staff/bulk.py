"""Several tickets of the queue at once: the same rules as for one, and a word about each that was not done."""

from flask import redirect, request

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.refusals import Refused
from portal.domain.tickets import bulk, queue
from portal.domain.tickets.bulk import AT_ONCE, Result
from portal.domain.tickets.models import Ticket
from portal.i18n import N_
from portal.web.filters import words_in
from portal.web.forms import said
from portal.web.pages import own_path, say
from portal.web.words import gettext

door = Door("bulk", __name__, url_prefix="/staff/queue/bulk")


@door.post("/accept", needs=P.DESK_WORK)
def accept():
    return _tell(bulk.accept(_chosen(), me()), N_("{count} accepted; you are their owner."))


@door.post("/owner", needs=P.DESK_WORK)
def assign():
    owner = queue.person(visible(Person, me()), _key(request.form.get("owner", "")))
    if owner is None:
        raise Refused(N_("Please choose who shall own them."))
    return _tell(bulk.assign(_chosen(), me(), owner), N_("{count} assigned to {owner}."), owner=owner.name)


@door.post("/severity", needs=P.DESK_WORK)
def judge():
    severity = request.form.get("severity", "")
    if severity not in {one.code for one in settings.policy().severities}:
        raise Refused(N_("Please choose a severity."))
    words = settings.policy().severity(severity).words
    return _tell(
        bulk.judge(_chosen(), me(), severity), N_("{count} judged anew: {severity}."), severity=words_in(words)
    )


@door.post("/watch", needs=P.DESK_READ)
def watch():
    return _tell(bulk.watch(_chosen(), me()), N_("You watch {count} now."))


def _chosen() -> list[bulk.Chosen]:
    """The ticked tickets this person may see, each with the version its line was drawn from; others do not exist."""
    drawn = ticked()
    return [bulk.Chosen(ticket, drawn[ticket.id]) for ticket in queue.chosen(visible(Ticket, me()), drawn)]


def ticked() -> dict[int, int | None]:
    """What was ticked: the keys, each with the version its line was drawn from."""
    ticks = [value.partition(".") for value in request.form.getlist("ids")]
    drawn = {key: _key(version) for number, _, version in ticks if (key := _key(number))}
    if not drawn:
        raise Refused(N_("Please tick the tickets first."))
    if len(drawn) > AT_ONCE:
        raise Refused(N_("At most {count} at once, please."), count=AT_ONCE)
    return drawn


def _key(written: str) -> int | None:
    """A key or a version; none for what cannot be one."""
    return int(written) if written.isascii() and written.isdecimal() and 0 < len(written) < 11 else None


def _tell(result: Result, words: str, **facts):
    tell(result, words, **facts)
    return redirect(own_path(request.form.get("back"), "queue.index"), 303)


def tell(result: Result, words: str, **facts) -> None:
    """What was done, and what was not, by its reason and with the numbers of the tickets."""
    if result.done or not result.refused:
        say(words, count=len(result.done), **facts)
    for refusal, tickets in result.refused:
        numbers = gettext(", ").join(ticket.number for ticket in tickets[:12])
        numbers = numbers if len(tickets) <= 12 else f"{numbers} …"
        say(
            N_("{count} not done: {why} ({numbers})"),
            "warn",
            count=len(tickets),
            why=said(refusal),
            numbers=numbers,
        )
