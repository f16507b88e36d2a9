"""The order of a list, and what of it is offered: each ends in a proposal too."""

from flask import abort, redirect, request, url_for

from portal.access.permissions import Permission as P
from portal.domain import revisions, settings
from portal.domain.policy_changes import Change
from portal.staff.configuration import proposing
from portal.staff.configuration.editing import about, editable_list
from portal.staff.configuration.proposing import ORDER
from portal.staff.configuration.shape import key_of, tree
from portal.staff.configuration.ways import door, number_in
from portal.staff.configuration.wording import called
from portal.web.pages import page


@door.post("/promises/<section>/items/<code>/<verb>", needs=P.SETTINGS_RUN)
def offer(section, code, verb):
    """Retire an item, or offer it again: proposed at once, there is nothing to type."""
    known = {key_of(one) for one in settings.policy().known(editable_list(section))}
    if verb not in ("retire", "offer") or code not in known:
        abort(404)
    proposing.keep(Change(verb, section, code), number_in(request.form.get("revision")), code)
    return redirect(url_for(".proposal", section=section, code=code), 303)


@door.get("/promises/<section>/order", needs=P.SETTINGS_RUN)
def order(section):
    return _draw(section, list(_items(section)), revisions.head("policy"))


@door.post("/promises/<section>/order", needs=P.SETTINGS_RUN)
def propose_order(section):
    """Move an item up or down, or propose the order as it stands."""
    items = _items(section)
    codes = list(dict.fromkeys([*(code for code in request.form.getlist("order") if code in items), *items]))
    drawn_from = number_in(request.form.get("revision"))
    if move := request.form.get("move"):
        way, _, code = move.partition(":")
        return _draw(section, _moved(codes, items, code, -1 if way == "up" else 1), drawn_from)
    proposing.keep(Change("order", section, value=codes), drawn_from, ORDER)
    return redirect(url_for(".proposal", section=section, code=ORDER), 303)


def _items(section: str) -> dict:
    return {key_of(one): one for one in tree(getattr(settings.policy(), editable_list(section)))}


def _moved(codes: list[str], items: dict, code: str, step: int) -> list[str]:
    """The order with this item before or after its neighbour; a class moves within its group, a group with its classes."""
    beside = [one for one in codes if code in items and _group(items[one]) == _group(items[code])]
    at = beside.index(code) + step if code in beside else -1
    if not 0 <= at < len(beside):
        return codes
    here, there = codes.index(code), codes.index(beside[at])
    codes[here], codes[there] = codes[there], codes[here]
    return [key_of(one) for one in tree([items[one] for one in codes])]


def _group(item) -> str | None:
    return getattr(item, "parent", None)


def _draw(section: str, codes: list[str], drawn_from: int):
    items = _items(section)
    rows = [{"code": code, "called": called(items[code]), "inside": bool(_group(items[code]))} for code in codes]
    return page("staff/settings_order.html", **about(section, drawn_from), rows=rows)
