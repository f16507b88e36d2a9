"""The sheet of a survey as a page draws it and reads it: by link, in the portal, and for a trial of a draft."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import abort, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response as Page
from wtforms import StringField

from portal.domain.people.models import Person
from portal.domain.surveys import answering, piping, replies, rules
from portal.domain.surveys.answering import Sheet
from portal.domain.surveys.campaign_models import Invitation
from portal.domain.surveys.document import Document, Question, Section
from portal.domain.surveys.questions import KINDS, NOT_APPLICABLE, STARS, Given, Posted
from portal.i18n import N_, Words
from portal.web import filters
from portal.web.forms import AtMost, Form
from portal.web.pages import page, say
from portal.web.words import gettext

ENDS = {
    "nps": (N_("not at all likely"), N_("very likely")),
    "ten": (N_("very poor"), N_("very good")),
}


class OptOutForm(Form):
    """No more surveys; why, if they say."""

    why = StringField(N_("Would you tell us why?"), [AtMost(300)])


@dataclass(frozen=True)
class Ways:
    """Where the sheet of one invitation lies: its own address by each way of answering."""

    mode: str
    endpoint: str
    parts: Mapping[str, object]
    actor: Person | None = None
    by: Person | None = None
    """Who writes it down, on the telephone."""
    draws: Callable[[dict, int], Page] | None = None
    """Draws the sheet on a page of its own, of what it needs and the status."""

    def to(self, what: str, **more) -> str:
        """The address of «show», «answer», «keep», «thanks» or «opt_out»."""
        return url_for(f"{self.endpoint}.{what}", **self.parts, **more)


@dataclass(frozen=True)
class Drawn:
    """A question as a page draws it: piped words, what was given, what is wrong, when it is asked."""

    question: Question
    number: int
    words: str
    help: str
    options: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, str]]
    values: Mapping[str, Sequence[str]]
    """What stands in each of its fields, by the field's name."""
    error: str
    rule: str
    """When it is asked, in words, where that is decided on this page; what comes of another page is asked or not there."""
    rule_on_page: Mapping[str, str]
    """How the page itself can tell."""

    @property
    def kind(self) -> str:
        return self.question.kind

    @property
    def id(self) -> str:
        return f"q-{self.question.code}"

    def value(self, item: str = "") -> str:
        return next(iter(self.values.get(self.question.named(item), ())), "")

    @property
    def typed(self) -> str:
        """What stands in its one field."""
        return "" if self.value() == NOT_APPLICABLE else self.value()

    def is_chosen(self, code: str) -> bool:
        return code in self.values.get(self.question.named(), ())

    @property
    def applies_not(self) -> bool:
        """Was it said that it does not apply?"""
        return bool(self.values.get(f"na.{self.question.code}")) or self.is_chosen(NOT_APPLICABLE)

    @property
    def is_group(self) -> bool:
        """Has it several fields, so that its words name all of them together?"""
        return self.kind not in ("text", "number", "date")

    @property
    def open_items(self) -> list[str]:
        """Of its rows or things to rank those without an answer, where that is what is wrong."""
        items = {"matrix": self.rows, "ranking": self.options}.get(self.kind, ()) if self.error else ()
        return [code for code, _ in items if not self.value(code)]

    @property
    def first(self) -> int:
        """Which of its fields one is led to, to put it right."""
        items = [code for code, _ in (self.rows or self.options)]
        return items.index(self.open_items[0]) if self.open_items else 0

    @property
    def points(self) -> Sequence[int]:
        return KINDS[self.kind].range()  # pyright: ignore[reportAttributeAccessIssue]  # asked of kinds with points only


def posted() -> Posted:
    """What was sent, each field with all it carries."""
    return {name: request.form.getlist(name) for name in request.form}


def drawn(
    found: Sheet, sections: Sequence[Section], known: Mapping[str, str], raw: Posted | None = None
) -> list[tuple[Section, list[Drawn]]]:
    """These sections with the questions of theirs that may be asked. `raw`: what was typed, where it comes back."""
    numbers = {one.code: n for n, one in enumerate(found.document.questions(), 1)}
    here = {one.code for section in sections for one in section.questions}
    shown = found.shown
    return [
        (
            section,
            [
                _drawn(found, one, numbers[one.code], here, known, raw)
                for one in section.questions
                if one.code in shown or (one.show_if is not None and one.show_if.question in here)
            ],
        )
        for section in sections
    ]


def _drawn(found: Sheet, one: Question, number: int, here: set[str], known, raw: Posted | None) -> Drawn:
    def told(words):
        return filters.words_in(piping.filled_words(words, known))

    rule, on_page = "", {}
    if one.show_if is not None and one.show_if.question in here:
        text, facts = rules.in_words(found.document, one.show_if)
        rule = filters.told(text, _piped(facts, known))
        on_page = {"of": f"q.{one.show_if.question}", "how": one.show_if.how, "values": "|".join(one.show_if.values)}
    error = found.errors.get(one.code)
    wrong = filters.told(error.text, _piped(error.facts, known)) if error else ""
    return Drawn(
        one, number, told(one.words), told(one.help), [(each.code, told(each.words)) for each in one.options],
        [(each.code, told(each.words)) for each in one.rows],
        raw if raw is not None else _fields(one, found.answers.get(one.code, ())), wrong, rule, on_page,
    )  # fmt: skip


def _piped(facts: Mapping, known: Mapping[str, str]) -> dict:
    """The facts of a sentence, with names in the words of the company."""
    return {name: piping.filled_words(one, known) if isinstance(one, Words) else one for name, one in facts.items()}


def _fields(question: Question, given: Sequence[Given]) -> Posted:
    """The fields of a form that say these answers."""
    fields: dict[str, list[str]] = {}
    by_item = question.kind in ("matrix", "ranking")
    for one in given:
        name = question.named(one.item if by_item else "")
        if one.is_not_applicable:
            fields.setdefault(name, []).append(NOT_APPLICABLE)
            if not by_item or not one.item:
                fields[f"na.{question.code}"] = ["y"]
            continue
        value = one.choice or one.text or ("" if one.number is None else f"{one.number:g}")
        fields.setdefault(name, []).append(value)
    return fields


def facts_of(found: Sheet, sections: Sequence[Section], known, raw: Posted | None = None) -> dict:
    """What the fields of a sheet need."""
    return {
        "sheet": found, "parts": drawn(found, sections, known, raw), "star_words": [gettext(word) for word in STARS],
        "ends": {code: tuple(map(gettext, words)) for code, words in ENDS.items()}, "known": known,
        "piped": lambda words: filters.words_in(piping.filled_words(words, known)), "na": NOT_APPLICABLE,
    }  # fmt: skip


# The steps of answering, the same by link and in the portal.


def show(row: Invitation, ways: Ways) -> Page:
    """The sheet where it goes on; once it was sent, the thanks."""
    found = answering.sheet(row)
    if found.is_sent and not (found.may_change and "change" in request.args):
        return thanks(row, ways, found)
    at = _section(found, request.args.get("section", ""))
    if "check" in request.args:
        found.ask_for_missing(_codes(found, at))
    return _page(found, ways, at)


def answer(row: Invitation, ways: Ways) -> Page:
    """One step: kept for later, back, on, or sent."""
    found = answering.held(row)
    if found.is_sent and not found.may_change:
        return redirect(ways.to("show"), 303)
    at, step, given = _section(found, request.form.get("section", "")), request.form.get("step", "save"), posted()
    if found.is_sent and step != "send":  # another window has sent it meanwhile
        say(
            N_("You have answered already, so nothing of this was kept. Changes count once you send them again."),
            "info",
        )
        return redirect(ways.to("show", change=1), 303)
    codes = _codes(found, at)
    facts = {"section": at, "language": _language(row, ways), "wants_answer": _wants(found, at), "by": ways.by}
    if step == "send":
        return _sent(answering.send(found, ways.mode, given, codes, actor=ways.actor, **facts), ways, at, given)
    found = answering.save(found, ways.mode, given, codes, **facts)
    if step == "next":
        found.ask_for_missing(codes)
    if found.errors:  # on the way back too: what makes no sense is not kept, and would be gone
        return _page(found, ways, at, 422, given)
    if step == "save":
        say(N_("Kept. You can go on at any time until the survey ends, here or on another device."))
    to = _beside(found, at, {"next": 1, "back": -1}.get(step, 0))
    answering.go_on_at(found, to or "")
    return redirect(ways.to("show", section=to), 303)


def _sent(found: Sheet, ways: Ways, at: str, given: Posted) -> Page:
    if not found.errors:
        return redirect(ways.to("thanks"), 303)
    first = next(one.code for one in found.document.questions() if one.code in found.errors)
    where = found.document.section_of(first).code
    if at and where != at:
        return redirect(ways.to("show", section=where, check=1), 303)
    return _page(found, ways, at, 422, given)


def keep(row: Invitation, ways: Ways):
    """What is being typed, kept; says when, and how much is left."""
    found = answering.held(row)
    if found.is_sent:
        return render_template("everyone/survey_kept.html", sheet=found, seen="")
    at = _section(found, request.form.get("section", ""))
    codes = _codes(found, at)
    facts = {"section": at, "language": _language(row, ways), "wants_answer": _wants(found, at), "by": ways.by}
    found = answering.save(found, ways.mode, posted(), codes, **facts)
    return render_template("everyone/survey_kept.html", sheet=found, seen=found.marks(codes))


def thanks(row: Invitation, ways: Ways, found: Sheet | None = None) -> Page:
    """Thanks, and what happens next; before it was sent, the sheet."""
    found = found or answering.sheet(row)
    if not found.is_sent:
        return redirect(ways.to("show"), 303)
    known = piping.known_of(row)
    words = filters.words_in(piping.filled_words(found.document.thanks, known))
    asked = found.response is not None and found.response.wants_answer
    reply = replies.of(found.response) if found.response is not None and asked else None
    return page("everyone/survey_thanks.html", sheet=found, ways=ways, row=row, thanks=words, reply=reply)


def no_more(template: str, status: int, **facts) -> Page | str:
    """It takes no answers any more; said on a page, or where somebody is typing that it is not kept."""
    if "X-Background" in request.headers:
        return render_template("everyone/survey_late.html")
    return page(template, status, **facts)


def _language(row: Invitation, ways: Ways) -> str:
    """In which language it is answered: that of the page, but on the telephone theirs."""
    return row.language if ways.by else str(get_locale())


def _wants(found: Sheet, at: str) -> bool | None:
    """Do they ask to be answered? Asked on the last section alone."""
    last = not at or at == found.document.sections[-1].code
    return bool(request.form.get("wants_answer")) if last else None


def _section(found: Sheet, wanted: str) -> str:
    """The section that is shown; empty for all of them at once."""
    if found.document.layout == "one" or found.is_sent:
        return ""
    return wanted if found.document.section(wanted) else found.goes_on_at


def _sections(document: Document, at: str) -> Sequence[Section]:
    one = document.section(at)
    return [one] if one else document.sections


def _codes(found: Sheet, at: str) -> list[str]:
    return [one.code for section in _sections(found.document, at) for one in section.questions]


def _beside(found: Sheet, at: str, by: int) -> str | None:
    """The section before or after that has something to ask."""
    codes = [one.code for one in found.document.sections]
    if at not in codes:
        return None
    n = codes.index(at) + by
    while 0 <= n < len(codes) and by and not _asks(found, found.document.sections[n]):
        n += by
    return codes[min(max(n, 0), len(codes) - 1)]


def _asks(found: Sheet, section: Section) -> bool:
    """Has it something to ask, as things stand?"""
    return any(one.code in found.shown for one in section.questions)


def _page(found: Sheet, ways: Ways, at: str, status: int = 200, raw: Posted | None = None) -> Page:
    row = found.invitation
    if row is None:
        abort(404)
    last = found.document.sections[-1].code
    walked = [one.code for one in found.document.sections if one.code in (at, last) or _asks(found, one)]
    facts = {
        "row": row, "ways": ways, "at": at, "place": walked.index(at) if at else 0, "of": len(walked),
        "is_last": at in ("", last), "seen": found.marks(_codes(found, at)), **facts_of(found, _sections(found.document, at), piping.known_of(row), raw),
    }  # fmt: skip
    return ways.draws(facts, status) if ways.draws else page("everyone/survey.html", status, **facts)
