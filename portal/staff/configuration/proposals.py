"""A proposal about the policy: what would change, what it would mean for the tickets of today; then it is decided, with a reason."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, redirect, request, url_for
from wtforms import DateField
from wtforms.validators import Optional

from portal import clock
from portal.access.door import me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain import policy_changes, revisions, settings
from portal.domain.people import parties
from portal.domain.people.models import Provider
from portal.domain.policy import Policy
from portal.domain.policy_changes import PlannedOtherwise
from portal.domain.policy_reading import Mistake
from portal.domain.quality import limit_effect
from portal.domain.refusals import Refused
from portal.domain.savepoint import savepoint
from portal.domain.tickets import effect
from portal.domain.tickets.models import Ticket
from portal.i18n import N_
from portal.staff.configuration import proposing
from portal.staff.configuration.places import called as place_called
from portal.staff.configuration.places import wrong_said
from portal.staff.configuration.proposing import NEW, Proposal
from portal.staff.configuration.sections import SECTIONS
from portal.staff.configuration.shape import is_list
from portal.staff.configuration.ways import Decision, door
from portal.staff.configuration.wording import called, title, told_differences
from portal.web import filters
from portal.web.forms import refuse, said
from portal.web.pages import page, say
from portal.web.paging import key_of, moment_and_id

PAGE = 20
ASKED = N_("From which day")


class ProposalForm(Decision):
    """Why, and from which day."""

    on = DateField(
        ASKED, [Optional()], description=N_("Today, or a day to come: it holds from that day's midnight on.")
    )


@dataclass(frozen=True)
class Seen:
    """What a proposal comes to: the two policies, or why it cannot be."""

    old: Policy | None = None
    new: Policy | None = None
    wrong: tuple[str, ...] = ()


@door.get("/proposals/<section>/<code>", needs=P.SETTINGS_RUN)
def proposal(section, code):
    """What would change and what it would mean. `on` tries another day, `after` is a page of the tickets spared."""
    found = proposing.kept(section, code) or abort(404)
    form = ProposalForm(request.args if "on" in request.args else None)
    form.on.data = _day(request.args.get("on")) or _today()
    return _draw(section, code, found, form)


@door.post("/proposals/<section>/<code>", needs=P.SETTINGS_RUN)
def decide(section, code):
    found = proposing.kept(section, code) or abort(404)
    form = ProposalForm()
    if not form.validate() or not _attempted(found, form):
        return _draw(section, code, found, form, 422)
    proposing.discard(section, code)
    day = form.on.data or _today()
    if day > _today():
        say(N_("Decided. It holds from {day} on."), day=day)
    else:
        say(N_("Decided. It holds from now on."))
    return redirect(_back(section), 303)


@door.post("/proposals/<section>/<code>/discard", needs=P.SETTINGS_RUN)
def discard(section, code):
    proposing.discard(section, code)
    say(N_("Nothing was changed."))
    return redirect(_back(section), 303)


def _attempted(found: Proposal, form: ProposalForm) -> bool:
    """Decided, or refused beside the field it is about: what is planned for another day is a matter of the day."""
    try:
        with savepoint():
            _decide(found, form)
    except Refused as refusal:
        refuse(form, "on" if isinstance(refusal, PlannedOtherwise) else refusal.field or "why", refusal)
        return False
    return True


def _decide(found: Proposal, form: ProposalForm) -> None:
    policy_changes.decide(me(), form.why.data, found.change, found.drawn_from, form.on.data or _today())


def _seen(found: Proposal, on: date) -> Seen:
    """As it would hold from this day; of a day that cannot be, which is said beside it, as from today."""
    try:
        old, document = policy_changes.proposed(found.change, on)
    except Refused as refusal:
        if refusal.field == "on":
            return _seen(found, _today())
        return Seen(wrong=(said(refusal),))
    if mistakes := policy_changes.wrong(document):
        return Seen(wrong=tuple(map(_mistake_said, mistakes)))
    return Seen(old, settings.parsed(document))


def _draw(section: str, code: str, found: Proposal, form: ProposalForm, status: int = 200):
    seen = _seen(found, form.on.data or _today())
    form.revision.data = str(found.drawn_from)
    facts = _effect(seen, request.args.get("after")) if seen.old and seen.new else {}
    news = [(one, one.by.name if one.by else None) for one in _news(found)] if found.is_outdated else []
    row = SECTIONS.get(section)
    return page(
        "staff/settings_proposal.html", status, form=form, section=section, code=code, title=title_of(section, code),
        section_title=title(section) if section in SECTIONS else "", means=row.means if row else "", wrong=seen.wrong, news=news,
        differences=told_differences(seen.old, seen.new) if seen.old and seen.new else [], back=_back(section),
        again=_again(section, code, found), today=_today(), here=url_for(".proposal", section=section, code=code), **facts,
    )  # fmt: skip


def _effect(seen: Seen, after: str | None) -> dict:
    """The promises that stay, and what the new policy would have given instead; of limits what they would be."""
    old, new = seen.old, seen.new
    if old is None or new is None:
        return {}
    spared = effect.spared(old, new)
    key = moment_and_id(after)
    rows = [one for one in spared.cases if key is None or (one.due_at, one.id) > key]
    readable = effect.subjects(visible(Ticket, me()), [one.ticket.id for one in rows[:PAGE]]) if rows else {}
    return {
        "spared": spared,
        "cases": [_case(old, one, readable) for one in rows[:PAGE]],
        "limits": limit_effect.of(old, new, parties.providers(visible(Provider, me())))
        if limit_effect.changes_something(old, new) else [],
        "limits_month": limit_effect.last_month(),
        "older": key_of(rows[PAGE - 1].due_at, rows[PAGE - 1].id) if len(rows) > PAGE else None,
        "is_first": not after,
        "examples": [
            {"what": filters.words_in(one.rule.words), "item": called(one.item) if one.item else "", "holds": one.holds, "fresh": one.fresh}
            for one in effect.examples(old, new)
        ],
    }  # fmt: skip


def _case(policy: Policy, one: effect.Case, readable: dict[int, str]) -> dict[str, Any]:
    return {
        "number": one.ticket.number, "subject": readable.get(one.ticket.id), "promise": filters.words_in(policy.called("clocks", one.code)),
        "url": url_for("desk.show", ticket=one.ticket.id) if one.ticket.id in readable else None,
        "due": one.due_at, "would_be": one.would_be,
    }  # fmt: skip


def _news(found: Proposal) -> list:
    return [one for one in revisions.listed("policy", limit=10) if one.id > found.drawn_from]


def title_of(section: str, code: str) -> str:
    """What the proposal is about."""
    if section not in SECTIONS:
        return title(section)
    item = (
        next((one for one in settings.policy().known(section) if code == getattr(one, "code", None)), None)
        if is_list(section)
        else None
    )
    return f"{title(section)} · {called(item)}" if item else title(section)


def _back(section: str) -> str:
    if section in SECTIONS and is_list(section):
        return url_for(".section", section=section)
    return url_for(".promises") if section in SECTIONS else url_for(".history")


def _again(section: str, code: str, found: Proposal) -> str | None:
    """Where what was typed can be gone on with."""
    if found.change.verb == "set":
        return url_for(".section", section=section, again=1)
    if found.change.verb == "put":
        new = url_for(".new_item", section=section, again=1)
        return new if code == NEW else url_for(".item", section=section, code=code, again=1)
    return url_for(".order", section=section) if found.change.verb == "order" else None


def _mistake_said(mistake: Mistake) -> str:
    return f"{place_called(mistake.place, settings.policy())}: {wrong_said(mistake, settings.policy())}"


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _today() -> date:
    return filters.here(clock.now()).date()
