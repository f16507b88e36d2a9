"""What the results of a survey have lines for (R29): each rated question and row, told apart where versions cannot be compared.

`era` says since when a question means the same: how many versions up to this one broke with its answers before
(checking.broken). Answers of the same question, item and era are put together, whatever version they were given to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from portal.db import db
from portal.domain.surveys.document import Document, Question, read
from portal.domain.surveys.models import QuestionnaireVersion
from portal.domain.surveys.piping import for_anybody
from portal.i18n import Words

STARS, TEN, NPS, NUMBER = "stars", "ten", "nps", "number"
MEASURED = {"stars": STARS, "matrix": STARS, "ten": TEN, "nps": NPS, "number": NUMBER}
"""Kinds of questions whose answers are numbers, and how these are reckoned with."""
Key = tuple[str, str, int]
"""Question, item, era."""


@dataclass(frozen=True)
class Version:
    """A version some of the answers were given to."""

    id: int
    number: int
    questionnaire_id: int
    document: Document
    eras: Mapping[str, int]

    @property
    def values(self) -> tuple[int, ...]:
        """The worth of one to five (formulas 3.2)."""
        return self.document.values


@dataclass(frozen=True)
class Line:
    """One rated question, or one row of a matrix."""

    code: str
    item: str
    era: int
    how: str
    """stars · ten · nps · number"""
    words: Words
    question: Question
    versions: tuple[int, ...]
    """Numbers of the versions it is put together from."""
    values: tuple[int, ...]
    section: Words

    @property
    def key(self) -> Key:
        return self.code, self.item, self.era

    @property
    def dimension(self) -> str:
        return self.question.dimension

    @property
    def name(self) -> str:
        """Like no other line's, for addresses and ids."""
        return "-".join(part for part in (self.code, self.item, str(self.era) if self.era else "") if part)


@dataclass(frozen=True)
class Block:
    """One question as a whole, with whatever may be answered to it."""

    question: Question
    era: int
    versions: tuple[int, ...]
    section: Words
    is_newest: bool
    """No later version asks it otherwise."""

    @property
    def key(self) -> Key:
        return self.question.code, "", self.era

    @property
    def name(self) -> str:
        return f"{self.question.code}-{self.era}" if self.era else self.question.code


@dataclass(frozen=True)
class Paper:
    """All that was asked in a campaign: its versions, the newest first, and what there are lines for."""

    versions: tuple[Version, ...]
    blocks: tuple[Block, ...] = field(default=(), compare=False)
    lines: tuple[Line, ...] = field(default=(), compare=False)

    @property
    def newest(self) -> Version:
        return self.versions[0]

    def lines_of(self, block: Block) -> list[Line]:
        return [one for one in self.lines if (one.code, one.era) == (block.question.code, block.era)]

    def block(self, name: str) -> Block | None:
        return next((one for one in self.blocks if one.name == name), None)

    def overall(self) -> Line | None:
        """The question on satisfaction as a whole: the first rated one that asks about no side of its own."""
        rated = [one for one in self.lines if one.how == STARS]
        plain = [one for one in rated if not one.dimension and not one.item]
        return next(iter([*plain, *rated]), None)


def paper(version_ids: Iterable[int], asked: int) -> Paper:
    """What these versions asked; `asked` is the campaign's own, which stands even before anybody has answered."""
    wanted = {*version_ids, asked}
    kept = db.select(QuestionnaireVersion.questionnaire_id).where(QuestionnaireVersion.id.in_(wanted))
    rows = db.session.execute(
        db.select(
            QuestionnaireVersion.id, QuestionnaireVersion.number, QuestionnaireVersion.questionnaire_id,
            QuestionnaireVersion.broken, db.case((QuestionnaireVersion.id.in_(wanted), QuestionnaireVersion.document)),
        )
        .where(QuestionnaireVersion.questionnaire_id.in_(kept))
        .order_by(QuestionnaireVersion.questionnaire_id, QuestionnaireVersion.number)
    )  # fmt: skip
    found, eras, before = [], {}, None
    for key, number, questionnaire, broken, document in map(tuple, rows):
        eras = dict(eras) if questionnaire == before else {}
        before = questionnaire
        for code in broken or ():
            eras[code] = eras.get(code, 0) + 1
        if key in wanted:
            found.append(Version(key, number, questionnaire, for_anybody(read(document)), dict(eras)))
    versions = tuple(sorted(found, key=lambda one: (one.id == asked, one.number), reverse=True))
    blocks = tuple(_blocks(versions))
    return Paper(versions, blocks, tuple(_lines(versions, blocks)))


def _blocks(versions: tuple[Version, ...]) -> Iterable[Block]:
    """Every question in the order of the newest version; what older ones asked otherwise comes behind."""
    numbers: dict[tuple[str, int], list[int]] = {}
    first: dict[tuple[str, int], tuple[Question, Words]] = {}
    for version in versions:
        for section in version.document.sections:
            for question in section.questions:
                key = (question.code, version.eras.get(question.code, 0))
                numbers.setdefault(key, []).append(version.number)
                first.setdefault(key, (question, section.words))
    newest: dict[str, int] = {}
    for code, era in first:
        newest[code] = max(era, newest.get(code, era))
    for key, (question, section) in first.items():
        yield Block(question, key[1], tuple(sorted(numbers[key])), section, newest[key[0]] == key[1])


def _lines(versions: tuple[Version, ...], blocks: tuple[Block, ...]) -> Iterable[Line]:
    values = {number: one.values for one in versions for number in (one.number,)}
    for block in blocks:
        question = block.question
        if question.kind not in MEASURED:
            continue
        for item, words in [(row.code, row.words) for row in question.rows] or [("", question.words)]:
            yield Line(
                question.code, item, block.era, MEASURED[question.kind], words, question, block.versions,
                values[block.versions[-1]], block.section,
            )  # fmt: skip
