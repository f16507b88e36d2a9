"""The words of surveys (R29): comments read by hand and coded into issues, several to each; suggestions by cue words."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.people.models import Department, Person
from portal.domain.people.roles import Role
from portal.domain.quality.days import zone
from portal.domain.refusals import Refused, Stale
from portal.domain.surveys.answer_models import SENT, Answer, Response
from portal.domain.surveys.campaign_models import Campaign, Invitation
from portal.domain.surveys.document import Question, read
from portal.domain.surveys.models import QuestionnaireVersion
from portal.domain.surveys.piping import for_anybody
from portal.domain.surveys.word_models import Coded, Issue, Mention
from portal.i18n import N_

LEAST = 10
"""Of fewer anonymous answers nobody reads the words."""
OPEN, CODED, NOTHING, ALL = "open", "coded", "nothing", "all"
CHOICES = {
    OPEN: N_("To be read"), CODED: N_("With issues"), NOTHING: N_("Without an issue"), ALL: N_("All"),
}  # fmt: skip


@dataclass(frozen=True)
class Comment:
    """What somebody wrote: the question, the words, whose they are (nobody's of an anonymous one), what they raise."""

    response: Response
    question: Question
    text: str
    issues: frozenset[int]
    is_read: bool

    @property
    def key(self) -> str:
        return f"{self.response.id}-{self.question.code}"


def issues(with_retired: bool = False) -> list[Issue]:
    """The issues comments are coded into, by name."""
    rows = db.select(Issue).options(joinedload(Issue.department)).order_by(Issue.title)
    return list(db.session.scalars(rows if with_retired else rows.where(Issue.retired_at.is_(None))))


def make(by: Person | None, title: str, title_en: str = "", **facts: Any) -> Issue:
    """One more issue."""
    _need_reader(by)
    _is_new(title)
    row = Issue(
        title=title, title_en=title_en, made_at=clock.now(), made_by_id=by.id if by else None, **_tidy(facts)
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    journal.write("survey_issue.made", row, by, became=title)
    return row


def change(row: Issue, by: Person, version: int | None, title: str, **facts: Any) -> None:
    """Another name, other cue words, another department; what was coded stays."""
    _need_reader(by)
    if version is not None and row.version != version:
        raise Stale(N_("Somebody changed this issue while you were writing. Look at what is new; your text is kept."))
    if title != row.title:
        _is_new(title)
    for name, value in ({"title": title} | _tidy(facts)).items():
        setattr(row, name, value)
    journal.write("survey_issue.changed", row, by, became=title)


def retire(row: Issue, by: Person) -> None:
    """Not offered any more; what was coded stays."""
    _need_reader(by)
    if row.retired_at is None:
        row.retired_at = clock.now()
        journal.write("survey_issue.retired", row, by, was=row.title)


def _tidy(facts: dict) -> dict:
    department: Department | None = facts.pop("department", None)
    cues = list(dict.fromkeys(one.strip() for one in facts.pop("cues", ()) if one.strip()))
    return facts | {"cues": cues, "department_id": department.id if department else None}


def _is_new(title: str) -> None:
    if db.session.scalar(db.select(Issue.id).where(Issue.title == title)):
        raise Refused(N_("There is an issue of this name already."))


def suggested(text: str, among: Iterable[Issue]) -> set[int]:
    """The issues a cue word of which stands in the text; capitals do not matter."""
    said = text.casefold()
    return {one.id for one in among if any(cue.casefold() in said for cue in one.cues)}


def comments(
    rows: Select, which: str, campaign: int | None, issue: int | None, before: int | None, limit: int
) -> list[Comment]:
    """Comments of answers that count (of these responses), of whoever broke off for good too, the newest answers first; three statements."""
    asked = _questions()
    found: Select[Any] = (
        rows.join(Answer, Answer.response_id == Response.id)
        .outerjoin(Coded, (Coded.response_id == Response.id) & (Coded.question == Answer.question))
        .where(is_heard(), Answer.text.is_not(None), _are_words(asked), _enough())
        .add_columns(Answer, _is_read().label("read"))
        .options(
            joinedload(Response.customer), joinedload(Response.campaign),
            joinedload(Response.invitation).joinedload(Invitation.contact),
        )
        .order_by(Response.id.desc(), Answer.question)
    )  # fmt: skip
    raises = (
        db.select(Mention.issue_id)
        .where(Mention.response_id == Response.id, Mention.question == Answer.question)
        .exists()
    )
    shown = {OPEN: ~_is_read(), CODED: _is_read() & raises, NOTHING: _is_read() & ~raises}
    if which in shown:
        found = found.where(shown[which])
    if campaign is not None:
        found = found.where(Response.campaign_id == campaign)
    if issue is not None:
        one = db.select(Mention.response_id).where(Mention.issue_id == issue, Mention.question == Answer.question)
        found = found.where(Response.id.in_(one))
    if before is not None:
        found = found.where(Response.id < before)
    lines = list(db.session.execute(found.limit(limit)))
    raised = _raised([row[0].id for row in lines])
    return [
        Comment(
            response, asked[answer.questionnaire_version_id][answer.question], answer.text,
            frozenset(raised.get((response.id, answer.question), ())), bool(is_read),
        )
        for response, answer, is_read in map(tuple, lines)
    ]  # fmt: skip


def waiting(rows: Select) -> int:
    """How many comments nobody has read yet."""
    asked = _questions()
    found = (
        rows.with_only_columns(db.func.count())
        .select_from(Response)
        .join(Answer, Answer.response_id == Response.id)
        .outerjoin(Coded, (Coded.response_id == Response.id) & (Coded.question == Answer.question))
        .where(is_heard(), Answer.text.is_not(None), _are_words(asked), _enough(), ~_is_read())
    )
    return db.session.scalar(found) or 0


def campaigns_with_words(rows: Select) -> list[Campaign]:
    """The campaigns that have been answered, the newest first."""
    heard = rows.with_only_columns(Response.campaign_id).where(Response.state == SENT)
    return list(
        db.session.scalars(db.select(Campaign).where(Campaign.id.in_(heard)).order_by(Campaign.id.desc()).limit(40))
    )


def _questions() -> dict[int, dict[str, Question]]:
    """The questions after own words, by version."""
    rows = db.select(QuestionnaireVersion.id, QuestionnaireVersion.document)
    return {
        key: {one.code: one for one in for_anybody(read(document)).questions() if one.kind == "text"}
        for key, document in map(tuple, db.session.execute(rows.where(QuestionnaireVersion.state == "published")))
    }


def _are_words(asked: dict[int, dict[str, Question]]) -> ColumnElement[bool]:
    by_version = [
        (Answer.questionnaire_version_id == key) & Answer.question.in_(list(codes)) for key, codes in asked.items()
    ]
    return db.or_(db.false(), *by_version)


def _enough() -> ColumnElement[bool]:
    """Under a name, or of an anonymous campaign with so many answers that no words point to anybody (R29)."""
    many = db.select(Response.campaign_id).where(Response.state == SENT).group_by(Response.campaign_id)
    return Response.invitation_id.is_not(None) | Response.campaign_id.in_(many.having(db.func.count() >= LEAST))


def is_heard() -> ColumnElement[bool]:
    """Sent, or broken off for good: what was said until then counts."""
    broken_off = db.select(Invitation.id).where(Invitation.outcome == "partial")
    return (Response.state == SENT) | Response.invitation_id.in_(broken_off)


def mark(response: Response) -> str:
    """When it was sent: whoever codes a comment says which they have read. Of an anonymous one nothing changes any more."""
    return response.sent_at.isoformat() if response.sent_at else ""


def _is_read() -> ColumnElement[bool]:
    """Read, and not sent anew since."""
    return Coded.coded_at.is_not(None) & (Response.sent_at.is_(None) | (Coded.coded_at >= Response.sent_at))


def _raised(ids: Sequence[int]) -> dict[tuple[int, str], set[int]]:
    found: dict[tuple[int, str], set[int]] = {}
    rows = db.select(Mention.response_id, Mention.question, Mention.issue_id).where(Mention.response_id.in_(ids))
    for response, question, issue in map(tuple, db.session.execute(rows)):
        found.setdefault((response, question), set()).add(issue)
    return found


def code(response: Response, question: str, raised: Collection[int], by: Person, seen: str | None = None) -> None:
    """Somebody has read this comment: it raises these issues, or none. Read again, the new reading holds. `seen`: the mark
    of the answer that was read."""
    _need_reader(by)
    if seen is not None and seen != mark(response):
        raise Stale(N_("They changed their answers while you were reading: look at what they say now."))
    said = db.session.get(Answer, (response.id, question, ""))
    counts = db.session.scalar(db.select(Response.id).where(Response.id == response.id, is_heard()))
    if counts is None or said is None or not said.text:
        raise Refused(N_("Nothing was written there."))
    known = {one.id for one in issues()}
    of_it = db.select(Mention).where(Mention.response_id == response.id, Mention.question == question)
    before = {one.issue_id: one for one in db.session.scalars(of_it)}
    day = response.sent_on or (response.saved_at or clock.now()).astimezone(zone()).date()
    for key in before.keys() - set(raised):
        if key in known:
            db.session.delete(before[key])
    for key in (set(raised) & known) - before.keys():
        db.session.add(Mention(
            response_id=response.id, question=question, issue_id=key, customer_id=response.customer_id, raised_on=day
        ))  # fmt: skip
    row = db.session.get(Coded, (response.id, question)) or Coded(
        response_id=response.id, question=question, campaign_id=response.campaign_id
    )
    row.coded_at, row.by_id = clock.now(), by.id
    db.session.add(row)
    db.session.flush()


def _need_reader(by: Person | None) -> None:
    if by is not None and not by.has(Role.SUPERVISOR):
        raise Refused(N_("The quality supervisors read and code the comments."))
