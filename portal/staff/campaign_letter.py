"""The letter of a campaign (R27): its words in both languages, and what its reader will see, as they are typed."""

from flask import redirect, request, url_for
from flask_babel import force_locale
from wtforms import HiddenField, StringField, TextAreaField

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain import outbox
from portal.domain.surveys import campaign_lists as lists
from portal.domain.surveys import campaigns as rules
from portal.domain.surveys import letters, piping
from portal.domain.surveys.campaign_models import DRAFT, Campaign, Invitation
from portal.i18n import LANGUAGES, N_
from portal.staff.campaigns import door, frame
from portal.web import filters, mail
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import page, say

BODY = 3000


class LetterForm(Form):
    """The campaign's own words; what every letter says stands under them."""

    subject = StringField(N_("Subject in Chinese"), [Needed(), AtMost(120)])
    subject_en = StringField(N_("Subject in English"), [Needed(), AtMost(160)])
    body = TextAreaField(N_("Letter in Chinese"), [Needed(), AtMost(BODY)])
    body_en = TextAreaField(N_("Letter in English"), [Needed(), AtMost(BODY)])
    version = HiddenField()

    def said(self) -> dict:
        """As the campaign keeps it."""
        return {name: self[name].data or "" for name in ("subject", "subject_en", "body", "body_en")}


@door.get("/campaigns/<int:campaign>/letter", needs=P.SURVEY_READ)
def letter(campaign):
    """The words, and the letter before it leaves, to the first who is to be asked."""
    return _page(campaign, LetterForm(**campaign.letter, version=campaign.version))


@door.post("/campaigns/<int:campaign>/letter", needs=P.SURVEY_RUN)
def change_letter(campaign):
    """Keep the words; or only show what they look like."""
    form = LetterForm()
    if request.form.get("step") == "look":
        return _page(campaign, form)
    if form.validate():
        version = int(form.version.data) if (form.version.data or "").isdigit() else None
        if attempted(form, "subject", rules.change, campaign, me(), version, letter=form.said()) is not False:
            say(N_("The letter is kept."))
            return redirect(url_for(".letter", campaign=campaign.id), 303)
    return _page(campaign, form, 422)


@door.post("/campaigns/<int:campaign>/letter/preview", needs=P.SURVEY_READ)
def preview(campaign):
    """What is being typed, as its reader will see it; nothing is kept."""
    return _page(campaign, LetterForm())


def _page(row: Campaign, form: LetterForm, status: int = 200):
    to = lists.sample_letter(visible(Invitation, me()), row)
    wrong = [filters.told(*one) for text in form.said().values() for one in piping.wrong(text)]
    return page(
        "staff/campaign_letter.html", status, **frame(row), form=form, to=to, wrong=list(dict.fromkeys(wrong)), known=piping.KNOWN,
        edits=may(me(), P.SURVEY_RUN) and row.state == DRAFT,
        letters=[(label, _rendered(row, to, form, code)) for code, label in LANGUAGES.items()],
    )  # fmt: skip


def _rendered(row: Campaign, to: Invitation | None, form: LetterForm, language: str) -> mail.Said:
    facts = letters.facts_of(row, to, row.questionnaire_version.minutes, words=form.said())
    facts |= {"addressee": to.contact.name if to else "…", "language": language}
    with force_locale(language):
        return mail.said(outbox.Letter(template=letters.INVITATION, facts=facts, to_id=me().id, key="preview"), me())
