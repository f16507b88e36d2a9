"""Settings: the company's look, what it promises, its calendar; every decision seen before, reasoned, and kept for ever."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from portal import clock
from portal.db import db, transaction
from portal.domain import settings, slots
from portal.domain.journal import Entry
from portal.domain.people.roles import Role
from portal.domain.tickets.models import Ticket
from tests.domain.test_outbox import a_letter
from tests.factories import a_class, a_person, a_ticket, an_agent

PAGES = ("company", "promises", "promises/limits", "promises/warnings", "promises/hours", "calendar", "system")
LIMITS = {"reopen_days": "14", "call_attempts": "3", "undo_seconds": "10", "low_score": "2"}


@pytest.fixture
def admin(app, sign_in):
    return sign_in(a_person(Role.ADMINISTRATOR, name="赵管理"))


def fields(page, form_action: str) -> dict:
    """What the form of this address would send as it stands."""
    form = next(f for f in page.select("form[method=post]") if f["action"] == form_action)
    sent = {
        f["name"]: f.get("value", "")
        for f in form.select("input[name]:not([type=checkbox]):not([type=radio])")
        if f.get("type") != "file"
    }
    sent |= {
        f["name"]: f.select_one("option[selected]")["value"]
        for f in form.select("select")
        if f.select_one("option[selected]")
    }
    return {name: value for name, value in sent.items() if name not in ("csrf_token", "submission_key")}


def told(page) -> str:
    return page.main.get_text(" ", strip=True)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_but_the_administrator_reaches_settings(app, sign_in, role):
    browser = sign_in(a_person(role))
    for path in PAGES:
        assert browser.get(f"/staff/settings/{path}").status_code == 403, path
    for path in (
        "company",
        "promises/limits",
        "calendar/days",
        "calendar/years/2027/confirm",
        "calendar/days/2027-01-01/remove",
    ):
        assert browser.post(f"/staff/settings/{path}").status_code == 403, path


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_every_page_of_settings_opens_in_few_statements(app, sign_in, statements, language):
    browser = sign_in(a_person(Role.ADMINISTRATOR, language=language))
    assert browser.get("/staff/settings/").headers["Location"] == "/staff/settings/company"
    for path in PAGES:
        statements.clear()
        page = browser.page(f"/staff/settings/{path}")
        assert len(statements) <= (12 if path == "system" else 8), (path, statements)
        if language == "zh_Hans_CN":
            english = [
                w for w in ("Company", "Change", "Decided", "Limits", "Why", "Worker", "promise") if w in told(page)
            ]
            assert not english, path


class TestCompany:
    URL = "/staff/settings/company"

    def test_what_is_changed_holds_at_once_and_is_kept_with_who_and_why(self, admin):
        sent = fields(admin.page(self.URL), self.URL) | {"name": "申江电信", "accent": "#aa3300", "why": "改名"}
        assert admin.post(self.URL, sent).status_code == 303

        company = settings.company()
        assert (company.name, company.accent, company.short_name, company.is_set_up) == (
            "申江电信",
            "#aa3300",
            "申江",
            True,
        )
        page = admin.page(self.URL)
        assert "申江电信" in page.title.get_text()
        assert "赵管理" in told(page)
        assert "Name of the company: 申江通信 → 申江电信" in told(page)
        assert "改名" in told(page)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("name", " "), ("name", "x" * 61), ("accent", "red"), ("accent", "#12345"), ("mail_from", "nobody"), ("mail_from", "a@b\r\nBcc: c@d"),
         ("zone", "Mars/Base"), ("language", "tlh")],
    )  # fmt: skip
    def test_what_cannot_be_comes_back_and_nothing_is_kept(self, admin, field, value):
        before = settings.company()
        answer = admin.post(self.URL, fields(admin.page(self.URL), self.URL) | {field: value})
        assert answer.status_code == 422
        assert "has to be put right" in answer.text
        assert settings.company() == before

    def test_a_colour_is_judged_while_it_is_chosen(self, admin):
        part = admin.htmx(f"{self.URL}?accent=%23ffcc00", "colour").text
        assert "As text the colour is too light" in part
        assert "<html" not in part
        assert 'fill="#ffcc00"' in part
        assert "A colour is written like" in admin.htmx(f"{self.URL}?accent=%22%3E%3Cscript%3E", "colour").text
        assert "As text" not in admin.htmx(f"{self.URL}?accent=%231f5f8b", "colour").text

    def test_a_logo_is_made_a_small_png_whatever_it_was(self, app, admin):
        picture = BytesIO()
        Image.new("RGB", (3000, 900), "#aa3300").save(picture, "JPEG")
        sent = fields(admin.page(self.URL), self.URL) | {"logo": (BytesIO(picture.getvalue()), "标志.jpg")}
        assert admin.post(self.URL, sent).status_code == 303

        shown = admin.get(f"/logo/{settings.company().logo}")
        assert shown.mimetype == "image/png"
        assert Image.open(BytesIO(shown.data)).size == (533, 160)
        assert f"/logo/{settings.company().logo}" in admin.get("/staff/letters/").text + admin.get(self.URL).text

        assert admin.post(self.URL, fields(admin.page(self.URL), self.URL) | {"no_logo": "y"}).status_code == 303
        assert settings.company().logo is None

    @pytest.mark.parametrize(
        ("name", "content"),
        [("logo.png", b"no picture"), ("logo.svg", b"<svg onload='x'/>"), ("logo.pdf", b"%PDF-1.4")],
    )
    def test_what_is_no_picture_is_no_logo(self, admin, name, content):
        sent = fields(admin.page(self.URL), self.URL) | {"logo": (BytesIO(content), name)}
        assert admin.post(self.URL, sent).status_code == 422
        assert settings.company().logo is None


class TestPromises:
    URL = "/staff/settings/promises"

    def test_the_page_names_pack_clocks_classes_and_limits_in_words(self, admin):
        said = told(admin.page(self.URL))
        policy = settings.policy()
        for words in (
            policy.name.en,
            "30 days",
            "24 hours by the clock",
            "09:00" if "09:00" in said else "08:30",
            "by class",
        ):
            assert words in said
        assert all(rule.rule_words.en in said for rule in policy.clocks)
        assert all(one.words.en in said for one in policy.classes)

    def test_a_change_is_shown_before_it_is_decided_then_kept_with_its_reason(self, admin):
        a_ticket()
        first = settings.policy_id()
        query = "&".join(f"{name}={value}" for name, value in LIMITS.items())
        page = admin.page(f"{self.URL}/limits?{query}")
        assert "Days in which a closed ticket may be reopened: 30 → 14" in told(page)
        assert "Call-backs" not in " ".join(li.get_text() for li in page.select("li"))
        assert settings.policy_id() == first

        sent = fields(page, f"{self.URL}/limits") | {"why": "新合同约定"}
        assert admin.post(f"{self.URL}/limits", sent).status_code == 303
        assert settings.policy().limits.reopen_days == 14
        assert settings.policy(first).limits.reopen_days == 30
        said = told(admin.page(self.URL))
        assert "14 days" in said
        assert "新合同约定" in said
        assert "Days in which a closed ticket may be reopened: 30 → 14" in said
        entry = db.session.scalars(
            db.select(Entry).where(Entry.verb == "settings.policy").order_by(Entry.id.desc())
        ).first()
        assert entry.facts["changed"] == {"limits.reopen_days": ["30", "14"]}
        assert entry.why == "新合同约定"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("reopen_days", "-1"),
            ("reopen_days", "366"),
            ("low_score", "5"),
            ("undo_seconds", "x"),
            ("call_attempts", ""),
        ],
    )
    def test_figures_out_of_bounds_are_refused_in_both_steps(self, admin, name, value):
        first, sent = settings.policy_id(), LIMITS | {name: value}
        answer = admin.get(f"{self.URL}/limits", query_string=sent)
        assert answer.status_code == 422
        assert "What it would mean" not in answer.text
        assert admin.post(f"{self.URL}/limits", sent | {"why": "x", "revision": str(first)}).status_code == 422
        assert settings.policy_id() == first

    def test_nothing_is_decided_without_a_reason_or_a_change(self, admin):
        first = settings.policy_id()
        sent = LIMITS | {"revision": str(first)}
        assert "Please fill this in." in admin.post(f"{self.URL}/limits", sent).text
        same = sent | {"reopen_days": "30", "why": "没有变化"}
        assert "Nothing would change." in admin.post(f"{self.URL}/limits", same).text
        assert settings.policy_id() == first

    def test_two_administrators_do_not_overwrite_each_other(self, admin, sign_in):
        first = str(settings.policy_id())
        other = sign_in(a_person(Role.ADMINISTRATOR))
        assert other.post(f"{self.URL}/limits", LIMITS | {"why": "甲", "revision": first}).status_code == 303
        answer = admin.post(f"{self.URL}/limits", LIMITS | {"reopen_days": "7", "why": "乙", "revision": first})
        assert answer.status_code == 422
        assert "Somebody decided something here meanwhile" in answer.text
        assert settings.policy().limits.reopen_days == 14
        for wild in ("", "x", "99999999999", "-1"):
            assert admin.post(f"{self.URL}/limits", LIMITS | {"why": "丙", "revision": wild}).status_code == 422

    def test_other_hours_change_what_is_promised_later_and_nothing_that_was_promised(self, app, sign_in):
        with clock.frozen_at(datetime(2026, 11, 23, 2, tzinfo=UTC)):
            admin = sign_in(a_person(Role.ADMINISTRATOR))
            ticket = a_ticket(moved=("accept",)).id
            due = db.session.get_one(Ticket, ticket).due_at
            db.session.rollback()
            sent = {
                "morning_from": "10:00",
                "morning_until": "12:00",
                "afternoon_from": "14:00",
                "afternoon_until": "19:00",
                "cut_off": "18:30",
            }
            page = admin.get(f"{self.URL}/hours", query_string=sent).text
            assert "1 open ticket keeps the promises it was given" in page
            assert "A promise of one working day, given now, would end 24 Nov 2026, 18:30" in page
            assert (
                admin.post(
                    f"{self.URL}/hours", sent | {"why": "冬令时", "revision": str(settings.policy_id())}
                ).status_code
                == 303
            )
            db.session.rollback()
            assert db.session.get_one(Ticket, ticket).due_at == due
            assert f"{settings.policy().calendar.cut_off:%H:%M}" == "18:30"

    @pytest.mark.parametrize(
        "wrong",
        [{"morning_until": "08:00"}, {"afternoon_from": "11:00"}, {"cut_off": "23:30"}, {"morning_from": "25:00"}],
    )
    def test_hours_that_cannot_be_are_refused(self, admin, wrong):
        sent = {
            "morning_from": "09:00",
            "morning_until": "12:00",
            "afternoon_from": "13:00",
            "afternoon_until": "17:30",
            "cut_off": "16:30",
        } | wrong
        first = settings.policy_id()
        assert admin.get(f"{self.URL}/hours", query_string=sent).status_code == 422
        assert admin.post(f"{self.URL}/hours", sent | {"why": "x", "revision": str(first)}).status_code == 422
        assert settings.policy_id() == first

    def test_a_class_gets_another_closing_promise_for_tickets_to_come(self, admin):
        code = a_class()
        old = a_ticket(class_code=code).id
        sent = {"amount": "1", "unit": "working_days"}
        page = admin.get(f"{self.URL}/classes/{code}", query_string=sent).text
        assert "Closed within:" in page
        assert "An ordinary ticket of this class, opened now" in page
        assert (
            admin.post(
                f"{self.URL}/classes/{code}", sent | {"why": "提速", "revision": str(settings.policy_id())}
            ).status_code
            == 303
        )
        new = a_ticket(class_code=code).id

        promised = db.text("select amount from deadline where code = 'closure' and ticket_id = :id")
        assert db.session.scalar(promised, {"id": new}) == 1
        assert db.session.scalar(promised, {"id": old}) != 1

    def test_what_is_not_there_cannot_be_changed(self, admin):
        group = settings.policy().groups()[0].code
        for path in ("nonsense", "classes/nonsense", f"classes/{group}"):
            assert admin.get(f"{self.URL}/{path}").status_code == 404
            assert admin.post(f"{self.URL}/{path}", {"why": "x"}).status_code == 404


class TestCalendar:
    URL = "/staff/settings/calendar"

    def day(self, **facts) -> dict:
        given = {
            "on": "2027-03-08",
            "work": "off",
            "zh": "公司日",
            "en": "Company day",
            "why": "董事会决定",
            "revision": str(settings.calendar_id()),
        }
        return {f"day-{name}": value for name, value in (given | facts).items()}

    def test_a_year_that_was_not_announced_says_so(self, admin):
        assert "2027 is not confirmed" in told(admin.page(f"{self.URL}?year=2027"))
        assert "not confirmed" not in told(admin.page(f"{self.URL}?year=2026"))
        assert "only Saturdays and Sundays are off" in told(admin.page(f"{self.URL}?year=2029"))
        assert admin.get(f"{self.URL}?year=99999").status_code == 200
        assert admin.get(f"{self.URL}?year=x").status_code == 200

    def test_a_day_off_is_entered_counts_and_is_taken_away_again(self, admin):
        on = date(2027, 3, 8)
        assert settings.calendar().is_working_day(on)
        assert admin.post(f"{self.URL}/days", self.day()).status_code == 303
        assert not settings.calendar().is_working_day(on)
        page = admin.page(f"{self.URL}?year=2027")
        assert "Company day" in told(page)
        assert "董事会决定" in told(page)

        removal = {"why": "取消", "revision": str(settings.calendar_id())}
        assert admin.post(f"{self.URL}/days/2027-03-08/remove", removal).status_code == 303
        assert settings.calendar().is_working_day(on)
        assert (
            admin.post(
                f"{self.URL}/days/2027-03-08/remove", removal | {"revision": str(settings.calendar_id())}
            ).status_code
            == 422
        )
        assert admin.post(f"{self.URL}/days/nonsense/remove", removal).status_code == 404

    def test_a_make_up_saturday_is_worked(self, admin):
        assert (
            admin.post(f"{self.URL}/days", self.day(on="2027-03-13", work="work", zh="调休上班", en="")).status_code
            == 303
        )
        assert settings.calendar().is_working_day(date(2027, 3, 13))

    @pytest.mark.parametrize(
        "wrong", [{"on": ""}, {"on": "2027-02-30"}, {"on": "1999-01-01"}, {"zh": ""}, {"why": ""}, {"work": "maybe"}, {"work": "work"}, {"revision": "0"}],
    )  # fmt: skip
    def test_a_day_that_cannot_be_comes_back_with_what_was_typed(self, admin, wrong):
        first = settings.calendar_id()
        answer = admin.post(f"{self.URL}/days", self.day(**wrong))
        assert answer.status_code == 422
        assert "Company day" in answer.text
        assert settings.calendar_id() == first

    def test_a_year_is_confirmed_once_with_its_source(self, admin):
        sent = {
            "year-source": "国务院办公厅通知 2026-11-10",
            "year-why": "已公布",
            "year-revision": str(settings.calendar_id()),
        }
        assert admin.post(f"{self.URL}/years/2029/confirm", sent).status_code == 422
        assert admin.post(f"{self.URL}/years/2027/confirm", sent).status_code == 303
        assert 2027 in settings.calendar().confirmed_years
        assert "国务院办公厅通知 2026-11-10" in told(admin.page(f"{self.URL}?year=2027"))
        again = sent | {"year-revision": str(settings.calendar_id())}
        assert admin.post(f"{self.URL}/years/2027/confirm", again).status_code == 422


class TestSystem:
    URL = "/staff/settings/system"

    def test_a_silent_worker_is_said_loudly_and_a_living_one_is_not(self, admin):
        assert "The worker is silent" in told(admin.page(self.URL))
        assert slots.take("remind", slots.slot_of(clock.now(), timedelta(minutes=1)))
        assert "The worker is silent" not in told(admin.page(self.URL))
        with clock.frozen_at(clock.now() + timedelta(minutes=5)):
            assert "The worker is silent" in told(admin.page(self.URL))

    def test_mail_that_does_not_leave_is_seen(self, admin):
        a_letter(an_agent(), state="failed", error="550 no such user")
        a_letter(an_agent())
        with transaction():
            pass
        said = told(admin.page(self.URL))
        assert "none; letters stay in the portal" in said
        assert "550 no such user" in said
        assert "Letters waiting 1" in said
        assert "Letters that failed 1" in said
