"""Major complaints (R20): proposed, decided, told at once, promised; the dossier, approvals, the end."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db, transaction
from portal.domain import settings
from portal.domain.documents.models import Document
from portal.domain.files import Staged, keep
from portal.domain.outbox import Letter
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.policy import load_pack
from portal.domain.quality import major, major_approvals, major_dossier, major_list
from portal.domain.quality.major_models import MajorApproval, MajorCase
from portal.domain.refusals import Refused, Stale
from portal.domain.tickets import deadlines
from portal.domain.tickets.models import Ticket
from tests.factories import (
    _loaded,
    a_handler,
    a_person,
    a_provider,
    a_supervisor,
    a_ticket,
    again,
    an_agent,
    live,
)


def a_manager(**facts) -> Person:
    return a_person(Role.MANAGER, **facts)


def the_case(ticket_or_key) -> MajorCase:
    db.session.expire_all()
    if isinstance(ticket_or_key, int):
        ticket_or_key = db.session.get_one(Ticket, db.session.get_one(MajorCase, ticket_or_key).ticket_id)
    return major.of(ticket_or_key)


def proposed(ticket, by=None, signs=("media",), amount=None, reason="客户称已联系记者。") -> int:
    with transaction():
        return major.propose(_loaded(ticket), again(by or an_agent()), signs, amount, reason).id


def a_case(moved=("accept", "dispatch"), by=None, **facts) -> int:
    """A major case that is being handled; gives its id."""
    ticket = a_ticket(moved=moved)
    key = proposed(ticket, **facts)
    with transaction():
        case = db.session.get_one(MajorCase, key)
        major.accept(case, _loaded(ticket), again(by or a_supervisor()), "媒体已介入。")
    return key


def acts(key: int, action, by, *args, **facts):
    """The action on the case, in a transaction of its own, with the ticket where it wants one."""
    with transaction():
        case = the_case(key)
        ticket = (_loaded(db.session.get_one(Ticket, case.ticket_id)),) if facts.pop("with_ticket", False) else ()
        return action(case, *ticket, again(by), *args, **facts)


def letters(template: str) -> set[int]:
    return set(db.session.scalars(db.select(Letter.to_id).where(Letter.template == template)))


def test_somebody_proposes_with_a_reason_and_those_who_decide_hear_at_once(app):
    supervisor, manager, agent = a_supervisor(), a_manager(), an_agent()
    ticket = a_ticket()
    with pytest.raises(Refused, match="say why"):
        proposed(ticket, by=agent, reason=" ")
    key = proposed(ticket, by=agent, signs=("media", "no such sign"), amount=5000)
    case = the_case(key)
    assert (case.state, case.signs, case.amount_yuan, case.proposed_by_id) == ("proposed", ["media"], 5000, agent.id)
    assert case.number.startswith("ZD-")
    assert letters("major_proposed") == {supervisor.id, manager.id}
    assert db.session.get_one(Ticket, ticket.id).is_major is False


@pytest.mark.parametrize(("answers", "expected"), [
    ({"disputed_yuan": 10000}, ([], 10000)), ({"disputed_yuan": 9999}, None), ({"disputed_yuan": "viel"}, None), ({}, None),
])  # fmt: skip
def test_an_amount_from_the_limit_on_proposes_by_rule(app, answers, expected):
    ticket = a_ticket(answers=answers)
    case = the_case(ticket)
    assert (case and (case.signs, case.amount_yuan)) == expected
    if case:
        assert (case.proposed_by_id, case.state) == (None, "proposed")
        assert db.session.get_one(Ticket, ticket.id).is_major is False


def test_a_sign_ticked_in_the_form_proposes_by_rule(app):
    with transaction():
        settings.adopt("policy", load_pack("cars"), None)
    hurt = a_ticket(answers={"anyone_hurt": True}, class_code=None)
    assert the_case(hurt).signs == ["injury"]
    assert the_case(a_ticket(answers={"anyone_hurt": False}, class_code=None)) is None


def test_a_lawyer_or_the_media_speaking_for_the_customer_proposes_by_rule(app):
    proxy = {"kind": "lawyer", "name": "陈律师", "office": "某律师事务所", "phone": "", "has_power": False}
    assert the_case(a_ticket(proxy=proxy)).signs == ["legal"]
    assert the_case(a_ticket(proxy=proxy | {"kind": "association"})) is None


def test_words_are_a_hint_to_a_person_and_decide_nothing(app):
    ticket = a_ticket(body="再不解决我就找记者曝光，并委托律师起诉。")
    assert the_case(ticket) is None
    found = {words.zh: named for words, named in major.hints(db.session.get_one(Ticket, ticket.id))}
    assert found == {"媒体已报道或可能报道": ["记者", "曝光"], "涉及诉讼、律师函或行政投诉": ["律师", "起诉"]}


def test_accepted_everybody_who_must_know_hears_once_and_the_report_is_promised(app):
    supervisor, manager = a_supervisor(), a_manager()
    account = a_person(Role.ACCOUNT_MANAGER)
    handler, stranger = a_handler(), a_handler(a_provider())
    ticket = a_ticket(moved=("accept", "dispatch"))
    with transaction():
        db.session.get_one(
            Ticket, ticket.id, options=[joinedload(Ticket.customer)]
        ).customer.account_manager_id = account.id
    key = proposed(ticket)
    acts(key, major.accept, supervisor, "媒体已介入。", with_ticket=True)
    ticket = db.session.get_one(Ticket, ticket.id)

    told = letters("major_accepted")
    assert {supervisor.id, manager.id, account.id, handler.id, ticket.owner_id} <= told
    assert stranger.id not in told
    assert (ticket.is_major, ticket.major_state) == (True, "accepted")
    promise = major_list.promises([the_case(key)])[ticket.id]
    expected = settings.calendar().after(promise.started_at, settings.policy().major.report)
    assert (promise.due_at, promise.code) == (expected, "major_report")
    assert deadlines.rule_of(promise).promise == settings.policy().major.report
    with pytest.raises(Refused, match="decided already"):
        acts(key, major.accept, manager, "再判一次。", with_ticket=True)


def test_an_overdue_report_is_reminded_of_like_every_promise(app):
    from portal.domain.tickets import reminders

    key = a_case()
    promise = major_list.promises([the_case(key)])[the_case(key).ticket_id]
    with clock.frozen_at(promise.due_at + timedelta(minutes=1)):
        with transaction():
            reminders.remind(1000)
        late = db.session.scalars(db.select(Letter).where(Letter.template == "deadline_missed"))
        assert "major_report" in {one.facts["promise"] for one in late}
        assert db.session.scalar(major_list.overdue_count()) == 1


def test_rejected_it_is_an_ordinary_complaint_and_may_be_proposed_again(app):
    agent = an_agent()
    ticket = a_ticket()
    key = proposed(ticket, by=agent)
    with pytest.raises(Refused, match="supervisor or a manager decides"):
        acts(key, major.reject, agent, "不算。", with_ticket=True)
    acts(key, major.reject, a_manager(), "未涉及媒体。", with_ticket=True)
    assert (the_case(key).state, letters("major_rejected")) == ("rejected", {agent.id})
    assert proposed(ticket, signs=("legal",), reason="收到律师函。") == key
    assert (the_case(key).state, the_case(key).signs) == ("proposed", ["legal", "media"])


def test_an_enquiry_is_never_a_major_complaint(app):
    with pytest.raises(Refused, match="Only a complaint"):
        proposed(a_ticket(kind="enquiry", class_code=None))


def test_the_checklist_is_the_companys_and_names_findings_cause_and_plan_always(app):
    places = list(major_dossier.places())
    rules = settings.policy().major
    assert [place for place in places if place.startswith("photo/")] == [f"photo/{p.code}" for p in rules.photos] + [
        "photo/other"
    ]
    assert {"item/findings", "item/cause", "item/plan"} <= set(places)


def test_what_somebody_else_wrote_meanwhile_is_never_written_over(app):
    key, one, two = a_case(), an_agent(), a_supervisor()
    acts(key, major_dossier.write, one, "item/cause", "光缆被挖断。", 0)
    with pytest.raises(Stale):
        acts(key, major_dossier.write, two, "item/cause", "设备故障。", 0)
    dossier = major_dossier.of(the_case(key))
    assert dossier.part("item/cause").item.body == "光缆被挖断。"
    acts(key, major_dossier.write, two, "item/plan", "改迁光缆。", 0)
    version = dossier.part("item/cause").item.version
    acts(key, major_dossier.write, two, "item/cause", "光缆被挖断，且无备用路由。", version)
    assert major_dossier.of(the_case(key)).part("item/cause").item.by_id == two.id


def test_the_dossier_is_written_while_it_is_handled_by_those_whose_work_it_is(app):
    key = proposed(a_ticket(moved=("accept",)))
    with pytest.raises(Refused, match="while the major complaint is being handled"):
        acts(key, major_dossier.write, an_agent(), "item/cause", "不明。", 0)
    key = a_case()
    with pytest.raises(Refused, match="written by the desk"):
        acts(key, major_dossier.write, a_manager(), "item/cause", "不明。", 0)
    with pytest.raises(Refused, match="no such place"):
        acts(key, major_dossier.write, an_agent(), "item/unknown", "不明。", 0)


def a_file(name="现场.jpg", kind="image/jpeg", by=None) -> Staged:
    return Staged(f"{abs(hash((name, clock.now()))):x}"[:30], name, kind, 10, "0" * 64)


def put(key: int, by, place: str, **facts):
    acts(key, lambda case, who: major_dossier.add_files(case, who, place, [keep(a_file(**facts), who)]), by)


def test_photos_lie_in_their_positions_and_completeness_is_counted(app):
    key, agent = a_case(), an_agent()
    before = major_dossier.of(the_case(key)).counted
    assert (before["items"][0], before["photos"][0], before["papers"][0]) == (0, 0, 0)
    place = next(place for place in major_dossier.places() if place.startswith("photo/"))
    put(key, agent, place)
    put(key, agent, place, name="现场2.jpg")
    put(key, agent, "photo/other")
    acts(key, major_dossier.write, agent, "photo/surroundings", "现场已封闭，无法拍摄。", 0)
    dossier = major_dossier.of(the_case(key))
    assert len(dossier.part(place).files) == 2
    assert dossier.counted["photos"] == (2, len(settings.policy().major.photos))
    assert major_dossier.counts([key])[key][0] == 2
    with pytest.raises(Refused, match="choose photos"):
        put(key, agent, place, name="账单.pdf", kind="application/pdf")
    acts(key, major_dossier.remove_file, agent, dossier.part("photo/other").files[0])
    assert major_dossier.of(the_case(key)).part("photo/other").files == ()


def test_the_timeline_is_in_the_order_of_what_happened(app):
    key, agent, at = a_case(), an_agent(), clock.now()
    acts(key, major_dossier.enter, agent, at - timedelta(hours=1), "抢修人员到场。")
    acts(key, major_dossier.enter, agent, at - timedelta(hours=3), "客户来电。")
    assert [one.body for one in major_dossier.of(the_case(key)).entries] == ["客户来电。", "抢修人员到场。"]
    with pytest.raises(Refused, match="not come yet"):
        acts(key, major_dossier.enter, agent, clock.now() + timedelta(hours=1), "明天。")


def asked(key: int, by, what: str, **facts) -> int:
    return acts(key, major_approvals.ask, by, what, with_ticket=True, **facts).id


def decided(approval: int, by, is_granted=True, reason=""):
    with transaction():
        row = db.session.get_one(MajorApproval, approval, options=[joinedload(MajorApproval.case), joinedload(MajorApproval.asked_by), joinedload(MajorApproval.document)])  # fmt: skip
        ticket = _loaded(db.session.get_one(Ticket, row.case.ticket_id))
        major_approvals.decide(row, ticket, again(by), is_granted, reason)


def stands(key: int, what: str) -> str:
    case = the_case(key)
    return major_approvals.stands(major_approvals.last(major_approvals.of(case), what), major_dossier.of(case))


def test_a_plan_is_approved_as_it_stands_and_a_changed_one_anew(app):
    key, agent, manager = a_case(), an_agent(), a_manager()
    with pytest.raises(Refused, match="write the plan first"):
        asked(key, agent, "plan")
    acts(key, major_dossier.write, agent, "item/plan", "减免三个月月租。", 0)
    one = asked(key, agent, "plan")
    assert letters("major_to_approve") == {manager.id}
    with pytest.raises(Refused, match="waits for a manager already"):
        asked(key, agent, "plan")
    decided(one, manager)
    assert (stands(key, "plan"), letters("major_approval_decided")) == ("approved", {agent.id})
    version = major_dossier.of(the_case(key)).part("item/plan").item.version
    acts(key, major_dossier.write, agent, "item/plan", "减免六个月月租。", version)
    assert stands(key, "plan") == "changed"


def test_whoever_handled_it_or_asked_does_not_approve(app):
    both = a_person(Role.MANAGER, Role.AGENT)
    key = a_case(moved=("accept",))
    ticket = db.session.get_one(Ticket, the_case(key).ticket_id)
    live(ticket, "reply", by=both)
    one = asked(key, an_agent(), "compensation", words="误工损失。", amount=8000)
    with pytest.raises(Refused, match="another manager does"):
        decided(one, both)
    other = a_person(Role.MANAGER, Role.AGENT)
    two = asked(a_case(), other, "compensation", words="误工损失。", amount=8000)
    with pytest.raises(Refused, match="another manager does"):
        decided(two, other)
    with pytest.raises(Refused, match="A manager approves"):
        decided(one, a_supervisor())
    with pytest.raises(Refused, match="why it is not approved"):
        decided(one, a_manager(), is_granted=False)
    decided(one, a_manager(), is_granted=False, reason="缺少收条。")
    assert stands(key, "compensation") == "declined"


def test_a_compensation_needs_amount_and_reason(app):
    key = a_case()
    for facts in ({"words": "", "amount": 100}, {"words": "误工", "amount": None}):
        with pytest.raises(Refused, match="how much"):
            asked(key, an_agent(), "compensation", **facts)


def test_a_compensation_without_its_papers_is_approved_only_with_a_reason(app):
    key, agent = a_case(), an_agent()
    one = asked(key, agent, "compensation", words="误工三天", amount=1200)
    with pytest.raises(Refused, match="papers are missing"):
        decided(one, a_manager(), reason="")
    decided(one, a_manager(), reason="资料随后补齐，先行垫付。")
    assert db.session.get_one(MajorApproval, one).is_granted


def made(key: int, by) -> int:
    """A version of the report, ready, as if a worker had made it."""
    document = acts(key, major_approvals.make_report, by, with_ticket=True)
    with transaction():
        row = db.session.get_one(Document, document.id)
        row.state, row.snapshot, row.ready_at = "ready", {"kind": "MajorReport", "facts": {}}, clock.now()
    return document.id


def test_a_report_sent_up_keeps_its_promise_and_an_approved_one_gets_a_last_version(app):
    key, agent, manager = a_case(), an_agent(), a_manager()
    with pytest.raises(Refused, match="make the report first"):
        asked(key, agent, "report")
    document = made(key, agent)
    one = acts(key, lambda case, ticket, by: major_approvals.ask(case, ticket, by, "report", document=db.session.get_one(Document, document)), agent, with_ticket=True).id  # fmt: skip
    promise = major_list.promises([the_case(key)])[the_case(key).ticket_id]
    assert promise.met_at is not None
    assert the_case(key).reported_at == promise.met_at
    decided(one, manager, reason="同意。")
    versions = major_approvals.reports(the_case(key))
    assert [(v.version, v.params.get("approved"), v.state) for v in versions] == [
        (2, document, "waiting"),
        (1, None, "ready"),
    ]
    assert versions[0].number == f"{the_case(key).number}-02"


def close(key: int, by):
    acts(
        key, major_approvals.close, by, "响应及时。", "施工保护不足。", "增设警示桩，网运部，年底前。", with_ticket=True
    )


def test_it_is_closed_with_a_review_once_the_complaint_is_closed_and_the_report_approved(app):
    key, agent, manager = a_case(moved=("accept",)), an_agent(), a_manager()
    supervisor = a_supervisor()
    with pytest.raises(Refused, match="closed first"):
        close(key, supervisor)
    live(db.session.get_one(Ticket, the_case(key).ticket_id), "apply", "close")
    with pytest.raises(Refused, match="report has to be approved"):
        close(key, supervisor)
    document = made(key, agent)
    one = acts(key, lambda case, ticket, by: major_approvals.ask(case, ticket, by, "report", document=db.session.get_one(Document, document)), agent, with_ticket=True).id  # fmt: skip
    with pytest.raises(Refused, match="still waits"):
        close(key, supervisor)
    decided(one, manager)
    with pytest.raises(Refused, match="supervisor or a manager closes"):
        close(key, agent)
    close(key, supervisor)
    case = the_case(key)
    assert (case.state, case.lessons, case.closed_by_id) == ("closed", "施工保护不足。", supervisor.id)
    assert db.session.get_one(Ticket, case.ticket_id).major_state == "closed"
    with pytest.raises(Refused, match="while the major complaint is being handled"):
        acts(key, major_dossier.write, agent, "item/cause", "补充。", 0)
