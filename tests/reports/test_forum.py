"""Papers of the forum (R38): asked for, gathered from what the reader may see, set so that long names fit."""

import io
import zipfile

import pytest
from pypdf import PdfReader

from portal import clock
from portal.access import papers
from portal.db import db, transaction
from portal.domain.documents.models import Document
from portal.domain.forum import desk, minutes, topics
from portal.domain.forum.models import Event
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.reports import making, registry
from portal.reports.forum_badges import Guest, size_of
from portal.reports.gathering.documents import GATHERINGS
from portal.reports.registry import House
from tests.factories import a_customer, a_person, a_supervisor
from tests.forum_cast import a_party, a_session, an_event, people

HOUSE = House("申江通信有限公司", "申江通信", accent="#0b6170")
LONG = "上海国际航运中心临港新片区综合物流服务股份有限公司"
CODES = ("forum-programme", "forum-badges", "forum-table-cards", "forum-sign-in", "forum-attendees", "forum-report")


@pytest.fixture
def event(app):
    """A forum with a few people, one of them there, one topic and minutes."""
    event = an_event(summary="听取大客户意见。", travel="地铁二号线", contact="宋督导 021-55550000")
    session = a_session(event)
    party = a_party(
        event,
        1,
        who={
            "name": "沈伟",
            "name_en": "Shen Wei",
            "title": "总经理",
            "organisation": LONG,
            "sessions": (session.id,),
            "question": "资费？",
        },
    )
    a_party(event, 1, who={"name": "Maximiliana von Hohenstein-Württemberg", "organisation": "Hohenstein"})
    a_party(event, 1, who={"name": "买买提·吾买尔江·阿卜杜拉", "organisation": "天山物流"})
    by = a_supervisor().id
    with clock.frozen_at(event.begins_at), transaction():
        row, staff = db.session.get_one(Event, event.id), db.session.get_one(Person, by)
        desk.check_in(row, staff, [desk.Scan("k", event.begins_at, people(party)[0].id)])
    with clock.frozen_at(event.begins_at), transaction():
        row, staff = db.session.get_one(Event, event.id), db.session.get_one(Person, by)
        minutes.keep(row, staff, "一、网络保障", None)
        topics.note(row, staff, "停车难", "", customer=a_customer_here())
    return event


def a_customer_here():
    from portal.domain.people.models import Customer

    return db.session.scalars(db.select(Customer)).first()


def gathered(code: str, event: Event, asker: Person):
    document = Document(report=code, params={"event": event.id}, number="ZT-X", language="zh_Hans_CN", by_id=asker.id)
    return GATHERINGS[code](document, asker, lambda model: papers.visible(model, asker))


@pytest.mark.parametrize("code", CODES)
def test_each_paper_is_set_with_every_name(app, event, code):
    facts = gathered(code, event, a_supervisor())
    assert type(facts).from_json(facts.to_json()) == facts
    pdf = registry.print_report(code, facts, "zh_Hans_CN", HOUSE)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "").replace(" ", "")
    wanted = {
        "forum-programme": ["网络保障", "地铁二号线"], "forum-report": ["一、网络保障", "停车难", "资费？"],
    }.get(code, ["沈伟", "Hohenstein", "买买提·吾买尔江·阿卜杜拉"])  # fmt: skip
    for word in wanted:
        assert word in text, (code, word)


def test_badges_are_four_a_sheet_and_table_cards_one(app, event):
    facts = gathered("forum-badges", event, a_supervisor())
    pages = {
        code: len(PdfReader(io.BytesIO(registry.print_report(code, facts, "en", HOUSE))).pages)
        for code in ("forum-badges", "forum-table-cards")
    }
    assert pages == {"forum-badges": 1, "forum-table-cards": 3}
    card = PdfReader(io.BytesIO(registry.print_report("forum-table-cards", facts, "en", HOUSE))).pages[0].extract_text()
    assert card.count("Hohenstein") + card.replace("\n", "").count("沈伟") + card.count("天山物流") >= 2


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("沈伟", "xl"),
        ("欧阳修", "xl"),
        ("司马相如", "l"),
        ("买买提·吾买尔", "m"),
        ("Anna Berg", "l"),
        ("Maximiliana von Hohenstein", "xs"),
    ],
)
def test_the_longer_a_name_the_smaller_its_letters(name, size):
    assert size_of(name) == size
    assert Guest(name, "", "001").is_short == (name == "沈伟")


def test_a_paper_holds_only_people_the_reader_may_see(app, event):
    manager = a_person(Role.ACCOUNT_MANAGER)
    mine = a_party(event, 1, customer=a_customer(account_manager_id=manager.id), who={"name": "我的客户"})
    assert [one.name for one in gathered("forum-badges", event, manager).guests] == ["我的客户"]
    assert mine.state == "confirmed"
    assert not papers.permits("forum-badges", a_person(Role.AGENT))
    assert not papers.permits("forum-badges", a_person(Role.ORG_ADMIN))


def test_a_paper_is_asked_for_on_the_page_of_the_forum(app, event, sign_in):
    browser = sign_in(a_supervisor())
    answer = browser.post("/documents", {"report": "forum-badges", "event": event.id})
    assert answer.status_code == 303
    assert browser.page(answer.location).select_one(f"a[href='/staff/forum/{event.id}/papers']")


def test_companions_with_a_seat_have_a_badge_and_a_line_to_sign_and_names_stand_once(app):
    event = an_event(companions_max=2)
    a_party(event, 1, who={"name": "Anna Berg", "name_en": "anna berg", "companions": ("秘书小王",)})
    asker = a_supervisor()
    for code, names in (
        ("forum-badges", ["Anna Berg", "秘书小王"]),
        ("forum-sign-in", ["Anna Berg", "秘书小王"]),
        ("forum-table-cards", ["Anna Berg"]),
    ):
        guests = gathered(code, event, asker).guests
        assert [one.name for one in guests] == names
        assert guests[0].name_en == ""
    free = an_event(companions_max=2, companions_take_seats=False)
    a_party(free, 1, who={"name": "沈伟", "companions": ("秘书",)})
    assert [one.name for one in gathered("forum-badges", free, asker).guests] == ["沈伟"]


def test_a_latin_name_that_does_not_fit_is_divided_with_a_hyphen(app):
    event = an_event()
    a_party(event, 1, who={"name": "Internationalization Telecommunicationsmanagement"})
    facts = gathered("forum-badges", event, a_supervisor())
    assert facts.guests[0].speech == "en"
    page = PdfReader(io.BytesIO(registry.print_report("forum-table-cards", facts, "zh_Hans_CN", HOUSE))).pages[0]
    assert any(line.rstrip().endswith(("-", "‐")) for line in page.extract_text().splitlines())


def test_one_click_makes_all_papers_and_one_file_holds_them(app, event, sign_in):
    browser = sign_in(a_supervisor())
    url = f"/staff/forum/{event.id}/papers"
    assert browser.open(f"{url}.zip").status_code == 404
    assert browser.post(url).location == url
    assert browser.post(url).location == url
    page = browser.page(url)
    assert len(page.select("progress")) == len(CODES) == len(db.session.scalars(db.select(Document)).all())
    assert page.select_one("[hx-get]")["hx-get"] == url
    while making.make_next(papers):
        pass
    page = browser.page(url)
    assert (len(page.select("progress")), len(page.select("a[href$='/file']"))) == (0, len(CODES))
    parcel = zipfile.ZipFile(io.BytesIO(browser.open(f"{url}.zip").data))
    names = parcel.namelist()
    assert len(set(names)) == len(CODES)
    assert all(parcel.read(name).startswith(b"%PDF") for name in names)


def test_the_papers_one_sees_are_those_one_asked_for(app, event, sign_in):
    sign_in(a_supervisor()).post(f"/staff/forum/{event.id}/papers")
    page = sign_in(a_person(Role.MANAGER)).page(f"/staff/forum/{event.id}/papers")
    assert page.select("progress") == []
    assert sign_in(a_person(Role.AGENT)).open(f"/staff/forum/{event.id}/papers").status_code == 403
