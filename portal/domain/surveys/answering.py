"""Answering (R26, R27): kept while it is typed, one response an invitation, checked as a whole when it is sent."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import contains_eager

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.people.models import Contact, Person
from portal.domain.quality.days import today
from portal.domain.refusals import Refused
from portal.domain.surveys import letters, rules
from portal.domain.surveys.answer_models import OPEN, SENT, Answer, Participation, Response
from portal.domain.surveys.campaign_models import RUNNING, Campaign, Invitation, OptOut
from portal.domain.surveys.document import Document, Question, read
from portal.domain.surveys.links import NEVER, along
from portal.domain.surveys.models import QuestionnaireVersion
from portal.domain.surveys.questions import KINDS, Given, Posted, seconds
from portal.domain.surveys.word_models import Coded, Mention
from portal.i18n import N_, Words

Answers = dict[str, list[Given]]
NEEDED = N_("Please answer this question.")
SEEN = "seen"
"""The field that tells what a window showed (Sheet.marks)."""


@dataclass
class Sheet:
    """An invitation as it is answered: what is asked, what was answered so far, what of it is shown."""

    invitation: Invitation | None
    """Nobody's: a trial of a draft."""
    version: QuestionnaireVersion
    document: Document
    response: Response | None
    answers: Answers
    errors: dict[str, Refused] = field(default_factory=dict)
    """What is wrong, by question."""
    kept: list[Answer] = field(default_factory=list)
    """The rows the answers were read from."""
    is_held: bool = False
    """Do others wait until it is written? See held()."""
    here: Answers = field(default_factory=dict)
    """What stood in the window that was sent, where it made sense."""

    @property
    def shown(self) -> set[str]:
        return rules.shown(self.document, self.answers)

    @property
    def is_sent(self) -> bool:
        """Was it answered? Of an anonymous one only that is known."""
        return self.invitation is not None and self.invitation.state == "answered"

    @property
    def may_change(self) -> bool:
        """Until the end of the campaign, where the answers stand under a name."""
        return self.response is not None and self.is_sent

    def open_questions(self) -> list[Question]:
        """Shown and not answered yet."""
        shown = self.shown
        return [one for one in self.document.questions() if one.code in shown and not self.answers.get(one.code)]

    @property
    def total(self) -> int:
        return len(self.shown)

    @property
    def done(self) -> int:
        return self.total - len(self.open_questions())

    @property
    def minutes_left(self) -> int:
        """For what is open, in whole minutes."""
        return -(-sum(map(seconds, self.open_questions())) // 60)

    def missing(self, among: Collection[str] | None = None) -> list[str]:
        """Codes of the shown questions that must be answered and are not, of these questions."""
        shown = self.shown
        return [
            one.code
            for one in self.document.questions()
            if one.required and one.code in shown and (among is None or one.code in among)
            and not KINDS[one.kind].is_complete(one, self.answers.get(one.code, []))
        ]  # fmt: skip

    def ask_for_missing(self, among: Collection[str] | None = None) -> None:
        """What is missing stands among the errors; of several things in one question, which of them."""
        for code in self.missing(among):
            question, given = self.document.by_code[code], self.answers.get(code, [])
            still = KINDS[question.kind].open_items(question, given)
            one = Refused(NEEDED)
            if given and still:
                zh, en = (
                    "、".join(each.words.zh for each in still),
                    ", ".join(each.words.en or each.words.zh for each in still),
                )
                one = Refused(N_("Please answer this too: {things}."), things=Words(zh, en))
            self.errors.setdefault(code, one)

    def marks(self, codes: Collection[str]) -> str:
        """What stands in a window that shows these questions, in brief: sent along, it tells what was changed there."""
        return " ".join(f"{code}:{_mark(self.here.get(code, self.answers.get(code, [])))}" for code in codes)

    @property
    def goes_on_at(self) -> str:
        """The section to go on with: the one left last, else the first."""
        last = self.response.section if self.response else ""
        return last if self.document.section(last) or not self.document.sections else self.document.sections[0].code


def sheet(row: Invitation) -> Sheet:
    """What this invitation is answered on, to be shown; the row comes along with links.along().

    A response that was begun keeps the version it was begun with, whatever the campaign takes by now.
    """
    return _sheet(row, held=False)


def held(row: Invitation) -> Sheet:
    """The same, to be written: read anew, and others who would write it wait until the end of the transaction."""
    db.session.refresh(row, ["state", "outcome", "begun_at"], with_for_update=True)
    return _sheet(row, held=True)


def _sheet(row: Invitation, held: bool) -> Sheet:
    mine = db.select(Response).where(Response.invitation_id == row.id)
    response = db.session.scalar(mine.execution_options(populate_existing=held))
    version = row.campaign.questionnaire_version
    if response is not None and response.questionnaire_version_id != version.id:
        version = db.session.get_one(QuestionnaireVersion, response.questionnaire_version_id)
    kept = _kept(response, held) if response else []
    return Sheet(row, version, read(version.document), response, _given(kept), kept=kept, is_held=held)


def _kept(response: Response, fresh: bool = False) -> list[Answer]:
    rows = db.select(Answer).where(Answer.response_id == response.id).order_by(Answer.question, Answer.item)
    return list(db.session.scalars(rows.execution_options(populate_existing=fresh)))


def _given(kept: Sequence[Answer]) -> Answers:
    answers: Answers = {}
    for one in kept:
        given = Given(one.item, one.choice, one.number, one.text, one.is_not_applicable)
        answers.setdefault(one.question, []).append(given)
    return answers


def take_in(found: Sheet, posted: Posted, codes: Collection[str]) -> None:
    """What was given to these questions takes the place of what was; what makes no sense stands among the errors.

    What a window shows as it found it was not given there: another window, or the telephone, may have changed it since,
    and that stays. Nothing is written; a trial of a draft lives by this alone.
    """
    found_there = dict(one.split(":", 1) for one in " ".join(posted.get(SEEN, ())).split() if ":" in one)
    for code in codes:
        question = found.document.by_code[code]
        try:
            given = found.here[code] = KINDS[question.kind].read(question, posted)
        except Refused as refusal:
            found.errors[code] = refusal
            continue
        if found_there.get(code) != _mark(given):
            found.answers[code] = given


def _mark(given: Sequence[Given]) -> str:
    said = sorted(
        (one.item, one.choice or "", "" if one.number is None else f"{one.number:g}", one.text or "", one.is_not_applicable)
        for one in given
    )  # fmt: skip
    return hashlib.sha256(repr(said).encode()).hexdigest()[:8]


def save(
    found: Sheet, mode: str, posted: Posted, codes: Collection[str], *, section: str = "", language: str = "",
    wants_answer: bool | None = None, by: Person | None = None,
) -> Sheet:  # fmt: skip
    """Keep what was given to these questions so far; what makes no sense is said and not kept.

    Answers that were sent are not touched here: they change only by being sent again. `by`: who wrote it down.
    """
    row = _to_write(found)
    take_in(found, posted, codes)
    if not found.is_sent:
        _keep(found, row, mode, section, language, wants_answer, by)
    return found


def go_on_at(found: Sheet, section: str) -> None:
    """They went on to this section, or back to it: whoever breaks off there goes on there."""
    if found.response is not None:
        found.response.section = section


def send(
    found: Sheet, mode: str, posted: Posted, codes: Collection[str], *, section: str = "", language: str = "",
    wants_answer: bool | None = None, by: Person | None = None, actor: Person | None = None,
) -> Sheet:  # fmt: skip
    """Answered, if nothing is missing; otherwise it is kept, and what is missing stands among the errors.

    What is not shown counts as not answered. Sent again it changes the answers; an anonymous one cannot be found
    any more, and is refused. `actor`: whoever is signed in, for the journal.
    """
    row = _to_write(found)
    if found.is_sent and found.response is None:
        raise Refused(N_("You have answered this survey already. Thank you."))
    take_in(found, posted, codes)
    found.ask_for_missing()
    if found.errors and found.is_sent:
        return found
    again = found.is_sent
    if not found.errors:
        shown = found.shown
        found.answers = {code: given for code, given in found.answers.items() if code in shown}
    day = today()
    response = _keep(found, row, mode, section, language, wants_answer, by)
    if found.errors:
        return found
    response.state, response.sent_at, response.sent_on = SENT, clock.now(), day
    row.state, row.outcome, row.next_call_at = "answered", "complete", None
    if not again:
        db.session.add(
            Participation(
                invitation_id=row.id, campaign_id=row.campaign_id, customer_id=row.customer_id, mode=mode, on=day
            )
        )
    facts = {"campaign": row.campaign.number} | ({} if actor else {"said_by": row.contact.name})
    journal.write("survey.changed" if again else "survey.answered", row, actor, **facts)
    db.session.flush()
    if again:
        _forget_words(response, found.answers)
    if row.campaign.is_anonymous:
        part(response)
        found.response = None
    return found


def _forget_words(response: Response, answers: Mapping[str, Sequence[Given]]) -> None:
    """What they took back they do not raise any more."""
    said = [code for code, given in answers.items() if any(one.text for one in given)]
    for table in (Mention, Coded):
        db.session.execute(db.delete(table).where(table.response_id == response.id, table.question.not_in(said)))


def _to_write(found: Sheet) -> Invitation:
    if found.invitation is None or not found.is_held:
        raise ValueError("only a sheet that is held can be written")
    return found.invitation


def _keep(
    found: Sheet, row: Invitation, mode: str, section: str, language: str, wants_answer: bool | None, by: Person | None
) -> Response:
    at = clock.now()
    response = found.response or _begun(found, row, mode, at)
    response.mode, response.saved_at, response.taken_by_id = mode, at, by.id if by else None
    response.section = section or response.section
    response.language = language or response.language
    if wants_answer is not None:
        response.wants_answer = wants_answer and not row.campaign.is_anonymous
    if row.state in ("invited", "drawn"):
        row.state = "begun"
    row.begun_at = row.begun_at or at
    _write(response, found.kept, found.answers)
    found.response = response
    return response


def _begun(found: Sheet, row: Invitation, mode: str, at: datetime) -> Response:
    customer = row.customer
    response = Response(
        invitation_id=row.id, campaign_id=row.campaign_id, questionnaire_version_id=found.version.id, state=OPEN, mode=mode,
        language=row.language, section="", begun_at=at, customer_id=customer.id, manager_id=customer.account_manager_id,
        tier=customer.tier, card=customer.card, region=customer.region, stratum=row.stratum, weight=row.weight,
    )  # fmt: skip
    db.session.add(response)
    db.session.flush()
    return response


def _write(response: Response, before: Sequence[Answer], answers: Mapping[str, Sequence[Given]]) -> None:
    """The rows say what the answers say: added, changed, taken away, and nothing else touched."""
    kept = {(one.question, one.item): one for one in before}
    wanted = {(code, one.item): one for code, given in answers.items() for one in given}
    for key in kept.keys() - wanted.keys():
        db.session.delete(kept[key])
    for (code, item), given in wanted.items():
        one = kept.get((code, item)) or Answer(
            response_id=response.id, question=code, item=item, campaign_id=response.campaign_id,
            questionnaire_version_id=response.questionnaire_version_id,
        )  # fmt: skip
        one.choice, one.number, one.text = given.choice, given.number, given.text
        one.is_not_applicable = given.is_not_applicable
        db.session.add(one)


def break_off(response: Response) -> bool:
    """It is never sent any more: what is not asked after what was said goes. Is anything left that was answered?"""
    kept = _kept(response, fresh=True)
    answers = _given(kept)
    version = db.session.get_one(QuestionnaireVersion, response.questionnaire_version_id)
    shown = rules.shown(read(version.document), answers)
    for one in kept:
        if one.question not in shown:
            db.session.delete(one)
    db.session.flush()
    return bool(answers.keys() & shown)


def part(response: Response) -> None:
    """The answers of an anonymous campaign go their own way: no invitation, no customer, no moment leads to them.

    They get a number by lot, so that not even the order in which they came tells whose they are. What is left is the
    day, and how the customer was counted. Whoever ends a campaign does the same to what was begun and never sent.
    """
    kept = Response(
        id=2**30 + secrets.randbelow(2**30), campaign_id=response.campaign_id, state=SENT, mode=response.mode,
        questionnaire_version_id=response.questionnaire_version_id, language=response.language, section="",
        sent_on=response.sent_on or today(), tier=response.tier, card=response.card, region=response.region,
        stratum=response.stratum, weight=response.weight,
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()
    db.session.execute(
        db.update(Answer).where(Answer.response_id == response.id).values(response_id=kept.id),
        execution_options={"synchronize_session": False},
    )
    for one in [each for each in db.session if isinstance(each, Answer)]:
        db.session.expunge(one)
    db.session.delete(response)
    db.session.flush()


def opt_out(row: Invitation, how: str, why: str = "", by: Person | None = None) -> None:
    """They want no more surveys: not this one, no other that runs, and none to come, until they say otherwise."""
    live = db.select(OptOut).where(OptOut.contact_id == row.contact_id, OptOut.ended_at.is_(None))
    if db.session.scalar(live) is None:
        db.session.add(
            OptOut(contact_id=row.contact_id, invitation_id=row.id, at=clock.now(), how=how, why=why,
                   by_id=by.id if by else None)
        )  # fmt: skip
        facts = {} if by else {"said_by": row.contact.name}
        journal.write("survey.opted_out", row, by, why=why, **facts)
    for one in live_of(row.contact_id):
        one.state, one.outcome, one.next_call_at, one.call_agreed = "refused", "opted_out", None, False
        letters.take_back(one.campaign, one)
    db.session.flush()


def live_of(contact_id: int, *states: str) -> list[Invitation]:
    """What a contact is asked by the campaigns that run, with them."""
    rows = db.select(Invitation).join(Invitation.campaign).options(contains_eager(Invitation.campaign))
    return list(db.session.scalars(rows.where(
        Invitation.contact_id == contact_id, Invitation.state.in_(states or ("invited", "begun")), Campaign.state == RUNNING
    )))  # fmt: skip


def whole(row: Invitation) -> Invitation:
    """An invitation with all that is read along."""
    rows = db.select(Invitation).where(Invitation.id == row.id).options(*along())
    return db.session.scalars(rows.execution_options(populate_existing=True)).one()


def asked_of(person: Person) -> list[Invitation]:
    """The surveys this person may answer now or has answered and may still change, the one that ends first on top."""
    at = clock.now()
    rows = db.select(Invitation).join(Invitation.campaign).join(Invitation.contact)
    rows = rows.where(
        Contact.person_id == person.id, Invitation.state.not_in(NEVER),
        Campaign.state == RUNNING, Campaign.opens_at <= at, Campaign.closes_at > at,
    )  # fmt: skip
    return list(db.session.scalars(rows.options(*along()).order_by(Campaign.closes_at, Invitation.id)))
