"""The pages of unclosed weeks and supervised projects; the week as PDF and workbook."""

import io
import zipfile
from datetime import date

from bs4 import BeautifulSoup
from sqlalchemy.orm import joinedload

from portal import clock
from portal.access import papers
from portal.access.scopes import visible
from portal.db import db, transaction
from portal.domain.documents.models import Document
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.quality import projects
from portal.domain.quality.records import UnclosedLine, UnclosedWeek
from portal.reports import registry
from portal.reports.gathering.documents import facts_of
from portal.reports.making import make_next
from tests.domain.test_unclosed import MONDAY, a_project, keep, opened, the
from tests.factories import a_handler, a_person, a_provider, a_supervisor, again, an_agent
from tests.reports.test_paper import text
from tests.test_tables import read

WEEKS = "/staff/quality/unclosed"
PROJECTS = "/staff/quality/projects"


def test_a_week_is_read_and_taken_along_as_workbook_and_pdf(app, sign_in):
    number = opened(100, "accept", subject="专线三个月不通").number
    week = keep().id
    browser = sign_in(a_person(Role.MANAGER))
    assert "1" in browser.page(WEEKS).select_one("tbody td.num").text
    page = browser.page(f"{WEEKS}/{week}")
    assert page.select_one("tbody th a").text == "专线三个月不通"

    book = zipfile.ZipFile(io.BytesIO(browser.get(f"{WEEKS}/{week}/list.xlsx").data))
    assert any(number.encode() in book.read(name) for name in book.namelist())

    answer = browser.post("/documents", {"report": "unclosed-week", "week": week})
    assert answer.status_code == 303
    assert make_next(papers)
    db.session.rollback()
    document = db.session.scalars(db.select(Document).options(joinedload(Document.file))).one()
    assert document.state == "ready", document.error
    assert number in text(app.extensions["files"].path(document.file.key).read_bytes())
    assert browser.page(answer.location).select_one(".back")["href"] == f"{WEEKS}/{week}"


def test_a_long_week_is_read_in_pages_with_the_same_statements(app, sign_in, statements):
    ticket = opened(30).id
    with transaction():
        week = UnclosedWeek(monday=date(2026, 11, 16), made_at=clock.now(), count=120, oldest_days=30)
        db.session.add(week)
        db.session.flush()
        for n in range(120):
            db.session.add(UnclosedLine(week_id=week.id, ticket_id=ticket, days=n, state="open"))
        key = week.id
    browser = sign_in(a_supervisor())
    seen, address = 0, f"{WEEKS}/{key}"
    while address:
        statements.clear()
        page = browser.page(address)
        assert len(statements) <= 5
        seen += len(page.select("tbody tr"))
        following = page.select_one("a[rel=next]")
        address = following["href"] if following else None
    assert seen == 120


def test_a_project_gets_a_plan_milestones_and_evidence_with_a_file(app, sign_in):
    with clock.frozen_at(MONDAY):
        project = a_project()
        browser = sign_in(a_supervisor())
        where = f"{PROJECTS}/{project}"
        owner = the(project).owner_id
        assert browser.post(f"{where}/plan", {"owner": owner, "plan": "更换主干光缆", "version": 1}).status_code == 303
        early = browser.post(f"{where}/milestones", {"title": "割接", "due_on": "2020-01-01"})
        assert early.status_code == 422
        assert "later day" in early.text
        assert browser.post(f"{where}/milestones", {"title": "割接", "due_on": "2026-12-01"}).status_code == 303
        milestone = projects.milestones_of(the(project))[0].id
        file = (io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "验收单.pdf")
        wordless = browser.post(f"{where}/milestones/{milestone}", {"evidence": "", "files": file})
        assert wordless.status_code == 422
        assert "验收单.pdf" in wordless.text, "what was chosen is not lost with a form that comes back"
        assert browser.post(f"{where}/milestones/{milestone}", {"evidence": "验收通过"}).status_code == 303
        page = browser.page(where)
        assert "更换主干光缆" in page.text
        assert page.select_one(".files a").text == "验收单.pdf"
        assert len(browser.page(PROJECTS).select("tbody tr")) == 1
        sheet = read(browser.get(f"{PROJECTS}/list.xlsx").data).worksheets[2]
        said = [cell.value for cell in sheet[2]]
        assert (said[2], said[4], said[7]) == ("割接", "reached", "验收通过")


def test_the_projects_are_on_paper_with_their_milestones(app, sign_in):
    with clock.frozen_at(MONDAY):
        project = a_project()
        browser = sign_in(a_supervisor())
        where = f"{PROJECTS}/{project}"
        browser.post(f"{where}/plan", {"owner": the(project).owner_id, "plan": "更换主干光缆", "version": 1})
        browser.post(f"{where}/milestones", {"title": "割接", "due_on": "2026-12-01"})

        asked = browser.post("/documents", {"report": "project-list", "state": "open"})

        document = db.session.scalars(db.select(Document)).one()
        assert asked.headers["Location"].endswith(f"/documents/{document.id}")
        reader = again(db.session.get_one(Person, document.by_id))
        told = facts_of(document, reader, lambda model: visible(model, reader))
        with app.test_request_context():
            paper = registry.render_html("project-list", told, "zh_Hans_CN", registry.House("申江通信"))
    assert "更换主干光缆" in paper
    assert "2026年12月1日 割接" in paper


def test_of_two_who_write_the_plan_the_second_keeps_the_words_and_sees_the_firsts(app, sign_in):
    with clock.frozen_at(MONDAY):
        project = a_project()
        where, browser = f"{PROJECTS}/{project}", sign_in(a_supervisor())
        typed = {"owner": the(project).owner_id, "version": 1}
        browser.post(f"{where}/plan", typed | {"plan": "先写的方案"})
        second = browser.post(f"{where}/plan", typed | {"plan": "后写的方案"})
        assert second.status_code == 422
        soup = BeautifulSoup(second.text, "html.parser")
        assert "后写的方案" in soup.select_one("textarea[name=plan]").text
        assert "先写的方案" in soup.select_one("#the-project .notice").text
        assert the(project).plan == "先写的方案"


def test_the_owner_finds_the_way_back_to_the_complaint(app, sign_in):
    with clock.frozen_at(MONDAY):
        project = a_project()
        owner = again(db.session.get_one(Person, the(project).owner_id))
        page = sign_in(owner).page(f"{PROJECTS}/{project}")
        assert page.select(f"a[href='/staff/tickets/{the(project).ticket_id}']")
        assert not page.select(f"a[href='{PROJECTS}']"), "the list is for quality supervision"


def test_the_owner_runs_the_project_others_read_it_and_providers_see_none(app, sign_in):
    with clock.frozen_at(MONDAY):
        project = a_project()
        owner = again(db.session.get_one(Person, the(project).owner_id))
        where = f"{PROJECTS}/{project}"
        assert sign_in(owner).page(where).select_one("#the-project form")
        other = sign_in(an_agent())
        assert not other.page(where).select_one("#the-project form")
        assert other.post(f"{where}/plan", {"owner": 0, "plan": "不行", "version": 1}).status_code == 409
        assert sign_in(a_handler(a_provider()), check=False).get(where).status_code == 404


def test_projects_without_a_plan_and_late_milestones_wait_on_the_overview(app, sign_in):
    with clock.frozen_at(MONDAY):
        a_project()
        page = sign_in(a_supervisor()).page("/staff/quality/")
    row = next(row for row in page.select(".waiting-row") if "without a plan" in row.text)
    assert row.select_one("strong").text == "1"
