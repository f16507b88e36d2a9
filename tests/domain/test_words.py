"""Words and loop of surveys (R29, R30): comments coded, hot issues by customers, exactly who raised it asked again, effect, answers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db, transaction
from portal.domain.outbox import Letter
from portal.domain.people.models import Contact, Customer, Department, Person
from portal.domain.quality import improvement
from portal.domain.quality.days import first, following, today
from portal.domain.quality.improvement_models import Improvement, Revisit
from portal.domain.quality.improvement_sources import raised_by
from portal.domain.refusals import Refused
from portal.domain.surveys import answering, campaigns, hot_issues, replies, running, word_effect, words
from portal.domain.surveys.answer_models import Response
from portal.domain.surveys.word_models import HotIssue, Issue, Mention
from tests.factories import a_customer, a_department, a_person, a_supervisor
from tests.survey_cast import a_campaign, an_invitation, invitation

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
FULL = {"q.overall": ["4"], "q.sides.speed": ["5"], "q.sides.price": ["4"], "q.nps": ["9"]}
CODES = ["overall", "sides", "nps", "words"]


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen_at(NOW):
        yield


def said(campaign: int, text: str, person=None, customer: int | None = None, **more) -> int:
    """Somebody answers with these words; gives the response."""
    key, _ = an_invitation(campaign, person, **({"customer_id": customer} if customer else {}))
    with transaction():
        assert not answering.send(
            answering.held(invitation(key)), "link", FULL | {"q.words": [text]}, CODES, **more
        ).errors
    return db.session.scalars(db.select(Response.id).order_by(Response.sent_at.desc(), Response.id.desc())).first()


def an_issue(title: str, *cues: str, **facts) -> int:
    with transaction():
        return words.make(None, title, cues=cues, **facts).id


def coded(response: int, *issues: int) -> None:
    by = a_supervisor().id
    with transaction():
        words.code(db.session.get_one(Response, response), "words", issues, db.session.get_one(Person, by))


def listed(which: str, **more) -> list[words.Comment]:
    db.session.rollback()
    given = {"campaign": None, "issue": None, "before": None, "limit": 50} | more
    return words.comments(db.select(Response), which, **given)


def test_cue_words_suggest_issues_in_either_language_whatever_their_capitals(app):
    invoice, delay = an_issue("账单不清", "账单", "invoice"), an_issue("开通延迟", "晚了", "late")
    among = words.issues()
    assert words.suggested("The INVOICE came late", among) == {invoice, delay}
    assert words.suggested("账单明细", among) == {invoice}
    assert words.suggested("很好", among) == set()


def test_a_comment_is_read_once_and_raises_several_issues_or_none(app):
    campaign = a_campaign()
    one, two = said(campaign, "账单晚了"), said(campaign, "很好")
    invoice, delay = an_issue("账单不清", "账单"), an_issue("开通延迟", "晚了")
    assert [each.response.id for each in listed("open")] == [two, one]
    coded(one, invoice, delay)
    coded(two)
    assert listed("open") == []
    assert [each.issues for each in listed("coded")] == [{invoice, delay}]
    assert [each.response.id for each in listed("nothing")] == [two]
    coded(one, delay)
    assert [each.issues for each in listed("coded", issue=delay)] == [{delay}]
    assert listed("coded", issue=invoice) == []


def test_an_answer_that_was_changed_is_read_anew(app):
    campaign = a_campaign()
    person = a_person()
    key, _ = an_invitation(campaign, person)
    with transaction():
        answering.send(answering.held(invitation(key)), "portal", FULL | {"q.words": ["一"]}, CODES)
    response = db.session.scalars(db.select(Response.id)).one()
    coded(response)
    with clock.frozen_at(NOW + timedelta(hours=1)):
        with transaction():
            answering.send(answering.held(invitation(key)), "portal", FULL | {"q.words": ["二"]}, CODES)
        assert [each.text for each in listed("open")] == ["二"]


def test_words_that_were_taken_back_raise_nothing_any_more(app):
    campaign, issue = a_campaign(), an_issue("夜间值守")
    key, _ = an_invitation(campaign, a_person())
    with transaction():
        answering.send(answering.held(invitation(key)), "portal", FULL | {"q.words": ["夜里没人"]}, CODES)
    coded(db.session.scalars(db.select(Response.id)).one(), issue)
    with transaction():
        answering.send(answering.held(invitation(key)), "portal", FULL | {"q.words": [""]}, CODES)
    assert db.session.scalars(db.select(Mention)).all() == []


def test_whoever_reads_a_comment_that_was_changed_meanwhile_codes_nothing(app, sign_in):
    campaign, issue = a_campaign(), an_issue("夜间值守")
    key, _ = an_invitation(campaign, a_person())
    with transaction():
        answering.send(answering.held(invitation(key)), "portal", FULL | {"q.words": ["夜里没人"]}, CODES)
    desk = sign_in(a_supervisor())
    seen = desk.page("/staff/surveys/words").select_one("[name=seen]")["value"]
    response = db.session.scalars(db.select(Response.id)).one()
    with clock.frozen_at(NOW + timedelta(minutes=1)):
        with transaction():
            answering.send(answering.held(invitation(key)), "portal", FULL | {"q.words": ["都好"]}, CODES)
        answer = desk.post(f"/staff/surveys/words/{response}/words", {"issue": issue, "seen": seen})
        page = desk.page(answer.location)
    assert "changed their answers" in page.get_text()
    assert "都好" in page.get_text()
    assert db.session.scalars(db.select(Mention)).all() == []


def test_what_was_written_before_they_broke_off_is_read_once_the_survey_has_ended(app):
    campaign, issue = a_campaign(), an_issue("夜间值守")
    key, _ = an_invitation(campaign, a_person())
    with transaction():
        answering.save(answering.held(invitation(key)), "portal", {"q.words": ["夜里没人"]}, ["words"])
    assert listed("open") == []
    with transaction():
        running._end(campaigns.of(campaign), None, "")
    (comment,) = listed("open")
    coded(comment.response.id, issue)
    (mention,) = db.session.scalars(db.select(Mention))
    assert mention.raised_on == today()


def test_whoever_asked_for_an_answer_and_broke_off_gets_one_too(app, sign_in):
    campaign = a_campaign()
    key, _ = an_invitation(campaign, a_person())
    with transaction():
        answering.save(
            answering.held(invitation(key)),
            "phone",
            {"q.words": ["请回电"]},
            ["words"],
            section="s2",
            wants_answer=True,
        )
    assert replies.owed(db.select(Response), None, 9) == []
    with transaction():
        running._end(campaigns.of(campaign), None, "")
    (owed,) = [one.id for one in replies.owed(db.select(Response), None, 9)]
    desk = sign_in(a_supervisor())
    assert desk.page("/staff/surveys/words/answers").select_one("tbody tr")
    assert desk.post(f"/staff/surveys/words/answers/{owed}", {"answer": "明天上午给您回电。"}).status_code == 303
    assert replies.owed(db.select(Response), None, 9) == []


def test_of_few_anonymous_answers_nobody_reads_the_words(app):
    campaign = a_campaign(anonymity="anonymous")
    for n in range(9):
        said(campaign, f"话{n}")
    assert listed("all") == []
    said(campaign, "话九")
    assert len(listed("all")) == 10
    assert all(one.response.customer_id is None for one in listed("all"))


def test_only_supervisors_code_and_nothing_is_coded_that_was_not_written(app):
    campaign, issue = a_campaign(), an_issue("账单不清")
    response, other = said(campaign, "账单"), a_person().id
    with transaction(), pytest.raises(Refused):
        words.code(db.session.get_one(Response, response), "words", [issue], db.session.get_one(Person, other))
    by = a_supervisor().id
    with transaction(), pytest.raises(Refused, match="Nothing was written"):
        words.code(db.session.get_one(Response, response), "nps", [issue], db.session.get_one(Person, by))


def test_an_issue_has_a_name_of_its_own_and_is_changed_and_no_longer_offered(app):
    key, by = an_issue("账单不清", "账单"), a_supervisor().id
    with pytest.raises(Refused, match="already"):
        an_issue("账单不清")
    with transaction():
        row, who = db.session.get_one(Issue, key), db.session.get_one(Person, by)
        words.change(row, who, row.version, "账单", cues=[" 发票 ", "发票", ""])
        assert row.cues == ["发票"]
        words.retire(row, who)
    assert words.issues() == []
    assert len(words.issues(with_retired=True)) == 1


def mentions(issue: int, month: date, number: int, campaign: int, *, again: bool = False) -> list[int]:
    """So many customers raise it in this month, the comments as they would be kept."""
    made = []
    for n in range(number):
        customer = a_customer().id
        response = said(campaign, f"话{n}")
        with transaction():
            row = db.session.get_one(Response, response)
            row.customer_id, row.sent_on = customer, month + timedelta(days=3)
            questions = ("words", "more") if again else ("words",)
            for question in questions:
                db.session.add(
                    Mention(
                        response_id=response,
                        question=question,
                        issue_id=issue,
                        customer_id=customer,
                        raised_on=row.sent_on,
                    )
                )
        made.append(customer)
    return made


def year_of(issue: int, campaign: int, counts) -> date:
    """A year of months with so many customers each, the last one the running month."""
    running = first(today())
    for back, number in enumerate(reversed(counts)):
        mentions(issue, following(running, -back), number, campaign)
    return running


def test_a_hot_issue_is_one_of_more_customers_than_chance_would_have(app):
    """Mean 1: hot from 5 on (formulas 3.13)."""
    campaign, issue = a_campaign(), an_issue("账单不清")
    running = year_of(issue, campaign, [1] * 12 + [4])
    (line,) = hot_issues.month_of(running)
    assert (line.control.mean, line.control.alert, line.customers, line.rules) == (1, 5, 4, ())
    mentions(issue, running, 1, campaign, again=True)
    (line,) = hot_issues.month_of(running)
    assert (line.customers, line.rules) == (5, ("limit",))
    assert line.per_hundred == pytest.approx(
        5 * 100 / db.session.scalar(db.select(db.func.count()).select_from(Customer))
    )


def test_without_a_year_before_it_there_is_no_limit_but_important_customers_are_seen(app):
    campaign, issue = a_campaign(), an_issue("账单不清")
    running = first(today())
    made = mentions(issue, running, 3, campaign)
    (line,) = hot_issues.month_of(running)
    assert (line.control.state, line.rules) == ("too_few", ())
    with transaction():
        for key in made:
            db.session.get_one(Customer, key).card = "gold"
    (line,) = hot_issues.month_of(running)
    assert line.rules == ("important",)


def a_hot_issue(campaign: int, number: int = 3) -> tuple[int, list[int], int]:
    issue = an_issue("账单不清")
    made, by = mentions(issue, first(today()), number, campaign), a_supervisor().id
    with transaction():
        row = hot_issues.raise_it(db.session.get_one(Issue, issue), first(today()), db.session.get_one(Person, by))
        return row.id, made, by


def test_a_hot_issue_becomes_an_action_and_exactly_those_who_raised_it_are_asked_again(app):
    campaign = a_campaign()
    hot, made, by = a_hot_issue(campaign)
    other = an_issue("别的")
    mentions(other, first(today()), 2, campaign)
    department, judge = a_department().id, a_supervisor().id
    with transaction():
        row = improvement.open_action(
            db.session.get_one(Person, by), "hot_issue", db.session.get_one(HotIssue, hot), title="账单改版",
            department=db.session.get_one(Department, department), due_on=today(), cause="模板旧", measure="换模板",
        )  # fmt: skip
        action = row.id
    with transaction():
        along = map(joinedload, (Improvement.department, Improvement.person))
        row = db.session.scalars(db.select(Improvement).where(Improvement.id == action).options(*along)).one()
        improvement.finish(row, db.session.get_one(Person, by), "已换", today())
        improvement.verify(row, db.session.get_one(Person, judge), "属实")
    asked = sorted(db.session.scalars(db.select(Revisit.customer_id).where(Revisit.improvement_id == action)))
    assert asked == sorted(made)
    assert db.session.get_one(HotIssue, hot).improvement_id == action
    assert "Neither the months" in " ".join(improvement.still_missing(db.session.get_one(Improvement, action)))


def test_a_hot_issue_is_settled_once(app):
    hot, _, by = a_hot_issue(a_campaign())
    with transaction():
        hot_issues.dismiss(db.session.get_one(HotIssue, hot), db.session.get_one(Person, by), "季节性")
    with transaction(), pytest.raises(Refused, match="settled"):
        hot_issues.dismiss(db.session.get_one(HotIssue, hot), db.session.get_one(Person, by), "又")


def test_the_effect_is_told_by_the_same_customers_heard_twice(app):
    """Ten raised it before, none of them after; twenty were heard on both sides: exact test of pairs, p = 2 · 0.5¹⁰."""
    campaign, issue = a_campaign(), an_issue("账单不清")
    on = today() - timedelta(days=60)
    made = [a_customer().id for _ in range(20)]
    with transaction():
        for n, customer in enumerate(made):
            for day in (on - timedelta(days=30), on + timedelta(days=30)):
                row = Response(
                    campaign_id=campaign,
                    questionnaire_version_id=1,
                    state="sent",
                    mode="link",
                    sent_on=day,
                    customer_id=customer,
                )
                db.session.add(row)
                db.session.flush()
                if n < 10 and day < on:
                    db.session.add(
                        Mention(
                            response_id=row.id, question="words", issue_id=issue, customer_id=customer, raised_on=day
                        )
                    )
        hot = HotIssue(
            issue_id=issue,
            month=first(on),
            rules=["hand"],
            begins=on - timedelta(days=40),
            ends=on,
            raised_at=NOW,
            raised_by_id=a_supervisor().id,
        )
        db.session.add(hot)
        db.session.flush()
        action = Improvement(source="hot_issue", source_id=hot.id, effective_on=on)
    found = word_effect.effect(action)
    assert (found.before.customers, found.before.n, found.after.customers, found.after.n) == (10, 20, 0, 20)
    assert (found.only_before, found.neither, found.pairs) == (10, 10, 20)
    assert found.paired.p == pytest.approx(2 * 0.5**10)
    assert found.verdict == "better"
    assert len(raised_by(action)) == 10
    assert not found.before.is_small
    assert word_effect.Side(on, on, 1, 4).is_small


def test_who_asked_for_an_answer_gets_one_by_letter_and_only_one(app):
    campaign, person = a_campaign(), a_person()
    with_account = said(campaign, "请答复", person, wants_answer=True)
    by_address = said(campaign, "也请", wants_answer=True)
    said(campaign, "不用答复")
    by = a_supervisor().id
    with transaction():
        row = db.session.get_one(Response, by_address)
        key = db.session.scalar(
            db.select(Contact.id)
            .join(answering.Invitation, answering.Invitation.contact_id == Contact.id)
            .where(answering.Invitation.id == row.invitation_id)
        )
        db.session.get_one(Contact, key).email = "li@example.test"
    waiting = [one.id for one in replies.owed(db.select(Response), None, 9)]
    assert sorted(waiting) == sorted([with_account, by_address])
    for key in waiting:
        with transaction():
            replies.answer(replies.case(db.select(Response), key), db.session.get_one(Person, by), "账单下月改版。")
    letters = db.session.scalars(db.select(Letter).where(Letter.template == "survey_replied").order_by(Letter.id)).all()
    assert {letter.to_address for letter in letters} == {None, "li@example.test"}
    assert replies.owed(db.select(Response), None, 9) == []
    assert len(replies.given(db.select(Response), None, 9)) == 2
    with transaction(), pytest.raises(Refused, match="already"):
        replies.answer(replies.case(db.select(Response), with_account), db.session.get_one(Person, by), "又")
