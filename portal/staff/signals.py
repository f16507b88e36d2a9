"""Signals in the complaints: each with what raised it; becomes a problem or an improvement action, or is dismissed."""

from flask import redirect, request, url_for
from wtforms import TextAreaField

from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.people.models import Customer
from portal.domain.quality import signals, signals_behind
from portal.domain.quality.improvement_list import tickets_of
from portal.domain.quality.records import Signal
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import FOR_STAFF, TONES
from portal.domain.told import places
from portal.i18n import N_
from portal.web.filters import told, words_in
from portal.web.forms import AtMost, Form, Needed
from portal.web.months import month
from portal.web.pages import page, say
from portal.web.paging import row_number
from portal.web.words import gettext

door = Door("signals", __name__, url_prefix="/staff/quality/signals")

TICKETS = 100
WHY = {
    "limit": N_("{count} customers in the month; a signal from {alert} on (mean {mean}, limit {limit})"),
    "run": N_("{months} months in a row above the mean of {mean}"),
    "important": N_("{count} strategic or gold customers within {days} days"),
    "repeat": N_("{customer} complained again {count} times after closure within {days} days"),
    "pareto": N_("{count} complaints, {share}% of the quarter"),
}
TITLES = {
    "repeat": N_("{customer}: {class_words} again and again"),
    "": N_("{class_words}: {rule}"),
}


class DismissForm(Form):
    reason = TextAreaField(N_("Why is nothing done about it?"), [Needed(), AtMost(1000)])


def of_signal(signal: Signal, customer: Customer | None, names=None) -> dict:
    """A signal as pages show it."""
    words = words_in(settings.policy().called("classes", signal.class_code)) if signal.class_code else ""
    facts = {
        **dict.fromkeys(places(WHY[signal.rule]), "—"),
        **signal.facts,
        "customer": customer.short_name if customer else "—",
    }
    if "share" in signal.facts:
        facts["share"] = f"{signal.facts['share'] * 100:.1f}"
    return {
        "row": signal, "customer": customer, "class_words": words, "rule": gettext(signals.RULES[signal.rule]),
        "why": told(WHY[signal.rule], {name: str(fact) for name, fact in facts.items()}),
    }  # fmt: skip


def title(shown: dict) -> str:
    """What a problem or an action from it is called."""
    text = TITLES.get(shown["row"].rule, TITLES[""])
    customer = shown["customer"].short_name if shown["customer"] else "—"
    return told(text, {"customer": customer, "class_words": shown["class_words"], "rule": shown["rule"]})[:200]


@door.get("", needs=P.QUALITY_READ)
def index():
    """What nobody has settled yet."""
    found = [of_signal(*row) for row in signals.listing(visible(Signal, me()), None)]
    return page("staff/signals.html", signals=found, works=may(me(), P.QUALITY_WORK))


@door.get("/<int:signal>", needs=P.QUALITY_READ)
def show(signal):
    """One signal, with exactly the complaints that raised it."""
    before = row_number(request.args.get("before"))
    found = tickets_of(visible(Ticket, me()), signals_behind.tickets(signal), before, TICKETS + 1)
    older = url_for(".show", signal=signal.id, before=found[TICKETS - 1].id) if len(found) > TICKETS else None
    return page(
        "staff/signal.html", one=of_signal(signal, _customer(signal)), tickets=found[:TICKETS], older=older, first=before is None,
        works=may(me(), P.QUALITY_WORK), state_words=FOR_STAFF, state_tones=TONES,
    )  # fmt: skip


def _customer(signal: Signal) -> Customer | None:
    rows = visible(Signal, me()).where(Signal.id == signal.id)
    return signals.with_customer(rows)


@door.post("/<int:signal>/problem", needs=P.QUALITY_WORK)
def take_up(signal):
    """A problem from it, with title and class; cause and measure come next."""
    problem = signals.make_problem(signal, me(), title(of_signal(signal, _customer(signal))))
    say(N_("The problem is opened. Add the tickets that have this cause."))
    return redirect(url_for("problems.show", problem=problem.id), 303)


@door.get("/<int:signal>/dismissal", needs=P.QUALITY_WORK)
def ask_dismiss(signal):
    return _dismiss_page(signal, DismissForm())


@door.post("/<int:signal>/dismissal", needs=P.QUALITY_WORK)
def dismiss(signal):
    """Nothing is done about it, and why; kept."""
    form = DismissForm()
    if not form.validate() or attempted(form, "reason", signals.dismiss, signal, me(), form.reason.data) is False:
        return _dismiss_page(signal, form, 422)
    say(N_("Dismissed; the reason is kept."))
    return redirect(url_for(".index"), 303)


def _dismiss_page(signal: Signal, form: DismissForm, status: int = 200):
    return page(
        "staff/signal_dismiss.html", status, form=form, one=of_signal(signal, _customer(signal)), month=month(signal.month),
        action=request.path,
    )  # fmt: skip
