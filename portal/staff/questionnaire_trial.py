"""A trial of a questionnaire (试填): as three real customers would see it, checked as when it is sent, kept nowhere."""

from flask import abort, g, request

from portal.access.door import me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain.people.models import Contact, Customer
from portal.domain.surveys import answering, questionnaires, trial
from portal.domain.surveys.document import read
from portal.domain.surveys.models import Questionnaire
from portal.i18n import LANGUAGES, N_
from portal.staff.questionnaires import door
from portal.web import survey_sheet
from portal.web.pages import page, say


@door.get("/<int:questionnaire>/trial", needs=P.SURVEY_READ)
def try_out(questionnaire):
    """All of its questions, filled with the names of one of three customers, in either language."""
    return _page(questionnaire)


@door.post("/<int:questionnaire>/trial", needs=P.SURVEY_READ)
def tried(questionnaire):
    """Would it be taken? Nothing of it is kept."""
    return _page(questionnaire, survey_sheet.posted())


def _page(row: Questionnaire, given=None):
    versions = questionnaires.versions(row)
    wanted = request.args.get("number", "")
    version = next((one for one in versions if str(one.number) == wanted), versions[0])
    document = read(version.document)
    if not any(document.questions()):
        abort(404)
    customers = questionnaires.trial_customers(visible(Customer, me()))
    asked = next(
        (one for one in customers if str(one.id) == request.args.get("customer")), customers[0] if customers else None
    )
    known = trial.known_of(asked, visible(Contact, me()))
    language = request.args.get("language")
    if language in LANGUAGES:
        g.language = language
    sheet = trial.sheet(version, document)
    status = 200
    if given is not None:
        answering.take_in(sheet, given, list(document.by_code))
        sheet.ask_for_missing()
        status = 422 if sheet.errors else 200
        if not sheet.errors:
            say(N_("It would be taken as it is. Nothing was kept."))
    return page(
        "staff/questionnaire_trial.html", status, row=row, version=version, customers=customers, asked=asked, languages=LANGUAGES,
        chosen=language, **survey_sheet.facts_of(sheet, document.sections, known, given),
    )  # fmt: skip
