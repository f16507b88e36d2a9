"""The queue's address: read from what came, however wild, and written again for every link of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import url_for
from werkzeug.datastructures import MultiDict

from portal.domain.people.models import Person
from portal.domain.tickets import views
from portal.domain.tickets.models import SavedView
from portal.domain.tickets.queue import ORDERS, Key, Wanted, views_for
from portal.domain.tickets.queue_filters import ANY, FILTERS, VIEWS, Filters, Values, View, only_live
from portal.web.paging import key_of, moment_and_id

LONGEST, MOST = 80, 20
_WHOLE = {"customer", "provider"}
"""Filters whose values are names: no comma in them parts two."""


@dataclass(frozen=True)
class Address:
    """What the address says: a view, what is changed of it, order, words and place."""

    view: View
    own: Filters
    saved: SavedView | None = None
    order: str = "due"
    words: str = ""
    after: Key | None = None
    before: Key | None = None
    offered: tuple[View, ...] = field(default=(), compare=False)

    @property
    def filters(self) -> dict[str, Values]:
        """The view's filters with the own ones over them; a search of all open ones looks among the closed too."""
        base = dict(self.view.filters)
        if self.words and self.view.code == "open" and "stage" not in self.own:
            base.pop("stage", None)
        whole = {**base, **self.own}
        return {name: values for name, values in whole.items() if ANY not in values or name in ("state", "stage")}

    @property
    def is_live(self) -> bool:
        """Does it show nothing but live tickets?"""
        return only_live(self.filters, bool(self.words))

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.filters, self.order, self.words, self.after, self.before)

    @property
    def usual(self) -> str:
        """The order where none is asked for: of what words found the newest first, else the view's."""
        return "-opened" if self.words else self.view.order

    @property
    def is_changed(self) -> bool:
        """Does it differ from the view it began with?"""
        return bool(self.own) or self.order != self.usual

    def args(self, **changes) -> dict[str, str | list[str]]:
        """The arguments of the address with these changes; paging only if it is among them."""
        said: dict[str, str | list[str]] = {"view": code_of(self.saved) if self.saved else self.view.code}
        said |= {name: ",".join(values) if name not in _WHOLE else list(values) for name, values in self.own.items()}
        if self.order != self.usual:
            said["order"] = self.order
        if self.words:
            said["q"] = self.words
        return {name: value for name, value in (said | changes).items() if value not in ("", None, [])}

    def url(self, **changes) -> str:
        return url_for("queue.index", **self.args(**changes))  # pyright: ignore[reportArgumentType]

    def here(self) -> str:
        """This very page, with its place."""
        place = {"after": key_of(*self.after)} if self.after else {}
        return self.url(**place, **({"before": key_of(*self.before)} if self.before else {}))

    def without(self, name: str) -> str:
        """The address with one of the own filters taken away."""
        return replace(self, own={kept: values for kept, values in self.own.items() if kept != name}).url()


def read(args: MultiDict, person: Person, saved: Sequence[SavedView]) -> Address:
    """The address of these arguments for this person; what makes no sense is left out."""
    offered = tuple(views_for(person))
    open_to = [name for name, one in FILTERS.items() if one.for_handlers or not person.only_handles]
    own = {name: values for name in open_to if (values := _values(args, name))}
    view, kept = _view(args.get("view", ""), person, offered, saved, bare=not own and not args.get("q"))
    order = args.get("order", "")
    order = order if order.removeprefix("-") in ORDERS and len(order) < 12 else ""
    words = plain(args.get("q", ""))
    after, before = moment_and_id(args.get("after")), moment_and_id(args.get("before"))
    own = {name: values for name, values in own.items() if view.filters.get(name) != values}
    own = {name: values for name, values in own.items() if ANY not in values or name in view.filters or name == "stage"}
    found = Address(view, own, kept, order, words, after, None if after else before, offered)
    found = replace(found, order=order or found.usual)
    return replace(found, order="due") if found.is_live and order.endswith("closed") else found


def _view(code: str, person: Person, offered: tuple[View, ...], saved, bare: bool) -> tuple[View, SavedView | None]:
    if bare and not code:
        code = str(person.preferences.get("queue_view", ""))
    known = {view.code: view for view in offered}
    if code in known:
        return known[code], None
    kept = next((one for one in saved if code == code_of(one)), None)
    if kept is None:
        return known.get("open", VIEWS["open"]), None
    return View(code, kept.name, views.filters_of(kept), views.order_of(kept)), kept


def code_of(saved: SavedView) -> str:
    """How a saved view is called in the address."""
    return f"v{saved.id}"


def _values(args: Mapping, name: str) -> Values:
    """The values of one filter: repeated or with commas between, printable, not too long, not too many."""
    given = args.getlist(name) if isinstance(args, MultiDict) else [args.get(name, "")]
    parts = given if name in _WHOLE else [part for value in given for part in value.split(",")]
    kept = tuple(dict.fromkeys(value for part in parts if (value := plain(part))))[:MOST]
    return tuple(value for value in kept if value != ANY) or kept[:1]


def plain(written: str) -> str:
    """A value as it may go to the database: printable, without blanks around, at most 80 characters."""
    return "".join(char for char in written if char.isprintable()).strip()[:LONGEST]
