"""Answers to whoever asked for one on a survey (R30): who waits, what they are told, by a letter."""

from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, outbox
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused
from portal.domain.surveys.answer_models import Answer, Response
from portal.domain.surveys.campaign_models import Invitation
from portal.domain.surveys.document import read
from portal.domain.surveys.piping import for_anybody
from portal.domain.surveys.word_models import Reply
from portal.domain.surveys.words import is_heard
from portal.i18n import N_, Words


def _asked() -> tuple:
    return (is_heard(), Response.wants_answer, Response.invitation_id.is_not(None))


def along() -> tuple:
    """What a response is read with, to be answered."""
    return (
        joinedload(Response.customer), joinedload(Response.campaign), joinedload(Response.questionnaire_version),
        joinedload(Response.invitation).joinedload(Invitation.contact),
    )  # fmt: skip


def owed(rows: Select, after: int | None, limit: int) -> list[Response]:
    """Who waits for an answer (of these responses), the longest first."""
    found = rows.where(*_asked(), Response.id.not_in(db.select(Reply.response_id))).options(*along())
    if after is not None:
        found = found.where(Response.id > after)
    return list(db.session.scalars(found.order_by(Response.id).limit(limit)))


def given(rows: Select, before: int | None, limit: int) -> list[tuple[Response, Reply]]:
    """Who was answered, the newest first."""
    found = rows.join(Reply, Reply.response_id == Response.id).add_columns(Reply)
    found = found.options(*along(), joinedload(Reply.by))
    if before is not None:
        found = found.where(Response.id < before)
    return [
        (one, reply) for one, reply in map(tuple, db.session.execute(found.order_by(Response.id.desc()).limit(limit)))
    ]


def of(response: Response) -> Reply | None:
    """Our answer to it, if there is one."""
    return db.session.scalar(db.select(Reply).where(Reply.response_id == response.id).options(joinedload(Reply.by)))


def case(rows: Select, key: int) -> Response | None:
    """One response with all that is read along."""
    return db.session.scalar(rows.where(Response.id == key).options(*along()))


def said(response: Response) -> list[tuple[Words, str]]:
    """What they wrote in their own words, with the questions; the row comes with along()."""
    asked = for_anybody(read(response.questionnaire_version.document)).by_code
    rows = (
        db.select(Answer).where(Answer.response_id == response.id, Answer.text.is_not(None)).order_by(Answer.question)
    )
    return [
        (asked[one.question].words, one.text or "")
        for one in db.session.scalars(rows)
        if one.question in asked and asked[one.question].kind == "text"
    ]


def answer(response: Response, by: Person, words: str) -> Reply:
    """Tell them; once. The letter goes to their account or their address; where there is neither it is only kept."""
    if not by.has(Role.SUPERVISOR):
        raise Refused(N_("The quality supervisors answer the customers."))
    asked = db.session.scalar(db.select(Response.id).where(Response.id == response.id, *_asked()))
    if asked is None or response.invitation is None:
        raise Refused(N_("They did not ask for an answer."))
    if of(response) is not None:
        raise Refused(N_("They were answered already."))
    reply = Reply(response_id=response.id, words=words, at=clock.now(), by=by)
    db.session.add(reply)
    contact = response.invitation.contact
    facts: dict[str, Any] = {
        "words": words,
        "title": response.campaign.title,
        "title_en": response.campaign.words.in_("en"),
    }
    key = f"survey_reply:{response.id}"
    if contact.person_id:
        outbox.post("survey_replied", db.session.get_one(Person, contact.person_id), key=key, **facts)
    elif contact.email:
        facts |= {"addressee": contact.name, "language": response.language}
        outbox.post("survey_replied", by, key=key, to_address=contact.email, **facts)
    journal.write("survey.replied", response.invitation, by, contact=contact.name, campaign=response.campaign.number)
    db.session.flush()
    return reply
