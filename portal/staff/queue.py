"""The queue (工单池): the list everybody of the desk works from."""

from flask import redirect, request, session, url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain.people.models import Customer, Provider
from portal.domain.quality import major_list
from portal.domain.quality.major_models import MajorCase
from portal.domain.tickets import queue, views
from portal.domain.tickets.models import SavedView, Ticket
from portal.domain.tickets.queue import CANNOT, COLUMNS, COUNTED_TO, FIRST_TURN
from portal.domain.tickets.queue_filters import Asked
from portal.staff import queue_address
from portal.staff.lines import Lines, how_many
from portal.staff.queue_address import Address, code_of
from portal.staff.queue_choices import chips, choices, quick
from portal.web.pages import page
from portal.web.paging import key_of
from portal.web.words import gettext

door = Door("queue", __name__, url_prefix="/staff/queue")
PLACE = "queue"
"""Where the session keeps the last address: who comes back finds the filters as they were left."""


@door.get("/", needs=P.DESK_READ)
def index():
    if not request.args and session.get(PLACE):
        return redirect(f"{url_for('.index')}?{session[PLACE]}")
    saved = views.among(visible(SavedView, me()))
    address = queue_address.read(request.args, me(), saved)
    if ticket := _numbered(address.words):
        return redirect(url_for("desk.show", ticket=ticket), 303)
    _remember(address)
    answer = page("staff/queue.html", **_facts(address, saved))
    answer.headers["HX-Push-Url"] = address.here()
    return answer


def _numbered(words: str) -> int | None:
    """The ticket whose number these words are, or the number of its major case."""
    if not queue.is_number(words.strip().upper()):
        return None
    return queue.numbered(visible(Ticket, me()), words) or major_list.numbered(visible(MajorCase, me()), words)


@door.get("/filters", needs=P.DESK_READ)
def filters():
    address = queue_address.read(request.args, me(), views.among(visible(SavedView, me())))
    parties = queue.named(visible(Provider, me())), queue.named(visible(Customer, me()))
    owners = [] if me().only_handles else queue.agents()
    return page("staff/queue_filters.html", address=address, choices=choices(address, me(), owners, *parties))


def _facts(address: Address, saved) -> dict:
    asked, tickets = Asked(me()), visible(Ticket, me())
    leaf = queue.leaf(tickets, address.wanted, asked)
    columns = _columns(address)
    orders = queue.orders_of([row.id for row in leaf.rows], me()) if "party" in columns else {}
    agents, works = queue.agents(), may(me(), P.DESK_WORK)
    return {
        "address": address, "lines": Lines(me()).of(leaf.rows, orders), "leaf": leaf, "columns": columns,
        "head": _heads(address, columns),
        "nobody": gettext("nobody"), "weighs": not me().only_handles, "tabs": _tabs(address, asked),
        "saved": saved, "code_of": code_of, "key_of": key_of, "quick": quick(address),
        "chips": chips(address, agents), "agents": agents if works else [], "works": works,
        "cannot": CANNOT if works else {}, "leaf_past": bool(address.after or address.before),
    }  # fmt: skip


def _columns(address: Address) -> list[str]:
    of_view = views.columns_of(address.saved) if address.saved else None
    codes = of_view or views.chosen_columns(me())
    return [code for code in codes if COLUMNS[code].for_handlers or not me().only_handles]


def _heads(address: Address, columns: list[str]) -> list[dict]:
    tick = {"label": gettext("Select"), "hidden": True, "class": "at-tick"}
    return [
        tick,
        {"label": gettext("Ticket"), "class": "at-ticket"},
        *(_head(address, code) for code in columns),
    ]


def _head(address: Address, code: str) -> dict:
    """A column's head: a link that orders by it, and once more the other way round."""
    column = COLUMNS[code]
    head = {"label": gettext(column.label), "class": f"at-{code}"}
    if column.order and not (column.order == "closed" and address.is_live):
        now, first = address.order, FIRST_TURN[column.order]
        turned = column.order if first.startswith("-") else f"-{column.order}"
        head["url"] = address.url(order=turned if now == first else first)
        if now.removeprefix("-") == column.order:
            head["sort"] = "desc" if now.startswith("-") else "asc"
    return head


def _tabs(address: Address, asked: Asked) -> list[dict]:
    numbers = queue.numbers(visible(Ticket, me()), address.offered, asked)
    tabs = [
        {
            "label": gettext(view.label),
            "url": url_for(".index", view=view.code),
            "current": view.code == address.view.code,
            "count": how_many(numbers[view.code], COUNTED_TO) if numbers.get(view.code) else None,
        }
        for view in address.offered
    ]
    if address.saved:
        here = url_for(".index", view=address.view.code)
        tabs.append({"label": address.saved.name, "url": here, "current": True, "count": None})
    return tabs


def _remember(address: Address) -> None:
    """Keep view, filters and order in the session; not the words searched for, nor the page, nor what is usual."""
    written = address.url(q="").partition("?")[2]
    if written == f"view={me().preferences.get('queue_view', 'open')}":
        session.pop(PLACE, None)
    elif len(written) < 1000 and session.get(PLACE) != written:
        session[PLACE] = written
