"""Surveys a customer's person is asked (R27), in the portal: the same sheet as by the link of the letter."""

from flask import redirect, url_for

from portal import clock
from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.domain.surveys import answering
from portal.domain.surveys.answer_models import PORTAL
from portal.domain.surveys.campaign_models import Invitation
from portal.i18n import N_
from portal.web import survey_sheet
from portal.web.pages import page, say
from portal.web.survey_sheet import OptOutForm, Ways

door = Door("surveys_mine", __name__, url_prefix="/surveys")


def _ways(row: Invitation) -> Ways:
    return Ways(PORTAL, "surveys_mine", {"survey": row.id}, me())


def _asked(survey: Invitation) -> Invitation | None:
    """The same with all that is read along, while its campaign takes answers."""
    return next((one for one in answering.asked_of(me()) if one.id == survey.id), None)


def _over(survey: Invitation):
    row = answering.whole(survey)
    return survey_sheet.no_more("customer/survey_over.html", 410, row=row, ways=_ways(row), at=clock.now())


@door.get("", needs=P.SURVEY_ANSWER)
def index():
    """What one is asked now."""
    return page("customer/surveys.html", rows=answering.asked_of(me()))


@door.get("/<int:survey>", needs=P.SURVEY_ANSWER)
def show(survey):
    """The questions, from where one left off."""
    row = _asked(survey)
    return _over(survey) if row is None else survey_sheet.show(row, _ways(row))


@door.post("/<int:survey>", needs=P.SURVEY_ANSWER)
def answer(survey):
    """A section, or all of it."""
    row = _asked(survey)
    return _over(survey) if row is None else survey_sheet.answer(row, _ways(row))


@door.post("/<int:survey>/kept", needs=P.SURVEY_ANSWER)
def keep(survey):
    """What is being typed."""
    row = _asked(survey)
    return _over(survey) if row is None else survey_sheet.keep(row, _ways(row))


@door.get("/<int:survey>/thanks", needs=P.SURVEY_ANSWER)
def thanks(survey):
    """Thanks, and what happens next."""
    row = _asked(survey)
    return _over(survey) if row is None else survey_sheet.thanks(row, _ways(row))


@door.get("/<int:survey>/opt-out", needs=P.SURVEY_ANSWER)
def leave(survey):
    """No more surveys? Asked once more."""
    return page("everyone/survey_opt_out.html", form=OptOutForm(), ways=_ways(survey))


@door.post("/<int:survey>/opt-out", needs=P.SURVEY_ANSWER)
def opt_out(survey):
    """No more surveys."""
    form = OptOutForm()
    if not form.validate():
        return page("everyone/survey_opt_out.html", 422, form=form, ways=_ways(survey))
    answering.opt_out(answering.whole(survey), PORTAL, form.why.data or "", me())
    say(N_("It is noted: we send you no more surveys."))
    return redirect(url_for(".index"), 303)
