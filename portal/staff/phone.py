"""The telephone survey (电话调查, R28): what is to be called, what was agreed; the next case into one's hands."""

from flask import redirect, request, url_for

from portal import clock
from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain.surveys import call_desk, calling, slips
from portal.domain.surveys.campaign_models import Campaign, Invitation
from portal.domain.surveys.outcomes import OUTCOMES
from portal.domain.tickets import call_times
from portal.i18n import N_
from portal.web.pages import page, say
from portal.web.paging import row_number

door = Door("phone", __name__, url_prefix="/staff/phone")


@door.get("/", needs=P.SURVEY_CALL)
def index():
    """Which surveys are asked by telephone, how many wait, what was agreed and what one did today."""
    campaigns, at = call_desk.campaigns(visible(Campaign, me())), clock.now()
    rows = visible(Invitation, me())
    today = call_desk.of_today(me())
    return page(
        "staff/phone.html", campaigns=campaigns, waiting=call_desk.counts(rows, campaigns), agreed=call_desk.agreed(rows, campaigns),
        today=today, outcomes=OUTCOMES, at=at, sensible=call_times.is_sensible(at), next_good=call_times.next_good(at),
        hours_said=hours_said(), runs=may(me(), P.SURVEY_RUN), mine=me().id,
        slip=slips.last_of(me()),
    )  # fmt: skip


def hours_said() -> str:
    """The sensible hours as one says them."""
    return ", ".join(f"{begins:%H:%M}–{ends:%H:%M}" for begins, ends in call_times.hours())


@door.post("/next", needs=P.SURVEY_CALL)
def following():
    """The next case into one's hands; the one just seen goes back."""
    return to_next(put_back(), row_number(request.form.get("campaign")))


def put_back() -> int:
    """The case one just looked at goes back, for whoever comes next; gives its number, 0 where there was none."""
    but = row_number(request.form.get("but")) or 0
    if but and (seen := call_desk.find(visible(Invitation, me()), but)):
        calling.put_back(seen, me())
    return but


def to_next(but: int = 0, campaign: int | None = None):
    """On to the next case, of one campaign or of any; to the desk when nobody is to be called now."""
    found = call_desk.campaigns(visible(Campaign, me()))
    chosen = [one for one in found if campaign in (None, one.id)]
    row = call_desk.next_case(visible(Invitation, me()), chosen, me(), but)
    if row is None:
        say(N_("There is nobody else to call at the moment."), "info")
        return redirect(url_for("phone.index"), 303)
    calling.take(call_desk.case(row.id), me())
    return redirect(url_for("phone.show", called=row.id), 303)
