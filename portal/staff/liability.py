"""Liability (责任认定, R19): what waits for a decision, which appeals wait, what was decided; also as a workbook."""

from flask import request, url_for

from portal import clock
from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain.people.models import Department, Provider
from portal.domain.quality import liability as rules
from portal.domain.quality import liability_list as lists
from portal.domain.quality.models import Liability
from portal.domain.tickets.models import Dispatch, Ticket
from portal.i18n import N_
from portal.web import filters
from portal.web.filters import words_in
from portal.web.pages import page
from portal.web.paging import key_of, moment_and_id, row_number
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext

door = Door("liability", __name__, url_prefix="/staff/quality/liability")

PAGE, EXPORT = 50, 5000
TABS = {"index": N_("To judge"), "appeals": N_("Appeals"), "decided": N_("Judged")}
WHICH = {"all": N_("All"), "liable": N_("Liable"), "not": N_("Not liable")}
HEAD = {
    "index": (N_("Number"), N_("Subject"), N_("Customer"), N_("Opened"), N_("Closed"), N_("In the lead"), N_("Sent back")),
    "decided": (
        N_("Number"), N_("Subject"), N_("Customer"), N_("Party"), N_("Person"), N_("Counts as"), N_("Degree"), N_("Reason"),
        N_("Judged by"), N_("Judged on"), N_("Stage"), N_("Appeal"), N_("Appealed"), N_("Appeal decided by"),
        N_("Appeal decided"), N_("Reason of the appeal decision"),
    ),
}  # fmt: skip


@door.get("", needs=P.QUALITY_READ)
def index():
    """Closed complaints that wait for a decision, the longest closed first."""
    after = moment_and_id(request.args.get("after"))
    found = lists.undecided(visible(Ticket, me()), after, PAGE + 1)
    rows, last = found[:PAGE], found[PAGE - 1] if len(found) > PAGE else None
    more = url_for(".index", after=key_of(last.closed_at, last.id)) if last else None
    return _page("index", rows=rows, leads=lists.leads(rows), more=more, first=after is None)


@door.get("/appeals", needs=P.QUALITY_READ)
def appeals():
    """Appeals that wait for another supervisor, the oldest first."""
    return _page("appeals", rows=lists.appeals(visible(Liability, me())), more=None, first=True)


@door.get("/decided", needs=P.QUALITY_READ)
def decided():
    """What was decided, the newest first."""
    which, before = request.args.get("which", "all"), row_number(request.args.get("before"))
    which = which if which in WHICH else "all"
    found = lists.decided(visible(Liability, me()), which, before, PAGE + 1)
    more = url_for(".decided", which=which, before=found[PAGE - 1].id) if len(found) > PAGE else None
    chips = [
        {"label": gettext(label), "url": url_for(".decided", which=code), "on": code == which}
        for code, label in WHICH.items()
    ]
    return _page("decided", rows=found[:PAGE], more=more, first=before is None, which=chips)


def _page(tab: str, **shown):
    tabs = [{"label": gettext(label), "url": url_for(f".{code}"), "on": code == tab} for code, label in TABS.items()]
    return page(
        "staff/liabilities.html",
        tab=tab,
        tabs=tabs,
        words=rules,
        works=may(me(), P.QUALITY_WORK),
        name_of=name_of,
        **shown,
    )


@door.get("/list.xlsx", needs=P.QUALITY_READ)
def export():
    """What waits and what was decided, as a workbook."""
    waiting = lists.undecided(visible(Ticket, me()), None, EXPORT)
    leads = lists.leads(waiting)
    decided = lists.decided(visible(Liability, me()), "all", None, EXPORT)
    called = {code: gettext(label) for code, label in TABS.items()}
    sheets = {
        called["index"]: (_head("index"), [_waiting_row(one, leads) for one in waiting]),
        called["decided"]: (_head("decided"), [_decided_row(one) for one in decided]),
    }
    return download(f"{gettext('Liability')}-{filters.here(clock.now()):%Y%m%d}.xlsx", as_xlsx(sheets, filters.zone()))


def _head(tab: str) -> list[str]:
    return [gettext(words) for words in HEAD[tab]]


def _waiting_row(ticket: Ticket, leads: dict[int, Dispatch]) -> list:
    lead = leads.get(ticket.id)
    name = name_of(lead.party) if lead else None
    return [
        ticket.number, ticket.subject, ticket.customer.short_name, ticket.opened_at, ticket.closed_at, name, ticket.sent_back,
    ]  # fmt: skip


def _decided_row(row: Liability) -> list:
    degree = words_in(rules.degree_words(row.degree)) if row.degree and row.counts else None
    return [
        row.ticket.number, row.ticket.subject, row.ticket.customer.short_name, name_of(row.party),
        row.person.name if row.person else None, gettext(rules.WORDS[row.counts]), degree, row.reason, row.decided_by.name,
        row.decided_at, gettext(rules.STAGES[row.stage]), row.appeal or None, row.appealed_at,
        row.appeal_decided_by.name if row.appeal_decided_by else None, row.appeal_decided_at, row.appeal_reason or None,
    ]  # fmt: skip


def name_of(party: Department | Provider) -> str:
    """A department or provider in the reader's language."""
    return words_in(party.words)
