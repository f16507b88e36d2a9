"""Major complaints at the door (R20): proposing, deciding, the dossier on the spot, approvals, the report, who sees what."""

import io

import pytest
from openpyxl import load_workbook
from PIL import Image

from portal.db import db
from portal.domain.people.roles import Role
from portal.domain.quality import major_dossier
from portal.domain.quality.major_models import MajorApproval, MajorItem
from portal.domain.tickets.models import Ticket
from tests.domain.test_major import a_case, acts, asked, proposed, the_case
from tests.factories import a_department, live
from tests.staff.desk_cast import a_handler, a_person, a_provider, a_supervisor, a_ticket, an_agent

LIST = "/staff/quality/major"


def a_manager(**facts):
    return a_person(Role.MANAGER, **facts)


def a_photo(colour="red") -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    out.seek(0)
    return out


def upload(browser, url, name="taken", file=None, filename="现场.jpg"):
    return browser.post(url, {name: (file or a_photo(), filename)}, content_type="multipart/form-data")


def test_anybody_of_staff_proposes_and_a_manager_decides(app, sign_in):
    agent, manager, ticket = an_agent(), a_manager(), a_ticket(moved=("accept",))
    browser = sign_in(agent)
    assert browser.page(f"/staff/tickets/{ticket.id}").select_one(f"a[href='{LIST}/new/{ticket.id}']")
    gap = browser.post(f"{LIST}/new/{ticket.id}", {"signs": "media", "amount": "6000", "reason": ""})
    assert gap.status_code == 422
    answer = browser.post(f"{LIST}/new/{ticket.id}", {"signs": "media", "amount": "6000", "reason": "记者已到场。"})
    case = the_case(ticket)
    assert answer.location == f"{LIST}/{case.id}"
    assert (case.signs, case.amount_yuan, case.reason) == (["media"], 6000, "记者已到场。")
    assert browser.page(f"{LIST}/{case.id}").select_one("form[action$=decision]") is None

    theirs = sign_in(manager)
    assert "1" in theirs.page("/staff/quality/").select_one(f".waiting-row a[href='{LIST}/proposed']").get_text()
    assert case.number in theirs.page(f"{LIST}/proposed").select_one("tbody").get_text()
    assert theirs.post(f"{LIST}/{case.id}/decision", {"accepted": "yes", "reason": "影响大。"}).status_code == 303
    assert the_case(ticket).state == "accepted"
    page = browser.page(f"/staff/tickets/{ticket.id}")
    assert "Major complaint" in page.select_one(".desk-head").get_text()
    assert "The report on the major complaint is sent up" in page.get_text()
    assert browser.get(f"{LIST}/of/{ticket.id}").location == f"{LIST}/{case.id}"


def test_words_of_the_customer_are_pointed_out_and_nothing_happens_by_itself(app, sign_in):
    ticket = a_ticket(body="明天我就找电视台曝光。", moved=("accept",))
    shown = sign_in(an_agent()).page(f"/staff/tickets/{ticket.id}").select_one("#major").get_text()
    assert "电视台" in shown
    assert "曝光" in shown
    assert the_case(ticket) is None


def test_what_is_known_is_written_at_its_place_with_name_and_time(app, sign_in):
    key, agent = a_case(), an_agent()
    browser = sign_in(agent)
    page = browser.page(f"{LIST}/{key}")
    assert len(page.select("#checklist .major-part")) == len(
        [p for p in major_dossier.places() if p.startswith("item/")]
    )
    answer = browser.post(f"{LIST}/{key}/parts/item/cause", {"body": "光缆被挖断。", "base": "0"})
    assert answer.location == f"{LIST}/{key}#item_cause"
    part = browser.page(f"{LIST}/{key}").select_one("#item_cause")
    assert agent.name in part.summary.get_text()
    assert part.textarea.get_text(strip=True) == "光缆被挖断。"


def test_two_who_write_at_once_both_keep_their_words(app, sign_in):
    key, one, two = a_case(), an_agent(), a_supervisor()
    sign_in(one).post(f"{LIST}/{key}/parts/item/cause", {"body": "光缆被挖断。", "base": "0"})
    answer = sign_in(two).post(f"{LIST}/{key}/parts/item/cause", {"body": "设备掉电。", "base": "0"})
    assert answer.status_code == 422
    assert "光缆被挖断。" in answer.text
    assert "设备掉电。" in answer.text
    assert "Somebody else wrote here meanwhile" in answer.text
    assert [row.body for row in db.session.scalars(db.select(MajorItem))] == ["光缆被挖断。"]


def test_what_is_being_typed_is_kept_and_an_older_draft_says_so(app, sign_in):
    key, agent = a_case(), an_agent()
    browser = sign_in(agent)
    typed = {"place": f"major/{key}/item/plan", "body": "先行减免", "base": "0"}
    assert browser.post("/drafts", typed).status_code == 200
    part = browser.page(f"{LIST}/{key}").select_one("#item_plan")
    assert part.has_attr("open")
    assert part.textarea.get_text(strip=True) == "先行减免"
    sign_in(a_supervisor()).post(f"{LIST}/{key}/parts/item/plan", {"body": "改迁光缆。", "base": "0"})
    part = browser.page(f"{LIST}/{key}").select_one("#item_plan")
    assert "改迁光缆。" in part.get_text()
    assert "Somebody else wrote here meanwhile" in part.get_text()


def test_photos_are_taken_on_the_spot_in_their_positions(app, sign_in):
    key, handler = a_case(), a_handler()
    browser = sign_in(handler)
    field = browser.page(f"{LIST}/{key}").select_one("#photo_damage input[name=taken]")
    assert (field["capture"], field["accept"]) == ("environment", "image/*")
    assert upload(browser, f"{LIST}/{key}/files/photo/damage").location == f"{LIST}/{key}#photo_damage"
    photo = browser.page(f"{LIST}/{key}").select_one("#photo_damage")
    assert browser.get(photo.img["src"]).mimetype == "image/jpeg"
    assert handler.name in photo.get_text()
    wrong = upload(browser, f"{LIST}/{key}/files/photo/damage", "files", io.BytesIO(b"%PDF-1.4 x"), "账单.pdf")
    assert wrong.status_code == 422
    assert "Please choose photos" in wrong.text
    assert browser.post(f"{LIST}/{key}/files/photo/damage", {}).status_code == 422
    assert browser.post(photo.select_one("form[action$=remove]")["action"]).status_code == 303
    assert browser.page(f"{LIST}/{key}").select_one("#photo_damage img") is None


def test_papers_and_timeline_are_filled_in(app, sign_in):
    key, browser = a_case(), sign_in(an_agent())
    assert (
        upload(browser, f"{LIST}/{key}/files/paper/invoice", "files", io.BytesIO(b"invoice"), "发票.txt").status_code
        == 303
    )
    assert (
        browser.post(f"{LIST}/{key}/timeline", {"happened": "2026-01-05T09:30", "body": "抢修到场。"}).status_code
        == 303
    )
    page = browser.page(f"{LIST}/{key}")
    assert "发票.txt" in page.select_one("#paper_invoice").get_text()
    assert "抢修到场。" in page.select_one("#timeline").get_text()
    late = browser.post(f"{LIST}/{key}/timeline", {"happened": "2999-01-01T00:00", "body": "还没发生。"})
    assert late.status_code == 422
    assert "还没发生。" in late.text


def test_a_manager_approves_a_compensation_or_says_why_not(app, sign_in):
    key, manager = a_case(), a_manager()
    ours = sign_in(an_agent())
    assert ours.post(f"{LIST}/{key}/approvals/compensation", {"amount": "0", "words": "误工"}).status_code == 422
    assert ours.post(f"{LIST}/{key}/approvals/compensation", {"amount": "8000", "words": "误工损失"}).status_code == 303
    row = db.session.scalars(db.select(MajorApproval.id)).one()
    theirs = sign_in(manager)
    assert theirs.page(f"{LIST}/{key}").select_one(f"form[action='{LIST}/approvals/{row}/approve']")
    gap = theirs.post(f"{LIST}/approvals/{row}/decline", {"reason": ""})
    assert gap.status_code == 422
    assert "why it is not approved" in gap.text
    assert theirs.post(f"{LIST}/approvals/{row}/approve", {"reason": "同意"}).status_code == 303
    assert "Approved" in ours.page(f"{LIST}/{key}").select_one("#approvals").get_text()
    assert ours.post(f"{LIST}/approvals/{row}/approve").status_code == 403


def test_the_report_is_made_sent_up_approved_and_the_case_closed(app, sign_in):
    from portal.access import papers
    from portal.reports import making, pdf

    key, manager, supervisor = a_case(moved=("accept",)), a_manager(), a_supervisor()
    browser = sign_in(an_agent())
    browser.post(f"{LIST}/{key}/parts/item/cause", {"body": "光缆被施工挖断。", "base": "0"})
    upload(browser, f"{LIST}/{key}/files/photo/damage")
    assert browser.post(f"{LIST}/{key}/report").status_code == 303
    assert making.make_next(papers)
    send = browser.page(f"{LIST}/{key}").select_one("#report form[action*='/report/']")
    assert browser.post(send["action"]).status_code == 303
    assert the_case(key).reported_at is not None
    row = db.session.scalars(db.select(MajorApproval.id)).one()
    sign_in(manager).post(f"{LIST}/approvals/{row}/approve", {"reason": "同意"})
    assert making.make_next(papers)
    pdf.close()
    shown = browser.page(f"{LIST}/{key}").select_one("#report")
    assert "Approved version" in shown.get_text()
    assert browser.get(shown.select_one("a[href$=file]")["href"]).mimetype == "application/pdf"

    live(db.session.get_one(Ticket, the_case(key).ticket_id), "apply", "close")
    theirs = sign_in(supervisor)
    assert theirs.post(f"{LIST}/{key}/closing", {"review": "", "lessons": "x"}).status_code == 422
    review = {"review": "响应及时。", "lessons": "施工保护不足。", "improvement": "增设警示桩。"}
    assert theirs.post(f"{LIST}/{key}/closing", review).status_code == 303
    assert "施工保护不足。" in browser.page(f"{LIST}/{key}").select_one("#closing").get_text()
    assert the_case(key).number in browser.page(f"{LIST}/closed").select_one("tbody").get_text()


@pytest.mark.parametrize(
    "who",
    [lambda: a_handler(a_provider()), lambda: a_person(Role.ACCOUNT_MANAGER), lambda: a_person(Role.ORG_ADMIN)],
    ids=["another party", "account manager of others", "customer"],
)
def test_a_stranger_sees_nothing_of_it(app, sign_in, who):
    key = a_case()
    approval = asked(key, an_agent(), "compensation", words="误工损失", amount=8000)
    browser = sign_in(who(), check=False)
    for url in (f"{LIST}/{key}", f"{LIST}/of/{the_case(key).ticket_id}", f"{LIST}/new/{the_case(key).ticket_id}"):
        assert browser.get(url).status_code in (403, 404), url
    for url in (
        "parts/item/cause",
        "files/photo/damage",
        "timeline",
        "report",
        "approvals/plan",
        "decision",
        "closing",
    ):
        assert browser.post(f"{LIST}/{key}/{url}", {"body": "x", "base": "0"}).status_code in (403, 404), url
    assert browser.post(f"{LIST}/approvals/{approval}/approve").status_code in (403, 404)
    listed = browser.get(LIST)
    assert listed.status_code == 403 or the_case(key).number not in listed.text


def test_the_handler_of_its_order_writes_it_and_reads_no_proposal_review_or_report(app, sign_in):
    provider = a_provider()
    handler = a_handler(provider)
    ticket = a_ticket(moved=("accept",))
    from portal.db import transaction
    from portal.domain.tickets import dispatching
    from tests.factories import _loaded

    with transaction():
        whole = _loaded(ticket)
        dispatching.dispatch(whole, whole.owner, db.session.merge(provider), "请到场。")
    key = proposed(ticket)
    browser = sign_in(handler, check=False)
    assert browser.get(f"{LIST}/{key}").status_code == 404
    from portal.domain.quality import major

    acts(key, major.accept, a_supervisor(), "媒体已介入。", with_ticket=True)
    page = sign_in(handler).page(f"{LIST}/{key}")
    assert page.select_one("#checklist textarea")
    assert page.select_one("#report") is None
    assert page.select_one("#closing") is None
    assert browser.post(f"{LIST}/{key}/report").status_code == 404
    assert browser.post(f"{LIST}/{key}/parts/item/course", {"body": "九点断网。", "base": "0"}).status_code == 303


def test_staff_entering_a_ticket_tick_the_signs(app, sign_in):
    customer, browser = a_person().customer_id, sign_in(an_agent())
    a_department()
    given = {"customer": customer, "kind": "complaint", "channel": "hotline", "subject": "人员摔伤", "body": "机房门口滑倒。",
             "class_code": "", "severity": "", "project": "0", "asked_by": "0", "signs": "injury", "amount": "2000"}  # fmt: skip
    page = browser.page(f"/staff/tickets/new?customer={customer}&kind=complaint")
    for ask in page.select("[name^=ask_][required]"):
        given.setdefault(ask["name"], "2026-01-05T09:30" if ask.get("type") == "datetime-local" else "yes")
    answer = browser.post("/staff/tickets/new", given)
    assert answer.status_code == 303, answer.text
    ticket = db.session.scalars(db.select(Ticket).order_by(Ticket.id.desc())).first()
    assert (the_case(ticket).signs, the_case(ticket).amount_yuan, the_case(ticket).proposed_by_id) == (
        ["injury"],
        2000,
        None,
    )


@pytest.mark.parametrize("count", [1, 5])
def test_a_long_list_costs_no_more_than_a_short_one(app, sign_in, statements, count):
    for _ in range(count):
        a_case()
    browser = sign_in(a_supervisor())
    statements.clear()
    assert len(browser.page(LIST).select("tbody tr")) == count
    assert len(statements) == 6, statements


def test_the_list_goes_out_as_a_workbook(app, sign_in):
    key = a_case()
    book = load_workbook(io.BytesIO(sign_in(a_manager()).get(f"{LIST}/list.xlsx").data))
    assert [row[0].value for row in book["Being handled"].iter_rows(min_row=2)] == [the_case(key).number]


def test_a_proposal_that_was_turned_down_says_why_and_how_it_goes_on(app, sign_in):
    agent, ticket = an_agent(), a_ticket(moved=("accept",))
    browser = sign_in(agent)
    browser.post(f"{LIST}/new/{ticket.id}", {"amount": "12000", "reason": "要求书面答复。"})
    address = f"{LIST}/{the_case(ticket).id}"
    assert "See the proposal" in browser.page(f"/staff/tickets/{ticket.id}").select_one("#major").text
    sign_in(a_manager()).post(f"{address}/decision", {"accepted": "no", "reason": "没有证据。"})

    page = browser.page(address)
    assert "It is handled as an ordinary complaint." in page.main.text
    assert page.main.select_one(f"a[href='{LIST}/new/{ticket.id}']") is not None
    box = browser.page(f"/staff/tickets/{ticket.id}").select_one("#major")
    assert "See why not" in box.text
    assert "Propose it again" in box.text


def test_a_plan_is_sent_to_a_manager_once_it_is_written_and_a_refusal_leads_back(app, sign_in):
    key, browser = a_case(), sign_in(an_agent())
    page = browser.page(f"{LIST}/{key}")
    assert page.select_one("form[action$='approvals/plan']") is None
    assert page.select_one("#approvals a[href='#item_plan']") is not None

    headers = {"Referer": f"http://localhost{LIST}/{key}"}
    refused = browser.post(f"{LIST}/{key}/approvals/plan", headers=headers)
    assert refused.status_code == 409
    assert f'href="{LIST}/{key}"' in refused.text, "the way back to where it was asked"
    for strange in (
        "https://elsewhere.test/x",
        f"http://localhost{LIST}/{key}/approvals/plan",
        "http://localhost/nowhere",
    ):
        answer = browser.post(f"{LIST}/{key}/approvals/plan", headers={"Referer": strange})
        assert "Back to where you were" not in answer.text, strange

    browser.post(f"{LIST}/{key}/parts/item/plan", {"body": "更换光缆。", "base": "0"})
    assert browser.page(f"{LIST}/{key}").select_one("form[action$='approvals/plan']") is not None


@pytest.mark.parametrize("day", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_moment_that_cannot_be_told_is_refused_beside_the_field(app, sign_in, day):
    key = a_case()
    answer = sign_in(an_agent()).post(f"{LIST}/{key}/timeline", {"happened": day, "body": "九点断网。"})
    assert answer.status_code == 422
    assert "between 1970 and 2199" in answer.text
