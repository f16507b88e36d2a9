"""Facts as they might have been: one customer's March, one complaint, one dispatch order."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from portal.i18n import Words
from portal.reports import figures_month
from portal.reports.dispatch_order import DispatchOrder, ReplyField, Required
from portal.reports.registry import House
from portal.reports.service_month import (
    Breach,
    Commitment,
    Decision,
    Figure,
    MonthTally,
    OpenCase,
    Repeat,
    Review,
    Satisfaction,
    Scored,
    ServiceMonth,
    Spread,
    Tally,
    TicketLine,
    Verbatim,
)
from portal.reports.ticket_record import (
    Answer,
    AttachedFile,
    ContactFact,
    DispatchFact,
    Entry,
    Happened,
    NoteFact,
    PauseFact,
    Promise,
    RatingFact,
    StaffTicketRecord,
    Stars,
    Step,
    TicketRecord,
    Verification,
)

HOUSE = House("远航精密设备有限公司", "远航精密", accent="#0b6170", hotline="400-820-1188")

COMPLAINT = Words("投诉", "Complaint")
REPAIR = Words("报修", "Repair request")
ENQUIRY = Words("咨询", "Enquiry")
SUGGESTION = Words("建议", "Suggestion")
QUALITY = Words("产品质量", "Product quality")
SERVICE = Words("安装/维修", "Installation and repair")
PARTS = Words("备件", "Parts")
PROCESS = Words("服务过程", "Service process")
CLOSED = Words("已解决", "Solved")
WORKING = Words("处理中", "In progress")


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """A moment of spring 2026 by the clock of Shanghai."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def a_line(n: int) -> TicketLine:
    kinds = (COMPLAINT, REPAIR, ENQUIRY, SUGGESTION)
    subjects = (
        "二号线主轴振动超差，停机两次",
        "冷却泵密封渗漏",
        "询问年度保养计划安排",
        "希望提供英文版操作手册",
        "X2000 控制器固件升级后报警 E-417",
    )
    open_still = n % 9 == 8
    return TicketLine(
        f"TS-2603{n % 28 + 1:02d}-{n:04d}",
        date(2026, 3, n % 28 + 1),
        kinds[n % 4],
        subjects[n % 5],
        WORKING if open_still else CLOSED,
        class_name=(QUALITY, SERVICE, PARTS)[n % 3],
        project="苏州二期",
        first_reply=timedelta(minutes=35 + 47 * (n % 7)),
        closed_on=None if open_still else date(2026, 3, min(31, n % 28 + 3)),
        in_time=None if open_still else n % 7 != 3,
    )


def a_month(lines: int = 34) -> ServiceMonth:
    return ServiceMonth(
        number="FW-202603-KH0012-01",
        customer_name="华东轨道交通装备（苏州）有限公司",
        customer_short="华东轨交",
        customer_code="KH0012",
        period_from=date(2026, 3, 1),
        period_to=date(2026, 3, 31),
        snapshot_at=at(2, 9, 30, month=4),
        snapshot_id="SM-20260402-0012",
        prepared_by="周敏",
        reviewed_by="林建国",
        approved_by="陈思远",
        issued_on=date(2026, 4, 3),
        manager="周敏",
        manager_phone="138 0000 1234",
        manager_email="zhou.min@example.com",
        verdict="watch",
        verdict_text="承诺总体兑现，但二号线主轴振动问题本月两次复发，一次回复超时。根因已查明，4月12日更换轴承组后需贵方配合停机半天。",
        figures=(
            Figure(
                Words("首次回复及时率", "First replies in time"),
                "share",
                31 / 33,
                n=33,
                count=31,
                target=0.95,
                last=0.97,
                year_ago=0.88,
            ),
            Figure(
                Words("按时关闭率", "Closed within the limit"),
                "share",
                26 / 29,
                n=29,
                count=26,
                target=0.9,
                last=0.86,
                year_ago=None,
            ),
            Figure("Satisfied", "share", 18 / 20, n=20, count=18, target=0.9, last=0.875, year_ago=0.82),
            Figure(Words("投诉件数", "Complaints"), "count", 8, target=6, at_least=False, last=5, year_ago=11),
            Figure(
                Words("首次回复中位用时", "First reply, median"),
                "hours",
                1.6,
                n=33,
                target=4,
                at_least=False,
                last=2.1,
                year_ago=3.4,
            ),
            Figure(Words("平均评分", "Mean rating"), "stars", 4.4, n=20, target=4.5, last=4.3, year_ago=None),
        ),
        went_well=(
            "33 件诉求中 31 件在承诺时限内首次回复，中位用时 1.6 小时，为近一年最快。",
            "春节后首次集中保养 12 台设备全部按期完成，未影响贵方排产。",
            "备件 X2000 控制板改为苏州仓常备，到货由 3 天缩短为当天。",
        ),
        went_badly=(
            "二号线主轴振动问题两次复发，第一次处理只更换了传感器，没有查到根因。",
            "3月18日投诉的初步回复晚了 3 小时 20 分，原因是交接班遗漏。",
            "两次电话回访安排在贵方交接班时段，未能接通。",
        ),
        decisions=(
            Decision(
                "同意 4月12日 08:00 至 12:00 二号线停机，更换主轴轴承组（费用由我方承担）。",
                date(2026, 4, 8),
                "设备部 王主任",
            ),
            Decision("确认三号线是否一并加装振动在线监测（报价随函附上）。", date(2026, 4, 20)),
        ),
        commitments=(
            Commitment(
                "First reply",
                Words("4 小时（工作时间）内", "within 4 h of working time"),
                31,
                33,
                0.95,
                (
                    Breach(
                        "TS-260318-0007",
                        "交接班遗漏，已改为系统强制交接确认。",
                        timedelta(hours=3, minutes=20),
                    ),
                    Breach("TS-260322-0015", "周日提交，值班电话故障，未及时提醒。", timedelta(minutes=45)),
                ),
            ),
            Commitment(
                "First contact",
                Words("24 小时（工作时间）内", "within 24 h of working time"),
                33,
                33,
                1.0,
            ),
            Commitment(
                Words("投诉关闭", "Closure of complaints"),
                Words("产品质量 10 个工作日", "Product quality 10 working days"),
                6,
                7,
                0.9,
                (Breach("TS-260305-0002", "等待进口轴承到货，已按约定每日告知进展。", timedelta(hours=26)),),
            ),
            Commitment(
                Words("客户经理走访", "Visit of the account manager"),
                Words("每月一次", "once a month"),
                1,
                1,
                1.0,
            ),
            Commitment(
                Words("协议续签", "Renewal of the agreement"),
                Words("到期前 90 天启动", "begun 90 days before it ends"),
                0,
                0,
                1.0,
            ),
        ),
        opened=34,
        closed=31,
        complaints=8,
        by_kind=(
            Tally(COMPLAINT, 8, 5),
            Tally(REPAIR, 14, 16),
            Tally(ENQUIRY, 9, 7),
            Tally(SUGGESTION, 3, 0),
        ),
        by_channel=(
            Tally(Words("门户", "Portal"), 19, 15),
            Tally(Words("热线", "Hotline"), 11, 12),
            Tally(Words("走访", "Visit"), 4, 1),
        ),
        by_class=(Tally(QUALITY, 12, 9), Tally(SERVICE, 14, 13), Tally(PARTS, 5, 6), Tally(PROCESS, 3, 0)),
        by_month=tuple(
            MonthTally(date(2025 if n > 3 else 2026, n, 1), 20 + n * 7 % 17, 19 + n * 5 % 16)
            for n in (10, 11, 12, 1, 2, 3)
        ),
        first_reply=Spread(33, timedelta(hours=1, minutes=36), timedelta(hours=3, minutes=50)),
        closure=Spread(29, timedelta(hours=18, minutes=30), timedelta(hours=61)),
        reopened=2,
        overdue=3,
        open_cases=(
            OpenCase(
                "TS-260305-0002",
                "二号线主轴振动超差，停机两次",
                date(2026, 3, 5),
                28,
                WORKING,
                date(2026, 3, 19),
                True,
            ),
            OpenCase(
                "BX-260327-0031",
                "冷却泵密封渗漏",
                date(2026, 3, 27),
                6,
                Words("等待您补充", "Waiting for you"),
                date(2026, 4, 3),
            ),
            OpenCase("ZX-260330-0033", "询问年度保养计划安排", date(2026, 3, 30), 3, WORKING, date(2026, 4, 2)),
        ),
        repeats=(
            Repeat(
                Words("主轴振动", "Spindle vibration"),
                3,
                ("TS-260305-0002", "TS-260312-0005", "TS-260318-0007"),
            ),
        ),
        reviews=(
            Review(
                "TS-260305-0002",
                date(2026, 3, 5),
                "二号线主轴振动超差，停机两次",
                "3月5日与3月12日，二号线主轴振动值两次超过 7.1 mm/s，联锁停机，共影响生产 5 小时 40 分。",
                "轴承组内圈剥落，润滑脂牌号与高转速工况不匹配。首次处理时仅更换传感器，未做频谱分析。",
                "临时降速运行并每日点检；4月12日更换轴承组；同型号 6 台设备全部改用新牌号润滑脂；首次处理增加频谱分析步骤。",
                None,
                Words("临时措施已由贵方确认有效", "Interim measure confirmed by you"),
            ),
            Review(
                "TS-260318-0007",
                date(2026, 3, 18),
                "投诉回复超时",
                "3月18日 16:10 提交的投诉，至次日 11:30 才收到初步回复，超出承诺 3 小时 20 分。",
                "夜班与白班交接时遗漏，系统提醒发给了休假人员。",
                "交接改为系统内双方确认；提醒同时发给班组长。",
                date(2026, 3, 25),
                Words("已解决且满意", "Solved and satisfied"),
            ),
        ),
        satisfaction=Satisfaction(
            asked=26,
            stars=(0, 1, 1, 7, 11),
            last_satisfied=14,
            last_n=16,
            dimensions=(
                Scored(Words("业务受理", "Acceptance"), 4.6, 20),
                Scored(SERVICE, 4.2, 18),
                Scored(QUALITY, 3.9, 16),
                Scored(Words("客户经理服务", "Account manager"), 4.8, 4),
            ),
            verbatims=(
                Verbatim(
                    "工程师到场很快，讲解也清楚。希望把处理过程写进记录，方便我们班组学习。",
                    date(2026, 3, 14),
                    "李工",
                    5,
                    "BX-260313-0012",
                ),
                Verbatim(
                    "同一个问题修了两次，第一次如果查透就不用再停机了。",
                    date(2026, 3, 20),
                    "王主任",
                    2,
                    "TS-260312-0005",
                ),
            ),
        ),
        corrections=("2026年2月报告中建议类诉求应为 2 件（原写 1 件），其他数字不变。",),
        receipt_url="https://portal.example.com/reports/FW-202603-KH0012-01",
        tickets=tuple(a_line(n) for n in range(1, lines + 1)),
    )


def a_record(cls=TicketRecord, **more) -> TicketRecord:
    return cls(
        **(
            {
                "number": "TS-260305-0002",
                "kind": COMPLAINT,
                "class_name": QUALITY,
                "subject": "二号线主轴振动超差，停机两次",
                "customer_name": "华东轨道交通装备（苏州）有限公司",
                "customer_short": "华东轨交",
                "state": Words("已解决", "Solved"),
                "opened_at": at(5, 9, 12),
                "made_at": at(2, 10, 0, month=4),
                "channel": Words("门户", "Portal"),
                "severity": Words("紧急", "Urgent"),
                "project": "苏州二期",
                "contact_name": "王志强",
                "contact_phone": "139 0000 5678",
                "opened_by": "王志强",
                "owner": "刘佳",
                "owner_phone": "0512-6660 0001",
                "closed_at": at(31, 15, 40),
                "outcome": Words("已解决且满意", "Solved and satisfied"),
                "description": "今天 8:40 二号线主轴振动值升到 7.3 mm/s，联锁停机。上周也发生过一次，重启后恢复。\n请尽快派人到现场，我们下午有一批急件。",
                "wish": "查明原因，保证不再停机。",
                "answers": (
                    Answer(Words("设备型号", "Model"), "VMC-850X2"),
                    Answer(Words("序列号", "Serial number"), "YH2023-0417-22"),
                ),
                "steps": (
                    Step(Words("已提交", "Received"), at(5, 9, 12)),
                    Step(Words("处理中", "In progress"), at(5, 9, 40)),
                    Step(Words("请您确认", "Please confirm"), at(30, 11, 0)),
                    Step(Words("已解决", "Solved"), at(31, 15, 40)),
                ),
                "promises": (
                    Promise(
                        Words("首次联系", "First contact"),
                        at(5, 9, 12),
                        at(6, 9, 12),
                        at(5, 9, 50),
                        rule=Words("24 小时内", "within 24 hours"),
                        state="met",
                    ),
                    Promise(
                        Words("初步回复", "Preliminary reply"),
                        at(5, 9, 12),
                        at(6, 9, 12),
                        at(6, 12, 32),
                        late_by=timedelta(hours=3, minutes=20),
                        state="missed",
                    ),
                    Promise(
                        Words("关闭", "Closure"),
                        at(5, 9, 12),
                        at(31, 16, 30),
                        at(31, 15, 40),
                        pauses=(
                            PauseFact(
                                at(12, 10, 0),
                                at(16, 9, 0),
                                "等待贵方安排停机",
                            ),
                        ),
                        rule=Words("10 个工作日", "10 working days"),
                        state="met",
                    ),
                ),
                "conversation": (
                    Entry(
                        "王志强",
                        Words("客户", "Customer"),
                        "customer",
                        at(5, 9, 12),
                        "今天 8:40 二号线主轴振动值升到 7.3 mm/s，联锁停机。",
                        files=(AttachedFile("振动曲线.png", 348_112),),
                    ),
                    Entry(
                        "刘佳",
                        Words("客服专员", "Agent"),
                        "company",
                        at(5, 9, 50),
                        "王主任您好，已安排维修工程师张伟今天 11:00 前到现场，到达前会再联系您。",
                    ),
                    Entry(
                        "张伟",
                        Words("服务商", "Provider"),
                        "company",
                        at(6, 12, 32),
                        "现场频谱分析显示轴承内圈剥落，先降速至 80% 运行。",
                        stage=Words("初步回复", "Preliminary reply"),
                        answers=(
                            Answer(Words("故障原因", "Cause of the fault"), "轴承组内圈剥落，润滑脂牌号不匹配"),
                            Answer(Words("是否质量问题", "A matter of quality"), "是"),
                            Answer(
                                Words("维修或更换的零件", "Parts repaired or replaced"),
                                "主轴轴承组 7014C ×2（待到货）",
                            ),
                        ),
                    ),
                    Entry(
                        "王志强",
                        Words("客户", "Customer"),
                        "customer",
                        at(31, 15, 20),
                        "更换后运行一天，振动值 1.2 mm/s，可以关闭。",
                    ),
                ),
                "files": (
                    AttachedFile("振动曲线.png", 348_112, "王志强", at(5, 9, 12)),
                    AttachedFile("维修报告 2026-03-30.pdf", 1_804_991, "张伟", at(30, 10, 41)),
                ),
                "solution": "更换主轴轴承组 7014C 两套，改用新牌号润滑脂，复测振动值 1.2 mm/s。",
                "verifications": (
                    Verification(
                        at(31, 15, 30),
                        "赵敏",
                        Words("电话", "Phone"),
                        Words("已解决且满意", "Solved and satisfied"),
                        "客户确认运行正常。",
                    ),
                ),
                "rating": RatingFact(
                    4,
                    at(31, 16, 2),
                    "王志强",
                    "这次查得透，希望第一次就能这样。",
                    (Stars(Words("及时性", "Promptness"), 4), Stars(Words("处理质量", "Quality"), 5)),
                ),
                "history": (
                    Happened(at(5, 9, 12), "王志强", Words("提交诉求", "Opened the request")),
                    Happened(at(5, 9, 40), "刘佳", Words("刘佳已受理", "Liu Jia took it in hand")),
                    Happened(at(31, 15, 40), "赵敏", Words("关闭", "Closed")),
                ),
                "address": "https://portal.example.com/tickets/TS-260305-0002",
            }
            | more
        )
    )


SECRET = "内部备注：该批轴承供应商已列入观察名单"


def a_staff_record(**more) -> StaffTicketRecord:
    return a_record(
        StaffTicketRecord,
        **(
            {
                "is_major": True,
                "notes": (NoteFact(at(5, 10, 2), "刘佳", SECRET),),
                "contacts": (
                    ContactFact(at(5, 9, 50), "刘佳", Words("电话", "Phone"), True, "王志强", "已告知到场时间。"),
                    ContactFact(at(12, 8, 30), "张伟", Words("电话", "Phone"), False),
                ),
                "dispatches": (
                    DispatchFact(
                        "PG-260305-0004",
                        "苏州恒信机电服务有限公司",
                        True,
                        at(5, 10, 5),
                        "刘佳",
                        "张伟",
                        "带频谱分析仪到场，先查轴承。",
                        at(5, 10, 20),
                        at(5, 10, 40),
                        at(6, 12, 32),
                        at(30, 10, 41),
                    ),
                ),
                "liability": Words("有责", "Liable"),
                "liability_reason": "首次处理未做频谱分析，责任部门：售后服务部。",
            }
            | more
        ),
    )


def an_order(**more) -> DispatchOrder:
    return DispatchOrder(
        **(
            {
                "number": "PG-260305-0004",
                "ticket_number": "TS-260305-0002",
                "issued_at": at(5, 10, 5),
                "issued_by": "刘佳",
                "issued_by_phone": "0512-6660 0001",
                "to": "苏州恒信机电服务有限公司",
                "is_provider": True,
                "handler": "张伟",
                "others": ("质量管理部", "备件中心"),
                "is_lead": True,
                "kind": COMPLAINT,
                "class_name": QUALITY,
                "severity": Words("紧急", "Urgent"),
                "is_urgent": True,
                "subject": "二号线主轴振动超差，停机两次",
                "description": "今天 8:40 二号线主轴振动值升到 7.3 mm/s，联锁停机。上周也发生过一次，重启后恢复。下午有一批急件。",
                "suggestion": "带频谱分析仪到场，先查主轴轴承与润滑；若需停机更换，先与设备部王主任商定时间。到场前电话联系客户。",
                "made_at": at(5, 10, 6),
                "customer_name": "华东轨道交通装备（苏州）有限公司",
                "customer_short": "华东轨交",
                "card": Words("金卡", "Gold card"),
                "contact_name": "王志强（设备部主任）",
                "contact_phone": "139 0000 5678",
                "project": "苏州二期",
                "place": "苏州工业园区星湖街 1 号 二号厂房",
                "wish": "查明原因，保证不再停机。",
                "opened_at": at(5, 9, 12),
                "files": ("振动曲线.png",),
                "required": (
                    Required(
                        Words("确认派工", "Confirm the order"),
                        at(5, 16, 30),
                        Words("当日 16:30 前", "the same day by 16:30"),
                    ),
                    Required(
                        Words("首次联系", "First contact"),
                        at(6, 9, 12),
                        Words("24 小时内", "within 24 hours"),
                    ),
                    Required(
                        Words("回复", "Reply"),
                        at(6, 9, 12),
                        Words("24 小时内（初步或最终）", "within 24 hours, preliminary or final"),
                    ),
                    Required(Words("关闭", "Closure"), at(19, 16, 30), Words("10 个工作日", "10 working days")),
                ),
                "reply": (
                    ReplyField(Words("故障原因", "Cause of the fault"), lines=2),
                    ReplyField(Words("是否质量问题", "A matter of quality")),
                    ReplyField(Words("维修或更换的零件", "Parts repaired or replaced"), lines=2),
                    ReplyField(
                        Words(
                            "未能按期关闭的原因及预计时间",
                            "If it cannot be closed in time: why, and until when",
                        ),
                        lines=2,
                    ),
                ),
                "address": "https://portal.example.com/orders/PG-260305-0004",
            }
            | more
        )
    )


def filled(order: DispatchOrder) -> DispatchOrder:
    """The order with its reply."""
    return replace(
        order,
        replied_at=at(6, 12, 32),
        replied_by="张伟",
        reply=tuple(replace(one, value="轴承组内圈剥落，润滑脂牌号与工况不匹配。") for one in order.reply),
    )


def figures(rows: int) -> figures_month.FiguresMonth:
    """The figures of a month with so many measures, each with its thirteen months."""
    measure = figures_month.MeasureRow(
        "及时回复率", "承诺时限内答复的投诉 ÷ 投诉。", "76%", 22, 29, "58–88%", "≥ 90%", False, trend=("76%",) * 13
    )
    at = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
    return figures_month.FiguresMonth(
        "ZB-202611", date(2026, 11, 1), "全部", at, at, (figures_month.Part("投诉", (measure,) * rows),),
        trend_months=("25-03", *(f"25-{month:02}" for month in range(4, 13)), *(f"26-{month:02}" for month in range(1, 4))),
    )  # fmt: skip
