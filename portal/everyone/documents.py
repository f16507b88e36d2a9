"""Documents on paper for both sides: asked for by a form, watched while they are made, downloaded."""

from datetime import timedelta

import structlog
from flask import abort, current_app, redirect, request, url_for
from werkzeug.datastructures import ImmutableMultiDict

from portal import clock
from portal.access import papers
from portal.access.door import Door, me
from portal.access.permissions import Permission
from portal.access.scopes import find
from portal.access.survey_rows import AT_THE_END, reads_results
from portal.domain import slots
from portal.domain.documents import actions, queries
from portal.domain.documents.models import Document
from portal.domain.forum import papers as forum
from portal.domain.quality import improvement_list
from portal.domain.quality.days import today
from portal.domain.refusals import Refused
from portal.domain.savepoint import savepoint
from portal.domain.surveys.results import LEVELS
from portal.i18n import LANGUAGES, N_
from portal.reports import registry
from portal.reports.gathering import support as statements
from portal.web import downloads
from portal.web.months import month_of
from portal.web.pages import page, say

door = Door("documents", __name__, url_prefix="/documents")
log = structlog.get_logger()

WAITING = N_("Waiting for its turn")
STEPS = (N_("Gathering the facts"), N_("Setting the pages"), N_("Putting the file away"), N_("Ready"))
"""What is being done, by how far a document is."""
PULSE, SILENT = "remind", timedelta(minutes=3)
"""The job that any worker begins every minute, and how long without it makes us wonder."""


@door.post("", needs=Permission.OWN_ACCOUNT)
def create():
    """Ask for a report: `report`, and the id of what it is about."""
    ask = ASKS.get(request.form.get("report", ""))
    if ask is None or not papers.permits(request.form["report"], me()):
        abort(404)
    try:
        with savepoint():
            document = ask(request.form)
    except Refused as refusal:
        if request.form["report"] not in forum.PAPERS:
            raise
        say(refusal.text, "warn", **refusal.facts)
        return redirect(url_for("forum.papers_of", event=_id(request.form, "event")), 303)
    return redirect(url_for(".show", document=document.id), 303)


def _record(form: ImmutableMultiDict) -> Document:
    return actions.ask_for_record(find("ticket", _id(form, "ticket"), me()), me())


def _order(form: ImmutableMultiDict) -> Document:
    order = find("dispatch", _id(form, "dispatch"), me())
    return actions.ask_for_order(order, order.ticket, me())


def _month(form: ImmutableMultiDict) -> Document:
    customer, month = find("customer", _id(form, "customer"), me()), month_of(form.get("month"))
    language = form.get("language", me().language)
    if month is None or language not in LANGUAGES:
        abort(404)
    correction = form.get("correction", "").replace("\0", "").strip()
    return actions.ask_for_report(customer, month, me(), language, correction)


def _week(form: ImmutableMultiDict) -> Document:
    week = find("week", _id(form, "week"), me())
    return actions.ask_for_list("unclosed-week", f"WGB-{week.monday:%Y%m%d}", me(), week=week.id)


def _register(form: ImmutableMultiDict) -> Document:
    month = month_of(form.get("month")) or abort(404)
    channel = {"channel": "web"} if form.get("channel") == "web" else {}
    number = f"WLTS-{month:%Y%m}" if channel else f"TSQD-{month:%Y%m}"
    return actions.ask_for_list("complaint-register", number, me(), month=month.isoformat(), **channel)


def _forced(form: ImmutableMultiDict) -> Document:
    month = month_of(form.get("month")) or abort(404)
    return actions.ask_for_list("forced-month", f"QZGB-{month:%Y%m}", me(), month=month.isoformat())


def _card(form: ImmutableMultiDict) -> Document:
    customer = find("customer", _id(form, "customer"), me())
    return actions.ask_for_list("complaint-card", f"TSK-{customer.number}", me(), customer)


def _improvements(form: ImmutableMultiDict) -> Document:
    which = form.get("which", "")
    if which not in improvement_list.CHOICES:
        abort(404)
    return actions.ask_for_list("improvement-list", f"ZGQD-{today():%Y%m%d}", me(), which=which)


def _projects(form: ImmutableMultiDict) -> Document:
    state = "closed" if form.get("state") == "closed" else "open"
    return actions.ask_for_list("project-list", f"LXDB-{today():%Y%m%d}", me(), state=state)


def _statement(form: ImmutableMultiDict) -> Document:
    row = find("support", _id(form, "support"), me())
    return actions.ask_for_list("support-statement", statements.number_of(row), me(), support=row.id)


def _forum(form: ImmutableMultiDict) -> Document:
    return forum.ask_for(find("event", _id(form, "event"), me()), form["report"], me())


def _survey(form: ImmutableMultiDict) -> Document:
    campaign = find("campaign", _id(form, "campaign"), me())
    if campaign.launched_at is None:
        abort(404)
    if not reads_results(me(), campaign):
        raise Refused(AT_THE_END)
    level = {"level": form["level"]} if form.get("level") in LEVELS else {}
    return actions.ask_for_list("survey-report", f"{campaign.number}-BG", me(), campaign=campaign.id, **level)


ASKS = {
    "ticket-record": _record, "dispatch-order": _order, "service-month": _month, "unclosed-week": _week,
    "complaint-register": _register, "complaint-card": _card, "forced-month": _forced, "support-statement": _statement,
    "improvement-list": _improvements, "project-list": _projects,
    "survey-report": _survey,
    **dict.fromkeys(forum.PAPERS, _forum),
}  # fmt: skip
FROM = {
    "unclosed-week": lambda document: url_for("unclosed.show", week=document.params["week"]),
    "complaint-register": lambda document: url_for(
        "web_complaints.index" if "channel" in document.params else "register.index", month=document.params["month"][:7]
    ),
    "forced-month": lambda document: url_for("forced.month", month=document.params["month"][:7]),
    "complaint-card": lambda document: url_for("customers.complaints", customer=document.customer_id),
    "improvement-list": lambda document: url_for("improvements.index", which=document.params["which"]),
    "project-list": lambda document: url_for("projects.index", state=document.params["state"]),
    "support-statement": lambda document: url_for("support.show", support=document.params["support"]),
    "survey-report": lambda document: url_for("survey_results.show", campaign=document.params["campaign"]),
    **dict.fromkeys(forum.PAPERS, lambda document: url_for("forum.papers_of", event=document.params["event"])),
}
"""The page a list on paper was asked for on."""


def _id(form: ImmutableMultiDict, name: str) -> int:
    given = form.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 11 else abort(404)


@door.get("/<int:document>", needs=Permission.OWN_ACCOUNT)
def show(document):
    """How far it is; when it is ready, the file."""
    heard = slots.last_run(PULSE) if document.is_being_made else None
    return page(
        "everyone/document.html",
        document=document,
        title=registry.REPORTS[document.report].title,
        step=STEPS[document.step] if document.state == "working" else WAITING,
        ahead=queries.ahead(document) if document.state == "waiting" else 0,
        heard=heard,
        back=FROM[document.report](document) if document.report in FROM else None,
        silent=document.is_being_made and (heard is None or clock.now() - heard > SILENT),
    )


@door.post("/<int:document>/again", needs=Permission.OWN_ACCOUNT)
def again(document):
    """Once more what could not be made."""
    if not papers.permits(document.report, me()):
        abort(404)
    actions.ask_again(document, me())
    return redirect(url_for(".show", document=document.id), 303)


@door.get("/<int:document>/file", needs=Permission.OWN_ACCOUNT)
def file(document):
    """The PDF, as a download."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)
    if document.state != "ready" or document.file is None:
        abort(404)
    place = current_app.extensions["files"].path(document.file.key)
    if not place.exists():
        abort(404)
    log.info("download", document=document.id, number=document.number, person=me().id)
    return downloads.hand_out(place, document.file.name, "application/pdf")
