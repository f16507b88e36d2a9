"""The year of surveys on one page (R25): what the plan asks for, coverage, who was not heard, and one click for a campaign."""

from flask import abort, redirect, request, url_for

from portal.access.door import me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain.people import sales
from portal.domain.people.models import Customer
from portal.domain.quality.days import today
from portal.domain.refusals import Refused
from portal.domain.savepoint import savepoint
from portal.domain.surveys import plan as plans
from portal.domain.surveys.campaign_models import Campaign
from portal.domain.surveys.campaigns import PLANS
from portal.i18n import N_
from portal.staff.campaigns import door
from portal.web.pages import page, say
from portal.web.paging import key_of, row_number

PAGE = 30
YEARS = range(2000, 2100)


@door.get("/plan", needs=P.SURVEY_READ)
def plan():
    """The year, and the coverage of the last twelve months."""
    year = row_number(request.args.get("year")) or today().year
    if year not in YEARS:
        abort(404)
    found = plans.slots(year, visible(Campaign, me()))
    by_year = sales.year_before(today().year)
    unheard = plans.unheard(visible(Customer, me()), row_number(request.args.get("after")), PAGE + 1)
    return page(
        "staff/survey_plan.html", year=year, this_year=today().year, plans=PLANS, standings=plans.STANDINGS, tones=plans.TONES,
        slots={code: [one for one in found if one.plan == code] for code in PLANS if code != "other"},
        covered=plans.covered(visible(Customer, me()), by_year), sales_year=by_year, unheard=unheard[:PAGE], to_do=plans.TO_DO, runs=may(me(), P.SURVEY_RUN),
        first="after" not in request.args,
        older=url_for(".plan", year=year, after=key_of(unheard[PAGE - 1].customer.id)) if len(unheard) > PAGE else None,
    )  # fmt: skip


@door.post("/plan/<plan>/<int:year>/<int:part>", needs=P.SURVEY_RUN)
def make(plan, year, part):
    """The campaign this place of the plan asks for, drawn and still a draft."""
    try:
        with savepoint():
            row = plans.make(me(), plan, year, part)
    except Refused as no:  # of a button there is no field: it is said where the button was
        say(no.text, "warn", **no.facts)
        return redirect(url_for(".plan", year=year), 303)
    say(N_("The campaign is prepared and drawn; nothing was sent. Look at it, then launch it."))
    return redirect(url_for(".show", campaign=row.id), 303)
