"""People and tickets for tests, made by living them: no test knows a ticket that cannot exist."""

from datetime import date, timedelta
from functools import cache
from itertools import count

from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db, transaction
from portal.domain import settings
from portal.domain.people.models import Customer, Department, Person, Provider
from portal.domain.people.roles import Role
from portal.domain.policy import load_calendar, load_pack
from portal.domain.tickets import actions, callback, dispatching, forced
from portal.domain.tickets.models import Ticket

_numbers = count(1)


def _next() -> int:
    return next(_numbers)


@cache
def _shipped(name: str) -> dict:
    """A document as it ships, read once a run."""
    return load_calendar() if name == "calendar" else load_pack(name)


def a_company(pack: str = "telecom") -> None:
    """The company that runs the portal: its policy, its calendar, its departments."""
    with transaction():
        settings.adopt("calendar", _shipped("calendar"), None)
        settings.adopt("policy", _shipped(pack), None)
        settings.change("company", None, name="申江通信", short_name="申江", is_set_up=True)
        settings.change("security", None, staff_second_factor=False)
        for department in settings.policy().departments:
            db.session.add(Department(code=department.code, name=department.words.zh, name_en=department.words.en))


def a_customer(**facts) -> Customer:
    n = _next()
    given = {"number": f"C{n:04}", "name": f"海川物流第{n}公司", "short_name": f"海川{n}"} | facts
    return kept(Customer(**given))


def a_department(code: str | None = None) -> Department:
    rows = db.select(Department).order_by(Department.id)
    return db.session.scalars(rows.where(Department.code == code) if code else rows).first()


def a_provider(**facts) -> Provider:
    n = _next()
    return kept(Provider(**{"code": f"P{n}", "name": f"联众网络服务{n}"} | facts))


def a_person(*roles: Role, **facts) -> Person:
    """A customer's member, or staff of these roles."""
    n = _next()
    roles = roles or (Role.ORG_MEMBER,)
    if roles[0] in (Role.ORG_ADMIN, Role.ORG_MEMBER) and "customer" not in facts:
        facts["customer"] = a_customer()
    given = {
        "name": f"王小{n}",
        "email": f"p{n}@example.test",
        "roles": list(roles),
        "made_at": clock.now(),
        "language": "en",
    }
    return kept(Person(**given | facts))


def an_agent(**facts) -> Person:
    return a_person(Role.AGENT, **facts)


def a_handler(of=None, **facts) -> Person:
    of = of or a_department()
    party = {"provider": of} if isinstance(of, Provider) else {"department": of}
    return a_person(Role.HANDLER, **party, **facts)


def a_caller(**facts) -> Person:
    return a_person(Role.CALLER, **facts)


def a_supervisor(**facts) -> Person:
    return a_person(Role.SUPERVISOR, **facts)


def a_manager(**facts) -> Person:
    return a_person(Role.MANAGER, **facts)


def asked_to_force(ticket: Ticket, by: Person | None = None) -> None:
    """Somebody at the desk asked to close it by force."""
    with transaction():
        row = _loaded(db.session.get_one(Ticket, ticket.id))
        who = again(by) if by else _agent(row, None)
        forced.ask(row, who, "excessive", "客户要求明显超出合同约定。", "您的要求超出合同约定，我们已按合同处理。")


def decided_by_force(ticket: Ticket, granted: bool = True, by: Person | None = None) -> None:
    """A manager decided on it."""
    with transaction():
        row = _loaded(db.session.get_one(Ticket, ticket.id))
        forced.decide(forced.of(row)[0], row, again(by) if by else _quick(Role.MANAGER), granted, "已核实。")


SHAPE = {
    "cause": "光缆被施工挖断",
    "is_quality_problem": "no",
    "parts": "更换尾纤",
    "measure": "重新熔接并加固",
    "basis": "现场测试",
}


def shape_of(ticket: Ticket) -> dict:
    """A reply in the shape the ticket's class requires."""
    if not ticket.class_code:
        return {}
    shape = {}
    for part in settings.policy().reply_shape(ticket.class_code):
        shape[part.code] = part.choices[0].code if part.choices else SHAPE.get(part.code, "已查明")
    return shape


def a_class(kind: str = "complaint") -> str:
    """The code of some class for this kind."""
    return next(c.code for c in settings.policy().classes if not c.is_group and kind in c.kinds)


def a_ticket(by: Person | None = None, kind: str = "complaint", moved: tuple = (), **facts) -> Ticket:
    """a_ticket(moved=("accept", "apply")) has lived through those moves, by fitting people."""
    by = by or a_person()
    if settings.policy().kind(kind).takes_class:
        facts.setdefault("class_code", a_class(kind))
    facts = {"subject": "专线中断", "body": "今天上午九点起专线中断，业务全部停了。"} | facts
    with transaction():
        ticket = actions.open_ticket(again(by), kind, **facts)
    live(ticket, *moved)
    return ticket


def live(ticket: Ticket, *verbs: str, by: Person | None = None) -> None:
    """Let the ticket live through these moves; `agent` and the others are made once a ticket."""
    for verb in verbs:
        with transaction():
            ticket = db.session.get_one(Ticket, ticket.id)
            LIVES[verb](ticket, by)


def _agent(ticket: Ticket, by) -> Person:
    if by is not None:
        return by
    return db.session.get_one(Person, ticket.owner_id) if ticket.owner_id else _quick(Role.AGENT)


def _customer(ticket: Ticket) -> Person:
    return again(db.session.get_one(Person, ticket.asked_by_id))


def _quick(*roles: Role, **facts) -> Person:
    n = _next()
    person = Person(
        name=f"李{n}", email=f"q{n}@example.test", roles=list(roles), made_at=clock.now(), language="en", **facts
    )
    db.session.add(person)
    db.session.flush()
    return person


def again(person: Person) -> Person:
    """The person as a request has it: organisation and party loaded."""
    along = (Person.customer, Person.department, Person.provider)
    rows = db.select(Person).where(Person.id == person.id).options(*map(joinedload, along))
    return db.session.scalar(rows.execution_options(populate_existing=True))


def _loaded(ticket: Ticket) -> Ticket:
    """The ticket as the door hands it over: its own relations loaded."""
    along = (Ticket.customer, Ticket.owner, Ticket.asked_by, Ticket.merged_into, Ticket.problem)
    rows = db.select(Ticket).where(Ticket.id == ticket.id).options(*map(joinedload, along))
    return db.session.scalar(rows.execution_options(populate_existing=True))


LIVES = {
    "accept": lambda t, by: actions.accept(_loaded(t), _agent(t, by)),
    "ask": lambda t, by: actions.ask(_loaded(t), _agent(t, by), "请补充电路编号。"),
    "answer": lambda t, by: actions.add(_loaded(t), by or _customer(t), "编号是 SH-0021。"),
    "resume": lambda t, by: actions.resume(_loaded(t), _agent(t, by)),
    "reply": lambda t, by: actions.reply(_loaded(t), _agent(t, by), "我们已经派人去现场。", shape=shape_of(t)),
    "apply": lambda t, by: actions.apply(_loaded(t), _agent(t, by), "光缆已经修复，测试正常。", shape=shape_of(t)),
    "finish": lambda t, by: actions.finish(_loaded(t), _agent(t, by), "已经答复。"),
    "take_back": lambda t, by: actions.take_application_back(_loaded(t), _agent(t, by), "还有一条电路没有恢复。"),
    "send_back": lambda t, by: callback.call_back(
        _loaded(t), by or _quick(Role.CALLER), "not_solved", "客户说仍然中断。"
    ),
    "close": lambda t, by: callback.call_back(_loaded(t), by or _quick(Role.CALLER), "solved_satisfied", "客户满意。"),
    "confirm": lambda t, by: callback.confirm(_loaded(t), by or _customer(t), satisfied=True),
    "reject": lambda t, by: callback.reject(_loaded(t), by or _customer(t), "还是不通。"),
    "withdraw": lambda t, by: actions.withdraw(_loaded(t), by or _customer(t), "重复提交。"),
    "reopen": lambda t, by: actions.reopen(_loaded(t), by or _customer(t), "又断了。"),
    "dispatch": lambda t, by: dispatching.dispatch(_loaded(t), _agent(t, by), a_department(), "请现场排查。"),
}


def kept(record):
    """Keep it: in the database, committed."""
    db.session.add(record)
    db.session.commit()
    return record


def an_improvement(*lived: str, source: str = "other", record=None, **facts):
    """an_improvement("finish", "verify") was reported as done and verified, by fitting people; gives its id."""
    from portal.domain.quality import improvement as rules
    from portal.domain.quality.days import today

    department = db.session.merge(facts.pop("department", None) or a_department())
    given = {
        "title": "账单重复计费", "problem": "多家客户账单重复计费。", "cause": "状态接口失败后没有重试。", "measure": "增加重试与对账。",
        "due_on": today() + timedelta(days=10), "class_code": "price_bill",
    } | facts  # fmt: skip
    with transaction():
        row = rules.open_action(_quick(Role.SUPERVISOR), source, record, department=department, **given)
    improve(row.id, *lived)
    return row.id


def improve(key: int, *verbs: str, by: Person | None = None, on: date | None = None) -> None:
    """Let an improvement action live through these; `on`: from which day the measure works."""
    from portal.domain.quality import improvement as rules
    from portal.domain.quality.days import today
    from portal.domain.quality.improvement_models import Improvement

    lives = {
        "finish": lambda row, by: rules.finish(row, by, "接口已经改造。", on or today()),
        "verify": lambda row, by: rules.verify(row, by, "抽查属实。"),
        "again": lambda row, by: rules.again(row, by, "又出现了。", today() + timedelta(days=7)),
        "close": lambda row, by: rules.close(row, by, "效果明显。"),
        "drop": lambda row, by: rules.drop(row, by, "并入其他整改。"),
    }
    for verb in verbs:
        with transaction():
            along = (Improvement.department, Improvement.person)
            rows = db.select(Improvement).where(Improvement.id == key).options(*map(joinedload, along))
            row = db.session.scalars(rows.execution_options(populate_existing=True)).one()
            fitting = {"department_id": row.department_id} if verb == "finish" else {}
            lives[verb](
                row, again(by) if by else _quick(Role.HANDLER if verb == "finish" else Role.SUPERVISOR, **fitting)
            )
