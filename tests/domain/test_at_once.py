"""Of several supervisors at one moment each gets a revision of its own, or hears that somebody was first."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from sqlalchemy.orm.exc import StaleDataError

from portal import clock
from portal.access.scopes import find
from portal.db import db, transaction
from portal.domain.people.models import Department, Person, Provider
from portal.domain.people.roles import Role
from portal.domain.quality import liability, limits, penalties, snapshots, support
from portal.domain.quality.fact_models import FigureSnapshot
from portal.domain.quality.models import Liability
from portal.domain.quality.support_models import (
    ComplaintLimit,
    ProviderStanding,
    ProviderVisits,
    StarRating,
    SupportResult,
)
from portal.domain.refusals import Refused
from portal.web.errors import STALE
from tests.domain.lives import Life
from tests.domain.test_liability import CLOSED as CLOSED_LIFE
from tests.domain.test_snapshots import CLOSED, NOVEMBER, closed
from tests.domain.test_support import APRIL, MAY, Q1, Q2, a_major_complaint, propose, the, with_a_limit
from tests.factories import a_department, a_handler, a_person, a_provider, a_supervisor, a_ticket
from tests.pages import Browser


def at_once(app, *acts) -> list:
    """What each of these gave, or the exception it ended with; all let go at one moment, each in its own transaction."""
    start = threading.Barrier(len(acts))
    given: list = [None] * len(acts)

    def run(n, act):
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    given[n] = act()
            except Exception as trouble:
                given[n] = trouble
            finally:
                db.session.remove()

    db.session.remove()
    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    db.session.rollback()
    return given


def refused(given: list) -> list[str]:
    """What those that were refused were told; nothing else may have gone wrong."""
    troubles = [one for one in given if isinstance(one, Exception)]
    assert all(isinstance(one, (Refused, StaleDataError)) for one in troubles), troubles
    return [one.text if isinstance(one, Refused) else STALE for one in troubles]


def all_of(model, *order):
    return db.session.scalars(db.select(model).order_by(*order)).all()


def test_of_four_corrections_of_one_revision_one_is_kept_and_the_others_hear_of_it(app):
    life = Life().do(1, "accept", "apply").do(2, "close")
    closed()
    life.do(24 * 16, "reopen")
    who = [a_supervisor().id for _ in range(4)]

    def correct(n):
        return lambda: snapshots.correct(NOVEMBER, the(Person, who[n]), f"复核 {n}", revision=1).revision

    with clock.frozen_at(CLOSED + timedelta(days=4)):
        given = at_once(app, *map(correct, range(4)))

    assert [one for one in given if not isinstance(one, Exception)] == [2]
    assert [text.split(".")[0] for text in refused(given)] == ["These figures were corrected meanwhile"] * 3
    assert [row.revision for row in all_of(FigureSnapshot, FigureSnapshot.id)] == [1, 2]


def test_two_that_correct_on_the_page_at_once_get_the_revision_and_a_word_beside_what_they_typed(app):
    life = Life().do(1, "accept", "apply").do(2, "close")
    closed()
    life.do(24 * 16, "reopen")
    with clock.frozen_at(CLOSED + timedelta(days=4)):
        first = db.session.scalars(db.select(FigureSnapshot.id)).one()
        browsers = [Browser(app, a_supervisor()) for _ in range(2)]
        tokens = [browser.token() for browser in browsers]
        db.session.rollback()

        def send(n) -> int:
            facts = {"why": f"复核 {n}", "revision": "1", "csrf_token": tokens[n]}
            with app.app_context():
                return (
                    browsers[n]
                    .client.post(f"/staff/quality/figures/closed/{first}/corrections", data=facts)
                    .status_code
                )

        with ThreadPoolExecutor(2) as pool:
            statuses = sorted(pool.map(send, range(2)))

    assert statuses == [303, 422]
    assert [row.revision for row in all_of(FigureSnapshot, FigureSnapshot.id)] == [1, 2]


def test_a_month_that_several_workers_close_at_once_is_closed_once(app):
    Life().do(1, "accept", "apply").do(2, "close")

    with clock.frozen_at(CLOSED):
        given = at_once(app, *[lambda: snapshots.close(NOVEMBER)] * 4)

    assert refused(given) == []
    assert [row.revision for row in all_of(FigureSnapshot, FigureSnapshot.id)] == [1]


def test_a_month_of_support_that_two_reckon_at_once_is_reckoned_once(app):
    providers = [a_provider().id for _ in range(3)]
    who = [a_supervisor().id for _ in range(2)]

    def reckon(n):
        return lambda: len(support.reckon([the(Provider, key) for key in providers], APRIL, the(Person, who[n])))

    with clock.frozen_at(MAY):
        given = at_once(app, reckon(0), reckon(1))

    assert sorted(given) == [0, 3]
    rows = all_of(SupportResult, SupportResult.provider_id, SupportResult.revision)
    assert [(row.provider_id, row.revision, row.is_newest) for row in rows] == [(key, 1, True) for key in providers]


def test_a_month_that_is_reckoned_anew_by_two_at_once_gets_one_revision_more(app):
    provider, who = a_provider().id, [a_supervisor().id for _ in range(2)]
    with clock.frozen_at(MAY):
        with transaction():
            support.reckon([the(Provider, provider)], APRIL, the(Person, who[0]))
        with_a_limit(provider)
        given = at_once(
            app,
            *(lambda n=n: len(support.reckon([the(Provider, provider)], APRIL, the(Person, who[n]))) for n in (0, 1)),
        )

    assert sorted(given) == [0, 1]
    rows = all_of(SupportResult, SupportResult.revision)
    assert [(row.revision, row.is_newest, row.holds) for row in rows] == [(1, False, False), (2, True, True)]


def test_visits_entered_by_two_at_once_are_one_figure_each_month(app):
    provider, who = a_provider().id, [a_supervisor().id for _ in range(2)]

    def enter(n):
        def act():
            for month in limits.months_of(Q1):
                limits.enter_visits(the(Provider, provider), month, 100 + n, the(Person, who[n]))

        return act

    assert refused(at_once(app, enter(0), enter(1))) == []
    rows = all_of(ProviderVisits, ProviderVisits.month)
    assert [row.month for row in rows] == limits.months_of(Q1)
    assert len({row.visits for row in rows}) == 1, "the later one holds whole"


def test_the_table_set_by_two_at_once_is_one_limit_each(app):
    providers, who = [a_provider().id for _ in range(2)], [a_supervisor().id for _ in range(2)]
    with transaction():
        for key in providers:
            for month in limits.months_of(Q1):
                limits.enter_visits(the(Provider, key), month, 100, the(Person, who[0]))

    def by_table(n):
        return lambda: len(limits.set_by_table([the(Provider, key) for key in providers], Q2, the(Person, who[n])))

    assert sorted(at_once(app, by_table(0), by_table(1))) == [0, 2]
    assert [row.limit for row in all_of(ComplaintLimit, ComplaintLimit.id)] == [2, 2]


def test_a_provider_is_suspended_once_where_two_say_so_at_once(app):
    provider, who = a_provider().id, [a_supervisor().id for _ in range(2)]

    def suspend(n):
        return lambda: (
            penalties.note_standing(
                the(Provider, provider), "suspended", date(2026, 11, 20), "整顿", the(Person, who[n])
            ).id
        )

    assert len(refused(at_once(app, suspend(0), suspend(1)))) == 1
    assert len(all_of(ProviderStanding, ProviderStanding.id)) == 1


def test_two_penalties_granted_at_once_take_a_star_each(app):
    provider, supervisor = a_provider().id, a_supervisor().id
    managers = [a_person(Role.MANAGER).id for _ in range(2)]
    ticket = a_major_complaint(provider)
    with transaction():
        penalties.rate(the(Provider, provider), 4, "年度评定", the(Person, supervisor))
    rows = [propose(provider, "star_down", supervisor, ticket=ticket) for _ in range(2)]

    def grant(n):
        def act():
            manager = the(Person, managers[n])
            row = find("penalty", rows[n], manager)
            penalties.decide(row, row.provider, True, "同意", manager)

        return act

    given = at_once(app, grant(0), grant(1))

    assert refused(given) == []
    assert [row.stars for row in all_of(StarRating, StarRating.id)] == [4, 3, 2]


def test_of_two_that_decide_on_one_liability_one_decides(app):
    key, who = a_ticket(moved=CLOSED_LIFE).id, [a_supervisor().id for _ in range(2)]
    party = a_department().id

    def decide(n):
        def act():
            by = the(Person, who[n])
            found = the(Department, party)
            return liability.decide(
                find("ticket", key, by), by, found, n == 0, "到场超时。", degree="main" if n == 0 else None
            ).id

        return act

    refused(at_once(app, decide(0), decide(1)))

    assert len(all_of(Liability, Liability.id)) == 1


def test_of_an_answer_and_an_approval_of_one_result_one_goes_first_and_no_half_of_the_other_is_kept(app):
    provider, supervisor, manager = a_provider().id, a_supervisor().id, a_person(Role.MANAGER).id
    with clock.frozen_at(MAY):
        with transaction():
            [row] = support.reckon([the(Provider, provider)], APRIL, the(Person, supervisor))
            key = row.id
        handler = a_handler(the(Provider, provider)).id
        with transaction():
            support.object_to(find("support", key, the(Person, supervisor)), the(Person, handler), "属用户自行改动")

        def answer():
            by = the(Person, supervisor)
            return support.answer(find("support", key, by), by, "不计入", ["limit"]).revision

        def approve():
            by = the(Person, manager)
            return support.approve(find("support", key, by), by)

        refused(at_once(app, answer, approve, answer))

    rows = all_of(SupportResult, SupportResult.revision)
    assert [(row.revision, row.is_newest, row.approved_at) for row in rows] == [(1, False, None), (2, True, None)]
