"""Campaigns (调查活动, R25, R27) for staff: the list, one with its sample and course, preparing, drawing, trying dry, launching."""

from flask import redirect, request, url_for
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional

from portal import clock
from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.access.survey_rows import reads_results
from portal.domain import told
from portal.domain.surveys import campaign_lists as lists
from portal.domain.surveys import campaigns as rules
from portal.domain.surveys import fatigue, running, sampling
from portal.domain.surveys import population as populations
from portal.domain.surveys.campaign_models import DRAFT, RUNNING, Campaign, Invitation
from portal.i18n import N_
from portal.staff.survey_form import LONG, CampaignForm, campaign_form
from portal.web import filters
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import page, say
from portal.web.paging import key_of, row_number
from portal.web.words import gettext

door = Door("campaigns", __name__, url_prefix="/staff/surveys")

PAGE = 30


class SeedForm(Form):
    """Draw by lot, or once more by a seed that was drawn before."""

    seed = IntegerField(
        N_("Seed"), [Optional(), NumberRange(0, sampling.LARGEST_SEED, N_("Please give a number in these bounds."))],
        description=N_("Blank: by lot. The same seed draws the same customers again."),
    )  # fmt: skip


class WhyForm(Form):
    """Why it is called off."""

    why = TextAreaField(N_("Why?"), [Needed(), AtMost(LONG)])


class KeepForm(Form):
    """Why somebody is asked although a rule says no."""

    why = StringField(N_("Why are they asked all the same?"), [Needed(), AtMost(300)])


def frame(row: Campaign, **more) -> dict:
    """What the page of one campaign needs whatever it shows."""
    return {
        "row": row, "rules": rules, "runs": may(me(), P.SURVEY_RUN), "is_draft": row.state == DRAFT,
        "reads_results": reads_results(me(), row), "is_running": row.state == RUNNING, "said": filters.told, "who": None, **more,
    }  # fmt: skip


@door.get("", needs=P.SURVEY_READ)
def index():
    """The campaigns, the newest first, how far each is."""
    which = request.args.get("which", "live")
    which = which if which in lists.CHOICES else "live"
    found = lists.listing(visible(Campaign, me()), which, row_number(request.args.get("after")), PAGE + 1)
    figures = lists.figures(visible(Invitation, me()), [one.id for one in found])
    chips = [
        {"label": gettext(words), "url": url_for(".index", which=code), "on": code == which}
        for code, words in lists.CHOICES.items()
    ]
    return page(
        "staff/campaigns.html", rows=found[:PAGE], figures=figures, which=which, chips=chips, rules=rules,
        runs=may(me(), P.SURVEY_RUN), first="after" not in request.args,
        older=url_for(".index", which=which, after=key_of(found[PAGE - 1].id)) if len(found) > PAGE else None,
    )  # fmt: skip


@door.get("/campaigns/new", needs=P.SURVEY_RUN)
def new():
    """A new one, whatever it is for; those of the plan are made there with one click."""
    form, usable = campaign_form()
    return page("staff/campaign_form.html", form=form, row=None, usable=usable)


@door.post("/campaigns/new", needs=P.SURVEY_RUN)
def create():
    """Prepare it."""
    form, usable = campaign_form()
    if form.validate() and (row := attempted(form, "closes_at", _make, form, usable)) is not False:
        say(N_("The campaign is prepared. Draw its sample, read its letter, then launch it."))
        return redirect(url_for(".show", campaign=row.id), 303)
    return page("staff/campaign_form.html", 422, form=form, row=None, usable=usable)


def _make(form: CampaignForm, usable) -> Campaign:
    version = next(one for one in usable if one.id == form.questionnaire.data)
    return rules.make(me(), version, form.rule(), **form.said())


@door.get("/campaigns/<int:campaign>", needs=P.SURVEY_READ)
def show(campaign):
    """All of one: whom it means, its sample by strata, how far it is, its course."""
    return _page(campaign, SeedForm())


def _page(row: Campaign, form: SeedForm, status: int = 200):
    rule = populations.read(row.population)
    strata = [one["key"] for one in row.strata]
    ids = {int(part) for key in strata for part in key.split("|")[1:] if part.isdigit()} | set(rule.managers)
    names = lists.names(sorted(ids))
    return page(
        "staff/campaign.html", status, **frame(row), form=form, version=lists.version_of(row),
        figures=lists.figures(visible(Invitation, me()), [row.id])[row.id],
        rule=populations.in_words(rule, names), of_projects=rule.of_projects, divisions=[gettext(populations.DIVISIONS[one]) for one in rule.divided_by],
        channels=[gettext(words) for code, words in rules.CHANNELS.items() if code in row.channels],
        strata={key: sampling.in_words(key, rule, names) for key in strata}, quotas={name: row.quotas.get(name) for name in (running.EVERYWHERE, running.EACH)},
        history=[(one, filters.told(*told.sentence(one))) for one in lists.history(row)],
    )  # fmt: skip


@door.get("/campaigns/<int:campaign>/edit", needs=P.SURVEY_RUN)
def edit(campaign):
    """Say it differently."""
    form, usable = campaign_form(campaign)
    return page("staff/campaign_form.html", form=form, row=campaign, usable=usable)


@door.post("/campaigns/<int:campaign>/edit", needs=P.SURVEY_RUN)
def change(campaign):
    """Keep it; a sample that no longer fits goes."""
    form, usable = campaign_form(campaign)
    if form.validate():
        version = int(form.version.data) if (form.version.data or "").isdigit() else None
        facts = form.said() | {"questionnaire_version_id": form.questionnaire.data}
        if attempted(form, "closes_at", rules.change, campaign, me(), version, form.rule(), **facts) is not False:
            say(N_("Kept."))
            return redirect(url_for(".show", campaign=campaign.id), 303)
    return page("staff/campaign_form.html", 422, form=form, row=campaign, usable=usable)


@door.post("/campaigns/<int:campaign>/draw", needs=P.SURVEY_RUN)
def draw(campaign):
    """Draw the sample with its reserve."""
    form = SeedForm()
    if form.validate() and attempted(form, "seed", rules.draw, campaign, me(), form.seed.data) is not False:
        say(N_("The sample is drawn; nothing was sent. Look who is asked, who is passed over and why."))
        return redirect(url_for(".show", campaign=campaign.id), 303)
    return _page(campaign, form, 422)


@door.get("/campaigns/<int:campaign>/dry-run", needs=P.SURVEY_READ)
def dry_run(campaign):
    """What launching it would do now; nothing is sent."""
    trial = rules.try_dry(campaign)
    return page("staff/campaign_trial.html", **frame(campaign), trial=trial, skips=fatigue.RULES, kept=fatigue.KEPT)


@door.post("/campaigns/<int:campaign>/launch", needs=P.SURVEY_RUN)
def launch(campaign):
    """From now on it runs."""
    sent = rules.launch(rules.of(campaign.id), me())
    say(N_("The survey runs: {number} people are invited."), number=sent)
    return redirect(url_for(".show", campaign=campaign.id), 303)


@door.get("/campaigns/<int:campaign>/call-off", needs=P.SURVEY_RUN)
def ask_call_off(campaign):
    """Not pursued any more?"""
    return _call_off_page(campaign, WhyForm())


@door.post("/campaigns/<int:campaign>/call-off", needs=P.SURVEY_RUN)
def call_off(campaign):
    """It stays readable, and nobody is asked."""
    form = WhyForm()
    if form.validate() and attempted(form, "why", rules.call_off, campaign, me(), form.why.data) is not False:
        say(N_("The campaign is called off."))
        return redirect(url_for(".index"), 303)
    return _call_off_page(campaign, form, 422)


def _call_off_page(row: Campaign, form: WhyForm, status: int = 200):
    return page(
        "staff/campaign_step.html", status, **frame(row), form=form, heading=N_("Call the campaign off"), help=None,
        action=url_for(".call_off", campaign=row.id), submit=N_("Call the survey off"), at=clock.now(),
    )  # fmt: skip
