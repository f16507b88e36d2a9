"""Limits of complaints and the support of handling costs (R32), condition by condition."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from portal import clock
from portal.access.scopes import find
from portal.db import db, transaction
from portal.domain import policy_changes, revisions, settings
from portal.domain.outbox import Letter
from portal.domain.people.models import Person, Provider
from portal.domain.people.roles import Role
from portal.domain.policy_changes import Change
from portal.domain.policy_quality import LimitStep
from portal.domain.policy_reading import write
from portal.domain.quality import limit_effect, limits, major, penalties, support
from portal.domain.quality.days import following
from portal.domain.quality.support_models import SupportResult
from portal.domain.refusals import Refused
from portal.domain.tickets import callback, dispatching
from portal.domain.tickets.models import Ticket
from portal.reports import registry
from portal.reports.gathering.support import support_statement
from portal.web import mail as words
from tests.factories import a_class, a_handler, a_person, a_provider, a_supervisor, a_ticket, again, live

MARCH, APRIL, Q1, Q2 = date(2026, 3, 1), date(2026, 4, 1), date(2026, 1, 1), date(2026, 4, 1)
NOON = datetime(2026, 4, 8, 4, 0, tzinfo=UTC)
"""Noon of 8 April 2026, a working day."""
MAY = datetime(2026, 5, 12, 4, 0, tzinfo=UTC)


def the(model, key):
    return db.session.get_one(model, key, populate_existing=True)


def a_complaint(
    provider, *, opened=NOON, closes: timedelta | None = timedelta(hours=5), outcome="solved_satisfied", **facts
) -> int:
    """A complaint dispatched to this provider, solved and verified after so long; none to leave it open."""
    from tests.factories import _loaded

    with clock.frozen_at(opened):
        ticket = a_ticket(**{"class_code": "product_down"} | facts)
        live(ticket, "accept")
    with clock.frozen_at(opened + timedelta(minutes=10)), transaction():
        agent = _loaded(ticket).owner
        dispatching.dispatch(_loaded(ticket), agent, the(Provider, provider), "请今天到场。")
    if closes is not None:
        with clock.frozen_at(opened + closes):
            live(ticket, "apply")
            with transaction():
                callback.call_back(_loaded(ticket), again(a_person(Role.CALLER)), outcome, "客户说明了情况。")
    return ticket.id


def reckoned(provider, month=APRIL) -> dict[str, support.Finding]:
    return {one.code: one for one in support.found([provider], month)[provider]}


def with_a_limit(provider, limit=2, quarter=Q2) -> None:
    with transaction():
        limits.set_limit(the(Provider, provider), quarter, again(a_supervisor()), limit, "按合同约定")


@pytest.mark.parametrize(
    ("visits", "limit"),
    [((50, 50, 50), 1), ((99, 99, 99), 2), ((100, 100, 100), 2), ((200, 100, 300), 3), ((300, 300, 300), 3), ((900, 800, 1000), 8), ((0, 0, 0), 0)],
)  # fmt: skip
def test_the_limit_comes_from_the_average_visits_of_the_quarter_before(app, visits, limit):
    """50 × 2 ÷ 100 = 1; 99 × 2 ÷ 100 = 1.98 → 2; 100 × 1.5 ÷ 100 = 1.5 → 2; 200 × 1.5 ÷ 100 = 3; 300 × 1 ÷ 100 = 3;
    900 × 0.8 ÷ 100 = 7.2 → 8 (telecom pack)."""
    assert limits.proposed(visits, settings.policy().support.steps).limit == limit


def test_no_limit_is_proposed_while_a_months_visits_are_missing(app):
    provider = a_provider().id
    with transaction():
        for month in limits.months_of(Q1)[:2]:
            limits.enter_visits(the(Provider, provider), month, 120, again(a_supervisor()))

    with pytest.raises(Refused), transaction():
        limits.set_limit(the(Provider, provider), Q2, again(a_supervisor()))


def test_a_limit_that_differs_from_the_table_needs_its_reason_and_the_newest_holds(app):
    provider = a_provider().id
    with transaction():
        for month in limits.months_of(Q1):
            limits.enter_visits(the(Provider, provider), month, 200, again(a_supervisor()))
        limits.set_limit(the(Provider, provider), Q2, again(a_supervisor()))

    with pytest.raises(Refused), transaction():
        limits.set_limit(the(Provider, provider), Q2, again(a_supervisor()), 5)
    assert limits.limits_of([provider], Q2)[provider].limit == 3
    with transaction():
        limits.set_limit(the(Provider, provider), Q2, again(a_supervisor()), 5, "割接高峰，客户已知情")
    assert (limits.limits_of([provider], Q2)[provider].limit, limits.limits_of([provider], Q1)) == (5, {})


def test_a_month_that_keeps_every_condition_earns_the_support(app):
    provider = a_provider().id
    with_a_limit(provider, 2)
    for _ in range(2):
        a_complaint(provider)

    with clock.frozen_at(MAY), transaction():
        [row] = support.reckon([the(Provider, provider)], APRIL, again(a_supervisor()))
        assert all(one.holds for one in support.findings_of(row))
        assert (row.holds, row.amount_yuan) == (True, settings.policy().support.month_yuan)


def test_one_complaint_over_the_limit_loses_it_and_names_them_all(app):
    provider = a_provider().id
    with_a_limit(provider, 1)
    ids = [a_complaint(provider) for _ in range(2)]

    one = reckoned(provider)["limit"]

    assert (one.holds, one.count, one.of, list(one.tickets)) == (False, 2, 1, ids)


def test_without_a_limit_for_the_quarter_the_condition_is_not_kept(app):
    provider = a_provider().id
    assert reckoned(provider)["limit"].holds is False


def test_what_was_closed_too_late_loses_first_time_closure_and_is_named(app):
    provider = a_provider().id
    a_complaint(provider)
    late = a_complaint(provider, closes=timedelta(days=12))

    found = reckoned(provider)

    assert (found["first_time"].holds, found["first_time"].count, found["first_time"].of) == (False, 1, 2)
    assert found["first_time"].tickets == (late,)
    assert found["monthly"].holds


def test_what_is_open_at_the_end_of_the_month_loses_monthly_closure(app):
    provider = a_provider().id
    still = a_complaint(provider, closes=None)

    with clock.frozen_at(MAY):
        found = reckoned(provider)

    assert (found["monthly"].holds, found["monthly"].tickets) == (False, (still,))
    assert found["first_time"].holds, "nobody has been called back yet"


def test_an_open_web_complaint_loses_the_web_condition(app):
    provider = a_provider().id
    still = a_complaint(provider, closes=None, channel="web")

    with clock.frozen_at(MAY):
        assert reckoned(provider)["web"].tickets == (still,)


@pytest.mark.parametrize(("closes", "kept"), [(None, False), (timedelta(days=24), True)])
def test_a_web_complaint_still_open_counts_in_the_next_month_too_where_the_policy_says_so(app, ground, closes, kept):
    ground.lay("cars")
    provider = a_provider().id
    old = a_complaint(provider, opened=NOON - timedelta(days=14), closes=closes, channel="web", class_code=a_class())

    with clock.frozen_at(MAY):
        web, limit = reckoned(provider)["web"], reckoned(provider)["limit"]

    assert (web.holds, web.count, web.of) == (kept, int(kept), 1)
    assert web.tickets == (() if kept else (old,))
    assert limit.count == 0, "against the limit it counts in its own month"


@pytest.mark.parametrize("read", [True, False])
def test_a_complaint_that_moved_to_another_provider_counts_for_the_first(app, read):
    from tests.factories import _loaded

    one, other = a_provider().id, a_provider().id
    key = a_complaint(one, closes=None)
    with clock.frozen_at(NOON + timedelta(hours=1)), transaction():
        ticket = the(Ticket, key)
        order = db.session.scalars(db.select(dispatching.Dispatch).filter_by(ticket_id=key)).one()
        handler = again(a_handler(the(Provider, one)))
        from sqlalchemy.orm import joinedload  # the door loads the parties along

        order = db.session.scalars(
            db.select(dispatching.Dispatch)
            .filter_by(id=order.id)
            .options(
                *map(
                    joinedload,
                    (dispatching.Dispatch.provider, dispatching.Dispatch.department, dispatching.Dispatch.handler),
                )
            )
            .execution_options(populate_existing=True)
        ).one()
        if read:
            dispatching.confirm(order, _loaded(ticket), handler)
        dispatching.hand_back(order, _loaded(ticket), handler, "客户要求换一家处理")
        dispatching.dispatch(_loaded(ticket), _loaded(ticket).owner, the(Provider, other), "请接手。")

    assert reckoned(one)["limit"].count == 1
    assert reckoned(other)["limit"].count == 0


def test_harm_and_a_day_in_transition_each_lose_the_month_they_fall_in(app):
    provider = a_provider().id
    with transaction():
        penalties.note_harm(the(Provider, provider), APRIL, "本地媒体曝光，未及时回应", again(a_supervisor()))
        penalties.note_standing(
            the(Provider, provider), "transition", date(2026, 4, 30), "合同到期", again(a_supervisor())
        )

    assert (reckoned(provider)["harm"].holds, reckoned(provider)["standing"].holds) == (False, False)
    assert (reckoned(provider, MARCH)["harm"].holds, reckoned(provider, MARCH)["standing"].holds) == (True, True)


def test_harm_that_was_withdrawn_does_not_count(app):
    provider = a_provider().id
    with transaction():
        row = penalties.note_harm(the(Provider, provider), APRIL, "误报", again(a_supervisor()))
        penalties.withdraw_harm(row, the(Provider, provider), "与该服务商无关", again(a_supervisor()))

    assert reckoned(provider)["harm"].holds


def test_a_running_month_is_not_reckoned(app):
    provider = a_provider().id
    with clock.frozen_at(NOON), pytest.raises(Refused), transaction():
        support.reckon([the(Provider, provider)], APRIL, again(a_supervisor()))


def test_reckoning_again_writes_nothing_unless_something_else_is_found(app):
    provider = a_provider().id
    with_a_limit(provider)
    key = a_complaint(provider, closes=None)
    with clock.frozen_at(MAY):
        with transaction():
            support.reckon([the(Provider, provider)], APRIL, again(a_supervisor()))
        with transaction():
            assert support.reckon([the(Provider, provider)], APRIL, again(a_supervisor())) == []
        with transaction():
            penalties.note_harm(the(Provider, provider), APRIL, "媒体报道", again(a_supervisor()), the(Ticket, key))
        with transaction():
            [row] = support.reckon([the(Provider, provider)], APRIL, again(a_supervisor()))
            assert row.revision == 2
        kept = db.session.scalars(db.select(SupportResult).order_by(SupportResult.revision)).all()
    assert [(one.revision, one.is_newest) for one in kept] == [(1, False), (2, True)]


def an_objected(provider) -> int:
    supervisor, handler = a_supervisor().id, a_handler(the(Provider, provider)).id
    with clock.frozen_at(MAY):
        with transaction():
            [row] = support.reckon([the(Provider, provider)], APRIL, the(Person, supervisor))
            key = row.id
        with transaction():
            support.object_to(loaded(key), the(Person, handler), "该投诉属用户自行改动线路")
    return key


def loaded(key, name="support"):
    """The record as the door hands it over."""
    reader = a_supervisor().id
    db.session.expunge_all()
    return find(name, key, the(Person, reader))


def test_an_upheld_objection_makes_the_next_revision_with_its_reason_and_the_support(app):
    provider, supervisor = a_provider().id, a_supervisor().id
    with_a_limit(provider)
    a_complaint(provider, closes=timedelta(days=12))
    key = an_objected(provider)

    with clock.frozen_at(MAY), transaction():
        newer = support.answer(loaded(key), the(Person, supervisor), "情况属实，不计入", ["first_time"])
        assert (newer.revision, newer.holds) == (2, True)
        assert support.findings_of(newer)[1].waived == "情况属实，不计入"
    assert loaded(key).stage == "followed"


def test_the_statement_tells_the_objection_and_its_answer_after_the_month_was_reckoned_anew(app):
    provider, supervisor = a_provider().id, a_supervisor().id
    with_a_limit(provider)
    a_complaint(provider, closes=timedelta(days=12))
    key = an_objected(provider)
    with clock.frozen_at(MAY), transaction():
        newer = support.answer(loaded(key), the(Person, supervisor), "情况属实，不计入", ["first_time"]).id

    told = support_statement(db.select(SupportResult), db.select(Ticket), newer)
    [objection] = told.objections
    assert (told.stage, told.revision, objection.revision) == ("Reckoned", 2, 1)
    assert (objection.words, objection.answer) == ("该投诉属用户自行改动线路", "情况属实，不计入")
    assert support_statement(db.select(SupportResult), db.select(Ticket), key).stage == "Followed by a newer one"
    with app.test_request_context():
        paper = registry.render_html("support-statement", told, "en", registry.House("申江通信"))
    assert "Objection to revision 1" in paper
    assert "该投诉属用户自行改动线路" in paper


def test_one_objection_within_the_days_and_only_by_the_providers_people(app):
    provider, other = a_provider().id, a_provider().id
    key = an_objected(provider)
    handler, stranger = a_handler(the(Provider, provider)).id, a_handler(the(Provider, other)).id
    supervisor = a_supervisor().id
    with clock.frozen_at(MAY):
        assert "already" in support.why_not_object(loaded(key), the(Person, handler))
        assert "own people" in support.why_not_object(loaded(key), the(Person, stranger))
        with transaction():
            [row] = support.reckon([the(Provider, other)], APRIL, the(Person, supervisor))
            newest = row.id
        assert support.why_not_object(loaded(newest), the(Person, stranger)) is None
    with clock.frozen_at(MAY + timedelta(days=10)):
        assert "over" in support.why_not_object(loaded(newest), the(Person, stranger))


def test_what_earns_no_support_is_approved_once_the_days_to_object_are_over(app):
    provider, supervisor, manager = a_provider().id, a_supervisor().id, a_person(Role.MANAGER).id
    with clock.frozen_at(MAY), transaction():
        [row] = support.reckon([the(Provider, provider)], APRIL, the(Person, supervisor))
        key, until = row.id, row.objection_until
    with clock.frozen_at(until):
        assert "days to object" in support.why_not_approve(loaded(key), the(Person, manager))
        with pytest.raises(Refused), transaction():
            support.approve(loaded(key), the(Person, manager))
        assert db.session.scalar(support.to_approve_count(manager)) == 0
        assert support.why_not_object(loaded(key), the(Person, a_handler(the(Provider, provider)).id)) is None
    with clock.frozen_at(until + timedelta(seconds=1)):
        assert db.session.scalar(support.to_approve_count(manager)) == 1
        assert support.why_not_approve(loaded(key), the(Person, manager)) is None


def test_what_earns_the_support_waits_for_nobody(app):
    provider, supervisor, manager = a_provider().id, a_supervisor().id, a_person(Role.MANAGER).id
    with_a_limit(provider)
    with clock.frozen_at(MAY):
        with transaction():
            support.reckon([the(Provider, provider)], APRIL, the(Person, supervisor))
        assert db.session.scalar(support.to_approve_count(manager)) == 1
        assert db.session.scalar(support.to_approve_count(supervisor)) == 0, "not by whoever had it reckoned"


def test_a_manager_approves_but_not_what_waits_for_an_answer(app):
    provider = a_provider().id
    key = an_objected(provider)
    manager, supervisor = a_person(Role.MANAGER).id, a_supervisor().id
    with clock.frozen_at(MAY):
        assert "waits" in support.why_not_approve(loaded(key), the(Person, manager))
        with transaction():
            support.answer(loaded(key), the(Person, supervisor), "维持原结果")
        with transaction():
            support.approve(loaded(key), the(Person, manager))
        assert loaded(key).stage == "approved"


def test_nobody_approves_what_they_had_reckoned(app):
    provider, both = a_provider().id, a_person(Role.MANAGER, Role.SUPERVISOR).id
    with clock.frozen_at(MAY):
        with transaction():
            [row] = support.reckon([the(Provider, provider)], APRIL, the(Person, both))
            key = row.id
        assert "another manager" in support.why_not_approve(loaded(key), the(Person, both))


def test_what_is_approved_is_reckoned_again_only_with_a_reason(app):
    provider = a_provider().id
    manager, supervisor = a_person(Role.MANAGER).id, a_supervisor().id
    with clock.frozen_at(MAY), transaction():
        [row] = support.reckon([the(Provider, provider)], APRIL, the(Person, supervisor))
        key = row.id
    with clock.frozen_at(MAY + timedelta(days=10)):
        with transaction():
            support.approve(loaded(key), the(Person, manager))
        with transaction():
            penalties.note_harm(the(Provider, provider), APRIL, "媒体报道", the(Person, supervisor))
        with pytest.raises(Refused), transaction():
            support.reckon([the(Provider, provider)], APRIL, the(Person, supervisor))
        with transaction():
            [row] = support.reckon([the(Provider, provider)], APRIL, the(Person, supervisor), "媒体报道核实")
            assert (row.revision, row.stage) == (2, "reckoned")


def a_major_complaint(provider) -> int:
    """A complaint that this provider had, accepted as a major one."""
    key = a_complaint(provider, closes=None)
    with transaction():
        supervisor = again(a_supervisor())
        ticket = find("ticket", key, supervisor)
        major.accept(major.propose(ticket, supervisor, [], 20_000, "客户要求赔偿"), ticket, supervisor, "属实")
    return key


def propose(provider, sort, by, amount=None, ticket=None) -> int:
    with transaction():
        of = the(Ticket, ticket) if ticket else None
        return penalties.propose(the(Provider, provider), sort, "重大投诉处置不力", the(Person, by), amount, of).id


def decided(key, by, is_granted=True) -> None:
    with transaction():
        row = loaded(key, "penalty")
        penalties.decide(row, row.provider, is_granted, "同意", the(Person, by))


def told(template) -> list[int]:
    return list(db.session.scalars(db.select(Letter.to_id).where(Letter.template == template)))


def test_a_fine_lies_within_the_bounds_and_takes_a_manager_who_did_not_propose_it(app):
    provider = a_provider().id
    supervisor, manager = a_person(Role.SUPERVISOR, Role.MANAGER).id, a_person(Role.MANAGER).id
    ticket = a_major_complaint(provider)
    for amount in (999, 10_001, None):
        with pytest.raises(Refused, match="between"):
            propose(provider, "fine", supervisor, amount, ticket)
    key = propose(provider, "fine", supervisor, 3000, ticket)
    assert "another manager" in penalties.why_not_decide(loaded(key, "penalty"), the(Person, supervisor))
    decided(key, manager)
    row = loaded(key, "penalty")
    assert (row.is_granted, row.amount_yuan) == (True, 3000)
    assert told("penalty_decided") == [supervisor]
    with pytest.raises(Refused, match="already"):
        decided(key, a_person(Role.MANAGER).id)


def test_a_penalty_is_for_a_major_complaint_that_this_provider_had(app):
    provider, other, supervisor = a_provider().id, a_provider().id, a_supervisor().id
    with pytest.raises(Refused, match="name the major complaint"):
        propose(provider, "fine", supervisor, 3000)
    with pytest.raises(Refused, match="no major complaint"):
        propose(provider, "fine", supervisor, 3000, a_complaint(provider, closes=None))
    with pytest.raises(Refused, match="never had an order"):
        propose(provider, "fine", supervisor, 3000, a_major_complaint(other))


def test_a_granted_star_penalty_takes_a_star_and_keeps_the_history(app):
    provider, supervisor, manager = a_provider().id, a_supervisor().id, a_person(Role.MANAGER).id
    ticket = a_major_complaint(provider)
    with pytest.raises(Refused, match="no stars"):
        propose(provider, "star_down", supervisor, ticket=ticket)
    with transaction():
        penalties.rate(the(Provider, provider), 4, "年度评定", the(Person, supervisor))
    declined = propose(provider, "star_down", supervisor, ticket=ticket)
    decided(declined, manager, is_granted=False)
    assert penalties.stars_of(the(Provider, provider)) == 4
    assert told("penalty_decided") == [supervisor], "whoever proposed it hears that it was declined"
    decided(propose(provider, "star_down", supervisor, ticket=ticket), manager)
    assert penalties.stars_of(the(Provider, provider)) == 3
    assert [one.stars for one in penalties.ratings(the(Provider, provider))] == [3, 4]


def test_the_providers_people_hear_of_the_result_once(app):
    provider = a_provider().id
    handler, supervisor = a_handler(the(Provider, provider)).id, a_supervisor().id
    with clock.frozen_at(MAY):
        for _ in range(2):
            with transaction():
                support.reckon([the(Provider, provider)], APRIL, the(Person, supervisor))
    letters = db.session.scalars(db.select(Letter.template).where(Letter.to_id == handler)).all()
    assert letters == ["support_reckoned"]


def read_as(letter: Letter, language: str) -> tuple[str, list[str]]:
    """What a letter says to a reader of this language: its subject, and its lines."""
    reader = the(Person, letter.to_id)
    reader.language = language
    told = words.said(letter, reader)
    return told.subject, list(told.paragraphs)


def the_letter(template: str, to: int) -> Letter:
    return db.session.scalars(db.select(Letter).where(Letter.template == template, Letter.to_id == to)).one()


def test_the_providers_people_hear_when_its_stars_change_from_what_to_what_and_why(app):
    provider, other = a_provider(), a_provider()
    handler, _ = a_handler(provider), a_handler(other)
    with transaction():
        penalties.rate(the(Provider, provider.id), 4, "年度评定", again(a_supervisor()))
    [letter] = db.session.scalars(db.select(Letter)).all()

    assert (letter.to_id, letter.template) == (handler.id, "stars_changed")
    assert read_as(letter, "en") == (
        f"{provider.name} has 4 of 5 stars from today", ["These are its first stars.", "The reason: 年度评定"],
    )  # fmt: skip
    with transaction():
        penalties.rate(the(Provider, provider.id), 3, "半年复评", again(a_supervisor()))
    later = db.session.scalars(db.select(Letter).order_by(Letter.id.desc())).first()
    assert read_as(later, "zh_Hans_CN") == (
        f"自今日起，{provider.name}为 3 星（满 5 星）", ["此前为 4 星。", "原因：半年复评"],
    )  # fmt: skip


def test_a_penalty_that_takes_a_star_tells_the_provider_so_in_one_letter(app):
    provider, supervisor, manager = a_provider().id, a_supervisor().id, a_person(Role.MANAGER).id
    ticket = a_major_complaint(provider)
    with transaction():
        penalties.rate(the(Provider, provider), 4, "年度评定", the(Person, supervisor))
    handler = a_handler(the(Provider, provider)).id
    decided(propose(provider, "star_down", supervisor, ticket=ticket), manager)

    assert told("stars_changed") == []
    subject, lines = read_as(the_letter("penalty_granted", handler), "en")
    assert subject.endswith("One star less")
    assert lines == [
        "The reason: 重大投诉处置不力", f"It is about complaint {the(Ticket, ticket).number}.",
        "Stars: 3 from today, 4 until now.",
    ]  # fmt: skip


def changed_support(at: datetime, on: date | None = None, **values) -> None:
    """Limits and support decided otherwise at this moment, for then or from a day on."""
    admin = a_person(Role.ADMINISTRATOR).id
    with clock.frozen_at(at), transaction():
        value = write(settings.policy().support) | values
        policy_changes.decide(
            the(Person, admin), "新的合同年", Change("set", "support", value=value), revisions.head("policy"), on
        )


def test_a_quarter_to_come_goes_by_the_table_planned_for_it_and_this_one_by_what_holds(app):
    """200 visits a month on average: by the table of the pack 200 × 1.5 ÷ 100 = 3, by the one from 2027 on 200 × 1 ÷ 100 = 2."""
    provider, quarters = a_provider().id, (date(2026, 10, 1), date(2027, 1, 1))
    changed_support(clock.now(), quarters[1], steps=[{"visits_from": 0, "per_hundred": 1.0}])
    with transaction():
        for quarter in quarters:
            for month in limits.months_of(following(quarter, -3)):
                limits.enter_visits(the(Provider, provider), month, 200, again(a_supervisor()))

    with transaction():
        set_now = [
            limits.set_limit(the(Provider, provider), quarter, again(a_supervisor())).limit for quarter in quarters
        ]
    assert set_now == [3, 2]


def test_a_month_reckoned_late_goes_by_what_held_on_its_last_day(app):
    """November earns 3,000 yuan and counts complaints about installation; from December on it is 500 yuan and only
    price counts. November, reckoned in December: one complaint against a limit of one, and
    the amount of November."""
    provider, november = a_provider().id, date(2026, 11, 1)
    was = settings.policy().support.month_yuan
    with_a_limit(provider, 1, date(2026, 10, 1))
    a_complaint(provider, opened=datetime(2026, 11, 24, 4, tzinfo=UTC))
    changed_support(datetime(2026, 12, 2, 4, tzinfo=UTC), month_yuan=500, groups=["price"])

    with clock.frozen_at(datetime(2026, 12, 3, 4, tzinfo=UTC)):
        assert settings.policy().support.month_yuan == 500
        with transaction():
            [row] = support.reckon([the(Provider, provider)], november, again(a_supervisor()))
            assert (row.holds, row.amount_yuan, support.findings_of(row)[0].count) == (True, was, 1)


def test_a_proposal_says_what_each_providers_limit_and_count_would_be(app):
    """120 visits a month: 120 × 1.5 ÷ 100 = 1.8 → 2 as it holds, 120 × 5 ÷ 100 = 6 by the new table; of the one complaint
    about a line that was down nothing counts where only price does."""
    provider = a_provider(name="云博网络服务").id
    with transaction():
        for month in (8, 9, 10):
            limits.enter_visits(the(Provider, provider), date(2026, month, 1), 120, again(a_supervisor()))
    a_complaint(provider, opened=datetime(2026, 10, 20, 4, tzinfo=UTC))
    old = settings.policy()
    new = replace(old, support=replace(old.support, groups=("price",), steps=(LimitStep(0, 5.0),)))

    [line] = limit_effect.of(old, new, [the(Provider, provider)])
    assert (line.average, line.limit, line.limit_then, line.count, line.count_then) == (120, 2, 6, 1, 0)
