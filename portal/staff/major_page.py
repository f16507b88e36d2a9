"""The page of a major case (R20): what its forms are, what stands in each box, what its reader may do there."""

from dataclasses import dataclass

from flask import redirect, url_for
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, TextAreaField

from portal.access.door import me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import find, visible
from portal.domain import drafts, files, settings, told
from portal.domain.drafts import Draft
from portal.domain.journal import Entry
from portal.domain.quality import (
    improvement,
    improvement_list,
    major,
    major_approvals,
    major_dossier,
    major_list,
    penalties,
)
from portal.domain.quality.improvement_models import Improvement
from portal.domain.quality.major_dossier import Dossier, Part
from portal.domain.quality.major_models import MajorCase
from portal.domain.quality.support_models import Penalty
from portal.domain.tickets.lifecycle import handled_by
from portal.domain.tickets.models import Ticket
from portal.i18n import N_
from portal.staff import desk_telling
from portal.staff.major import MOST_YUAN, WORDS
from portal.web import filters, promises
from portal.web.fields import AmountField, MomentField
from portal.web.forms import AtMost, Between, Form, Needed
from portal.web.pages import page

PHOTOS = ",".join(f".{ending}" for ending in files.PHOTOS)
PAPERS = ",".join(f".{ending}" for ending in files.ALLOWED)


class DecideForm(Form):
    """Is it one?"""

    accepted = RadioField(
        N_("Is it a major complaint?"), [Needed()],
        choices={"yes": N_("Yes: everybody who must know is told now"), "no": N_("No, an ordinary one")},
    )  # fmt: skip
    reason = TextAreaField(N_("Reason"), [Needed(), AtMost(WORDS)])


class EntryForm(Form):
    """What happened when."""

    happened = MomentField(N_("When"), [Needed()])
    body = TextAreaField(N_("What happened"), [Needed(), AtMost(WORDS)], id="entry_body")


class CompensationForm(Form):
    """How much, and what for."""

    amount = AmountField(N_("Special compensation (yuan)"), [Needed(), Between(1, MOST_YUAN)])
    words = TextAreaField(N_("What for, and what was agreed"), [Needed(), AtMost(WORDS)], id="compensation_words")


class CloseForm(Form):
    """How it went, what is learnt, what is improved."""

    review = TextAreaField(N_("Review: what went well, what did not"), [Needed(), AtMost(WORDS)])
    lessons = TextAreaField(N_("Lessons"), [Needed(), AtMost(WORDS)])
    improvement = TextAreaField(N_("Improvement: what, who, until when"), [AtMost(WORDS)])


@dataclass(frozen=True)
class Drawn:
    """A part of the dossier as it is drawn: what stands in its box, and what went wrong there."""

    part: Part
    text: str
    is_open: bool = False
    error: str = ""
    moved: bool = False
    """Somebody else wrote here since what stands in the box was begun."""

    @property
    def key(self) -> str:
        """Its place as it stands in ids and anchors."""
        return self.part.place.replace("/", "_")

    @property
    def version(self) -> int:
        """What the box was drawn over; 0 where nothing is written yet."""
        return self.part.item.version if self.part.item else 0


@dataclass(frozen=True)
class Wrong:
    """What could not be kept at a place: as it was typed, over which version, and why."""

    text: str
    base: int
    error: str


def to_case(case: MajorCase, anchor: str | None = None):
    """Back to the case, once something was done."""
    return redirect(url_for("major.show", major=case.id, _anchor=anchor), 303)


def case_page(
    case: MajorCase, status: int = 200, *, wrong: dict[str, Wrong] | None = None, wrong_files: dict[str, str] | None = None,
    wrong_approval: dict[int, tuple[str, str]] | None = None, **forms,
):  # fmt: skip
    """The page; what went wrong with a part, with files or with an approval stands at its place."""
    ticket = find("ticket", case.ticket_id, me())
    dossier, mine = major_dossier.of(case), _drafts(case)
    fresh = {
        "decide_form": _fresh(DecideForm, mine.get("decision")) if may(me(), P.MAJOR_DECIDE) else None,
        "entry_form": _fresh(EntryForm, mine.get("entry")),
        "compensation_form": _fresh(CompensationForm, mine.get("compensation")),
        "close_form": _fresh(CloseForm, mine.get("closing")),
    }
    return page(
        "staff/major.html", status, case=case, ticket=ticket, words=major, signs=major.signs_of(case),
        limit=settings.policy().major.amount_yuan, chip=_chip(case), dossier=dossier, counted=dossier.counted,
        drawn=_drawn(dossier, mine, wrong or {}), no_writing=major_dossier.why_not_write(case, me()),
        wrong_files=wrong_files or {}, wrong_approval=wrong_approval or {}, happened=_happened(ticket), tell=desk_telling,
        photo_kinds=PHOTOS, paper_kinds=PAPERS, narrow=me().provider_id is not None,
        **_acts(case, ticket, dossier), **fresh | forms,
    )  # fmt: skip


def _chip(case: MajorCase) -> promises.Chip | None:
    owed = major_list.promises([case]).get(case.ticket_id)
    if owed is None:
        return None
    return promises.chip(owed, url_for("desk.promise", ticket=case.ticket_id, deadline=owed.id))


def _acts(case: MajorCase, ticket: Ticket, dossier: Dossier) -> dict:
    """Approvals, reports and the end, and what the reader may do there."""
    approvals, hands = major_approvals.of(case), handled_by(ticket)
    no = {one.id: major_approvals.why_not_decide(one, ticket, me(), hands) for one in approvals}
    no_closing = major_approvals.why_not_close(case, ticket, me(), approvals, hands)
    providers, given = penalties.about(visible(Penalty, me()), ticket) if may(me(), P.QUALITY_READ) else ([], [])
    return {
        "approvals": approvals,
        "approval_words": major_approvals,
        "missing_papers": major_dossier.missing_papers(dossier),
        "stands": {one.id: major_approvals.stands(one, dossier) for one in approvals},
        "may_approve": {key for key, why in no.items() if why is None},
        "why_no_approval": {key: why for key, why in no.items() if why and may(me(), P.MAJOR_APPROVE)},
        "latest": {what: major_approvals.last(approvals, what) for what in major_approvals.WHAT},
        "reports": major_approvals.reports(case) if me().provider_id is None else [],
        "providers": providers if case.state in (major.ACCEPTED, major.CLOSED) else [],
        "penalties": given,
        "penalty_words": penalties,
        "may_punish": may(me(), P.QUALITY_WORK),
        "actions": improvement_list.of_source(visible(Improvement, me()), "major", case.id),
        "action_words": improvement,
        "may_close": no_closing is None,
        "may_propose": may(me(), P.DESK_NOTE) and ticket.is_live and major.why_not_propose(ticket, case) is None,
        "no_closing": no_closing if may(me(), P.MAJOR_DECIDE) else None,
    }


def _fresh(kind: type[Form], draft: Draft | None) -> Form:
    """A form with what one's draft holds."""
    return kind(formdata=MultiDict(draft.fields) if draft else MultiDict())


def _drafts(case: MajorCase) -> dict[str, Draft]:
    """One's own drafts in this case, by what they are for: a place of the dossier, «entry», «closing» …"""
    front = f"major/{case.id}/"
    wanted = (*major_dossier.places(), "entry", "compensation", "closing", "decision")
    found = drafts.at(me(), [front + place for place in wanted])
    return {place.removeprefix(front): draft for place, draft in found.items()}


def _drawn(dossier: Dossier, mine: dict[str, Draft], wrong: dict[str, Wrong]) -> dict[str, Drawn]:
    """Every part with what stands in its box: what was refused, what a draft holds, or what is kept."""
    return {
        part.place: _one(part, wrong.get(part.place) or _unsent(part, mine.get(part.place)))
        for part in (*dossier.items, *dossier.photos, *dossier.papers)
    }


def _one(part: Part, typed: Wrong | None) -> Drawn:
    kept, version = (part.item.body, part.item.version) if part.item else ("", 0)
    if typed is None:
        return Drawn(part, kept)
    return Drawn(part, typed.text, True, typed.error, typed.base != version)


def _unsent(part: Part, draft: Draft | None) -> Wrong | None:
    """What one's draft holds for this part, if it is not what is kept already."""
    text = draft.fields.get("body", "") if draft else ""
    if not draft or not text or (part.item and part.item.body == text):
        return None
    base = str(draft.fields.get("base", "0"))
    return Wrong(text, int(base) if base.isdecimal() and len(base) < 9 else 0, "")


def _happened(ticket: Ticket) -> list[tuple]:
    """What happened to the ticket itself, as its reader may see it: (moment, sentence), the oldest first."""
    rows = major_dossier.happened(visible(Entry, me()), ticket)
    return [(entry.at, filters.told(*told.sentence(entry))) for entry in rows]
