"""What the navigation offers a person: a row each, shown to whoever may go there."""

from dataclasses import dataclass
from functools import cache

from flask import g, request, url_for
from flask_login import current_user

from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.domain.people.roles import Role
from portal.i18n import N_
from portal.web.words import gettext


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
    handles: bool = False
    """Only for whoever handles orders for a department or provider."""


@dataclass(frozen=True)
class Room:
    """A room of quality supervision. `others`: blueprints whose pages belong to it too."""

    endpoint: str
    label: str
    needs: P
    others: tuple[str, ...] = ()


ROOMS: tuple[tuple[str, tuple[Room, ...]], ...] = (
    (N_("Overview"), (Room("quality.index", N_("Overview"), P.QUALITY_READ),)),
    (N_("Analysis and figures"), (
        Room("analysis.index", N_("Analysis"), P.QUALITY_READ, ("signals",)),
        Room("figures.index", N_("Figures"), P.QUALITY_READ),
        Room("register.index", N_("Complaints of the month"), P.QUALITY_READ),
    )),
    (N_("Problems and improvement"), (
        Room("problems.index", N_("Problems"), P.DESK_READ),
        Room("improvements.index", N_("Improvement actions"), P.IMPROVE),
    )),
    (N_("Supervised complaints"), (
        Room("liability.index", N_("Liability"), P.QUALITY_READ),
        Room("major.index", N_("Major complaints"), P.DESK_READ),
        Room("unclosed.index", N_("Unclosed complaints"), P.QUALITY_READ),
        Room("projects.index", N_("Supervised projects"), P.QUALITY_READ),
        Room("forced.index", N_("Forced closures"), P.QUALITY_READ),
        Room("reopened.index", N_("Reopened"), P.QUALITY_READ),
        Room("web_complaints.index", N_("Web complaints"), P.QUALITY_READ),
    )),
    (N_("Satisfaction"), (
        Room("ratings_of_us.index", N_("Customer ratings"), P.QUALITY_READ),
        Room("follow_ups.index", N_("Low ratings"), P.FOLLOW_UP),
    )),
    (N_("Support"), (Room("support.index", N_("Support"), P.QUALITY_READ),)),
)  # fmt: skip
"""The rooms of quality supervision, in their groups."""
QUALITY = tuple(room for _, group in ROOMS for room in group)
QUALITY_ROOMS = tuple(name for room in QUALITY for name in (room.endpoint.partition(".")[0], *room.others))

CUSTOMER = (
    Entry("home.index", N_("Home"), "home", "g h", P.TICKET_READ),
    Entry("tickets.index", N_("My tickets"), "ticket", "g t", P.TICKET_READ),
    Entry("reports.index", N_("Service reports"), "report", "g r", P.TICKET_READ),
    Entry("forum_mine.index", N_("Forum"), "speakerphone", "g f", P.FORUM_ATTEND, ("events",)),
    Entry("surveys_mine.index", N_("Surveys"), "checklist", "g s", P.SURVEY_ANSWER),
    Entry("organisation.index", N_("Organisation"), "building", "g o", P.ORGANISATION_RUN),
)
STAFF = (
    Entry("workbench.index", N_("Workbench"), "home", "g w", P.DESK_READ),
    Entry("queue.index", N_("Queue"), "inbox", "g q", P.DESK_READ, ("desk", "views")),
    Entry("mail.index", N_("Incoming mail"), "mail", "g m", P.MAIL_SORT),
    Entry("calls.index", N_("Call-backs"), "phone", "g c", P.CALL_BACK),
    Entry("phone.index", N_("Telephone survey"), "headset", "g n", P.SURVEY_CALL),
    Entry("customers.index", N_("Customers"), "building", "g k", P.CUSTOMER_READ),
    Entry("quality.index", N_("Quality"), "chart-bar", "g u", P.QUALITY_READ, QUALITY_ROOMS),
    Entry("support.own", N_("Decisions about us"), "shield-check", "g b", P.DESK_HANDLE, handles=True),
    Entry("forum.index", N_("Customer forum"), "speakerphone", "g f", P.FORUM_READ),
    Entry("forum_door.index", N_("Check-in"), "scan", "g i", P.FORUM_DOOR),
    Entry("campaigns.index", N_("Surveys"), "checklist", "g v", P.SURVEY_READ, ("questionnaires", "words")),
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
    counts, person = g.get("counts", {}), current_user._get_current_object()  # the proxy asks anew each time
    rows = STAFF if person.is_staff else CUSTOMER
    offered = [row for row in rows if may(person, row.needs) and (not row.handles or person.has(Role.HANDLER))]
    return [_shown(row, counts) for row in offered if _exists(row.endpoint)]


def rooms() -> list[dict]:
    """The groups of quality supervision for whoever asks, each with its rooms; a group of one room is that room."""
    groups = [(label, [_room(room) for room in group if may(current_user, room.needs)]) for label, group in ROOMS]
    return [
        {
            "label": gettext(label) if len(shown) > 1 else shown[0]["label"],
            "rooms": shown,
            "here": next((room for room in shown if room["current"]), None),
        }
        for label, shown in groups
        if shown
    ]


def _room(room: Room) -> dict:
    here = (request.endpoint or "").partition(".")[0]
    current = here in (room.endpoint.partition(".")[0], *room.others)
    return {"label": gettext(room.label), "url": url_for(room.endpoint), "current": current}


def _exists(endpoint: str) -> bool:
    from flask import current_app

    return endpoint in current_app.view_functions


@cache
def _address(endpoint: str) -> str:
    """Where an entry leads: the same for everybody, so built once."""
    return url_for(endpoint)


def _shown(row: Entry, counts: dict) -> Shown:
    here = (request.endpoint or "").partition(".")[0]
    current = here == row.endpoint.partition(".")[0] or here in row.home_of
    return Shown(_address(row.endpoint), gettext(row.label), row.icon, row.key, current, counts.get(row.endpoint))
