"""How a promise to the customer came about: day by day, with its pauses, and its clock to scale (R14)."""

from flask import abort

from portal import clock
from portal.access.permissions import Permission
from portal.customer.showing import chip
from portal.customer.tickets import door
from portal.domain.tickets import deadlines, for_customers
from portal.domain.tickets.for_customers import Promised
from portal.i18n import N_
from portal.web import filters
from portal.web.filters import told
from portal.web.pages import by_htmx, page


@door.get("/<int:ticket>/promises/<int:deadline>", needs=Permission.TICKET_READ)
def promise(ticket, deadline):
    """The reckoning of one promise."""
    found = next((p for p in for_customers.promises(ticket) if p.deadline.id == deadline), None) or abort(404)
    kept = found.deadline
    reckoning = deadlines.explain(kept)
    return page(
        "customer/promise.html",
        ticket=ticket,
        sheet_asked=by_htmx(),
        promise=found,
        chip=chip(ticket, found, clock.now(), explain=False),
        lines=[told(step.text, step.facts) for step in reckoning.steps],
        unconfirmed=reckoning.unconfirmed,
        promised=filters.promise(deadlines.promise_of(kept)),
        recounted=deadlines.recounted(kept, reckoning),
        first_due=deadlines.first_due(kept),
        segments=_segments(found),
    )


def _segments(promise: Promised) -> list[dict]:
    """The promise's life as stretches: running, paused, late."""
    kept, at = promise.deadline, clock.now()
    end = kept.met_at or kept.dropped_at or at
    marks, begin = [], kept.started_at
    for pause in kept.pauses_kept:
        marks += [(begin, pause.began_at, "running"), (pause.began_at, pause.ended_at or end, "paused")]
        begin = pause.ended_at or end
    marks.append((begin, end, "running"))
    cut = []
    for start, stop, kind in marks:
        if kind == "running" and start < kept.due_at < stop:
            cut += [(start, kept.due_at, kind), (kept.due_at, stop, "late")]
        else:
            cut.append((start, stop, "late" if kind == "running" and start >= kept.due_at else kind))
    return [
        {"start": start, "end": stop, "kind": kind, "words": told(SPANS[kind], {"start": start, "end": stop})}
        for start, stop, kind in cut
        if stop > start
    ]


SPANS = {
    "running": N_("Running from {start} to {end}"),
    "paused": N_("Standing still from {start} to {end}"),
    "late": N_("Late from {start} to {end}"),
}
