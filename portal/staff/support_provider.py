"""What weighs on one provider (R32): standing, harm to the market, penalties, stars; each with its history."""

from flask import abort, redirect, request, url_for
from wtforms import DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import find, visible
from portal.domain import settings
from portal.domain.people.models import Provider
from portal.domain.quality import major_list, support
from portal.domain.quality import penalties as rules
from portal.domain.quality.days import first, today
from portal.domain.quality.major_models import MajorCase
from portal.domain.quality.support_models import MarketHarm, ProviderStanding, SupportResult
from portal.domain.refusals import Refused
from portal.domain.tickets import queue
from portal.domain.tickets.models import Ticket
from portal.i18n import N_
from portal.staff.offering import form_page
from portal.staff.support import door, heads, line
from portal.web.fields import AmountField
from portal.web.forms import BODY, AtMost, Form, Needed
from portal.web.months import code_of, month_of
from portal.web.pages import page, say
from portal.web.paging import typed
from portal.web.words import gettext


class StandingForm(Form):
    """In transition or suspended, from when, why."""

    sort = RadioField(N_("Standing"), [Needed()], choices=rules.STANDINGS)
    since = DateField(N_("From"), [Needed()])
    reason = TextAreaField(N_("Reason"), [Needed(), AtMost(BODY)])


class EndForm(Form):
    """The last day of a standing."""

    until = DateField(N_("Last day"), [Needed()])


class HarmForm(Form):
    """Harm to market or media, in which month, by which complaint."""

    month = StringField(N_("Month"), [Needed()])
    number = StringField(N_("Number of the complaint"), [AtMost(24)])
    what = TextAreaField(N_("What happened"), [Needed(), AtMost(BODY)])


class WithdrawForm(Form):
    """Why harm that was noted is withdrawn."""

    why = TextAreaField(N_("Reason"), [Needed(), AtMost(BODY)])


class PenaltyForm(Form):
    """A penalty to propose."""

    sort = SelectField(N_("Penalty"), [Needed()], choices=rules.SORTS)
    amount = AmountField(N_("Amount (yuan)"), [Optional()], description=N_("Of a fine."))
    number = StringField(N_("Number of the major complaint"), [Needed(), AtMost(24)])
    reason = TextAreaField(N_("Reason"), [Needed(), AtMost(BODY)])


class DecisionForm(Form):
    """A manager's word on a penalty."""

    granted = RadioField(N_("Decision"), [Needed()], choices={"yes": N_("Grant"), "no": N_("Decline")})
    reason = TextAreaField(N_("Reason"), [Needed(), AtMost(BODY)])


class StarsForm(Form):
    """The stars from now on."""

    stars = IntegerField(N_("Stars"), [Needed()])
    why = TextAreaField(N_("Reason"), [Needed(), AtMost(BODY)])


FORMS = {"standing": StandingForm, "harm": HarmForm, "penalty": PenaltyForm, "stars": StarsForm}
TITLES = {
    "standing": N_("Note transition or suspension"),
    "harm": N_("Note harm to market or media"),
    "penalty": N_("Propose a penalty"),
    "stars": N_("Change the stars"),
}


@door.get("/providers/<int:provider>", needs=P.QUALITY_READ)
def provider(provider):
    results = support.of_provider(visible(SupportResult, me()), provider.id)
    penalties = rules.penalties(provider)
    return page(
        "staff/support_provider.html", provider=provider, rules=rules, standings=rules.standings(provider),
        harms=rules.harms(provider), penalties=penalties, ratings=rules.ratings(provider), most=settings.policy().support.stars,
        results=[line(one) for one in results], words=support, heads=heads(), works=may(me(), P.QUALITY_WORK),
        decides={one.id for one in penalties if rules.why_not_decide(one, me()) is None},
        is_removed=provider.is_open_on(today()) and any(one.sort == "removal" and one.is_granted for one in penalties),
    )  # fmt: skip


@door.get("/providers/<int:provider>/<sort>", needs=P.QUALITY_WORK)
def new(provider, sort):
    return _form_page(provider, sort, _fresh(sort))


def _fresh(sort: str) -> Form:
    given = {
        "harm": {"month": code_of(first(today()))},
        "standing": {"since": today()},
        "penalty": {"number": typed(request.args.get("number"), 24)},
    }
    return FORMS[_known(sort)](**given.get(sort, {}))


def _known(sort: str) -> str:
    return sort if sort in FORMS else abort(404)


def _form_page(provider: Provider, sort: str, form: Form, status: int = 200):
    return page(
        "staff/support_form.html",
        status,
        provider=provider,
        sort=sort,
        form=form,
        title=gettext(TITLES[_known(sort)]),
        action=request.path,
    )


@door.post("/providers/<int:provider>/<sort>", needs=P.QUALITY_WORK)
def create(provider, sort):
    form = FORMS[_known(sort)]()
    field = {"harm": "number", "penalty": "amount", "stars": "stars", "standing": "since"}[sort]
    if not form.validate() or attempted(form, field, _CREATE[sort], provider, form) is False:
        return _form_page(provider, sort, form, 422)
    say(N_("Proposed; the managers were told.") if sort == "penalty" else N_("Kept."))
    return redirect(url_for(".provider", provider=provider.id), 303)


def _ticket(number: str | None) -> Ticket | None:
    if not number:
        return None
    key = queue.numbered(visible(Ticket, me()), number) or major_list.numbered(visible(MajorCase, me()), number)
    if key is None:
        raise Refused(N_("There is no ticket {number} that you can see."), number=number).beside("number")
    return find("ticket", key, me())


def _standing(provider: Provider, form: StandingForm):
    return rules.note_standing(provider, form.sort.data, form.since.data, form.reason.data, me())


def _harm(provider: Provider, form: HarmForm):
    of = month_of(form.month.data)
    if of is None or of > first(today()):
        raise Refused(N_("Please give a month like 2026-10 that has begun.")).beside("month")
    return rules.note_harm(provider, of, form.what.data, me(), _ticket(form.number.data))


def _penalty(provider: Provider, form: PenaltyForm):
    return rules.propose(provider, form.sort.data, form.reason.data, me(), form.amount.data, _ticket(form.number.data))


def _stars(provider: Provider, form: StarsForm):
    return rules.rate(provider, form.stars.data, form.why.data, me())


_CREATE = {"standing": _standing, "harm": _harm, "penalty": _penalty, "stars": _stars}


def _need_theirs(provider: Provider, row: ProviderStanding | MarketHarm) -> None:
    """What the address names below a provider is that provider's own."""
    if row.provider_id != provider.id:
        abort(404)


@door.get("/providers/<int:provider>/standings/<int:standing>", needs=P.QUALITY_WORK)
def ending(provider, standing):
    _need_theirs(provider, standing)
    return _small_page(provider, EndForm(until=today()), N_("End it"), no=rules.why_not_end(standing))


@door.post("/providers/<int:provider>/standings/<int:standing>", needs=P.QUALITY_WORK)
def end(provider, standing):
    _need_theirs(provider, standing)
    form = EndForm()
    if (
        not form.validate()
        or attempted(form, "until", _done, rules.end_standing, standing, provider, form.until.data, me()) is False
    ):
        return _small_page(provider, form, N_("End it"), 422)
    say(N_("Kept."))
    return redirect(url_for(".provider", provider=provider.id), 303)


@door.get("/providers/<int:provider>/harms/<int:harm>", needs=P.QUALITY_WORK)
def withdrawing(provider, harm):
    _need_theirs(provider, harm)
    return _small_page(provider, WithdrawForm(), N_("Withdraw this note"), no=rules.why_not_withdraw(harm))


@door.post("/providers/<int:provider>/harms/<int:harm>", needs=P.QUALITY_WORK)
def withdraw(provider, harm):
    _need_theirs(provider, harm)
    form = WithdrawForm()
    if (
        not form.validate()
        or attempted(form, "why", _done, rules.withdraw_harm, harm, provider, form.why.data, me()) is False
    ):
        return _small_page(provider, form, N_("Withdraw this note"), 422)
    say(N_("Kept."))
    return redirect(url_for(".provider", provider=provider.id), 303)


@door.get("/penalties/<int:penalty>", needs=P.APPROVE)
def deciding(penalty):
    no = rules.why_not_decide(penalty, me())
    return _small_page(penalty.provider, DecisionForm(), N_("Decide on the penalty"), no=no, penalty=penalty)


@door.post("/penalties/<int:penalty>", needs=P.APPROVE)
def decide(penalty):
    form = DecisionForm()
    granted = form.granted.data == "yes"
    if (
        not form.validate()
        or attempted(form, "reason", _done, rules.decide, penalty, penalty.provider, granted, form.reason.data, me())
        is False
    ):
        return _small_page(penalty.provider, form, N_("Decide on the penalty"), 422, penalty=penalty)
    say(N_("Granted; the provider was told.") if granted else N_("Declined; whoever proposed it hears why."))
    return redirect(url_for(".provider", provider=penalty.provider_id), 303)


def _done(action, *given) -> bool:
    action(*given)
    return True


def _small_page(provider: Provider, form: Form, title: str, status: int = 200, no: str | None = None, penalty=None):
    on = (url_for(".provider", provider=provider.id), provider.name)
    return form_page(
        "staff/support_form.html", status, no=no, title=gettext(title), on=on, provider=provider, sort="", form=form,
        action=request.path, penalty=penalty, sorts=rules.SORTS,
    )  # fmt: skip
