"""How far the telephone survey is (R28), for the supervisors: rates after AAPOR, outcomes, who called how often; and its script."""

from flask import redirect, url_for
from wtforms import HiddenField, TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain.surveys import call_desk, campaigns, piping, scripts
from portal.domain.surveys.campaign_models import DRAFT, RUNNING, Campaign, Invitation
from portal.domain.surveys.outcomes import NOTHING_YET, OUTCOMES
from portal.i18n import N_
from portal.staff.campaigns import door, frame
from portal.web import filters
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import page, say
from portal.web.words import gettext

LONG = 1000


class ScriptForm(Form):
    """What the hotline says before and after the questions."""

    greeting = TextAreaField(N_("Greeting in Chinese"), [Needed(), AtMost(LONG)])
    greeting_en = TextAreaField(N_("Greeting in English"), [Needed(), AtMost(LONG)])
    later = TextAreaField(N_("If it does not suit them, in Chinese"), [Needed(), AtMost(LONG)])
    later_en = TextAreaField(N_("If it does not suit them, in English"), [Needed(), AtMost(LONG)])
    machine = TextAreaField(N_("On an answering machine, in Chinese"), [Needed(), AtMost(LONG)])
    machine_en = TextAreaField(N_("On an answering machine, in English"), [Needed(), AtMost(LONG)])
    parting = TextAreaField(N_("At the end, in Chinese"), [Needed(), AtMost(LONG)])
    parting_en = TextAreaField(N_("At the end, in English"), [Needed(), AtMost(LONG)])
    version = HiddenField()

    def validate(self, extra_validators=None):
        """Every name in it has to be known."""
        fine = super().validate(extra_validators)
        for field in self:
            if isinstance(field, TextAreaField) and (unknown := scripts.wrong(field.data or "")):
                field.errors = [gettext("Nothing is known under the name %(name)s.", name=unknown[0])]
                fine = False
        return fine

    def said(self) -> dict:
        """As the campaign keeps it."""
        return {field.name: field.data for field in self if isinstance(field, TextAreaField)}


@door.get("/campaigns/<int:campaign>/telephone", needs=P.SURVEY_READ)
def telephone(campaign):
    """Rates, outcomes, interviewers."""
    rows = visible(Invitation, me())
    standing = call_desk.standing(rows, campaign)
    order = [*OUTCOMES, ""]
    return page(
        "staff/campaign_telephone.html", **frame(campaign), standing=standing, interviewers=call_desk.interviewers(rows, campaign),
        outcomes=OUTCOMES, nothing_yet=NOTHING_YET, lines=sorted(standing.by_outcome.items(), key=lambda pair: order.index(pair[0])), rates=standing.rates,
    )  # fmt: skip


@door.get("/campaigns/<int:campaign>/script", needs=P.SURVEY_READ)
def script(campaign):
    """What the hotline says."""
    said = {}
    for part, words in scripts.words_of(campaign).items():
        said |= {part: words.zh, f"{part}_en": words.en}
    return _script_page(campaign, ScriptForm(**said, version=campaign.version))


@door.post("/campaigns/<int:campaign>/script", needs=P.SURVEY_RUN)
def change_script(campaign):
    """Keep it; it holds from the next call on."""
    form = ScriptForm()
    if form.validate():
        version = int(form.version.data) if (form.version.data or "").isdigit() else None
        if attempted(form, "greeting", campaigns.change, campaign, me(), version, script=form.said()) is not False:
            say(N_("The words of the hotline are kept."))
            return redirect(url_for(".script", campaign=campaign.id), 303)
    return _script_page(campaign, form, 422)


def _script_page(row: Campaign, form: ScriptForm, status: int = 200):
    return page(
        "staff/campaign_script.html", status, **frame(row), form=form, parts=scripts.PARTS, places=scripts.PLACES,
        edits=may(me(), P.SURVEY_RUN) and row.state in (DRAFT, RUNNING),
        words={part: filters.words_in(piping.filled_words(words, {})) for part, words in scripts.words_of(row).items()},
    )  # fmt: skip
