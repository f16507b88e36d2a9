"""The answers behind the figures (R29): whole sheets where they stand under names, and own words."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain.people import masking
from portal.domain.people.models import Customer
from portal.domain.surveys.answer_models import Answer, Response
from portal.domain.surveys.campaign_models import Invitation
from portal.domain.surveys.document import Question
from portal.domain.surveys.result_cells import COMMENTS_FROM
from portal.domain.surveys.result_lines import Block
from portal.domain.surveys.result_rows import rows_of
from portal.domain.surveys.results import Results
from portal.i18n import Words

OF_MANAGER = "manager"
"""The side of the service that judges the account manager."""
MOST = 300
"""Comments on one page."""


@dataclass(frozen=True)
class Comment:
    """Somebody's own words; of whom, only where answers stand under names and the reader may see whose they are."""

    text: str
    customer: str = ""
    customer_id: int | None = None


@dataclass(frozen=True)
class Said:
    """What somebody answered to one question or item: a number, words of the company, or their own."""

    words: Words
    number: float | None = None
    chosen: tuple[Words, ...] = ()
    text: str = ""
    is_not_applicable: bool = False


@dataclass(frozen=True)
class Sheet:
    """One response with all its answers."""

    response: Response
    said: tuple[Said, ...]


def sheets(
    rows: Select, found: Results, wanted: tuple[str, str, str] | None, before: int | None, limit: int
) -> list[Sheet]:
    """Responses (of these rows) that count, the newest first; `wanted`: who gave this (question, item, answer).

    Of an anonymous survey there are none.
    """
    if found.campaign.is_anonymous:
        return []
    rows = rows.where(*found.asked.counted()).options(joinedload(Response.customer), joinedload(Response.manager))
    if wanted is not None:
        rows = rows.where(Response.id.in_(_who_gave(found, *wanted)))
    if before is not None:
        rows = rows.where(Response.id < before)
    responses = list(db.session.scalars(rows.order_by(Response.id.desc()).limit(limit)))
    given: dict[int, dict[str, list[Answer]]] = defaultdict(lambda: defaultdict(list))
    ids = [one.id for one in responses]
    for one in db.session.scalars(select(Answer).where(Answer.response_id.in_(ids))) if ids else ():
        given[one.response_id][one.question].append(one)
    documents = {one.id: one.document for one in found.paper.versions}
    return [
        Sheet(one, tuple(_said(documents[one.questionnaire_version_id].questions(), given[one.id])))
        for one in responses
    ]


def _who_gave(found: Results, question: str, item: str, value: str):
    rows = select(Answer.response_id).where(
        Answer.campaign_id == found.campaign.id, Answer.question == question, Answer.item == item
    )
    if value == "na":
        return rows.where(Answer.is_not_applicable)
    if value.isascii() and value.isdigit() and len(value) < 4:
        return rows.where((Answer.number == int(value)) | (Answer.choice == value))
    return rows.where(Answer.choice == value) if value else rows


def _said(questions: Iterable[Question], given: Mapping[str, list[Answer]]) -> Iterable[Said]:
    for question in questions:
        mine = {one.item: one for one in given.get(question.code, ())}
        if not mine:
            continue
        if "" in mine and mine[""].is_not_applicable:
            yield Said(question.words, is_not_applicable=True)
        elif question.kind == "several":
            yield Said(question.words, chosen=tuple(one.words for one in question.options if one.code in mine))
        elif question.kind in ("matrix", "ranking"):
            for part in question.rows if question.kind == "matrix" else question.options:
                if (one := mine.get(part.code)) is not None:
                    yield Said(part.words, one.number, is_not_applicable=one.is_not_applicable)
        elif "" in mine:
            one = mine[""]
            words = [each.words for each in question.options if each.code == one.choice]
            yield Said(question.words, one.number, tuple(words), one.text or "")


def comments(found: Results, block: Block, rows: Select | None = None) -> list[Comment]:
    """What people wrote; nothing of fewer than ten of them (R29). `rows`: the responses whose senders may be named.

    Without names they stand in an order that tells nothing of when they came.
    """
    if found.n < COMMENTS_FROM:
        return []
    texts = (
        select(Response.id, Answer.text, Customer.short_name, Customer.id)
        .join(Response, Response.id == Answer.response_id)
        .outerjoin(Customer, Customer.id == Response.customer_id)
        .where(
            Answer.campaign_id == found.campaign.id, Answer.question == block.question.code, Answer.text.is_not(None),
            *found.asked.counted(),
        )
    )  # fmt: skip
    named = set()
    if rows is not None and not found.campaign.is_anonymous:
        named = set(db.session.scalars(rows.where(*found.asked.counted()).with_only_columns(Response.id)))
    ordered = sorted(rows_of(texts), key=lambda one: hashlib.sha256(one[1].encode()).digest())
    return [
        Comment(text, short, customer) if key in named else Comment(text) for key, text, short, customer in ordered
    ][:MOST]


def known_names(found: Results) -> list[str]:
    """Names by which somebody who was asked, or is meant, could be known."""
    return masking.known_names(select(Invitation.customer_id).where(Invitation.campaign_id == found.campaign.id))
