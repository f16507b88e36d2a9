"""Whom a campaign asks (R27): the lists, somebody asked all the same, replaced, sent a new link; its end; who wants no surveys."""

from flask import redirect, request, url_for
from wtforms import SelectField, TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain.surveys import campaign_lists as lists
from portal.domain.surveys import campaigns as rules
from portal.domain.surveys import fatigue, running
from portal.domain.surveys.campaign_models import DRAFT, Campaign, Invitation, OptOut
from portal.domain.surveys.outcomes import OUTCOMES
from portal.i18n import N_
from portal.staff.campaigns import KeepForm, door, frame
from portal.staff.survey_form import LONG
from portal.web.fields import MomentField
from portal.web.filters import listed
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import page, say
from portal.web.paging import key_of, row_number
from portal.web.words import gettext

PAGE = 50


class ReplaceForm(Form):
    """Why somebody finally cannot be asked."""

    outcome = SelectField(
        N_("What happened"), [Needed()], choices={code: OUTCOMES[code].label for code in running.FOR_REPLACEMENT}
    )
    why = TextAreaField(N_("Reason"), [Needed(), AtMost(LONG)])


class EndForm(Form):
    """Why it ends early."""

    why = TextAreaField(N_("Why does it end early?"), [Needed(), AtMost(LONG)])


class ProlongForm(Form):
    """Another last moment."""

    closes_at = MomentField(N_("Ends"), [Needed()])
    why = TextAreaField(N_("Why?"), [Needed(), AtMost(LONG)])


class AgainForm(Form):
    """How they told us that they may be asked again."""

    why = TextAreaField(N_("How did they tell us?"), [Needed(), AtMost(300)])


@door.get("/campaigns/<int:campaign>/people", needs=P.SURVEY_READ)
def people(campaign):
    """Whom it asks, by how it stands with them."""
    which = request.args.get("which", "")
    which = which if which in lists.PEOPLE else "drawn" if campaign.state == DRAFT else "open"
    found = lists.people(visible(Invitation, me()), campaign, which, row_number(request.args.get("after")), PAGE + 1)
    figures = lists.figures(visible(Invitation, me()), [campaign.id])[campaign.id]
    counts = {
        "open": figures.by_state["invited"] + figures.by_state["begun"], "answered": figures.answered,
        "drawn": figures.by_state["drawn"], "reserve": figures.reserve, "skipped": figures.by_state["skipped"],
    }  # fmt: skip
    return page(
        "staff/campaign_people.html", **frame(campaign), rows=found[:PAGE], which=which, lists=lists, skips=fatigue.RULES,
        kept=fatigue.KEPT, outcomes=OUTCOMES, may_replace=(*running.ASKED, "refused"),
        chips=[
            {"label": gettext(words), "url": url_for(".people", campaign=campaign.id, which=code), "on": code == which,
             "count": counts.get(code)} for code, words in lists.PEOPLE.items()
        ],
        first="after" not in request.args,
        older=url_for(".people", campaign=campaign.id, which=which, after=key_of(found[PAGE - 1].id)) if len(found) > PAGE else None,
    )  # fmt: skip


def _step(
    row: Campaign,
    form: Form,
    heading: str,
    action: str,
    submit: str,
    help: str | None = None,
    status: int = 200,
    **more,
):
    return page(
        "staff/campaign_step.html", status, **frame(row) | more, form=form, heading=heading, action=action, submit=submit, help=help,
    )  # fmt: skip


@door.get("/people/<int:asked>/keep", needs=P.SURVEY_RUN)
def ask_keep(asked):
    """Ask somebody whom a rule passes over?"""
    return _keep_page(asked, KeepForm())


@door.post("/people/<int:asked>/keep", needs=P.SURVEY_RUN)
def keep(asked):
    """They are asked, and why stands beside it."""
    form = KeepForm()
    done = form.validate() and attempted(form, "why", rules.keep, asked, asked.campaign, me(), form.why.data)
    if not done:
        return _keep_page(asked, form, 422)
    say(N_("{name} is on the list."), name=asked.contact.name)
    return redirect(url_for(".people", campaign=asked.campaign_id, which="skipped"), 303)


def _keep_page(asked: Invitation, form: KeepForm, status: int = 200):
    why = fatigue.RULES[asked.skipped].label if asked.skipped else None
    action = url_for(".keep", asked=asked.id)
    return _step(
        asked.campaign, form, N_("Ask them all the same"), action, N_("Put on the list"), why, status, who=asked
    )


@door.get("/people/<int:asked>/replacement", needs=P.SURVEY_RUN)
def ask_replace(asked):
    """Somebody else in their place?"""
    return _replace_page(asked, ReplaceForm(outcome=asked.outcome or None))


@door.post("/people/<int:asked>/replacement", needs=P.SURVEY_RUN)
def replace(asked):
    """Their link works no more; whoever comes in is invited at once."""
    form = ReplaceForm()
    campaign = rules.of(asked.campaign_id)
    came = form.validate() and attempted(
        form, "outcome", running.replace, asked, campaign, me(), form.outcome.data, form.why.data
    )
    if not came:
        return _replace_page(asked, form, 422)
    say(N_("{name} is invited in their place."), name=listed(one.contact.name for one in came))
    return redirect(url_for(".people", campaign=asked.campaign_id), 303)


def _replace_page(asked: Invitation, form: ReplaceForm, status: int = 200):
    help = N_("Another contact of the same customer comes in where only this one was wrong; else the next customer in reserve of the same stratum.")  # fmt: skip
    action = url_for(".replace", asked=asked.id)
    return _step(
        asked.campaign, form, N_("Somebody else in their place"), action, N_("Replace"), help, status, who=asked
    )


@door.post("/people/<int:asked>/link", needs=P.SURVEY_RUN)
def relink(asked):
    """A new letter with a new link."""
    running.relink(asked, rules.of(asked.campaign_id), me())
    say(N_("A new link leaves; the one before works no more."))
    return redirect(url_for(".people", campaign=asked.campaign_id), 303)


@door.get("/campaigns/<int:campaign>/ending", needs=P.SURVEY_RUN)
def ask_end(campaign):
    """End it before its last day?"""
    return _end_page(campaign, EndForm())


@door.post("/campaigns/<int:campaign>/ending", needs=P.SURVEY_RUN)
def end(campaign):
    """From now on nothing is answered, nobody reminded."""
    form = EndForm()
    done = form.validate() and attempted(form, "why", running.end, rules.of(campaign.id), me(), form.why.data)
    if not done:
        return _end_page(campaign, form, 422)
    say(N_("The survey has ended."))
    return redirect(url_for(".show", campaign=campaign.id), 303)


def _end_page(row: Campaign, form: EndForm, status: int = 200):
    help = N_("Links stop working and nobody is reminded; what was begun and not sent counts as answered in part.")
    return _step(row, form, N_("End the survey"), url_for(".end", campaign=row.id), N_("End it now"), help, status)


@door.get("/campaigns/<int:campaign>/last-day", needs=P.SURVEY_RUN)
def ask_prolong(campaign):
    """Another last day?"""
    return _prolong_page(campaign, ProlongForm(closes_at=campaign.closes_at))


@door.post("/campaigns/<int:campaign>/last-day", needs=P.SURVEY_RUN)
def prolong(campaign):
    """It ends then."""
    form = ProlongForm()
    facts = (campaign, me(), form.closes_at.data, form.why.data)
    if form.validate() and attempted(form, "closes_at", running.prolong, *facts) is not False:
        say(N_("Kept."))
        return redirect(url_for(".show", campaign=campaign.id), 303)
    return _prolong_page(campaign, form, 422)


def _prolong_page(row: Campaign, form: ProlongForm, status: int = 200):
    return _step(row, form, N_("Move the last day"), url_for(".prolong", campaign=row.id), N_("Save"), status=status)


@door.get("/opt-outs", needs=P.SURVEY_READ)
def opt_outs():
    """Who wants no more surveys."""
    found = lists.opt_outs(visible(OptOut, me()), row_number(request.args.get("after")), PAGE + 1)
    return page(
        "staff/survey_opt_outs.html", rows=found[:PAGE], runs=may(me(), P.SURVEY_RUN), first="after" not in request.args,
        older=url_for(".opt_outs", after=key_of(found[PAGE - 1][0].id)) if len(found) > PAGE else None,
    )  # fmt: skip


@door.get("/opt-outs/<int:opt_out>", needs=P.SURVEY_RUN)
def ask_opt_in(opt_out):
    """May they be asked again?"""
    return page("staff/survey_opt_in.html", row=opt_out, form=AgainForm())


@door.post("/opt-outs/<int:opt_out>", needs=P.SURVEY_RUN)
def opt_in(opt_out):
    """From the next campaign on they may be asked."""
    form = AgainForm()
    if form.validate() and attempted(form, "why", running.opt_in, opt_out, me(), form.why.data) is not False:
        say(N_("{name} may be asked again."), name=opt_out.contact.name)
        return redirect(url_for(".opt_outs"), 303)
    return page("staff/survey_opt_in.html", 422, row=opt_out, form=form)
