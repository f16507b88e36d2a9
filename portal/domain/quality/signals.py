"""Signals in the complaints (热点信号, formulas 3.13): raised by the worker, each becomes a problem, an improvement action, or is dismissed with a reason.

limit    more customers than the control limit of the class
run      eight months in a row above the mean (closed months only)
important  three strategic or gold customers with the same class in ninety days
repeat   a customer complained again, twice at least, after closure
pareto   the few classes that make 80% of a closed quarter
"""

from collections import Counter
from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import journal, outbox
from portal.domain.people.models import Customer, Person
from portal.domain.people.queries import supervisors
from portal.domain.quality import analysis, settling
from portal.domain.quality import complaint_counts as counts
from portal.domain.quality.analysis import FEWEST, Analysis, vital_with_ties
from portal.domain.quality.complaint_counts import DAYS, NONE
from portal.domain.quality.days import first, following, today
from portal.domain.quality.improvement_models import Improvement
from portal.domain.quality.records import Signal
from portal.domain.quality.signals_behind import most_important
from portal.domain.quality.unclosed import COMPLAINT
from portal.domain.statistics import RUN
from portal.domain.tickets import problems
from portal.domain.tickets.models import Problem, Ticket
from portal.domain.tickets.states import State
from portal.i18n import N_

IMPORTANT = 3
"""So many of the most important customers with the same class are a signal."""

RULES = {
    "limit": N_("Above the control limit"),
    "run": N_("Eight months in a row above the mean"),
    "important": N_("Several important customers"),
    "repeat": N_("The same customer again after closure"),
    "pareto": N_("One of the few that make 80% of the quarter"),
}

# How the journal tells what happened to a signal.
TOLD = {
    "quality_signal.problem": N_("{by} opened the problem “{became}” from a signal"),
    "quality_signal.improvement": N_("{by} opened the improvement action {became} from a signal"),
    "quality_signal.dismissed": N_("{by} dismissed a signal: {why}"),
}


def seek() -> list[Signal]:
    """What the running month and the one before it show; reads only, so that the worker holds up nobody who writes."""
    running = first(today())
    return [signal for back in (-1, 0) for signal in _of_month(analysis.month(following(running, back)))]


def keep(found: list[Signal]) -> int:
    """Of these signals the new ones are kept and the supervisors told, once a day; gives how many are new."""
    new = 0
    for signal in found:
        if _is_new(signal):
            db.session.add(signal)
            db.session.flush()
            new += 1
    if new:
        for person in supervisors():
            outbox.post("signals_raised", person, key=f"signals:{today().isoformat()}", count=new)
    return new


def _of_month(month: Analysis) -> list[Signal]:
    return [*_out_of_control(month), *_important(month.month), *_repeated(month), *_vital(month)]


def _signal(rule: str, month: date, code: str | None, customer: Customer | None = None, **facts) -> Signal:
    key = f"{rule}:{month.isoformat()}:{code or ''}:{customer.id if customer else ''}"
    return Signal(
        key=key, rule=rule, month=month, class_code=code, customer_id=customer.id if customer else None, facts=facts,
        raised_at=clock.now(), reason="",
    )  # fmt: skip


def _out_of_control(month: Analysis) -> list[Signal]:
    found = []
    for one in month.controls:
        if one.mean is None or one.limit is None:
            continue
        facts = {
            "count": one.customers[-1],
            "mean": round(one.mean, 2),
            "limit": round(one.limit, 2),
            "alert": one.alert,
        }
        if one.state == "above":
            found.append(_signal("limit", month.month, one.code, **facts))
        if month.is_closed and one.run >= RUN:
            found.append(_signal("run", month.month, one.code, months=one.run, **facts))
    return found


def _important(month: date) -> list[Signal]:
    """Classes with which several customers of the first tier or the best card came within ninety days."""
    since, until = counts.window(month)
    customers = func.count(func.distinct(Ticket.customer_id))
    rows = (
        select(Ticket.class_code, customers)
        .join(Customer, Customer.id == Ticket.customer_id)
        .where(Ticket.kind == COMPLAINT, Ticket.opened_at >= since, Ticket.opened_at < until, most_important())
        .where(Ticket.class_code.is_not(None), Ticket.state.not_in((State.WITHDRAWN, State.MERGED)))
        .group_by(Ticket.class_code)
        .having(customers >= IMPORTANT)
        .order_by(Ticket.class_code)
    )
    return [_signal("important", month, code, count=number, days=DAYS) for code, number in db.session.execute(rows)]


def _repeated(month: Analysis) -> list[Signal]:
    return [
        _signal("repeat", month.month, one.class_code, one.customer, count=one.times, days=DAYS)
        for one in month.repeats
    ]


def _vital(month: Analysis) -> list[Signal]:
    """At the end of a quarter, for its list: the few classes that make 80% of its complaints."""
    if not month.is_closed or month.month.month % 3:
        return []
    total: Counter = Counter()
    for counted in counts.of_months(
        [following(month.month, back) for back in (-2, -1, 0)], counts.first_month()
    ).values():
        for code, count in counted["class"].items():
            total[code] += count.complaints
    total.pop(NONE, None)
    vital = vital_with_ties(total)
    few = [one for one in total.most_common() if one[0] in vital]
    whole = sum(total.values())
    return [_signal("pareto", month.month, code, count=n, share=round(n / whole, 4)) for code, n in few if n >= FEWEST]


def _is_new(signal: Signal) -> bool:
    """Not raised before: neither this very one, nor the same thing while nobody has settled it or ninety days long."""
    lately = clock.now() - timedelta(days=DAYS)
    same = (
        Signal.rule == signal.rule,
        Signal.class_code == signal.class_code,
        Signal.customer_id.is_not_distinct_from(signal.customer_id),
        Signal.settled_at.is_(None) | (Signal.raised_at > lately) & Signal.rule.in_(("important", "repeat")),
    )
    known = select(Signal.id).where((Signal.key == signal.key) | db.and_(*same)).limit(1)
    with db.session.no_autoflush:
        return db.session.scalar(known) is None


def make_problem(signal: Signal, by: Person, title: str) -> Problem:
    """Take it up: a problem with this title, in the signal's class."""
    settling.settle(signal, by)
    problem = problems.open_problem(by, title, class_code=signal.class_code)
    signal.problem_id = problem.id
    journal.write("quality_signal.problem", signal, by, became=title)
    return problem


def taken_up(signal: Signal, improvement: Improvement, by: Person) -> None:
    """An improvement action was opened from it: with that it is settled."""
    settling.settle(signal, by)
    signal.improvement_id = improvement.id
    journal.write("quality_signal.improvement", signal, by, became=improvement.number)


def dismiss(signal: Signal, by: Person, reason: str) -> None:
    """Look no further, and why; it stays in the list."""
    settling.dismiss(signal, by, reason)
    journal.write("quality_signal.dismissed", signal, by, why=reason[:500])


def open_ones() -> Select:
    """How many signals nobody has settled, 100 at most; as a statement."""
    some = select(Signal.id).where(Signal.settled_at.is_(None)).limit(100).subquery()
    return select(func.count()).select_from(some)


def listing(rows: Select, month: date | None, limit: int = 200) -> list[tuple[Signal, Customer | None]]:
    """Signals (visible ones) of a month, or those nobody has settled; the unsettled first, with problem, customer, who."""
    rows = rows.where(Signal.month == month) if month else rows.where(Signal.settled_at.is_(None))
    joined = rows.add_columns(Customer).outerjoin(Customer, Customer.id == Signal.customer_id)
    along = map(joinedload, (Signal.problem, Signal.improvement, Signal.settled_by))
    ordered = joined.options(*along).order_by(Signal.settled_at.is_not(None), Signal.id.desc())
    return [(row[0], row[1]) for row in db.session.execute(ordered.limit(limit))]


def with_customer(rows: Select) -> Customer | None:
    """The customer that one of these signals is about; none of a signal about a class."""
    about = rows.with_only_columns(Customer).select_from(Signal).join(Customer, Customer.id == Signal.customer_id)
    return db.session.scalar(about)
