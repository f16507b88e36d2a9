"""Rating our service at any time, the account manager, a service report (R23); and what one rated before."""

from flask import abort, redirect, request, url_for
from wtforms import RadioField

from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission
from portal.access.scopes import find
from portal.customer.showing import organisation
from portal.domain.documents.models import Document
from portal.domain.ratings import actions, kinds
from portal.domain.ratings.models import MANAGER, OF_MANAGER, REPORT, SERVICE, VISIT
from portal.i18n import N_
from portal.web.forms import Needed
from portal.web.pages import page, say
from portal.web.rating_form import STARS, RatingForm, rating_form

door = Door("ratings", __name__, url_prefix="/ratings")

THANKS = N_("Thank you for your rating.")
GIVEN = {SERVICE: actions.rate_service, MANAGER: actions.rate_manager, VISIT: actions.rate_visit}
WHAT = {
    SERVICE: N_("Your service as a whole"),
    MANAGER: N_("Our account manager"),
    VISIT: N_("The account manager's last visit"),
}


def _form(what: str | None = None) -> RatingForm:
    manager = find("customer", organisation().id, me()).account_manager
    choices = {code: label for code, label in WHAT.items() if code not in OF_MANAGER or manager}
    chosen = what if what in choices else SERVICE
    return rating_form(what=RadioField(N_("What do you rate?"), [Needed()], choices=choices, default=chosen))


@door.get("", needs=Permission.RATE)
def index():
    """What one can rate now, and what one rated before."""
    return _page(_form(request.args.get("what")))


@door.post("", needs=Permission.RATE)
def give():
    """Stars for the service as a whole or for the account manager."""
    form = _form()
    if not form.validate() or attempted(form, "stars", GIVEN[form["what"].data], me(), *form.given()) is False:
        return _page(form, 422)
    say(THANKS)
    return redirect(url_for(".index"), 303)


def _page(form: RatingForm, status: int = 200):
    customer = find("customer", organisation().id, me())
    return page(
        "customer/ratings.html", status, form=form, given=actions.given_by(me()), kinds=kinds, star_words=STARS,
        manager=customer.account_manager,
    )  # fmt: skip


@door.get("/reports/<int:document>", needs=Permission.RATE)
def report(document):
    """How good a published service report was."""
    return _report_page(document, rating_form())


@door.post("/reports/<int:document>", needs=Permission.RATE)
def give_report(document):
    """Stars for a service report."""
    _published(document)
    form = rating_form()
    if not form.validate() or attempted(form, "stars", actions.rate_report, document, me(), *form.given()) is False:
        return _report_page(document, form, 422)
    say(THANKS)
    return redirect(url_for("reports.index"), 303)


def _published(document: Document) -> None:
    if document.published_at is None or not document.is_service_report:
        abort(404)


def _report_page(document: Document, form: RatingForm, status: int = 200):
    _published(document)
    given = actions.of_reports([document.id], me()).get(document.id)
    return page("customer/rate_report.html", status, document=document, form=form, given=given, kind=REPORT)
