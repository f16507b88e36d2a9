"""Service reports to customers: making one for a month, all that were made, publishing."""

from datetime import date, timedelta

from flask import redirect, request, url_for
from wtforms import RadioField, SelectField, TextAreaField

from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission
from portal.access.scopes import find, visible
from portal.domain.documents import actions, queries
from portal.domain.documents.models import Document
from portal.domain.people.models import Customer
from portal.i18n import LANGUAGES, N_
from portal.web.forms import AtMost, Form, Needed
from portal.web.months import code_of, month, month_of
from portal.web.pages import page, say
from portal.web.paging import row_number
from portal.web.words import gettext

door = Door("service_reports", __name__, url_prefix="/staff/reports")

PAGE, MONTHS = 25, 13


class ReportForm(Form):
    """Which report; sent to the door of documents."""

    customer = SelectField(N_("Customer"), [Needed()])
    month = SelectField(N_("Month"), [Needed()])
    language = RadioField(N_("Language of the report"), [Needed()], choices=dict(LANGUAGES))
    correction = TextAreaField(N_("What this version puts right"), [AtMost(actions.CORRECTION)])


@door.get("", needs=Permission.REPORT_READ)
def index():
    """The form, and the reports that were made, the newest first."""
    customers = queries.customers(visible(Customer, me()))
    return _reports(_form(customers), customers)


@door.post("", needs=Permission.REPORT_READ)
def create():
    """Have one made."""
    customers = queries.customers(visible(Customer, me()))
    form = _form(customers)
    if form.validate() and (document := attempted(form, "month", _ask, form)):
        return redirect(url_for("documents.show", document=document.id), 303)
    return _reports(form, customers, 422)


def _ask(form: ReportForm) -> Document:
    customer = find("customer", int(form.customer.data), me())
    return actions.ask_for_report(
        customer, month_of(form.month.data), me(), form.language.data, form.correction.data or ""
    )


def _reports(form: ReportForm, customers: list, status: int = 200):
    chosen, before = row_number(request.args.get("customer")), row_number(request.args.get("before"))
    rows = visible(Document, me())
    reports = queries.service_reports(rows, chosen, before, PAGE + 1)
    older = url_for(".index", customer=chosen, before=reports[PAGE - 1].id) if len(reports) > PAGE else None
    return page(
        "staff/service_reports.html",
        status,
        form=form,
        customers=customers,
        chosen=chosen,
        reports=reports[:PAGE],
        followed=queries.followed(reports[:PAGE], rows),
        older=older,
        first=before is None,
    )


def _form(customers: list[tuple[int, str, str]]) -> ReportForm:
    months = _months()
    chosen = request.args.get("customer", "")
    form = ReportForm(data={"customer": chosen, "month": code_of(months[1]), "language": me().language})
    named = {str(key): f"{name} · {number}" for key, number, name in customers}
    form.customer.choices = {"": gettext("Choose a customer")} | named
    form.month.choices = {code_of(first): _month_words(first) for first in months}
    return form


def _months() -> list[date]:
    """The running month, and the closed ones before it."""
    months = [actions.this_month()]
    while len(months) <= MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


def _month_words(first: date) -> str:
    if first == actions.this_month():
        return gettext("%(month)s (still running: a draft)", month=month(first))
    return month(first)


@door.post("/<int:document>/publication", needs=Permission.REPORT_READ)
def publish(document):
    """Hand it to the customer."""
    actions.publish(document, me())
    say(N_("{number} is published. The administrators of {customer} get a letter."),
        number=document.number, customer=document.customer.name)  # fmt: skip
    return redirect(url_for("documents.show", document=document.id), 303)
