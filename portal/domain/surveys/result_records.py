"""Answers to take along (R29): one row a response, one variable an answer, and the code book that says what each means.

Of an anonymous survey a row has answers only, no words, no group, no day, and the rows stand in an order by lot.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.domain import settings
from portal.domain.surveys import result_rows as stored
from portal.domain.surveys.answer_models import SENT, Answer, Response
from portal.domain.surveys.questions import STARS
from portal.domain.surveys.result_cells import FROM
from portal.domain.surveys.result_lines import Block
from portal.domain.surveys.result_rows import rows_of
from portal.domain.surveys.results import Results
from portal.i18n import N_, Words

NOT_APPLICABLE = -8
"""How «does not apply, or do not know» is coded; what was not asked or left open is empty."""
RESERVED = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}
NUMBER, TEXT, DAY = "number", "text", "day"
Cell = float | str | Words | date | None


@dataclass(frozen=True)
class Variable:
    """One column: its name, what it is, how it is measured, and what its codes mean."""

    name: str
    label: Words | str
    kind: str = NUMBER
    measure: str = "nominal"
    """nominal · ordinal · scale"""
    codes: Mapping[int, Words | str] = field(default_factory=dict)
    may_not_apply: bool = False


@dataclass(frozen=True)
class Records:
    """The variables, and the rows in their order."""

    variables: tuple[Variable, ...]
    rows: tuple[tuple[Cell, ...], ...]


OF_RESPONSE = (
    Variable("case_no", N_("Running number"), NUMBER, "scale"),
    Variable("customer_no", N_("Customer number"), TEXT),
    Variable("customer", N_("Customer"), TEXT),
    Variable("tier", N_("Tier"), TEXT),
    Variable("card", N_("Card level"), TEXT),
    Variable("region", N_("Region"), TEXT),
    Variable("manager", N_("Account manager"), TEXT),
    Variable("mode", N_("Way of answering"), TEXT),
    Variable("language", N_("Language"), TEXT),
    Variable("q_version", N_("Version of the questionnaire"), NUMBER, "ordinal"),
    Variable("sent_on", N_("Sent on"), DAY, "scale"),
    Variable("is_complete", N_("Answered in full"), NUMBER, "nominal", {0: N_("no"), 1: N_("yes")}),
    Variable("weight", N_("Weight, as the figures are counted"), NUMBER, "scale"),
)
"""What there is of a response under a name."""


def records(rows: Select, found: Results) -> Records:
    """The responses that count (of these rows). Of fewer than five anonymous ones there are none."""
    columns = list(_columns(found.paper.blocks, found.campaign.is_anonymous))
    variables = tuple(variable for variable, _ in columns)
    if found.campaign.is_anonymous:
        return Records(variables, _anonymous(rows, found, columns))
    joined = joinedload(Response.customer), joinedload(Response.manager)
    responses = list(db.session.scalars(rows.where(*found.asked.counted()).options(*joined).order_by(Response.id)))
    given, policy, weights = _given(found), settings.policy(), stored.weights(found.asked)
    numbers = {one.id: one.number for one in found.paper.versions}
    lines = []
    for no, one in enumerate(responses, 1):
        customer, manager = one.customer, one.manager
        head = (
            no, customer.number if customer else "", customer.short_name if customer else "",
            *(policy.called(listed, code) if code else "" for listed, code in (("tiers", one.tier), ("cards", one.card), ("regions", one.region))),
            manager.name if manager else "", one.mode, one.language, numbers[one.questionnaire_version_id],
            one.sent_on, 1 if one.state == SENT else 0, weights[one.id],
        )  # fmt: skip
        lines.append((*head, *_cells(columns, given.get(one.id, {}))))
    return Records((*OF_RESPONSE, *variables), tuple(lines))


def _anonymous(rows: Select, found: Results, columns: list) -> tuple[tuple[Cell, ...], ...]:
    ids = list(db.session.scalars(rows.where(*found.asked.counted()).with_only_columns(Response.id)))
    if len(ids) < FROM:
        return ()
    given = _given(found)
    ids.sort(key=lambda key: hashlib.sha256(str(key).encode()).digest())
    return tuple(_cells(columns, given.get(key, {})) for key in ids)


Given = tuple[float | None, str | None, str | None, bool]
Key = tuple[str, str, int]


def _given(found: Results) -> dict[int, dict[Key, Given]]:
    """Every answer that counts, by response."""
    eras = {one.id: one.eras for one in found.paper.versions}
    answers: dict[int, dict[Key, Given]] = defaultdict(dict)
    rows = (
        select(
            Answer.response_id, Answer.questionnaire_version_id, Answer.question, Answer.item, Answer.number, Answer.choice,
            Answer.text, Answer.is_not_applicable,
        )
        .join(Response, Response.id == Answer.response_id)
        .where(Answer.campaign_id == found.campaign.id, *found.asked.counted())
    )  # fmt: skip
    for key, version, question, item, *rest in rows_of(rows):
        answers[key][question, item, eras[version].get(question, 0)] = tuple(rest)  # type: ignore[assignment]
    return answers


def _columns(blocks: Iterable[Block], is_anonymous: bool) -> Iterable[tuple[Variable, tuple[Block, str]]]:
    """Each variable of the answers, and what it is read from; names as SPSS takes them, none twice."""
    taken = {one.name for one in OF_RESPONSE}
    for block in blocks:
        question = block.question
        if is_anonymous and question.kind == "text":
            continue
        parts = {"matrix": question.rows, "several": question.options, "ranking": question.options}.get(
            question.kind, ()
        )
        for item, words in [(one.code, one.words) for one in parts] or [("", question.words)]:
            name = "_".join(part for part in (block.question.code, item, f"v{block.era}" if block.era else "") if part)
            name = f"{name}_" if name.lower() in RESERVED else name
            while name in taken:
                name = f"{name}_"
            taken.add(name)
            label = Words(f"{question.words.zh} — {words.zh}", f"{question.words.en} — {words.en}") if item else words
            yield _variable(block, name, label), (block, item)


def _variable(block: Block, name: str, label: Words) -> Variable:
    question = block.question
    if question.kind in ("stars", "matrix"):
        return Variable(name, label, NUMBER, "ordinal", dict(enumerate(STARS, 1)), question.may_not_apply)
    if question.kind == "single":
        codes = {number: one.words for number, one in enumerate(question.options, 1)}
        return Variable(name, label, NUMBER, "nominal", codes, question.may_not_apply)
    if question.kind == "several":
        return Variable(name, label, NUMBER, "nominal", {0: N_("no"), 1: N_("yes")}, question.may_not_apply)
    if question.kind in ("text", "date"):
        return Variable(name, label, TEXT if question.kind == "text" else DAY, "nominal")
    measure = "scale" if question.kind == "number" else "ordinal"
    return Variable(name, label, NUMBER, measure, {}, question.may_not_apply)


def _cells(columns: list, given: Mapping[Key, Given]) -> tuple[Cell, ...]:
    return tuple(_cell(variable, block, item, given) for variable, (block, item) in columns)


def _cell(variable: Variable, block: Block, item: str, given: Mapping[Key, Given]) -> Cell:
    question = block.question
    whole = given.get((question.code, "", block.era))
    one = given.get((question.code, item, block.era))
    if (whole and whole[3]) or (one and one[3]):
        return NOT_APPLICABLE if variable.kind == NUMBER else None
    if question.kind == "several":
        answered = any(code == question.code and era == block.era for code, _, era in given)
        return (1 if one else 0) if answered else None
    if one is None:
        return None
    number, choice, text, _ = one
    if question.kind == "single":
        return next((at for at, each in enumerate(question.options, 1) if each.code == choice), None)
    if question.kind == "date":
        return date.fromisoformat(text) if text else None
    return text if question.kind == "text" else _plain(number)


def _plain(number: float | None) -> float | None:
    """A whole number without a point: 4, not 4.0."""
    return int(number) if number is not None and number == int(number) else number
