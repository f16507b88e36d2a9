"""Changing what is promised: first what would change is shown, then it is decided, with a reason, as a new revision."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from flask import abort, redirect, request, url_for
from flask_babel import gettext, ngettext
from wtforms import DecimalField, IntegerField, SelectField, TimeField
from wtforms.validators import NumberRange, Optional

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.domain import policy_changes, settings
from portal.domain.policy import Policy
from portal.domain.refusals import Refused
from portal.i18n import N_
from portal.staff.configuration.places import FIGURES
from portal.staff.configuration.ways import Decision, door
from portal.web.filters import number, stamp, words_in
from portal.web.forms import Needed, refuse
from portal.web.pages import page, say
from portal.web.promises import in_words
from portal.working_time import Promise, Unit

UNITS = {
    str(Unit.WORKING_DAYS): N_("working days"),
    str(Unit.WORKING_HOURS): N_("working hours"),
    str(Unit.HOURS): N_("hours by the clock"),
}
BOUNDS = N_("Please give a number in these bounds.")


def _count(name: str, low: int, high: int) -> IntegerField:
    return IntegerField(FIGURES[name], [Needed(), NumberRange(low, high, BOUNDS)], description=f"{low}–{high}")


def _length(name: str, high: int) -> DecimalField:
    bounds = [Needed(), NumberRange(0, high, BOUNDS)]
    return DecimalField(FIGURES[name], bounds, places=None, description=f"0–{high}")


class Values(Decision):
    """A decision whose fields are the values themselves."""

    def values(self) -> dict:
        """The keyword arguments of the change."""
        raise NotImplementedError


class LimitsForm(Values):
    reopen_days = _count("limits.reopen_days", 0, 365)
    call_attempts = _count("limits.call_attempts", 1, 10)
    undo_seconds = _count("limits.undo_seconds", 0, 120)
    low_score = _count("limits.low_score", 1, 4)

    def values(self) -> dict:
        return {name: getattr(self, name).data for name in policy_changes.LIMITS}


class WarningsForm(Values):
    before_hours = _length("warnings.before_hours", 72)
    escalate_after_hours = _length("warnings.escalate_after_hours", 72)

    def values(self) -> dict:
        return {name: float(getattr(self, name).data) for name in policy_changes.WARNINGS}


class HoursForm(Values):
    morning_from = TimeField(N_("Open from"), [Needed()])
    morning_until = TimeField(N_("Until"), [Needed()])
    afternoon_from = TimeField(N_("Open again from"), [Optional()], description=N_("Blank where there is no break."))
    afternoon_until = TimeField(N_("Until"), [Optional()])
    cut_off = TimeField(
        N_("Daily cut-off"), [Needed()], description=N_("What arrives later counts as of the next working day.")
    )

    def values(self) -> dict:
        pairs = ((self.morning_from, self.morning_until), (self.afternoon_from, self.afternoon_until))
        hours = tuple((begin.data, end.data) for begin, end in pairs if begin.data and end.data)
        return {"hours": hours, "cut_off": self.cut_off.data}


class ClosureForm(Values):
    amount = DecimalField(
        N_("Closed within"), [Needed(), NumberRange(0.5, 120, BOUNDS)], places=None, description="0.5–120"
    )
    unit = SelectField(N_("Unit"), choices=UNITS)

    def values(self) -> dict:
        return {"promise": Promise(float(self.amount.data), Unit(self.unit.data))}


@dataclass(frozen=True)
class Part:
    """A part of the policy that is decided together: its title, form, what holds, how it is decided, what it means."""

    title: str
    form: type[Values]
    now: Callable[[Policy], Mapping[str, Any]]
    decide: Callable[..., None]
    means: Callable[[Any], list[str]]


def _limits_mean(form: LimitsForm) -> list[str]:
    limits = settings.policy().limits
    told = _figures("limits", {name: (getattr(limits, name), value) for name, value in form.values().items()})
    return [
        *told,
        gettext("These figures hold at once for every ticket, also for those that are open or closed already."),
    ]


def _warnings_mean(form: WarningsForm) -> list[str]:
    warnings = settings.policy().warnings
    told = _figures("warnings", {name: (getattr(warnings, name), value) for name, value in form.values().items()})
    return [*told, gettext("Who was warned already is not warned again.")]


def _hours_mean(form: HoursForm) -> list[str]:
    holds, fresh = policy_changes.with_hours(**form.values())
    example = gettext(
        "A promise of one working day, given now, would end %(fresh)s; as it holds it ends %(holds)s.",
        fresh=stamp(fresh.due), holds=stamp(holds.due),
    )  # fmt: skip
    return [_keeps(), example]


def _figures(part: str, pairs: Mapping[str, tuple[Any, Any]]) -> list[str]:
    return [
        gettext(
            "%(what)s: %(was)s → %(became)s",
            what=gettext(FIGURES[f"{part}.{name}"]),
            was=_short(was),
            became=_short(became),
        )
        for name, (was, became) in pairs.items()
        if was != became
    ]


def _short(value: float) -> str:
    return number(value) if value == int(value) else number(value, 1)


def _keeps() -> str:
    count = policy_changes.open_tickets()
    return ngettext(
        "%(num)d open ticket keeps the promises it was given; later ones are given by the new rules.",
        "%(num)d open tickets keep the promises they were given; later ones are given by the new rules.", count,
    )  # fmt: skip


def _hours_now(policy: Policy) -> dict[str, time]:
    hours = policy.calendar.hours
    found = {"morning_from": hours[0][0], "morning_until": hours[0][1], "cut_off": policy.calendar.cut_off}
    return found | ({"afternoon_from": hours[1][0], "afternoon_until": hours[1][1]} if len(hours) > 1 else {})


PARTS = {
    "limits": Part(
        N_("Limits"), LimitsForm, lambda policy: vars(policy.limits), policy_changes.set_limits, _limits_mean
    ),
    "warnings": Part(
        N_("Warnings"), WarningsForm, lambda policy: vars(policy.warnings), policy_changes.set_warnings, _warnings_mean
    ),
    "hours": Part(N_("Opening hours and cut-off"), HoursForm, _hours_now, policy_changes.set_hours, _hours_mean),
}


@door.get("/promises/<part>", needs=P.SETTINGS_RUN)
def edit(part):
    """The form; with values in the address, what they would mean."""
    chosen = PARTS.get(part) or abort(404)
    if not request.args:
        return _drawn(chosen, chosen.form(data=chosen.now(settings.policy())), url_for(".edit", part=part))
    return _previewed(chosen, chosen.form(request.args), url_for(".edit", part=part))


@door.post("/promises/<part>", needs=P.SETTINGS_RUN)
def decide(part):
    chosen = PARTS.get(part) or abort(404)
    form = chosen.form()
    return _decided(
        chosen,
        form,
        lambda: chosen.decide(me(), form.why.data, form.drawn_from(), **form.values()),
        url_for(".edit", part=part),
    )


@door.get("/promises/classes/<code>", needs=P.SETTINGS_RUN)
def edit_class(code):
    chosen, here = _of_class(code), url_for(".edit_class", code=code)
    if not request.args:
        return _drawn(chosen, ClosureForm(data=chosen.now(settings.policy())), here)
    return _previewed(chosen, ClosureForm(request.args), here)


@door.post("/promises/classes/<code>", needs=P.SETTINGS_RUN)
def decide_class(code):
    chosen, form = _of_class(code), ClosureForm()
    return _decided(
        chosen, form, lambda: policy_changes.set_closure(me(), form.why.data, form.drawn_from(), code, **form.values()),
        url_for(".edit_class", code=code),
    )  # fmt: skip


def _of_class(code: str) -> Part:
    """The closing promise of one class, as a part of the policy."""
    klass = next((one for one in settings.policy().classes if one.code == code and not one.is_group), None) or abort(
        404
    )

    def means(form: ClosureForm) -> list[str]:
        holds, fresh = policy_changes.reckoned(code, form.values()["promise"])
        example = gettext(
            "An ordinary ticket of this class, opened now, would have to be closed by %(fresh)s; as it holds by %(holds)s.",
            fresh=stamp(fresh.due), holds=stamp(holds.due),
        )  # fmt: skip
        change = gettext(
            "Closed within: %(was)s → %(became)s",
            was=in_words(klass.closure),
            became=in_words(form.values()["promise"]),
        )
        return [change, _keeps(), example]

    now = {"amount": klass.closure.amount, "unit": str(klass.closure.unit)}
    return Part(words_in(klass.words), ClosureForm, lambda _: now, policy_changes.set_closure, means)


def _drawn(part: Part, form: Values, here: str, status: int = 200, means: list[str] | None = None):
    """The form, and where its values can hold, what they would mean and the button that decides."""
    form.revision.data = str(settings.policy_id())
    fields = [field for field in form if field.name not in ("why", "revision")]
    return page(
        "staff/decision.html", status, form=form, fields=fields, here=here, means=means, title=gettext(part.title),
        wrong=any(field.errors for field in fields),
    )  # fmt: skip


def _previewed(part: Part, form: Values, here: str, status: int = 200):
    """What it would mean. The reason is asked for when it is decided, not before."""
    if status == 200:
        form.validate()
        form.why.errors = []
    if any(field.errors for field in form if field.name != "why"):
        return _drawn(part, form, here, 422)
    try:
        return _drawn(part, form, here, status, part.means(form))
    except Refused as refusal:
        refuse(form, next(name for name in form.data if name not in ("why", "revision")), refusal)
        return _drawn(part, form, here, 422)


def _decided(part: Part, form: Values, decide: Callable[[], None], here: str):
    if not form.validate() or not attempted(form, "why", decide):
        return _previewed(part, form, here, 422)
    say(N_("Decided. It holds from now on."))
    return redirect(url_for(".promises"), 303)
