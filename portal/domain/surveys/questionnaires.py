"""Writing questionnaires (R26): a draft is worked on, published for good, changed only by a next version."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.people.models import Customer, Person
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused, Stale
from portal.domain.surveys import checking
from portal.domain.surveys.document import Document, Question, kept_question, question_from, read, write
from portal.domain.surveys.models import DRAFT, PUBLISHED, BankItem, Questionnaire, QuestionnaireVersion
from portal.domain.tickets.numbers import next_number
from portal.i18n import N_

CHANGED = N_("Somebody changed this questionnaire while you were writing. Look at what is new; your text is kept.")


def make(by: Person | None, title: str, title_en: str = "", document: Document | None = None) -> QuestionnaireVersion:
    """A new questionnaire with its first draft."""
    _need_runner(by)
    at = clock.now()
    row = Questionnaire(
        number=next_number("WJ", at), title=title, title_en=title_en, made_by_id=by.id if by else None, made_at=at
    )
    draft = QuestionnaireVersion(
        questionnaire=row, number=1, state=DRAFT, document=write(document or Document()), made_at=at
    )
    db.session.add_all([row, draft])
    db.session.flush()
    journal.write("questionnaire.made", row, by, became=title)
    return draft


def versions(row: Questionnaire) -> list[QuestionnaireVersion]:
    """All of them, the newest first, with who published them."""
    rows = db.select(QuestionnaireVersion).where(QuestionnaireVersion.questionnaire_id == row.id)
    rows = rows.options(joinedload(QuestionnaireVersion.published_by)).order_by(QuestionnaireVersion.number.desc())
    return list(db.session.scalars(rows))


def listed(rows: Select) -> list[tuple[Questionnaire, QuestionnaireVersion]]:
    """These questionnaires with their newest versions, those in use first, the newest on top."""
    newest = db.select(QuestionnaireVersion.questionnaire_id, db.func.max(QuestionnaireVersion.number).label("number"))
    newest = newest.group_by(QuestionnaireVersion.questionnaire_id).subquery()
    pairs = (
        rows.add_columns(QuestionnaireVersion)
        .join(QuestionnaireVersion, QuestionnaireVersion.questionnaire_id == Questionnaire.id)
        .join(
            newest, (newest.c.questionnaire_id == Questionnaire.id) & (newest.c.number == QuestionnaireVersion.number)
        )
        .order_by(Questionnaire.retired_at.is_not(None), Questionnaire.id.desc())
        .limit(200)
    )
    return [(row, version) for row, version in db.session.execute(pairs)]


def draft_of(row: Questionnaire, lock: bool = False) -> QuestionnaireVersion | None:
    """The version that is worked on, if there is one."""
    rows = db.select(QuestionnaireVersion).where(
        QuestionnaireVersion.questionnaire_id == row.id, QuestionnaireVersion.state == DRAFT
    )
    return db.session.scalar(rows.with_for_update() if lock else rows)


def newest_published(row: Questionnaire) -> QuestionnaireVersion | None:
    """The version a campaign takes: the newest that was published."""
    rows = db.select(QuestionnaireVersion).where(
        QuestionnaireVersion.questionnaire_id == row.id, QuestionnaireVersion.state == PUBLISHED
    )
    return db.session.scalar(rows.order_by(QuestionnaireVersion.number.desc()).limit(1))


def published() -> list[QuestionnaireVersion]:
    """What campaigns may take: of each questionnaire that is not retired the newest published version, by title."""
    newest = (
        db.select(db.func.max(QuestionnaireVersion.number))
        .where(
            QuestionnaireVersion.questionnaire_id == Questionnaire.id,
            QuestionnaireVersion.state == PUBLISHED,
        )
        .correlate(Questionnaire)
        .scalar_subquery()
    )
    rows = db.select(QuestionnaireVersion).join(QuestionnaireVersion.questionnaire)
    rows = rows.where(Questionnaire.retired_at.is_(None), QuestionnaireVersion.number == newest)
    along = joinedload(QuestionnaireVersion.questionnaire)
    return list(db.session.scalars(rows.options(along).order_by(Questionnaire.title)))


def rename(row: Questionnaire, by: Person, title: str, title_en: str) -> None:
    """Another title; it is nothing an answer depends on."""
    _need_runner(by)
    if (row.title, row.title_en) != (title, title_en):
        journal.write("questionnaire.renamed", row, by, was=row.title, became=title)
        row.title, row.title_en = title, title_en


def change(
    row: Questionnaire, by: Person, edit: Callable[[Document], Document], version: int | None = None
) -> Document:
    """The draft says what `edit` makes of it. `version`: the one that was looked at; Stale if it is another by now."""
    _need_runner(by)
    draft = draft_of(row, lock=True)
    if draft is None:
        raise Refused(N_("This version is published and never changes; begin a next version."))
    if version is not None and draft.version != version:
        raise Stale(CHANGED)
    document = edit(read(draft.document))
    draft.document = write(document)
    db.session.flush()
    return document


def publish(row: Questionnaire, by: Person | None, words: str = "") -> QuestionnaireVersion:
    """From now on it never changes; it keeps its scale, its minutes and what cannot be compared with the one before."""
    _need_runner(by)
    draft = draft_of(row, lock=True)
    if draft is None:
        raise Refused(N_("There is no draft to publish."))
    document = read(draft.document)
    if found := checking.problems(document):
        raise Refused(found[0].text, **found[0].facts)
    before = newest_published(row)
    if before is not None and before.document == draft.document:
        raise Refused(N_("Nothing would change."))
    if before is not None and not words.strip():
        raise Refused(N_("Please say what was changed and why."))
    draft.minutes = checking.minutes(document)
    draft.broken = checking.broken(read(before.document), document) if before else {}
    draft.change, draft.state = words, PUBLISHED
    draft.published_at, draft.published_by_id = clock.now(), by.id if by else None
    db.session.flush()
    journal.write("questionnaire.published", row, by, became=str(draft.number), why=words, broken=len(draft.broken))
    return draft


def next_version(row: Questionnaire, by: Person) -> QuestionnaireVersion:
    """A draft that begins as the newest version stands; the one there is, where there is one."""
    _need_runner(by)
    _need_in_use(row)
    if (draft := draft_of(row, lock=True)) is not None:
        return draft
    before = newest_published(row)
    if before is None:
        raise Refused(N_("There is no version to go on from."))
    draft = QuestionnaireVersion(
        questionnaire_id=row.id, number=before.number + 1, state=DRAFT, document=before.document, made_at=clock.now()
    )
    db.session.add(draft)
    db.session.flush()
    journal.write("questionnaire.drafted", row, by, became=str(draft.number))
    return draft


def retire(row: Questionnaire, by: Person) -> None:
    """No campaign takes it any more; what was answered stays."""
    _need_runner(by)
    _need_in_use(row)
    row.retired_at = clock.now()
    journal.write("questionnaire.retired", row, by)


def bank() -> list[BankItem]:
    """The questions of the bank, the newest first."""
    rows = db.select(BankItem).where(BankItem.retired_at.is_(None)).order_by(BankItem.id.desc())
    return list(db.session.scalars(rows.limit(300)))


def bank_read() -> list[tuple[BankItem, Question]]:
    """The bank with its questions read."""
    return [(one, question_from(one.question)) for one in bank()]


def put_in_bank(question: Question, by: Person | None) -> BankItem:
    """Keep a question for other questionnaires; without its rule, which speaks of this one."""
    _need_runner(by)
    item = BankItem(
        question=kept_question(replace(question, show_if=None)), by_id=by.id if by else None, at=clock.now()
    )
    db.session.add(item)
    db.session.flush()
    return item


def from_bank(ids: list[int]) -> list[Question]:
    """Questions of the bank by their numbers, in the order of the bank."""
    rows = db.select(BankItem).where(BankItem.id.in_(ids), BankItem.retired_at.is_(None)).order_by(BankItem.id)
    return [question_from(one.question) for one in db.session.scalars(rows)]


def take_from_bank(item: BankItem, by: Person) -> None:
    """It is offered no more; questionnaires that took it keep it."""
    _need_runner(by)
    item.retired_at = item.retired_at or clock.now()


def trial_customers(customers) -> list[Customer]:
    """Three real customers for a test run out of those one may see: the longest name, one of whom something is not
    known, and another."""
    rows = customers.where(Customer.closed_on.is_(None)).options(joinedload(Customer.account_manager))
    gaps = Customer.account_manager_id.is_(None)
    orders = (
        (db.func.length(Customer.name).desc(), Customer.id),
        (db.case((gaps, 0), else_=1), db.func.length(Customer.name), Customer.id),
        (Customer.number,),
    )
    found: dict[int, Customer] = {}
    for order in orders:
        fresh = rows.where(Customer.id.not_in(list(found))) if found else rows
        one = db.session.scalar(fresh.order_by(*order).limit(1))
        if one is not None:
            found[one.id] = one
    return list(found.values())


def _need_runner(by: Person | None) -> None:
    if by is not None and not by.has(Role.SUPERVISOR):
        raise Refused(N_("The quality supervisors write questionnaires."))


def _need_in_use(row: Questionnaire) -> None:
    if row.retired_at is not None:
        raise Refused(N_("This questionnaire is no longer used."))
