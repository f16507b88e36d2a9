"""Does a party whose last day is still to come work as before until that day, and is it cut off from the day after?"""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal import clock, worker
from portal.db import db, transaction
from portal.domain import policy_changes, settings
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people import actions, parties, queries
from portal.domain.people.models import Department, Person, Provider
from portal.domain.people.roles import Role
from portal.domain.policy_changes import Change
from portal.domain.refusals import Refused
from portal.domain.tickets import bulk, dispatching
from portal.domain.tickets.bulk import Chosen
from portal.domain.tickets.models import Dispatch, Ticket
from tests.domain.test_closed_parties import without_routes
from tests.domain.test_support import the
from tests.factories import _loaded, a_handler, a_person, a_provider, a_ticket, again, an_agent

NOON = datetime(2026, 12, 1, 4, tzinfo=UTC)
LAST = date(2026, 12, 4)
EVENING = datetime(2026, 12, 4, 15, 59, tzinfo=UTC)
"""One minute before midnight in Shanghai."""
AFTER = EVENING + timedelta(minutes=1)


def to_end(party, on=LAST, at=NOON, why="合同到期", of=Provider) -> None:
    admin = a_person(Role.ADMINISTRATOR).id
    with clock.frozen_at(at), transaction():
        parties.close(the(of, party), the(Person, admin), on, why)


def dispatched(party, at=NOON, of=Provider) -> tuple[int, int]:
    """A ticket in hand and the order that sent it there."""
    with clock.frozen_at(at):
        ticket, agent = a_ticket(moved=("accept",)).id, an_agent().id
        with transaction():
            loaded = _loaded(the(Ticket, ticket))
            return ticket, dispatching.dispatch(loaded, the(Person, agent), the(of, party), "请处理。").id


def a_going_provider(**facts) -> tuple[int, int]:
    """A provider, and somebody who handles its orders."""
    provider = a_provider(**facts).id
    return provider, a_handler(the(Provider, provider)).id


def test_until_its_last_day_a_provider_works_as_before_and_the_day_after_it_is_cut_off(app, sign_in):
    provider, handler = a_going_provider()
    to_end(provider)

    ticket, order = dispatched(provider, EVENING)
    with clock.frozen_at(EVENING):
        assert the(Person, handler).is_active
        browser = sign_in(the(Person, handler))
        assert browser.get(f"/staff/tickets/{ticket}").status_code == 200
        assert provider in [one.id for one in dispatching.open_to(db.select(Provider))]
        worker._end_parties()
        assert the(Dispatch, order).done_at is None

    with clock.frozen_at(AFTER):
        assert browser.get(f"/staff/tickets/{ticket}").status_code == 303, "signed out before any worker came by"
        assert provider not in [one.id for one in dispatching.open_to(db.select(Provider))]
        worker._end_parties()
        assert not the(Person, handler).is_active
        assert the(Dispatch, order).handed_back == "合同到期"
    with pytest.raises(Refused, match="takes no orders"):
        dispatched(provider, AFTER)


def test_whoever_only_worked_for_it_cannot_sign_in_the_day_after_even_while_no_worker_runs(app, sign_in):
    from portal.access.passwords import hash_of

    provider, handler = a_going_provider()
    with transaction():
        the(Person, handler).password_hash = hash_of("gute Nacht, Freunde 42")
    typed = {"email": the(Person, handler).email, "password": "gute Nacht, Freunde 42"}
    to_end(provider)

    with clock.frozen_at(AFTER):
        assert sign_in(None).post("/sign-in", typed).status_code == 422
    with clock.frozen_at(EVENING):
        assert sign_in(None).post("/sign-in", typed).status_code == 303


def test_its_end_is_carried_out_once_by_the_portal_itself_and_the_owner_is_told(app):
    provider, _ = a_going_provider()
    ticket, order = dispatched(provider)
    owner = the(Ticket, ticket).owner_id
    to_end(provider)

    with clock.frozen_at(AFTER):
        for _ in range(2):
            with transaction():
                parties.end_due()
        with transaction():
            assert parties.end_due() == 0

    back = db.session.scalars(db.select(Entry).where(Entry.verb == "ticket.handed_back")).all()
    assert [(one.by_id, one.why) for one in back] == [(None, "合同到期")]
    letters = db.session.scalars(db.select(Letter).where(Letter.template == "order_handed_back")).all()
    assert [(one.to_id, one.facts["by"]) for one in letters] == [(owner, the(Provider, provider).name)]
    assert the(Dispatch, order).is_recalled is False, "it counts for it still (R32)"


def test_an_end_is_taken_back_and_nothing_has_happened(app):
    provider, handler = a_going_provider()
    _, order = dispatched(provider)
    to_end(provider)

    with clock.frozen_at(EVENING), transaction():
        parties.open_again(the(Provider, provider), again(a_person(Role.ADMINISTRATOR)))
    with clock.frozen_at(AFTER + timedelta(days=9)), transaction():
        assert parties.end_due() == 0

    assert (the(Provider, provider).closed_on, the(Provider, provider).away) == (None, [])
    assert the(Dispatch, order).done_at is None
    assert the(Person, handler).is_active
    verbs = db.session.scalars(db.select(Entry.verb).where(Entry.record == "provider").order_by(Entry.id)).all()
    assert verbs == ["party.closed", "party.stays"]


def test_another_last_day_may_be_noted_until_the_day_has_come(app):
    provider = a_provider().id
    to_end(provider)
    to_end(provider, LAST + timedelta(days=20))
    assert the(Provider, provider).closed_on == LAST + timedelta(days=20)

    to_end(provider, LAST, NOON + timedelta(days=10))
    assert the(Provider, provider).closed_on == LAST, "an end that lies before today ends it at once"
    to_end(provider, LAST + timedelta(days=90), NOON + timedelta(days=10))
    assert the(Provider, provider).closed_on == LAST


def test_people_are_invited_and_enabled_until_the_last_day(app):
    provider, security = a_provider().id, a_person(Role.SECURITY_ADMIN).id
    to_end(provider)

    def invited(name):
        with transaction():
            actions.invite(
                the(Person, security), f"{name}@example.test", name, [Role.HANDLER], provider=the(Provider, provider)
            )

    with clock.frozen_at(EVENING):
        invited("anna")
    with clock.frozen_at(AFTER):
        with transaction():
            parties.end_due()
        assert not queries.by_email("anna@example.test").is_active
        with pytest.raises(Refused, match="is closed"):
            invited("bert")


def test_a_ticket_that_is_due_after_the_last_day_is_warned_about(app, sign_in):
    provider = a_provider(name="云博网络").id
    to_end(provider, NOON.date())
    with clock.frozen_at(NOON):
        ticket = a_ticket(moved=("accept",)).id
        version, browser = the(Ticket, ticket).version, sign_in(an_agent())
        sheet = browser.page(f"/staff/tickets/{ticket}/dispatches/new").main
        assert "云博网络 (ends on 1 Dec 2026)" in sheet.select_one("select[name=lead]").text
        typed = {"lead": f"p{provider}", "suggestion": "请处理。", "version": version}
        assert browser.post(f"/staff/tickets/{ticket}/dispatches/new", typed).status_code == 303
        said = browser.page(f"/staff/tickets/{ticket}").text
    assert "works until today only" in " ".join(said.split())


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2046-12-01"])
def test_a_day_far_off_is_refused_beside_the_field(app, sign_in, day):
    provider, department = a_provider().id, db.session.scalars(db.select(Department.id)).first()
    browser = sign_in(a_person(Role.ADMINISTRATOR))
    for address in (f"/staff/parties/providers/{provider}/close", f"/staff/parties/departments/{department}/close"):
        answer = browser.post(address, {"on": day, "why": "到期"})
        assert answer.status_code == 422
        assert 'id="on-error"' in answer.text


def test_a_list_from_another_tab_hands_nothing_over_twice_and_takes_nothing_of_others(app, sign_in):
    goes, takes, stays = a_provider().id, a_provider().id, a_provider().id
    with clock.frozen_at(NOON):
        mine, _ = dispatched(goes)
        other, order = dispatched(stays)
        browser, address = sign_in(a_person(Role.ADMINISTRATOR)), f"/staff/parties/providers/{goes}"
        typed = {"ids": [f"{mine}", f"{other}", "99999999999", "x.y"], "to": f"p{takes}", "reason": "合同到期"}
        for _ in range(2):
            assert browser.post(f"{address}/hand-over", typed).status_code == 303
        said = browser.page(f"{address}/close").text
    assert "2 of them were no longer with" in said
    assert the(Dispatch, order).done_at is None
    assert db.session.scalar(db.select(db.func.count(Dispatch.id)).where(Dispatch.provider_id == takes)) == 1
    too_many = typed | {"ids": [f"{n}" for n in range(1, 102)]}
    assert browser.post(f"{address}/hand-over", too_many).status_code == 409
    assert browser.post(f"{address}/hand-over", typed | {"reason": "长" * 501}).status_code == 422


# ---- a department and the rules ----


def test_a_department_may_be_closed_as_soon_as_a_planned_rule_names_another_one_in_time(app):
    department = db.session.scalars(db.select(Department.id).where(Department.code == "billing")).one()
    document = settings.document_of(settings.policy_id())
    for listed in ("kinds", "classes", "services"):
        for item in document[listed]:
            if item.get("department") == "billing":
                item["department"] = next(one["code"] for one in document["departments"] if one["code"] != "billing")
    with clock.frozen_at(NOON):
        begins = policy_changes.begins(LAST + timedelta(days=1))
        with transaction():
            settings.adopt("policy", document, None, "改由其他部门牵头", begins)
        with pytest.raises(Refused, match="leads by the rules for"):
            to_end(department, LAST - timedelta(days=1), of=Department)
        to_end(department, LAST, of=Department)
        assert the(Department, department).closed_on == LAST

        # what holds until then may still be changed, what would hold after it may not name the department again
        other = settings.document_of(settings.policy_id())["classes"][-1]
        other = other | {"words": {"zh": "别的名字", "en": "Another name"}}
        by = again(a_person(Role.ADMINISTRATOR))
        from portal.domain import revisions

        with transaction():
            policy_changes.decide(by, "改名", Change("put", "classes", other["code"], other), revisions.head("policy"))
        back = other | {"department": "billing"}
        with pytest.raises(Refused, match="cannot lead"), transaction():  # what is planned for later carries it on
            policy_changes.decide(by, "改回", Change("put", "classes", other["code"], back), revisions.head("policy"))
        with pytest.raises(Refused, match="cannot lead"), transaction():
            policy_changes.decide(
                by, "改回", Change("put", "classes", other["code"], back), revisions.head("policy"),
                LAST + timedelta(days=2),
            )  # fmt: skip


def test_a_department_that_leads_may_get_a_day_to_come_but_is_not_gone_at_once(app):
    department = db.session.scalars(db.select(Department.id).order_by(Department.id)).first()
    without_routes(department)
    ticket, order = dispatched(department, of=Department)

    with pytest.raises(Refused, match="Hand them over first"):
        to_end(department, NOON.date() - timedelta(days=1), of=Department)
    to_end(department, of=Department)
    with clock.frozen_at(AFTER), transaction():
        parties.end_due()

    assert the(Dispatch, order).handed_back == "合同到期"
    assert the(Ticket, ticket).state == "open"


# ---- handing over ----


def test_what_a_party_works_on_is_handed_over_ticket_by_ticket_and_counts_for_it_still(app):
    goes, takes = a_provider().id, a_provider().id
    first, one = dispatched(goes)
    second, other = dispatched(goes)
    hands = a_handler(the(Provider, takes)).id
    admin, names = a_person(Role.ADMINISTRATOR).id, [the(Provider, key).name for key in (goes, takes)]

    with clock.frozen_at(NOON), transaction():
        chosen = [Chosen(order.ticket) for order in dispatching.running_of(the(Provider, goes))]
        result = bulk.hand_over(chosen, the(Person, admin), the(Provider, goes), the(Provider, takes), "合同月底到期")
        assert (len(result.done), result.refused) == (2, [])

    running = db.session.scalars(db.select(Dispatch).where(Dispatch.done_at.is_(None)).order_by(Dispatch.id)).all()
    assert [(row.ticket_id, row.provider_id, row.is_lead, row.suggestion) for row in running] == [
        (first, takes, True, "请处理。"), (second, takes, True, "请处理。"),
    ]  # fmt: skip
    for order in (one, other):
        left = the(Dispatch, order)
        assert (left.handed_back, left.is_recalled, left.is_lead) == ("合同月底到期", False, False)
    told = db.session.scalars(db.select(Entry).where(Entry.verb == "ticket.handed_over").order_by(Entry.id)).all()
    assert [(row.record_id, row.was, row.became, row.by_id) for row in told] == [
        (first, names[0], names[1], admin), (second, names[0], names[1], admin),
    ]  # fmt: skip
    letters = db.session.scalars(db.select(Letter.to_id).where(Letter.template == "order_arrived")).all()
    assert letters == [hands, hands]


def test_an_administrator_hands_over_on_the_closing_page_and_reads_what_was_refused_and_why(app, sign_in):
    goes, takes = a_provider(name="云博网络").id, a_provider(name="联众网络").id
    with clock.frozen_at(NOON):
        fine, moved, twice = (dispatched(goes)[0] for _ in range(3))
        with transaction():
            dispatching.dispatch(
                _loaded(the(Ticket, twice)), again(an_agent()), the(Provider, takes), "请协助。", lead=False
            )
        browser, address = sign_in(a_person(Role.ADMINISTRATOR)), f"/staff/parties/providers/{goes}"
        drawn = [tick["value"] for tick in browser.page(f"{address}/close").select("#orders input[name=ids]")]
        assert [one.partition(".")[0] for one in drawn] == [f"{key}" for key in (fine, moved, twice)]
        with transaction():
            the(Ticket, moved).subject = "另一个标题"
        numbers = {key: the(Ticket, key).number for key in (fine, moved, twice)}

        typed = {"ids": drawn, "to": f"p{takes}", "reason": "合同月底到期"}
        assert browser.post(f"{address}/hand-over", typed | {"reason": ""}).status_code == 422
        assert browser.post(f"{address}/hand-over", typed | {"to": f"p{goes}"}).status_code == 422
        assert browser.post(f"{address}/hand-over", typed | {"ids": []}).status_code == 409
        assert browser.post(f"{address}/hand-over", typed).status_code == 303
        page = browser.page(f"{address}/close")

    said = " ".join(" ".join(p.get_text().split()) for p in page.select(".flash p"))
    assert "1 handed over to 联众网络." in said
    assert f"has a running order for this ticket already. ({numbers[twice]})" in said
    assert numbers[moved] in said
    assert "changed" in said
    left = [tick["value"].partition(".")[0] for tick in page.select("#orders input[name=ids]")]
    assert left == [f"{key}" for key in (moved, twice)]
