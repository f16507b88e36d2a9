"""Saved views (视图): a queue as somebody wants to see it, kept by name, for oneself or for all of staff."""

from sqlalchemy import Select

from portal import clock
from portal.db import db
from portal.domain.people.models import Person
from portal.domain.refusals import Refused
from portal.domain.tickets.models import SavedView
from portal.domain.tickets.queue import COLUMNS, ORDERS
from portal.domain.tickets.queue_filters import FILTERS, Filters
from portal.i18n import N_

AT_MOST = 40
"""Views of one person: more than that are not found again."""


def save(
    by: Person,
    name: str,
    filters: Filters,
    order: str,
    columns: list[str] | None = None,
    shared: bool = False,
) -> SavedView:
    """Keep a queue by name. Refused when the person has one of this name already, or too many."""
    _need_free_name(by, name)
    if len(_names(by)) >= AT_MOST:
        raise Refused(N_("You have {count} views already; please delete one you no longer need."), count=AT_MOST)
    kept = {
        "filters": {key: list(values) for key, values in filters.items()},
        "order": order,
        "columns": columns,
    }
    view = SavedView(by_id=by.id, name=name, is_shared=shared, filters=kept, at=clock.now())
    db.session.add(view)
    db.session.flush()
    return view


def rename(view: SavedView, by: Person, name: str) -> None:
    """Give one's own view another name."""
    _need_own(view, by)
    if name != view.name:
        _need_free_name(by, name)
        view.name = name


def share(view: SavedView, by: Person, on: bool) -> None:
    """Show one's own view to all of staff, or no longer."""
    _need_own(view, by)
    view.is_shared = on


def delete(view: SavedView, by: Person) -> None:
    """Throw one's own view away."""
    _need_own(view, by)
    db.session.delete(view)


def among(views: Select) -> list[SavedView]:
    """Of these views (a select of SavedView that somebody may see), by name."""
    return list(db.session.scalars(views.order_by(SavedView.name, SavedView.id).limit(5 * AT_MOST)))


def filters_of(view: SavedView) -> dict[str, tuple[str, ...]]:
    """What it narrows to; a filter that is no longer there narrows nothing."""
    kept = view.filters.get("filters", {})
    return {name: tuple(map(str, values)) for name, values in kept.items() if name in FILTERS and values}


def order_of(view: SavedView) -> str:
    """The order it was saved with."""
    order = str(view.filters.get("order", "due"))
    return order if order.removeprefix("-") in ORDERS else "due"


def columns_of(view: SavedView) -> list[str] | None:
    """The columns it was saved with; none: whatever the person has chosen."""
    kept = view.filters.get("columns")
    return [code for code in kept if code in COLUMNS] if kept else None


def choose_columns(by: Person, codes: list[str]) -> None:
    """Remember which columns this person wants to see, in their order."""
    known = [code for code in dict.fromkeys(codes) if code in COLUMNS]
    if not known:
        raise Refused(N_("Please keep at least one column."))
    by.preferences = {**by.preferences, "queue_columns": known}


def begin_with(by: Person, view: str | None) -> None:
    """Remember which view this person's queue begins with; none: the first one."""
    by.preferences = {key: value for key, value in by.preferences.items() if key != "queue_view"}
    if view:
        by.preferences = {**by.preferences, "queue_view": view}


def chosen_columns(person: Person) -> list[str]:
    """The columns this person sees: the own choice, or those everybody begins with; of it what the role may see."""
    wanted = person.preferences.get("queue_columns")
    codes = wanted if isinstance(wanted, list) else [column.code for column in COLUMNS.values() if column.at_first]
    return [code for code in codes if code in COLUMNS and (COLUMNS[code].for_handlers or not person.only_handles)]


def _names(by: Person) -> set[str]:
    return set(db.session.scalars(db.select(SavedView.name).where(SavedView.by_id == by.id)))


def _need_free_name(by: Person, name: str) -> None:
    if name in _names(by):
        raise Refused(N_("You have a view called “{name}” already."), name=name)


def _need_own(view: SavedView, by: Person) -> None:
    if view.by_id != by.id:
        raise Refused(N_("Only who made a view can change it."))
