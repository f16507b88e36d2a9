"""Limits of a quarter (抱怨限值, R32): the visits of the quarter before, what the table says, what was set."""

from datetime import date

from flask import redirect, request, url_for
from wtforms import IntegerField, StringField

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain.people import parties
from portal.domain.people.models import Provider
from portal.domain.quality import limits
from portal.domain.quality.days import following, today
from portal.domain.refusals import Refused
from portal.i18n import N_
from portal.staff.support import door
from portal.web.forms import AtMost, Form, Needed, said
from portal.web.months import code_of, month, month_of
from portal.web.pages import page, say

QUARTERS, WHY = 5, 500


class LimitForm(Form):
    """Another limit than the table's, and why."""

    limit = IntegerField(N_("Limit a month"), [Needed()])
    why = StringField(N_("Reason"), [AtMost(WHY)])


@door.get("/limits", needs=P.QUALITY_READ)
def quarter():
    return _limits_page(_quarter())


def _quarter() -> date:
    given = month_of(request.values.get("quarter"))
    return limits.quarter_of(given or today())


def _limits_page(asked: date, status: int = 200, typed: dict | None = None, wrong: dict | None = None):
    providers = _providers(asked)
    months, ids = limits.months_of(following(asked, -3)), [one.id for one in providers]
    visits, known, steps = limits.visits_of(ids, months), limits.limits_of(ids, asked), limits.steps_of(asked)
    lines = [
        {
            "provider": one, "visits": [(code_of(each), visits.get((one.id, each))) for each in months],
            "table": limits.proposed([visits.get((one.id, each)) for each in months], steps), "set": known.get(one.id),
        }
        for one in providers
    ]  # fmt: skip
    return page(
        "staff/support_limits.html", status, lines=lines, asked=asked, months=[month(one) for one in months],
        code=code_of(asked), works=may(me(), P.QUALITY_WORK), steps=steps, typed=typed or {},
        wrong=wrong or {}, quarters=_quarters(asked), said_quarter=_said(asked),
    )  # fmt: skip


def _providers(quarter: date) -> list[Provider]:
    """Those whose contract reaches into this quarter."""
    return [
        one for one in parties.providers(visible(Provider, me())) if one.is_there_in(quarter, following(quarter, 3))
    ]


def _said(first_day: date) -> str:
    return f"{month(first_day)} – {month(following(first_day, 2))}"


def _quarters(chosen: date) -> list[dict]:
    newest = following(limits.quarter_of(today()), 3)
    listed = [following(newest, -3 * back) for back in range(QUARTERS)]
    return [{"code": code_of(one), "label": _said(one), "chosen": one == chosen} for one in listed]


@door.post("/limits/visits", needs=P.QUALITY_WORK)
def visits():
    """The visits of the quarter before, a field for each provider and month; empty ones stay unknown."""
    asked, given = _quarter(), {name: value.strip() for name, value in request.form.items() if name.startswith("v-")}
    providers = {one.id: one for one in _providers(asked)}
    wrong = {}
    for name, value in given.items():
        _, key, code = (*name.split("-", 2), "", "")[:3]
        provider, of = providers.get(int(key)) if key.isdigit() else None, month_of(code)
        if provider is None or of is None or not value:
            continue
        try:
            limits.enter_visits(
                provider, of, int(value) if value.isascii() and value.isdigit() and len(value) < 8 else -1, me()
            )
        except Refused as no:
            wrong[name] = said(no)
    if wrong:
        return _limits_page(asked, 422, given, wrong)
    say(N_("The visits are kept."))
    return redirect(url_for(".quarter", quarter=code_of(asked)), 303)


@door.post("/limits/table", needs=P.QUALITY_WORK)
def by_table():
    """Set what the table says for every provider whose visits are known and whose limit is not set yet."""
    asked = _quarter()
    made = limits.set_by_table(_providers(asked), asked, me())
    if made:
        say(N_("{number} limits were set by the table."), number=len(made))
    else:
        say(N_("No limit could be set: they are set already, or visits are missing."), "info")
    return redirect(url_for(".quarter", quarter=code_of(asked)), 303)


@door.get("/limits/<int:provider>", needs=P.QUALITY_WORK)
def limit(provider):
    return _limit_page(provider, _quarter(), LimitForm())


@door.post("/limits/<int:provider>", needs=P.QUALITY_WORK)
def set_limit(provider):
    """Another limit for one provider."""
    asked, form = _quarter(), LimitForm()
    if not form.validate() or not attempted(
        form, "why", limits.set_limit, provider, asked, me(), form.limit.data, form.why.data or ""
    ):
        return _limit_page(provider, asked, form, 422)
    return redirect(url_for(".quarter", quarter=code_of(asked)), 303)


def _limit_page(provider: Provider, asked: date, form: LimitForm, status: int = 200):
    months = limits.months_of(following(asked, -3))
    known = limits.visits_of([provider.id], months)
    table = limits.proposed([known.get((provider.id, each)) for each in months], limits.steps_of(asked))
    return page(
        "staff/support_limit.html", status, provider=provider, form=form, code=code_of(asked), said_quarter=_said(asked),
        table=table, held=limits.limits_of([provider.id], asked).get(provider.id),
    )  # fmt: skip
