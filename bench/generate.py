"""A large portal by bulk SQL: `python -m bench.generate 100000 --to /tmp/bench/100k [--postgres URL]`.

Customers, staff, tickets with their conversation, promises and search words, in Chinese text of natural length.
The same number gives the same data.
"""

import argparse
import json
import random
import time
from datetime import timedelta
from itertools import islice
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import event, insert, text

from bench import rooms
from portal import clock
from portal.app import create_app
from portal.config import from_environment
from portal.db import db, transaction
from portal.domain import settings
from portal.domain.people.models import Customer, Department, Person, Provider
from portal.domain.people.roles import Role
from portal.domain.policy import load_calendar, load_pack
from portal.domain.quality import complaint_counts, facts, snapshots
from portal.domain.quality.fact_models import TicketFacts
from portal.domain.tickets.models import NEVER, Deadline, Message, Ticket
from portal.domain.tickets.search import TicketSearch, tokens
from portal.domain.tickets.states import LIVE, State

CHUNK = 5000
THINGS = "专线 电路 光缆 交换机 路由器 防火墙 机房 账单 发票 带宽 云主机 固话 中继线 无线网 视频会议 数据中心 短信端口 合同 报价 装机".split()
TROUBLES = "中断 丢包 时延高 抖动 误码 告警 断电 进水 无法登录 金额有误 重复扣费 迟迟未装 无人联系 速率不达标 频繁闪断 配置错误 老化".split()
PLACES = "浦东机房 徐汇总部 临港仓库 虹桥门店 松江厂区 嘉定研发楼 宝山码头 静安营业厅 杨浦校区 闵行数据中心".split()
WORDS = "昨天 今天早上 上周五 凌晨 高峰时段 多次 已经 仍然 请尽快 派人 现场 排查 更换 恢复 影响 业务 客户 投诉 领导 要求 书面 说明 原因".split()
TIERS, CARDS = ("strategic", "key", "ordinary"), ("gold", "silver", "standard")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("tickets", type=int)
    asked.add_argument("--to", type=Path, required=True)
    asked.add_argument("--postgres")
    given = asked.parse_args()
    given.to.mkdir(parents=True, exist_ok=True)
    url = {"database_url": given.postgres} if given.postgres else {}
    app = create_app(from_environment(data=given.to, testing=True, **url))
    begun = time.perf_counter()
    with app.app_context():
        event.listen(db.engine, "connect", _patient)
        upgrade()
        fill(given.tickets)
        db.session.remove()
    (given.to / "bench.json").write_text(
        json.dumps({"tickets": given.tickets, "url": app.config["SQLALCHEMY_DATABASE_URI"]})
    )
    print(f"{given.tickets} tickets in {time.perf_counter() - begun:.0f} s")


def _patient(connection, _) -> None:
    """A statement over a million rows may take its time, also where the portal would give up."""
    if db.engine.dialect.name == "postgresql":
        connection.execute("set statement_timeout = 0")
        connection.execute("set idle_in_transaction_session_timeout = 0")
        connection.commit()


def fill(count: int) -> None:
    """Everything, in transactions of some thousand rows."""
    dice = random.Random(count)
    with transaction():
        settings.adopt("calendar", load_calendar(), None)
        settings.adopt("policy", load_pack("telecom"), None)
        settings.change("company", None, name="申江通信", short_name="申江", is_set_up=True)
        settings.change("security", None, staff_second_factor=False)
        for department in settings.policy().departments:
            db.session.add(Department(code=department.code, name=department.words.zh, name_en=department.words.en))
        db.session.add_all(Provider(code=f"p{n}", name=f"第{n}服务商") for n in range(1, rooms.PROVIDERS + 1))
        _people(dice, max(40, min(count // 250, 4000)))
    rows = _tickets(dice, count)
    while chunk := list(islice(rows, CHUNK)):
        with transaction():
            for table, column in ((Ticket, 0), (Message, 1), (Deadline, 2), (TicketSearch, 3), (TicketFacts, 4)):
                flat = [row for each in chunk for row in each[column]]
                db.session.execute(insert(table), flat)
    snapshots.close_due()
    while True:
        with transaction():
            if complaint_counts.keep_next() is None:
                break
    with transaction():
        if db.engine.dialect.name == "postgresql":
            for table in ("ticket", "message", "deadline"):
                db.session.execute(
                    text(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
                )
    rooms.fill()


def _people(dice: random.Random, customers: int) -> None:
    at = clock.now()
    plain = {"made_at": at, "language": "zh_Hans_CN", "preferences": {}, "recovery_hashes": [], "theme": "light"}
    staff = [
        {
            "id": n,
            "name": f"专员{n}",
            "email": f"agent{n}@bench.test",
            "roles": [Role.AGENT],
            "customer_id": None,
            **plain,
        }
        for n in range(1, 31)
    ]
    staff += [
        {"id": n, "name": name, "email": f"{role}@bench.test", "roles": [role], "customer_id": None, **plain}
        for n, name, role in ((31, "监督", Role.SUPERVISOR), (32, "回访", Role.CALLER))
    ]
    db.session.execute(insert(Person), staff)
    db.session.execute(insert(Customer), [
        {"id": n, "version": 1, "number": f"K{n:05}", "name": f"{dice.choice(PLACES)[:2]}第{n}实业有限公司",
         "short_name": f"实业{n}", "tier": dice.choice(TIERS), "card": dice.choice(CARDS), "region": "pudong", "sharing": "all"}
        for n in range(1, customers + 1)
    ])  # fmt: skip
    db.session.execute(insert(Person), [
        {"id": 100 + n, "name": f"联系人{n}", "email": f"c{n}@bench.test", "roles": [Role.ORG_ADMIN], "customer_id": n, **plain}
        for n in range(1, customers + 1)
    ])  # fmt: skip
    if db.engine.dialect.name == "postgresql":
        for table in ("person", "customer"):
            db.session.execute(
                text(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
            )


def _said(dice: random.Random, words: int) -> str:
    middle = "".join(dice.choice(WORDS) for _ in range(words))
    return f"{dice.choice(PLACES)}的{dice.choice(THINGS)}{dice.choice(TROUBLES)}，{middle}。"


def _tickets(dice: random.Random, count: int):
    """Row by row: (tickets, messages, deadlines, search, facts)."""
    luck, departments = random.Random(count + 1), list(db.session.scalars(db.select(Department.id)))
    now, policy = clock.now(), settings.policy()
    revision = settings.policy_id()
    classes = [c.code for c in policy.classes if not c.is_group and "complaint" in c.kinds]
    customers = db.session.scalar(db.select(db.func.max(Customer.id)))
    kinds = [("complaint", 5), ("repair", 4), ("enquiry", 2), ("suggestion", 1), ("praise", 1)]
    names, weights = zip(*kinds, strict=True)
    db.session.rollback()  # what reads no more holds no transaction open: PostgreSQL ends one that idles
    live_states, live_count = (
        [State.NEW, State.OPEN, State.OPEN, State.WAITING, State.VERIFYING],
        max(200, min(count // 50, 5000)),
    )
    for n in range(1, count + 1):
        live = n > count - live_count
        opened = now - timedelta(minutes=(count - n) * max(1, 525_600 // count) + dice.randint(0, 400))
        state = dice.choice(live_states) if live else State.CLOSED
        kind, buyer = dice.choices(names, weights)[0], dice.randint(1, customers)
        due = opened + timedelta(hours=dice.randint(6, 120)) if live else NEVER
        subject, body = _said(dice, 1)[:60], _said(dice, 16)
        ticket = {
            "id": n, "version": 3, "number": f"TS-B{n:08}", "kind": kind, "class_code": dice.choice(classes),
            "service_code": None, "channel": "portal", "severity": dice.choice(("normal", "normal", "serious")),
            "state": state, "is_live": state in LIVE, "subject": subject, "wish": "尽快恢复", "answers": {},
            "customer_id": buyer, "project_id": None, "opened_by_id": 100 + buyer, "asked_by_id": 100 + buyer,
            "contact_name": "", "contact_phone": "", "is_shared": False, "is_major": False, "round": 1, "sent_back": 0,
            "owner_id": None if state == State.NEW else dice.randint(1, 30), "solution": "", "opened_at": opened,
            "accepted_at": None, "replied_at": None, "applied_at": None, "touched_at": opened, "due_at": due,
            "closed_at": None if live else opened + timedelta(hours=40), "due_code": "reply" if live else None,
            "outcome": None if live else "solved_satisfied", "merged_into_id": None, "problem_id": None,
        }  # fmt: skip
        messages = [
            {"ticket_id": n, "by_id": by, "sort": sort, "stage": None, "body": text_, "shape": {}, "at": opened, "shown_at": opened, "taken_back_at": None}
            for by, sort, text_ in (
                (100 + buyer, "opening", body), (dice.randint(1, 30), "reply", _said(dice, 8)),
                (100 + buyer, "addition", _said(dice, 6)), (dice.randint(1, 30), "solution", _said(dice, 8)),
            )
        ] if live or n % 10 == 0 else [
            {"ticket_id": n, "by_id": 100 + buyer, "sort": "opening", "stage": None, "body": body, "shape": {}, "at": opened, "shown_at": opened, "taken_back_at": None}
        ]  # fmt: skip
        promises = [{
            "ticket_id": n, "dispatch_id": None, "code": "reply", "round": 1, "policy_id": revision, "amount": 24,
            "unit": "hours", "pauses": True, "started_at": opened, "due_at": due if live else opened + timedelta(hours=24),
            "met_at": None if live else opened + timedelta(hours=9), "is_open": live,
        }]  # fmt: skip
        found = {"ticket_id": n, "shown": tokens(f"TS-B{n:08} {subject} {body} 实业{buyer}"), "internal": ""}
        yield [ticket], messages, promises, [found], [_facts(luck, ticket, departments)] if kind in facts.KINDS else []


def _facts(luck: random.Random, ticket: dict, departments: list[int]) -> dict:
    """What the figures know of a ticket like this one."""
    closed = ticket["state"] == State.CLOSED
    return {
        "ticket_id": ticket["id"], "month": facts.month_of(ticket["opened_at"]), "kind": ticket["kind"], "standing": "counted",
        "department_id": luck.choice(departments),
        "provider_id": rooms.provider_of(ticket["id"]), "account_manager_id": luck.randint(1, 30),
        "customer_id": ticket["customer_id"], "class_code": ticket["class_code"], "channel": "web" if luck.random() < 0.05 else "portal",
        "reply_kept": luck.random() < 0.93 if closed else None, "reply_due_at": None if closed else ticket["due_at"],
        "contact_kept": luck.random() < 0.95 if closed else None, "contact_due_at": None if closed else ticket["due_at"],
        "closed_in_limit": closed and luck.random() < 0.9, "closed_in_month": closed and luck.random() < 0.95, "is_closed": closed,
        "all_kept": luck.random() < 0.8, "called_back": closed and luck.random() < 0.98, "unreachable": closed and luck.random() < 0.02,
        "satisfied": closed and luck.random() < 0.92, "sent_back": luck.random() < 0.05, "reopened": luck.random() < 0.03,
        "false_reply": luck.random() < 0.003, "liable": False, "liable_department_id": None, "liable_provider_id": None,
    }  # fmt: skip


if __name__ == "__main__":
    main()
