"""The cast and the course of the worked month: who there is, and every ticket lived hour by hour, as people do it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Department, Person, Provider
from portal.domain.people.roles import Role
from portal.domain.quality import liability, limits, major, penalties
from portal.domain.tickets import actions, callback, dispatching, forced, linking
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.orders import running_orders
from tests import factories
from tests.factories import a_person, again, shape_of

NOVEMBER = date(2026, 11, 1)
OPENED = datetime(2026, 11, 3, 2, tzinfo=UTC)
"""Tuesday, 3 November, 10:00 in Shanghai: when every ticket of the month is opened."""
BEFORE = datetime(2026, 10, 20, 2, tzinfo=UTC)
"""And the one of the month before."""
AFTER = datetime(2026, 12, 9, 2, tzinfo=UTC)
"""Five working days after the end of November are over: its figures are closed."""

# The class that counts against the limit of complaints (R32), and one that does not; by pack.
COUNTED = {"telecom": "product_rate", "cars": "product_body"}
APART = {"telecom": "price_bill", "cars": "manager_contact"}

# Monthly visits of July, August and September, by provider.
VISITS = {"P1": (850, 900, 950), "P2": (300, 240, 360), "P3": (90, 90, 90), "P4": (60, 60, 60)}

BEGUN = ((0.5, "accept"), (1, "dispatch"), (1.5, "confirm the order"), (2, "contact"))
SOLVED = (*BEGUN, (3, "final reply"), (4, "apply"))
WELL = (*SOLVED, (5, "satisfied"))
ON_PROXY = (0.7, "decide on the major case")


@dataclass(frozen=True)
class Line:
    """So many tickets that live the same life: kind, customer, first party, steps with their hour after opening."""

    many: int
    kind: str
    customer: str
    party: str | None
    steps: tuple
    facts: dict = field(default_factory=dict)


LINES = {
    "A": Line(5, "complaint", "C1", "P1", WELL),
    "Y": Line(3, "complaint", "C1", "P1", WELL, {"is_apart": True}),
    "B": Line(2, "complaint", "C2", "D1", (*BEGUN, (20, "progress"), (30, "final reply"), (31, "apply"), (32, "satisfied"))),
    "C": Line(2, "complaint", "C2", "D1", (*BEGUN[:3], (3, "final reply"), (30, "contact"), (31, "apply"), (32, "satisfied"))),
    "D": Line(2, "complaint", "C1", "P1", (*SOLVED, (5, "not solved"), (6, "apply"), (7, "satisfied"))),
    "E": Line(1, "complaint", "C2", "P2", (*SOLVED, (5, "unsatisfied"))),
    "F": Line(2, "complaint", "C2", "P2", (*SOLVED, (5, "explained"))),
    "G": Line(1, "complaint", "C1", "D1", (*SOLVED, (5, "nobody"), (29, "nobody"), (53, "nobody"))),
    "H": Line(1, "complaint", "C2", "P2", (*SOLVED, (5, "false reply"), (6, "apply"), (7, "satisfied"))),
    "I": Line(2, "complaint", "C3", "D2", (*WELL, (30, "reopen"), (31, "desk applies"), (32, "satisfied"))),
    "J": Line(1, "complaint", "C3", "P2", (*WELL, (30, "reopen"))),
    "K": Line(2, "complaint", "C1", "P2", (*BEGUN, (3, "final reply"), (312, "apply"), (313, "satisfied"))),
    "L": Line(1, "complaint", "C3", None, ((0.5, "accept"),)),
    "M": Line(1, "complaint", "C3", None, ((0.5, "accept"), (1, "merge into L"))),
    "N": Line(1, "complaint", "C1", "P1", WELL, {"channel": "web"}),
    "O": Line(1, "complaint", "C2", "P2", (*BEGUN, (3, "final reply")), {"channel": "web"}),
    "Q": Line(1, "complaint", "C3", "D2", (*BEGUN, (3, "final reply"), (6, "ask to force"), (7, "force"))),
    "R": Line(1, "complaint", "C2", "P1", (*BEGUN[:3], (1.6, "hand back"), (1.8, "dispatch to P2"), (2, "P2 contacts"),
                                           (3, "P2 replies"), (4, "P2 applies"), (5, "satisfied"))),
    "S": Line(1, "complaint", "C1", "D1", (ON_PROXY, *WELL), {"proxy": "media", "is_major": True}),
    "V": Line(1, "complaint", "C2", "D1", (ON_PROXY, *WELL), {"proxy": "lawyer", "is_major": False}),
    "T": Line(1, "complaint", "C1", "P1", (*BEGUN[:3], (2, "withdraw"))),
    "W": Line(2, "complaint", "C1", "D2", (*SOLVED, (5, "customer: no"), (6, "apply"), (7, "customer: yes"))),
    "X": Line(1, "complaint", "C3", "D2", (*BEGUN, (3, "final reply"), (3.5, "ask"), (144, "answer"), (145, "apply"), (146, "satisfied"))),
    "ra": Line(3, "repair", "C1", "P1", WELL),
    "rb": Line(1, "repair", "C2", "D1", (*BEGUN, (144, "final reply"), (145, "apply"), (146, "satisfied"))),
    "rc": Line(1, "repair", "C2", "P2", (*BEGUN[:3], (3, "final reply"), (30, "contact"), (31, "apply"), (32, "satisfied"))),
    "rd": Line(1, "repair", "C3", "D2", BEGUN),
    "re": Line(1, "repair", "C1", "P2", (*SOLVED, (5, "nobody"), (29, "nobody"), (53, "nobody"))),
    "Oct": Line(1, "complaint", "C2", "P2", (*SOLVED[:5], (503, "apply"), (504, "satisfied")), {"channel": "web"}),
}  # fmt: skip


class Month:
    """The worked month once it was lived: ids of people and parties by name, of the tickets by line."""

    def __init__(self, pack: str):
        self.pack = pack
        self.parties: dict[str, tuple[type, int]] = {}
        self.people: dict[str, int] = {}
        self.customers: dict[str, int] = {}
        self.numbers: dict[str, str] = {}
        """The customers' numbers, as a page is asked for them."""
        self.tickets: dict[str, list[int]] = {line: [] for line in LINES}

    def person(self, name: str) -> Person:
        return again(db.session.get_one(Person, self.people[name]))

    def party(self, name: str) -> Department | Provider:
        model, key = self.parties[name]
        return db.session.get_one(model, key)

    def ticket(self, key: int) -> Ticket:
        return factories._loaded(db.session.get_one(Ticket, key))

    def scope(self, name: str) -> tuple[str, int]:
        """Whom figures are about, as (sort, id): total, P1, D1, M1, C1 …"""
        if name == "total":
            return "total", 0
        if name in self.parties:
            model, key = self.parties[name]
            return ("provider" if model is Provider else "department"), key
        return ("manager", self.people[name]) if name in self.people else ("customer", self.customers[name])


def make_month(pack: str) -> Month:
    """Live the month, moment by moment: whatever happens at the same hour is one transaction."""
    month = Month(pack)
    with clock.frozen_at(BEFORE - timedelta(days=10)):
        _cast(month)
    due: dict[datetime, list[tuple[str, int, str]]] = {}
    for code, line in LINES.items():
        opened = BEFORE if code == "Oct" else OPENED
        with clock.frozen_at(opened), transaction():
            month.tickets[code] = [_open(month, line) for _ in range(line.many)]
        for hours, step in line.steps:
            due.setdefault(opened + timedelta(hours=hours), []).extend((code, key, step) for key in month.tickets[code])
    for at in sorted(due):
        with clock.frozen_at(at), transaction():
            for code, key, step in due[at]:
                STEPS[step](month, LINES[code], month.ticket(key))
    _judge(month)
    _weigh(month)
    return month


def _cast(month: Month) -> None:
    """M1 cares for C1, M2 for C2 and C3; four providers, two departments, each with a handler."""
    departments = db.session.scalars(db.select(Department.id).order_by(Department.id).limit(2)).all()
    month.parties = {f"D{n}": (Department, key) for n, key in enumerate(departments, 1)}
    for n in range(1, 5):
        month.parties[f"P{n}"] = (Provider, factories.a_provider(name=f"第{n}服务商").id)
    for name, (model, key) in month.parties.items():
        of = {"provider_id": key} if model is Provider else {"department_id": key}
        month.people[f"handler {name}"] = a_person(Role.HANDLER, **of).id
    for name, role in (("M1", Role.ACCOUNT_MANAGER), ("M2", Role.ACCOUNT_MANAGER), ("agent", Role.AGENT), ("caller", Role.CALLER),
                       ("supervisor", Role.SUPERVISOR), ("other supervisor", Role.SUPERVISOR), ("manager", Role.MANAGER)):  # fmt: skip
        month.people[name] = a_person(role).id
    for name, manager in (("C1", "M1"), ("C2", "M2"), ("C3", "M2")):
        customer = factories.a_customer(account_manager_id=month.people[manager])
        month.customers[name], month.numbers[name] = customer.id, customer.number
        month.people[f"of {name}"] = a_person(Role.ORG_MEMBER, customer=customer).id


def _open(month: Month, line: Line) -> int:
    """Asked in the portal by the customer; what comes from the web or through a proxy is entered by the agent."""
    facts = dict(line.facts)
    facts.pop("is_major", None)
    code = (APART if facts.pop("is_apart", False) else COUNTED)[month.pack]
    asker = month.person(f"of {line.customer}")
    if proxy := facts.pop("proxy", None):
        facts |= {
            "proxy": {"kind": proxy, "name": "周某", "phone": "13800000000"},
            "customer": asker.customer, "channel": "hotline", "contact_name": "周某",
        }  # fmt: skip
        asker = month.person("agent")
    elif facts.get("channel") == "web":
        facts |= {"customer": asker.customer, "asked_by": asker}
        asker = month.person("agent")
    return actions.open_ticket(
        asker, line.kind, "线路时好时坏", "这周第三次了。", class_code=code, severity="normal", **facts
    ).id


def _handler(month: Month, line: Line, party: str | None = None) -> Person:
    return month.person(f"handler {party or line.party}")


def _order(ticket: Ticket):
    return running_orders(ticket)[0]


def _contact(party: str | None = None):
    return lambda month, line, t: dispatching.contact(
        t, _handler(month, line, party), "phone", True, "沈经理", "已联系", _order(t)
    )


def _reply(stage: str, party: str | None = None):
    return lambda month, line, t: actions.reply(
        t, _handler(month, line, party), "情况如下。", stage=stage, shape=shape_of(t) if stage == "final" else None
    )


def _apply(who: str | None = None):
    return lambda month, line, t: actions.apply(
        t, month.person(who or f"handler {line.party}"), "已经解决。", shape=shape_of(t)
    )


def _call(outcome: str, **facts):
    return lambda month, line, t: callback.call_back(t, month.person("caller"), outcome, "客户这样说。", **facts)


def _dispatch(party: str | None = None):
    return lambda month, line, t: dispatching.dispatch(
        t, month.person("agent"), month.party(party or line.party), "请今天联系客户。"
    )


def _decide_on_major(month: Month, line: Line, ticket: Ticket) -> None:
    """A proxy of such a kind proposes it by rule (R20); the supervisor says whether it is one."""
    say = major.accept if line.facts["is_major"] else major.reject
    say(major.of(ticket), ticket, month.person("supervisor"), "已核实来意。")


STEPS = {
    "accept": lambda month, line, t: actions.accept(t, month.person("agent")),
    "dispatch": _dispatch(),
    "dispatch to P2": _dispatch("P2"),
    "confirm the order": lambda month, line, t: dispatching.confirm(_order(t), t, _handler(month, line)),
    "hand back": lambda month, line, t: dispatching.hand_back(_order(t), t, _handler(month, line), "客户要求换一家。"),
    "contact": _contact(),
    "P2 contacts": _contact("P2"),
    "progress": _reply("progress"),
    "final reply": _reply("final"),
    "P2 replies": _reply("final", "P2"),
    "apply": _apply(),
    "P2 applies": _apply("handler P2"),
    "desk applies": _apply("agent"),
    "satisfied": _call("solved_satisfied"),
    "unsatisfied": _call("solved_unsatisfied"),
    "explained": _call("explanation_accepted"),
    "not solved": _call("not_solved"),
    "false reply": _call("not_solved", false_reply=True, false_reply_reason="现场无人去过。"),
    "nobody": _call("unreachable"),
    "customer: no": lambda month, line, t: callback.reject(t, t.asked_by, "还是不行。"),
    "customer: yes": lambda month, line, t: callback.confirm(t, t.asked_by, satisfied=True),
    "reopen": lambda month, line, t: actions.reopen(t, t.asked_by, "又坏了。"),
    "withdraw": lambda month, line, t: actions.withdraw(t, t.asked_by, "不用了。"),
    "ask": lambda month, line, t: actions.ask(t, _handler(month, line), "请补充编号。"),
    "answer": lambda month, line, t: actions.add(t, t.asked_by, "编号是 SH-0021。"),
    "ask to force": lambda month, line, t: forced.ask(
        t, month.person("agent"), "excessive", "要求明显超出合同约定。", "我们按合同处理。"
    ),
    "force": lambda month, line, t: forced.decide(forced.of(t)[0], t, month.person("manager"), True, "已核实。"),
    "merge into L": lambda month, line, t: linking.merge(
        t, month.ticket(month.tickets["L"][0]), month.person("agent"), "同一件事"
    ),
    "decide on the major case": _decide_on_major,
}


def _judge(month: Month) -> None:
    """Liability (R19): B and H and K are judged liable, A is not; H appeals in vain, K with success."""
    for hours, line, party, is_liable in ((360, "B", "D1", True), (360, "H", "P2", True), (360, "K", "P2", True), (360, "A", "P1", False)):  # fmt: skip
        with clock.frozen_at(OPENED + timedelta(hours=hours)), transaction():
            degree = liability.settings.policy().liability.degrees[0].code if is_liable else None
            ticket = month.ticket(month.tickets[line][0])
            liability.decide(
                ticket, month.person("supervisor"), month.party(party), is_liable, "已查证。", degree=degree
            )
    for line, is_upheld in (("H", True), ("K", False)):
        ticket_id = month.tickets[line][0]
        with clock.frozen_at(OPENED + timedelta(hours=384)), transaction():
            ticket = month.ticket(ticket_id)
            liability.appeal(liability.of(ticket), ticket, month.person("handler P2"), "请复核。")
        with clock.frozen_at(OPENED + timedelta(hours=408)), transaction():
            ticket = month.ticket(ticket_id)
            liability.decide_appeal(
                liability.of(ticket), ticket, month.person("other supervisor"), is_upheld, "已复核。"
            )


def _weigh(month: Month) -> None:
    """What R32 needs besides: visits and limits of the quarter, harm done by P2, P3 in transition from 16 November."""
    quarter = date(2026, 10, 1)
    with clock.frozen_at(OPENED), transaction():
        by = month.person("supervisor")
        for name, visits in VISITS.items():
            for first, number in zip(limits.months_of(date(2026, 7, 1)), visits, strict=True):
                limits.enter_visits(month.party(name), first, number, by)
            limits.set_limit(month.party(name), quarter, by)
        penalties.note_harm(month.party("P2"), NOVEMBER, "本地媒体曝光，未及时回应。", by)
        penalties.note_standing(month.party("P3"), "transition", date(2026, 11, 16), "合同到期。", by)
