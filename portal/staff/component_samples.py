"""Made-up examples for the component page: every piece in all its states, in the reader's language."""

from datetime import timedelta
from types import SimpleNamespace as Thing

from flask_babel import get_locale
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    MultipleFileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length

from portal import clock
from portal.i18n import N_
from portal.web.forms import Form


class Example(Form):
    """A field of every kind."""

    subject = StringField(N_("Subject"), [DataRequired(), Length(max=60)])
    body = TextAreaField(N_("What happened"), [DataRequired()])
    severity = RadioField(N_("Severity"), [DataRequired()])
    place = SelectField(N_("Region"), [DataRequired()])
    ways = SelectMultipleField(N_("How may we reach you"))
    day = DateField(N_("Day of the visit"))
    mail = EmailField(N_("E-mail"))
    word = PasswordField(N_("Password"))
    files = MultipleFileField(N_("Attachments"))
    agreed = BooleanField(N_("I have read how my data are used"))
    stars = RadioField(N_("How satisfied are you"))


def _t(chinese: str, english: str) -> str:
    return chinese if str(get_locale()).startswith("zh") else english


def samples() -> Thing:
    """Everything that staff/components.html shows."""
    return Thing(
        people=_people(),
        chips=_chips(),
        clock=_clock_line(),
        steps=_steps(),
        stream=_stream(),
        files=_files(),
        form=_form(),
        wrong=_wrong(),
        rows=_rows(),
        filters=_filters(),
        tabs=_tabs(),
        figures=_figures(),
        charts=_charts(),
        now=clock.now(),
        answer=_t("已收到照片，正在核对批次。", "The photos have arrived."),
    )


def _people() -> dict:
    return {
        "owner": Thing(name=_t("陈立", "Chen Li"), phone="0571 8888 6021", email="chen.li@example.com"),
        "handler": Thing(name=_t("王思远", "Wang Siyuan"), phone="0571 8888 6034", email="wang.sy@example.com"),
        "customer": Thing(name=_t("周敏", "Zhou Min"), phone="138 0013 8000"),
        "foreign": Thing(name="Anna Keller"),
    }


def _chips() -> list:
    now = clock.now()
    rows = [
        (
            "far",
            _t("最终回复", "Final reply"),
            timedelta(days=4),
            _t("还剩 3 个工作日", "3 working days left"),
        ),
        ("near", _t("首次联系", "First contact"), timedelta(hours=1), _t("还剩 48 分钟", "48 minutes left")),
        (
            "late",
            _t("初步回复", "First reply"),
            -timedelta(hours=3),
            _t("超时 2 小时 10 分", "2 h 10 min late"),
        ),
        (
            "paused",
            _t("最终回复", "Final reply"),
            None,
            _t("等待客户补充，已暂停 1 天", "paused 1 day, waiting for you"),
        ),
        ("met", _t("首次联系", "First contact"), -timedelta(days=1), _t("用时 35 分钟", "took 35 minutes")),
        ("missed", _t("派工", "Dispatch"), -timedelta(days=2), _t("晚了 1 小时", "1 hour late")),
    ]
    return [
        Thing(state=state, label=label, due_at=now + far if far else None, words=words, explain_url="#deadlines")
        for state, label, far, words in rows
    ]


def _clock_line() -> Thing:
    start = clock.now() - timedelta(days=3)
    marks = [("running", 0, 20), ("paused", 20, 44), ("running", 44, 60), ("late", 60, 70)]
    hours = [(kind, start + timedelta(hours=a), start + timedelta(hours=b)) for kind, a, b in marks]
    words = {"running": _t("计时", "running"), "paused": _t("暂停", "paused"), "late": _t("超时", "late")}
    return Thing(
        segments=[Thing(kind=kind, start=a, end=b, words=words[kind]) for kind, a, b in hours],
        due_at=start + timedelta(hours=60),
        words=_t("计时 46 小时，暂停 24 小时", "46 hours running, 24 hours paused"),
    )


def _steps() -> list:
    now = clock.now()
    return [
        Thing(label=_t("已提交", "Sent in"), state="done", at=now - timedelta(days=2)),
        Thing(label=_t("已受理", "Accepted"), state="done", at=now - timedelta(days=2, hours=-1)),
        Thing(
            label=_t("处理中", "Being handled"),
            state="now",
            words=_t("王思远正在核对批次", "Wang is checking the batch"),
        ),
        Thing(label=_t("请您确认", "For you to confirm"), state="next", promised=now + timedelta(days=2)),
        Thing(label=_t("已解决", "Resolved"), state="next"),
    ]


def _stream() -> dict:
    now = clock.now()
    return {
        "asked": _t(
            "9月25日到货的 XL-204 电机共 120 台，其中 17 台运行时有异响，已停线。\n"
            "请尽快安排技术人员到现场，并告知更换周期。",
            "17 of the 120 XL-204 motors delivered on 25 September are noisy; the line stands.\n"
            "Please send an engineer and tell us when they can be replaced.",
        ),
        "answered": _t(
            "周经理您好，已安排技术工程师李航明天 10:00 到贵厂。17 台先行更换，备件今晚从杭州发出。",
            "Dear Ms Zhou, Li Hang will be with you tomorrow at 10:00. Spare motors leave tonight.",
        ),
        "noted": _t(
            "批次 2409B 上月已有两家客户反映，建议并入热点问题。",
            "Batch 2409B was reported twice last month: a hot issue?",
        ),
        "event": _t("派工给质量部", "Dispatched to Quality"),
        "paused": _t("等待客户补充照片，时限暂停", "Waiting for photos: the clock is paused"),
        "asked_at": now - timedelta(days=2),
        "event_at": now - timedelta(days=1, hours=22),
        "noted_at": now - timedelta(days=1, hours=3),
        "answered_at": now - timedelta(hours=20),
    }


def _files() -> list:
    return [
        Thing(name=_t("异响视频.mp4", "noise.mp4"), size=18_400_000, url="#files"),
        Thing(name=_t("到货检验记录（2409B）.xlsx", "incoming inspection 2409B.xlsx"), size=48_200, url="#files"),
    ]


def _form() -> Example:
    form = Example()
    _choices(form)
    form.severity.data, form.ways.data = "high", ["phone"]
    return form


def _wrong() -> Example:
    """The same form, come back: what was typed is still there."""
    form = Example(prefix="wrong")
    _choices(form)
    form.body.data = _t("17 台电机异响", "17 motors make a noise")
    form.subject.errors = [_t("请写一个标题。", "Please give a subject.")]
    form.severity.errors = [_t("请选择严重程度。", "Please choose how severe it is.")]
    form.day.errors = [_t("9月27日是调休休息日，请另选一天。", "27 September is a day off; please choose another.")]
    return form


def _choices(form: Example) -> None:
    form.severity.choices = [
        ("high", _t("严重：生产线停了", "High: a line stands")),
        ("middle", _t("一般：能生产，但受影响", "Middle: production suffers")),
        ("low", _t("轻微：不影响生产", "Low: production goes on")),
    ]
    form.place.choices = [
        ("", _t("请选择", "Please choose")),
        ("e", _t("华东", "East")),
        ("s", _t("华南", "South")),
    ]
    form.ways.choices = [
        ("phone", _t("电话", "Phone")),
        ("mail", _t("邮件", "E-mail")),
        ("wechat", _t("企业微信", "WeCom")),
    ]
    form.stars.choices = [(str(n), str(n)) for n in range(1, 6)]
    form.stars.data = "4"


def _rows() -> list:
    names = [
        (
            "T-2026-01184",
            _t("XL-204 电机异响，产线停机", "XL-204 motors noisy, line stands"),
            _t("华晨汽车部件", "Huachen Parts"),
            _t("战略", "strategic"),
            "bad",
            _t("处理中", "in hand"),
            2,
            3,
        ),
        (
            "T-2026-01179",
            _t("8 月对账单金额与合同不符", "August statement differs from contract"),
            _t("东海轨道", "Donghai Rail"),
            _t("重点", "key"),
            "warn",
            _t("待受理", "to accept"),
            1,
            1,
        ),
        (
            "T-2026-01171",
            _t("申请增加两名系统联系人", "Two more contacts wanted"),
            _t("青禾食品", "Qinghe Foods"),
            _t("重点", "key"),
            "",
            _t("等待客户补充", "waiting for customer"),
            3,
            0,
        ),
        (
            "T-2026-01166",
            _t("感谢李航工程师周末到场", "Thanks to engineer Li Hang"),
            _t("北辰重工", "Beichen Heavy"),
            _t("普通", "ordinary"),
            "good",
            _t("已关闭", "closed"),
            4,
            2,
        ),
    ]
    chips = _chips()
    return [
        Thing(
            id=n,
            number=number,
            subject=subject,
            customer=customer,
            tier=tier,
            tone=tone,
            state=state,
            chip=chips[c],
            replies=r,
        )
        for n, (number, subject, customer, tier, tone, state, c, r) in enumerate(names)
    ]


def _filters() -> list:
    rows = [
        (_t("全部进行中", "All live"), 38, True),
        (_t("今天到期", "Due today"), 6, False),
        (_t("已超时", "Overdue"), 2, False),
        (_t("已暂停", "Paused"), 5, False),
    ]
    return [Thing(label=label, url="#lists", on=on, count=count) for label, count, on in rows]


def _tabs() -> list:
    rows = [
        (_t("沟通", "Conversation"), 4, True),
        (_t("派工单", "Orders"), 1, False),
        (_t("操作记录", "Journal"), None, False),
    ]
    return [Thing(label=label, url="#lists", current=on, count=count) for label, count, on in rows]


def _figures() -> list:
    return [
        Thing(
            label=_t("按时首次联系", "First contact in time"),
            value="96.4%",
            unit="",
            n=412,
            interval="94.2–97.8",
            target="95%",
            change=Thing(
                direction="up",
                good=True,
                words=_t("比上月高 2.1 个百分点（显著）", "2.1 points up (significant)"),
            ),
            values=[91, 93, 92, 95, 94, 96.4],
            tone="",
        ),
        Thing(
            label=_t("满意", "Satisfied"),
            value="88.0%",
            unit="",
            n=150,
            interval="81.8–92.3",
            target="90%",
            change=Thing(direction="same", good=None, words=_t("与上月无显著差别", "no real change")),
            values=[87, 90, 89, 86, 88, 88],
            tone="",
        ),
        Thing(
            label=_t("已超时", "Overdue"),
            value="2",
            unit=_t("件", "tickets"),
            n=38,
            interval=None,
            target=None,
            change=Thing(direction="down", good=True, words=_t("比昨天少 3 件", "3 fewer than yesterday")),
            values=[6, 4, 7, 5, 5, 2],
            tone="bad",
        ),
        Thing(
            label=_t("回访平均分", "Mean of call-backs"),
            value=None,
            unit="",
            n=0,
            interval=None,
            target="4.5",
            change=None,
            values=[],
            tone="",
        ),
    ]


def _charts() -> Thing:
    months = [_t(f"{n}月", f"M{n}") for n in range(4, 11)]
    return Thing(
        bars=[
            (_t("质量", "Quality"), 42),
            (_t("交付", "Delivery"), 31),
            (_t("对账", "Accounts"), 18),
            (_t("服务", "Service"), 9),
        ],
        stacked=[
            (_t("华东", "East"), [31, 8, 3]),
            (_t("华南", "South"), [22, 11, 1]),
            (_t("华北", "North"), [14, 4, 0]),
        ],
        series=[_t("按时", "in time"), _t("超时", "late"), _t("进行中", "live")],
        months=months,
        lines=[
            (_t("首次联系", "first contact"), [91, 93, None, 92, 95, 94, 96.4]),
            (_t("最终回复", "final reply"), [84, 85, 83, 88, 87, 89, 90.2]),
        ],
        low=[88, 90, 88, 89, 92, 91, 94],
        high=[94, 96, 95, 95, 98, 97, 98.4],
        parts=[
            (_t("投诉", "Complaint"), 64),
            (_t("报修", "Repair"), 48),
            (_t("咨询", "Enquiry"), 31),
            (_t("建议", "Suggestion"), 7),
        ],
    )
