"""Opening a ticket: nothing typed is lost, one ticket from a double click, clear words beside every field."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain import settings
from portal.domain.drafts import Draft
from portal.domain.files import Attachment
from portal.domain.people.models import Project, Sharing
from portal.domain.people.roles import Role
from portal.domain.policy import load_pack
from portal.domain.tickets.models import Message, Ticket
from tests.factories import a_customer, a_person, a_ticket, kept

GOOD = {
    "subject": "浦东专线中断 🚧", "body": "今天上午九点起中断。\r\nمرحبا", "class_code": "product_down",
    "ask_happened_at": "2026-11-20T09:00", "ask_circuit": "SH-0021", "ask_wish": "恢复并说明原因",
    "contact_name": "王工", "contact_phone": "138 0000 0000",
}  # fmt: skip


def a_file(name="photo.txt", content=b"seen at nine"):
    return (io.BytesIO(content), name)


def tickets() -> list[Ticket]:
    return list(db.session.scalars(db.select(Ticket).order_by(Ticket.id)))


def test_what_is_told_arrives_whole(app, sign_in):
    browser = sign_in(a_person())

    answer = browser.post("/tickets/new/complaint", GOOD)

    assert answer.status_code == 303
    [ticket] = tickets()
    assert (ticket.subject, ticket.wish, ticket.class_code) == ("浦东专线中断 🚧", "恢复并说明原因", "product_down")
    assert ticket.answers == {"happened_at": "2026-11-20T01:00:00+00:00", "circuit": "SH-0021"}
    assert (ticket.contact_name, ticket.contact_phone) == ("王工", "138 0000 0000")
    assert db.session.scalars(db.select(Message)).one().body == "今天上午九点起中断。\nمرحبا"


def test_the_confirmation_names_the_number_and_what_happens_next_and_by_when(app, sign_in):
    browser = sign_in(a_person())
    answer = browser.post("/tickets/new/complaint", GOOD)

    soup = browser.page(answer.location)

    told = soup.select_one(".notice-good").get_text(" ", strip=True)
    assert tickets()[0].number in told
    assert any(words in told for words in ("We contact you", "You get a first or final reply"))  # the hour decides
    assert "tomorrow" in told or "Next, by" in told


def test_twenty_clicks_at_once_make_one_ticket(app, sign_in):
    browser = sign_in(a_person())
    data = GOOD | {"csrf_token": browser.token(), "submission_key": "the-same-form"}
    cookies = {"portal": browser.client.get_cookie("portal").value}
    db.session.rollback()

    def click(_):
        client = app.test_client()
        client.set_cookie("portal", cookies["portal"])
        return client.post("/tickets/new/complaint", data=data)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(click, range(20)))

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert len(tickets()) == 1


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"subject": ""}, "subject", "Please fill this in."),
        ({"subject": " \0 "}, "subject", "Please fill this in."),
        ({"subject": "长" * 201}, "subject", "One character too many; at most 200 fit."),
        ({"body": "长" * 20_001}, "body", "One character too many; at most 20000 fit."),
        ({"class_code": ""}, "class_code", "Please fill this in."),
        ({"class_code": "product"}, "class_code", "Please choose one of the list"),
        ({"class_code": "advice_use"}, "class_code", "Please choose one of the list"),
        ({"ask_happened_at": ""}, "ask_happened_at", "Please fill this in."),
        ({"ask_happened_at": "yesterday"}, "ask_happened_at", "Please give a day and a time"),
        ({"ask_wish": ""}, "ask_wish", "Please fill this in."),
        ({"contact_name": "长" * 61}, "contact_name", "One character too many; at most 60 fit."),
        ({"contact_phone": "找前台小李"}, "contact_phone", "Please give a telephone number"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(app, sign_in, change, field, said):
    person = a_person()
    browser = sign_in(person)

    answer = browser.post("/tickets/new/complaint", GOOD | change)

    assert answer.status_code == 422
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(answer.text, "html.parser")
    assert said in soup.select_one(f"#{field}-error").get_text()
    assert soup.select_one(".errors a")["href"].startswith(f"#{field}")
    assert tickets() == []
    for name, value in (GOOD | change).items():
        shown = soup.select_one(f"[name={name}]")
        if name not in (field, "class_code") and shown.name == "input":
            assert shown["value"] == value
    assert db.session.scalars(db.select(Draft)).one().place == "new/complaint"


def test_another_customers_project_cannot_be_named(app, sign_in):
    person = a_person()
    own, foreign = (kept(Project(customer_id=c, name="二期")) for c in (person.customer_id, a_customer().id))
    own_id, foreign_id = own.id, foreign.id
    browser = sign_in(person)

    refused = browser.post("/tickets/new/complaint", GOOD | {"project_id": foreign_id})
    huge = browser.post("/tickets/new/complaint", GOOD | {"project_id": 2**63 + 1})
    taken = browser.post("/tickets/new/complaint", GOOD | {"project_id": own_id})

    assert "Please choose one of the list" in refused.text
    assert (refused.status_code, huge.status_code, taken.status_code) == (422, 422, 303)
    assert [ticket.project_id for ticket in tickets()] == [own_id]


def test_files_survive_a_form_that_comes_back_and_can_be_taken_out_again(app, sign_in):
    browser = sign_in(a_person())

    wrong = browser.post(
        "/tickets/new/complaint", GOOD | {"subject": "", "files": [a_file("one.txt"), a_file("two.txt")]}
    )
    assert wrong.status_code == 422
    assert "one.txt" in wrong.text
    first = db.session.scalars(db.select(Attachment).order_by(Attachment.id)).first().id
    less = browser.post("/tickets/new/complaint", GOOD | {"remove": first})
    assert less.status_code == 200
    assert "one.txt" not in less.text
    assert GOOD["ask_wish"] in less.text
    sent = browser.post("/tickets/new/complaint", GOOD | {"files": [a_file("three.txt")]})

    assert sent.status_code == 303
    rows = list(db.session.scalars(db.select(Attachment).order_by(Attachment.id)))
    assert [row.file.name for row in rows] == ["two.txt", "three.txt"]
    assert all(row.message_id and row.draft_id is None for row in rows)
    assert db.session.scalars(db.select(Draft)).all() == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("run.exe", b"MZ")], "files of this kind cannot be attached"),
        ([("photo.jpg", b"not a photo")], "is not what its name says"),
        ([("empty.txt", b"")], "is empty"),
        ([(f"{n}.txt", b"words") for n in range(11)], "At most 10 files"),
        ([("large.txt", b"a" * (21 * 1024 * 1024))], "larger than 20 MiB"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named_and_the_rest_is_kept(app, sign_in, files, said):
    browser = sign_in(a_person())

    answer = browser.post(
        "/tickets/new/complaint", GOOD | {"files": [a_file(name, content) for name, content in files]}
    )

    assert answer.status_code == 422
    assert said in answer.text
    assert tickets() == []
    assert GOOD["ask_wish"] in answer.text
    assert len(db.session.scalars(db.select(Attachment)).all()) == (10 if len(files) > 10 else 0)


def test_files_of_the_draft_count_towards_the_limit(app, sign_in):
    browser = sign_in(a_person())
    browser.post("/tickets/new/complaint", GOOD | {"subject": "", "files": [a_file(f"{n}.txt") for n in range(8)]})

    answer = browser.post("/tickets/new/complaint", GOOD | {"files": [a_file(f"more{n}.txt") for n in range(3)]})

    assert answer.status_code == 422
    assert "At most 10 files" in answer.text
    assert tickets() == []


def test_what_is_typed_is_kept_while_it_is_typed_and_offered_again(app, sign_in):
    browser = sign_in(a_person())
    fields = GOOD | {"place": "new/complaint"}

    saved = browser.htmx("/drafts", "draft", "POST", fields)
    again = browser.page("/tickets/new/complaint")

    assert "Draft saved" in saved.text
    assert "Your draft is back" in again.get_text()
    assert again.select_one("#subject")["value"] == GOOD["subject"]
    assert again.select_one("#ask_wish").get_text(strip=True) == GOOD["ask_wish"]

    browser.post("/drafts/discard", {"place": "new/complaint", "next": "/tickets/new/complaint"})
    fresh = browser.page("/tickets/new/complaint")
    assert "Your draft is back" not in fresh.get_text()
    assert not fresh.select_one("#subject").get("value")


def test_drafts_are_ones_own(app, sign_in):
    one, other = a_person(), a_person()
    sign_in(one).htmx("/drafts", "draft", "POST", {"place": "new/complaint", "subject": "mine alone"})

    assert "mine alone" not in sign_in(db.session.merge(other)).get("/tickets/new/complaint").text


@pytest.mark.parametrize("place", ["", "elsewhere/1", "new/../../x", "new/" + "a" * 90])
def test_a_draft_has_a_place_we_know(app, sign_in, place):
    assert sign_in(a_person()).htmx("/drafts", "draft", "POST", {"place": place, "x": "1"}).status_code == 400


def test_a_class_brings_its_questions_with_and_without_script(app, sign_in):
    browser = sign_in(a_person())

    plain = browser.post("/tickets/new/complaint", {"step": "class", "class_code": "price_charge", "subject": "账单"})
    part = browser.htmx("/tickets/new/complaint", "questions", "POST", {"step": "class", "class_code": "price_charge"})

    for answer in (plain, part):
        assert answer.status_code == 200
        assert 'name="ask_billing_month"' in answer.text
    assert "<html" in plain.text
    assert "账单" in plain.text
    assert "<html" not in part.text
    assert tickets() == []


def test_files_chosen_before_the_class_are_kept_without_script(app, sign_in):
    data = {"step": "class", "class_code": "price_charge", "subject": "账单", "files": [a_file("bill.txt")]}

    shown = sign_in(a_person()).post("/tickets/new/complaint", data)

    assert shown.status_code == 200
    assert "bill.txt" in shown.text
    assert len(db.session.scalars(db.select(Attachment)).all()) == 1


def test_numbers_choices_and_days_come_in_as_what_they_are(app, sign_in):
    browser = sign_in(a_person())
    data = {
        "subject": "升级", "body": "升级到 500M", "ask_circuit": "SH-1", "ask_bandwidth_mbps": "2.5",
        "ask_term": "lasting", "ask_from_on": "2026-12-01",
    }  # fmt: skip

    assert (
        browser.post("/tickets/new/service?service=bandwidth", data | {"ask_bandwidth_mbps": "NaN"}).status_code == 422
    )
    assert browser.post("/tickets/new/service?service=bandwidth", data | {"ask_term": "other"}).status_code == 422
    assert browser.post("/tickets/new/service?service=bandwidth", data).status_code == 303

    [ticket] = tickets()
    assert ticket.service_code == "bandwidth"
    assert ticket.answers == {"circuit": "SH-1", "bandwidth_mbps": 2.5, "term": "lasting", "from_on": "2026-12-01"}


def test_the_likely_same_thing_is_offered_and_nobody_elses(app, sign_in):
    customer = a_customer()
    person, colleague = a_person(customer=customer), a_person(customer=customer)
    mine = a_ticket(by=person, subject="临港仓库专线中断", body="电路 SJ-12066 完全不通").number
    hidden = a_ticket(by=colleague, subject="临港仓库专线中断").number
    foreign = a_ticket(subject="临港仓库专线中断").number
    a_ticket(by=person, subject="发票抬头写错了", body="请重开")
    browser = sign_in(db.session.merge(person))

    typed = browser.htmx(
        "/tickets/new/repair/similar", "similar", "POST", {"subject": "临港仓库专线又中断了", "body": ""}
    )
    by_number = browser.htmx(
        "/tickets/new/repair/similar", "similar", "POST", {"subject": "电话打不通", "body": "SJ-12066"}
    )
    other = browser.htmx("/tickets/new/repair/similar", "similar", "POST", {"subject": "想了解云主机价格", "body": ""})

    assert mine in typed.text
    assert hidden not in typed.text
    assert foreign not in typed.text
    assert mine in by_number.text
    assert mine not in other.text
    again = browser.post("/tickets/new/complaint", {"subject": "临港仓库专线中断"})
    assert mine in again.text


def test_closed_ones_older_than_two_months_are_not_offered(app, sign_in):
    from datetime import timedelta

    person = a_person()
    with clock.frozen_at(clock.now() - timedelta(days=61)):
        a_ticket(by=person, subject="临港仓库专线中断")

    answer = sign_in(db.session.merge(person)).post("/tickets/new/complaint", {"subject": "临港仓库专线中断"})

    assert "Is it one of these?" not in answer.text


def test_colleagues_can_be_let_in_where_the_organisation_shares(app, sign_in):
    sharing, own = (a_person(customer=a_customer(sharing=mode)) for mode in (Sharing.SHARED, Sharing.OWN))

    assert sign_in(sharing).page("/tickets/new/praise").select_one("[name=is_shared]")
    assert not sign_in(db.session.merge(own)).page("/tickets/new/praise").select_one("[name=is_shared]")


@pytest.mark.parametrize("url", ["/tickets/new/nothing", "/tickets/new/service?service=nothing"])
def test_kinds_and_services_that_are_not_there_are_not_found(app, sign_in, url):
    assert sign_in(a_person()).get(url).status_code == 404


def test_every_kind_and_service_has_its_form(app, sign_in):
    browser = sign_in(a_person(Role.ORG_ADMIN))
    for link in browser.page("/tickets/new").select("a.kind"):
        inner = browser.page(link["href"])
        for service in inner.select("a.kind"):
            assert browser.page(service["href"]).select_one("#subject")


def test_the_form_asks_the_database_a_constant_few_times(app, sign_in, statements):
    person = a_person()
    browser = sign_in(person)
    browser.page("/tickets/new/complaint")
    statements.clear()
    browser.page("/tickets/new/complaint")

    assert len(statements) == 4


def test_an_answer_that_fits_is_offered_before_anything_is_sent(sign_in):
    browser = sign_in(a_person())
    typed = {"subject": "专线断网了，光猫红灯", "body": ""}

    fitting = browser.htmx("/tickets/new/repair/similar", "similar", "POST", typed)
    elsewhere = browser.htmx("/tickets/new/praise/similar", "similar", "POST", typed)
    nothing = browser.htmx("/tickets/new/repair/similar", "similar", "POST", {"subject": "会议室投影仪", "body": ""})

    assert "what can we check first?" in fitting.text
    assert "LOS" in fitting.text
    assert "Does this answer it?" not in elsewhere.text + nothing.text


@pytest.mark.parametrize("pack", ["telecom", "cars"])
def test_every_pack_has_answers_in_both_languages_that_are_found_by_their_own_question(app, pack):
    from portal.domain.tickets import similar

    with transaction():
        settings.adopt("policy", load_pack(pack), None)
    answers = settings.policy().ready_answers
    assert len(answers) >= 5
    for one in answers:
        assert all((one.words.en, one.body.zh, one.body.en))
        for kind in one.kinds:
            assert one in similar.answers(kind, one.words.zh)


def test_files_lie_in_the_draft_as_soon_as_they_are_chosen_and_leaving_loses_none(app, sign_in):
    browser = sign_in(a_person())

    first = browser.htmx("/drafts/files", "x", "POST", {"place": "new/complaint", "files": [a_file("one.txt")]})
    wrong = browser.htmx("/drafts/files", "x", "POST", {"place": "new/complaint", "files": [a_file("none.txt", b"")]})
    browser.htmx("/drafts", "draft", "POST", {"place": "new/complaint", "subject": "断了"})
    page = browser.page("/tickets/new/complaint")

    assert "one.txt" in first.text
    assert "is empty" in wrong.text
    assert "one.txt" in page.select_one("[data-lying]").text
    assert page.select_one("#subject")["value"] == "断了"
    browser.post("/tickets/new/complaint", GOOD)
    assert [(row.file.name, row.draft_id) for row in db.session.scalars(db.select(Attachment))] == [("one.txt", None)]


def test_the_limits_of_the_settings_hold_in_the_form_and_at_the_server(app, sign_in):
    document = load_pack("telecom")
    document["limits"] |= {"attachment_mib": 1, "attachments_mib": 2, "attachment_count": 3}
    with transaction():
        settings.adopt("policy", document, None)
    browser = sign_in(a_person())

    field = browser.page("/tickets/new/complaint").select_one("input[type=file]")
    large = browser.post("/tickets/new/complaint", GOOD | {"files": [a_file("large.txt", b"a" * 1_100_000)]})
    many = browser.post("/tickets/new/complaint", GOOD | {"files": [a_file(f"{n}.txt") for n in range(4)]})
    body = browser.post("/tickets/new/complaint", GOOD | {"files": [a_file("huge.txt", b"a" * 7_000_000)]})

    assert (field["data-max-size"], field["data-max-files"], field["data-max-total"]) == ("1048576", "3", "2097152")
    assert "larger than 1 MiB" in large.text
    assert "At most 3 files and 2 MiB" in many.text
    assert body.status_code == 413
    assert "One file may be 1 MiB, all together 2 MiB" in body.text
