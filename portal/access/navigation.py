"""What the navigation offers a person: a row each, shown to whoever may go there."""

from dataclasses import dataclass

from flask import g, request, url_for
from flask_babel import gettext
from flask_login import current_user

from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.i18n import N_


@dataclass(frozen=True)
class Entry:
    """One entry: where it leads, its word, icon, shortcut, and the permission its page needs."""

    endpoint: str
    label: str
    icon: str
    key: str
    needs: P
    home_of: tuple[str, ...] = ()
    """Other blueprints whose pages light it up."""


CUSTOMER = (
    Entry("home.index", N_("Home"), "home", "g h", P.TICKET_READ),
    Entry("tickets.index", N_("My tickets"), "ticket", "g t", P.TICKET_READ),
    Entry("reports.index", N_("Service reports"), "report", "g r", P.TICKET_READ),
    Entry("organisation.index", N_("Organisation"), "building", "g o", P.ORGANISATION_RUN),
)
STAFF = (
    Entry("workbench.index", N_("Workbench"), "home", "g w", P.DESK_READ),
    Entry("queue.index", N_("Queue"), "inbox", "g q", P.DESK_READ, ("desk", "views")),
    Entry("calls.index", N_("Call-backs"), "phone", "g c", P.CALL_BACK),
    Entry("customers.index", N_("Customers"), "building", "g k", P.CUSTOMER_READ),
    Entry("service_reports.index", N_("Reports"), "report", "g r", P.REPORT_READ),
    Entry("people.index", N_("People"), "users", "g p", P.PEOPLE_RUN),
    Entry("parties.index", N_("Departments and providers"), "tool", "g d", P.SETTINGS_RUN),
    Entry("journal.index", N_("Journal"), "history", "g j", P.JOURNAL_READ),
    Entry("letters.index", N_("Letters"), "mail", "g l", P.LETTERS_READ),
    Entry("configuration.index", N_("Settings"), "settings", "g s", P.SETTINGS_RUN),
    Entry("security.index", N_("Security"), "shield", "g x", P.SECURITY_RUN),
)


@dataclass(frozen=True)
class Shown:
    """An entry as a page draws it."""

    url: str
    label: str
    icon: str
    key: str
    current: bool
    count: int | None = None


def entries() -> list[Shown]:
    """The entries for whoever asks; none for nobody."""
    if not current_user.is_authenticated:
        return []
    counts = g.get("counts", {})
    rows = STAFF if current_user.is_staff else CUSTOMER
    return [_shown(row, counts) for row in rows if may(current_user, row.needs) and _exists(row.endpoint)]


def _exists(endpoint: str) -> bool:
    from flask import current_app

    return endpoint in current_app.view_functions


def _shown(row: Entry, counts: dict) -> Shown:
    here = (request.endpoint or "").partition(".")[0]
    current = here == row.endpoint.partition(".")[0] or here in row.home_of
    return Shown(url_for(row.endpoint), gettext(row.label), row.icon, row.key, current, counts.get(row.endpoint))
