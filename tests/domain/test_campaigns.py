"""A survey campaign through its life (R27): tried dry, launched, reminded of, replaced in, quotas, ended; the plan of the year (R25)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.db import db, transaction
from portal.domain import outbox
from portal.domain.journal import Entry
from portal.domain.outbox import Letter
from portal.domain.people.models import Customer, Person, Project
from portal.domain.people.roles import Role
from portal.domain.refusals import Refused, Stale
from portal.domain.surveys import answering, campaigns, letters, links, plan, running
from portal.domain.surveys.answer_models import Response
from portal.domain.surveys.campaign_models import Campaign, Invitation, OptOut
from portal.domain.surveys.population import Population
from portal.web import mail
from tests.campaign_cast import a_campaign, a_contact, a_version, answered, customers, invitations, launch, the
from tests.factories import a_customer, a_person, a_supervisor, a_ticket, again, kept

MONDAY = datetime(2026, 11, 30, 2, tzinfo=UTC)


def posted(**facts) -> list[Letter]:
    db.session.rollback()
    rows = db.select(Letter).where(Letter.template == letters.INVITATION).order_by(Letter.id)
    return list(db.session.scalars(rows.filter_by(**facts)))


def told(verb: str) -> int:
    return db.session.scalar(db.select(db.func.count()).where(Entry.verb == verb))


def run(what) -> int:
    with transaction():
        return what()


# Before it runs


def test_a_dry_run_says_who_gets_a_letter_and_writes_nothing(app):
    customers(3, card="silver", region="north")
    one = a_customer(card="silver", region="north")
    a_contact(one, email="", phone="")
    key = a_campaign(sample_size=3, reserve_size=1, target_rate=50)
    before = db.session.scalar(db.select(db.func.count()).select_from(Letter))
    trial = campaigns.try_dry(the(key))
    assert (trial.problems, trial.letters, trial.customers, trial.reserve) == ([], 3, 3, 0)
    assert (dict(trial.skipped), trial.expected) == ({"no_address": 1}, 2)
    assert db.session.scalar(db.select(db.func.count()).select_from(Letter)) == before
    assert the(key).state == "draft"


@pytest.mark.parametrize(
    ("facts", "no"),
    [
        ({"closes_at": None}, "no end"),
        ({"channels": []}, "No channel"),
        ({"letter": {"subject": "请评价", "subject_en": "", "body": "您好", "body_en": "Hello"}}, "lacks words"),
        (
            {"letter": {"subject": "请评价", "subject_en": "x", "body": "您好 {nobody|…}", "body_en": "Hello"}},
            "not known",
        ),
        ({"drawn": False}, "Nobody is drawn"),
    ],
)
def test_what_stands_in_the_way_is_said_before_anything_is_sent(app, facts, no):
    customers(1)
    key = a_campaign(**facts)
    with pytest.raises(Refused, match=no):
        launch(key)
    assert (posted(), the(key).state) == ([], "draft")


def test_only_supervisors_run_surveys(app):
    customers(1)
    key = a_campaign()
    for role in (Role.MANAGER, Role.ACCOUNT_MANAGER, Role.AGENT):
        with pytest.raises(Refused, match="supervisors run"):
            launch(key, a_person(role))


def test_what_somebody_changed_meanwhile_is_not_written_over(app):
    key = a_campaign(drawn=False)
    with pytest.raises(Stale):
        campaigns.change(the(key), again(a_supervisor()), the(key).version - 1, title="改名")


# The launch


def test_everybody_drawn_gets_one_link_and_one_letter_the_reserve_none(app):
    customers(4, card="silver", region="north")
    key = a_campaign(sample_size=2, reserve_size=2)
    assert launch(key) == 2
    assert sorted(one.state for one in invitations(key)) == ["drawn", "drawn", "invited", "invited"]
    assert len(posted()) == 2
    for one in invitations(key, "invited"):
        assert links.behind(links.secret(one.id)).id == one.id
    assert [links.secret(one.id) for one in invitations(key, "drawn")] == [None, None]
    with pytest.raises(Refused, match="not possible now"):
        launch(key)


def test_a_contact_is_asked_once_a_campaign_by_the_databases_word(app):
    customers(1)
    key = a_campaign(launched=True)
    one = invitations(key)[0]
    double = Invitation(campaign_id=key, customer_id=one.customer_id, contact_id=one.contact_id, made_at=clock.now())
    with pytest.raises(IntegrityError):
        kept(double)
    db.session.rollback()


def test_letters_wait_for_a_working_day(app):
    customers(1)
    saturday = datetime(2026, 11, 28, 2, tzinfo=UTC)
    with clock.frozen_at(saturday):
        key = a_campaign(launched=True)
    assert invitations(key)[0].sent_at == datetime(2026, 11, 30, 1, tzinfo=UTC)
    assert posted()[0].due_at == datetime(2026, 11, 30, 1, tzinfo=UTC)


def test_the_letter_is_in_its_readers_language_and_carries_the_way_out(app):
    person = a_person(language="en")
    a_contact(db.session.get(Customer, person.customer_id), person_id=person.id)
    (other,) = customers(1, short_name="临港物流")
    key = a_campaign(launched=True)
    inside, outside = sorted(invitations(key), key=lambda one: one.contact.person_id is None)
    assert (inside.language, outside.language) == ("en", "zh_Hans_CN")
    mine, theirs = sorted(posted(), key=lambda one: one.to_address is not None)
    reader = db.session.get(Person, mine.to_id)
    assert mail.said(mine, reader).subject.startswith("How do we serve")
    assert mail.said(mine, reader).path == f"/surveys/{inside.id}"
    host = db.session.get(Person, theirs.to_id)
    hidden, open_ = mail.said(theirs, host), mail.said(theirs, host, secrets=True)
    secret = links.secret(outside.id)
    assert "临港物流" in open_.subject
    assert open_.path == f"/surveys/link/{secret}"
    assert f"/surveys/link/{secret}/opt-out" in open_.paragraphs[-1]
    assert secret not in str(hidden)
    assert (other.id, theirs.to_address) == (outside.customer_id, outside.contact.email)


# While it runs


def test_only_who_has_not_answered_is_reminded_on_the_days_it_says_and_never_on_a_day_off(app):
    customers(3)
    with clock.frozen_at(MONDAY):
        key = a_campaign(launched=True)
        answered(invitations(key)[0])
        with transaction():
            answering.opt_out(invitations(key)[1], "link")
    for days, hour, expected in (
        (4, 2, 0),
        (5, 2, 0),
        (7, 20, 0),
        (7, 2, 1),
        (7, 4, 0),
        (8, 2, 0),
        (10, 2, 1),
        (11, 2, 0),
    ):
        with clock.frozen_at(MONDAY.replace(hour=hour) + timedelta(days=days)):
            assert run(running.every_hour) == expected, (days, hour)
    reminded = invitations(key)[2]
    assert (reminded.reminders, len(posted())) == (2, 5)
    assert told("survey.reminded") == 2


def test_nobody_is_reminded_while_a_severe_complaint_of_theirs_is_open(app):
    with clock.frozen_at(MONDAY):
        person = a_person()
        a_contact(db.session.get(Customer, person.customer_id))
        customers(1)
        key = a_campaign(launched=True)
    with clock.frozen_at(MONDAY + timedelta(days=2)):
        ticket = a_ticket(by=person, severity="critical")
    with clock.frozen_at(MONDAY + timedelta(days=7)):
        assert run(running.every_hour) == 1
        assert [one.reminders for one in invitations(key) if one.customer_id == person.customer_id] == [0]
        with transaction():
            db.session.merge(ticket).severity = "normal"
    with clock.frozen_at(MONDAY + timedelta(days=8)):
        assert run(running.every_hour) == 1


def test_a_letter_that_came_back_is_noted_once_and_the_telephone_takes_over(app):
    customers(1)
    key = a_campaign(launched=True, channels=["link", "phone"])
    with transaction():
        db.session.get_one(Letter, posted()[0].id).state = "failed"
    assert (run(running.every_minute), run(running.every_minute)) == (1, 0)
    one = invitations(key)[0]
    assert (one.state, one.outcome, one.next_call_at is not None) == ("invited", "bounced", True)
    answered(one)
    assert invitations(key)[0].outcome == "complete"


def test_a_letter_that_came_back_says_nothing_once_a_new_one_was_sent(app):
    customers(1)
    key = a_campaign(launched=True)
    with transaction():
        db.session.get_one(Letter, posted()[0].id).state = "failed"
    assert run(running.note_bounces) == 1
    with transaction():
        one = db.session.get_one(Invitation, invitations(key)[0].id)
        running.relink(one, campaigns.of(key), again(a_supervisor()))
    assert (run(running.note_bounces), invitations(key)[0].outcome) == (0, "")


def test_a_full_quota_ends_the_asking_in_its_stratum_alone(app):
    customers(3, card="silver", region="north"), customers(2, card="silver", region="south")
    key = a_campaign(launched=True, quotas={"stratum": 1})
    answered(next(one for one in invitations(key) if one.stratum == "silver|north"))
    assert run(running.fill_quotas) == 2
    states = {(one.stratum[7:], one.state, one.outcome) for one in invitations(key)}
    assert states == {("north", "answered", "complete"), ("north", "ended", "quota"), ("south", "invited", "")}


def test_whoever_left_is_replaced_by_a_colleague_then_by_the_reserve_of_the_stratum(app):
    customers(4, card="silver", region="north")
    customers(4, card="silver", region="south")
    key = a_campaign(sample_size=4, reserve_size=2, launched=True, seed=5)
    gone = next(one for one in invitations(key, "invited") if one.stratum == "silver|north")
    colleague = a_contact(db.session.get(Customer, gone.customer_id), role="user")
    supervisor = a_supervisor()

    def replaced(row, outcome):
        with transaction():
            fresh = db.session.get_one(Invitation, row.id)
            return [
                one.id for one in running.replace(fresh, campaigns.of(key), again(supervisor), outcome, "前台说已离职")
            ]

    (came,) = replaced(gone, "left")
    fresh = next(one for one in invitations(key) if one.id == came)
    assert (fresh.contact_id, fresh.state, fresh.replaces_id) == (colleague.id, "invited", gone.id)
    assert links.secret(gone.id) is None
    (second,) = replaced(fresh, "left")
    other = next(one for one in invitations(key) if one.id == second)
    assert (other.customer_id != gone.customer_id, other.stratum, other.is_reserve) == (True, "silver|north", False)
    with pytest.raises(Refused, match="Neither another contact"):
        replaced(other, "refused")
    assert told("survey.replaced") == 2


def test_a_new_link_takes_the_place_of_the_one_before(app):
    customers(1)
    key = a_campaign(launched=True)
    one = invitations(key)[0]
    before = links.secret(one.id)
    with transaction():
        running.relink(db.session.get_one(Invitation, one.id), campaigns.of(key), again(a_supervisor()))
    assert links.behind(before) is None
    assert links.behind(links.secret(one.id)).id == one.id


def test_it_ends_by_its_date_and_says_of_everybody_how_it_ended(app):
    customers(3)
    key = a_campaign(launched=True)
    first, second, _ = invitations(key)
    answered(first)
    with transaction():
        answering.save(answering.held(second), "link", {"q.overall": ["4"]}, ["overall"])
    with clock.shifted_by(timedelta(days=20)):
        assert run(running.every_minute) == 0
    with clock.shifted_by(timedelta(days=22)):
        assert (run(running.every_minute), run(running.every_minute)) == (1, 0)
        assert links.behind(links.secret(first.id)) is None
    assert (the(key).state, told("survey.ran_out")) == ("closed", 1)
    assert [one.outcome for one in invitations(key)] == ["complete", "partial", "no_reply"]


def test_ended_early_no_letter_leaves_any_more_and_anonymous_answers_are_parted(app):
    customers(2)
    key = a_campaign(launched=True, anonymity="anonymous", opens_at=clock.now() + timedelta(days=3))
    assert [one.state for one in posted()] == ["waiting", "waiting"]
    with clock.shifted_by(timedelta(days=4)):
        with transaction():
            answering.save(answering.held(invitations(key)[0]), "link", {"q.overall": ["4"]}, ["overall"])
        with pytest.raises(Refused, match="say why"):
            running.end(the(key), again(a_supervisor()), " ")
        with transaction():
            running.end(campaigns.of(key), again(a_supervisor()), "答复率已达目标")
    assert [one.state for one in posted()] == ["cancelled", "cancelled"]
    assert [one.invitation_id for one in db.session.scalars(db.select(Response))] == [None]


def test_the_last_day_can_be_moved_and_nothing_else_that_was_promised(app):
    customers(1)
    key = a_campaign(launched=True)
    later = clock.now() + timedelta(days=40)
    with transaction():
        running.prolong(campaigns.of(key), again(a_supervisor()), later, "国庆假期")
    assert the(key).closes_at == later
    with pytest.raises(Refused, match="stays as it is"):
        campaigns.change(the(key), again(a_supervisor()), None, anonymity="anonymous")


def test_whoever_may_be_asked_again_is_asked_again(app):
    customers(1)
    key = a_campaign(launched=True)
    with transaction():
        answering.opt_out(invitations(key)[0], "link", "太忙")
    with clock.shifted_by(timedelta(days=100)):
        with pytest.raises(Refused, match="rules keep everybody back"):
            launch(a_campaign())
        with transaction():
            running.opt_in(db.session.scalars(db.select(OptOut)).one(), again(a_supervisor()), "电话告知愿意参加")
        assert launch(a_campaign()) == 1


def test_letters_leave_once_through_the_outbox(app):
    customers(1)
    a_campaign(launched=True)
    with transaction():
        lease = outbox.claim()
        assert outbox.settle(lease, "sent")
    assert [one.state for one in posted()] == ["sent"]


# The plan of the year


def slot(name: str, part: int = 1) -> plan.Slot:
    return next(one for one in plan.slots(2026, db.select(Campaign)) if (one.plan, one.part) == (name, part))


def test_the_plan_asks_for_two_half_years_of_gold_a_silver_sample_and_twelve_projects(app):
    found = plan.slots(2026, db.select(Campaign))
    assert [(one.part, one.begins, one.ends) for one in found if one.plan == "gold"] == [
        (1, date(2026, 3, 1), date(2026, 9, 1)), (2, date(2026, 9, 1), date(2027, 3, 1)),
    ]  # fmt: skip
    assert (slot("gold").standing, slot("gold", 2).standing) == ("late", "due")
    assert [one.standing for one in found if one.plan == "project"] == ["nothing"] * 11 + ["ahead"]
    assert len([one for one in found if one.plan == "silver"]) == 1


def test_one_click_makes_the_campaign_the_plan_asks_for_drawn_and_still_a_draft(app):
    a_version()
    (
        customers(3, card="gold"),
        customers(10, card="silver", region="north"),
        customers(10, card="silver", region="south"),
    )
    with transaction():
        gold = plan.make(again(a_supervisor()), "gold", 2026, 2).id
    assert (len(invitations(gold, "drawn")), the(gold).state, the(gold).sample_size) == (3, "draft", None)
    assert slot("gold", 2).standing == "prepared"
    with pytest.raises(Refused, match="already"):
        plan.make(again(a_supervisor()), "gold", 2026, 2)
    with pytest.raises(Refused, match="period is over"):
        plan.make(again(a_supervisor()), "gold", 2026, 1)
    with transaction():
        silver = plan.make(again(a_supervisor()), "silver", 2026, 1).id
    assert (the(silver).sample_size, the(silver).reserve_size) == (6, 3)
    assert [one["asked"] for one in the(silver).strata] == [3, 3]
    launch(gold)
    assert slot("gold", 2).standing == "now"


def test_a_finished_project_a_month_draws_one(app):
    a_version()
    for one in customers(3, card="gold"):
        kept(Project(customer_id=one.id, name="扩容", finished_on=date(2026, 10, 12)))
    with transaction():
        key = plan.make(again(a_supervisor()), "project", 2026, 11).id
    assert [one.is_reserve for one in invitations(key)] == [False, True, True]
    assert slot("project", 11).standing == "prepared"
    assert [slot("project", month).standing for month in (9, 10)] == ["nothing", "late"]
    assert all(one.project_id for one in invitations(key))


def test_a_month_without_a_finished_project_is_not_left_undone_and_one_click_says_why(app, sign_in):
    a_version()
    kept(Project(customer_id=customers(1)[0].id, name="扩容", finished_on=date(2026, 3, 2)))
    assert [slot("project", month).standing for month in (2, 3, 6, 7)] == ["nothing", "late", "late", "nothing"]
    desk = sign_in(a_supervisor())
    answer = desk.post("/staff/surveys/plan/project/2026/11")
    assert (answer.status_code, answer.location) == (303, "/staff/surveys/plan?year=2026")
    assert "No project was finished lately" in desk.page(answer.location).get_text()
    assert db.session.scalar(db.select(db.func.count()).select_from(Campaign)) == 0


def test_what_is_prepared_on_the_last_day_of_its_period_still_belongs_to_it(app):
    a_version()
    customers(1, card="gold")
    with clock.frozen_at(datetime(2027, 2, 28, 2, tzinfo=UTC)), transaction():
        key = plan.make(again(a_supervisor()), "gold", 2026, 2).id
    assert [one.id for one in slot("gold", 2).campaigns] == [key]


def test_who_was_heard_is_being_asked_or_is_not_covered_is_counted_by_card(app):
    customers(3, card="gold"), customers(2, card="silver")
    customers(1, card="silver", closed_on=date(2026, 1, 1))
    key = a_campaign(Population(cards=("gold",)), launched=True)
    answered(invitations(key)[0])
    rows = db.select(Customer)
    assert [(one.card, one.customers, one.heard, one.asked, one.open) for one in plan.covered(rows)] == [
        ("gold", 3, 1, 2, 0), ("silver", 2, 0, 0, 2),
    ]  # fmt: skip
    assert [one.to_do for one in plan.unheard(rows, None, 50)] == ["asked", "asked", "new", "new"]
    with clock.shifted_by(timedelta(days=366)):
        run(running.end_due)
        assert [one.heard for one in plan.covered(rows)] == [0, 0]
        assert [one.to_do for one in plan.unheard(rows, None, 50)][:3] == ["repeat", "repeat", "repeat"]


def test_what_to_do_about_the_uncovered_is_said(app):
    nobody = a_customer()
    (declined,) = customers(1)
    key = a_campaign(launched=True)
    with transaction():
        answering.opt_out(invitations(key)[0], "link")
        running.end(campaigns.of(key), again(a_supervisor()), "测试")
    found = {one.customer.id: one.to_do for one in plan.unheard(db.select(Customer), None, 50)}
    assert found == {nobody.id: "no_contact", declined.id: "opted_out"}


def test_one_campaign_for_all_who_were_not_heard(app):
    everybody = {one.id for one in customers(3)}
    key = a_campaign(launched=True)
    heard = invitations(key)[0].customer_id
    answered(invitations(key)[0])
    with transaction():
        running.end(campaigns.of(key), again(a_supervisor()), "测试")
    with clock.shifted_by(timedelta(days=95)):
        with transaction():
            more = plan.make(again(a_supervisor()), "yearly", 2027, 1).id
        assert {one.customer_id for one in invitations(more)} == everybody - {heard}
