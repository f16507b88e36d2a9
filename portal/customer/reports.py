"""Service reports that were published to the customer: to be read, downloaded, and confirmed as read."""

from flask import redirect, request, url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission
from portal.access.scopes import visible
from portal.domain.documents import actions, queries
from portal.domain.documents.models import Document
from portal.domain.ratings import actions as ratings
from portal.i18n import N_
from portal.web.pages import page, say
from portal.web.paging import row_number

door = Door("reports", __name__, url_prefix="/reports")

PAGE = 25


@door.get("", needs=Permission.TICKET_READ)
def index():
    """The newest first; of a month with several versions the last one counts."""
    before, rows = row_number(request.args.get("before")), visible(Document, me())
    reports = queries.service_reports(rows, before=before, limit=PAGE + 1)
    return page(
        "customer/reports.html",
        reports=reports[:PAGE],
        followed=queries.followed(reports[:PAGE], rows),
        older=url_for(".index", before=reports[PAGE - 1].id) if len(reports) > PAGE else None,
        first=before is None,
        rated=ratings.of_reports([one.id for one in reports[:PAGE]], me()),
    )


@door.post("/<int:document>/acknowledgement", needs=Permission.TICKET_READ)
def acknowledge(document):
    """Say that it was read."""
    actions.acknowledge(document, me())
    say(N_("Thank you. We see that you have read {number}."), number=document.number)
    return redirect(url_for(".index"), 303)
