"""Settings: the company's look, what it promises, its calendar; every decision seen before, reasoned, and kept for ever."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image

from portal import clock
from portal.db import transaction
from portal.domain import settings, slots
from portal.domain.people.roles import Role
from portal.staff.configuration.sections import GROUPS
from tests.domain.test_outbox import a_letter
from tests.factories import a_person, an_agent

PAGES = (
    "company",
    "promises",
    "promises/limits",
    "promises/classes",
    "calendar",
    "system",
    "history/policy",
    "history/calendar",
    "history/company",
)


def test_each_section_is_listed_once():
    listed = [name for _, group in GROUPS for name in group]
    assert len(listed) == len(set(listed))


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
