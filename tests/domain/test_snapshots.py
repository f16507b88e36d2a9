"""Is a closed month kept as it was, with every ticket it counted, and corrected only by a dated revision?"""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.people.models import Department
from portal.domain.people.roles import Role
from portal.domain.quality import figures, snapshots
from portal.domain.quality.counting import SCOPES, Scope
from portal.domain.quality.fact_models import CountedTicket, FigureSnapshot, SnapshotLine
from portal.domain.quality.measures import MEASURES
from portal.domain.refusals import Refused, Stale
from tests import factories
from tests.domain.lives import MORNING, Life

NOVEMBER = date(2026, 11, 1)
CLOSED = datetime(2026, 12, 9, 2, 0, tzinfo=UTC)
"""The morning after five working days have passed since the end of November."""


def closed(at=CLOSED) -> int:
    with clock.frozen_at(at):
        return snapshots.close_due()


def test_a_month_is_closed_on_the_working_day_the_policy_says_and_once(app):
    Life().do(1, "accept", "apply").do(2, "close")

    assert closed(datetime(2026, 12, 4, 2, 0, tzinfo=UTC)) == 0
    assert closed() == 1
    assert closed(CLOSED + timedelta(days=1)) == 0
    assert db.session.scalars(db.select(FigureSnapshot.month)).all() == [NOVEMBER]


def test_what_happens_later_changes_the_live_figures_and_not_the_closed_month(app):
    life = Life().do(1, "accept", "apply").do(2, "close")
    closed()
    life.do(24 * 16, "reopen")

    with clock.frozen_at(CLOSED + timedelta(days=3)):
        kept, live = figures.month(NOVEMBER), figures.live(NOVEMBER)

    assert (kept["satisfaction"].numerator, kept["satisfaction"].denominator) == (1, 1)
    assert (live["satisfaction"].numerator, live["satisfaction"].denominator) == (0, 1)
    assert kept.kept is not None


@pytest.mark.parametrize("sort", SCOPES)
def test_a_snapshot_says_what_the_live_figures_said_for_every_scope_and_side(app, sort):
    with transaction():
        manager = factories.a_person(Role.ACCOUNT_MANAGER).id
    good, late = Life().do(1, "accept", "dispatch", "contact", "final", "apply").do(2, "close"), Life()
    late.do(1, "accept", "dispatch").do(40, "final", "apply").do(50, "send back")
    ids = {
        "total": 0,
        "department": good.department,
        "provider": 1,
        "manager": manager,
        "customer": good.ticket.customer_id,
    }
    scope = Scope(sort, ids[sort])
    with clock.frozen_at(CLOSED):
        live = figures.live(NOVEMBER, scope)
        behind = {
            (code, side): sorted(db.session.scalars(figures.behind(live, measure, side)))
            for code, measure in MEASURES.items() for side in _sides(measure)
        }  # fmt: skip
    closed()

    with clock.frozen_at(CLOSED):
        kept = figures.months((NOVEMBER,), scope)[NOVEMBER]

    assert {one.measure.code: (one.numerator, one.denominator) for one in kept} == {
        one.measure.code: (one.numerator, one.denominator) for one in live
    }
    for (code, side), wanted in behind.items():
        assert sorted(db.session.scalars(figures.behind(kept, MEASURES[code], side))) == wanted, (code, side)


def _sides(measure):
    return ("numerator", "denominator", "missing") if measure.denominator else ("numerator",)


def test_a_correction_is_a_dated_revision_with_its_reason_and_the_old_one_stays(app):
    life = Life().do(1, "accept", "apply").do(2, "close")
    closed()
    life.do(24 * 16, "reopen")
    supervisor = factories.a_supervisor()
    first = snapshots.newest(NOVEMBER).id

    with clock.frozen_at(CLOSED + timedelta(days=4)), transaction():
        row = snapshots.correct(NOVEMBER, supervisor, "回访录音复核，客户并未满意。", revision=1)
        assert row.revision == 2
    with clock.frozen_at(CLOSED + timedelta(days=4)):
        assert figures.month(NOVEMBER)["satisfaction"].numerator == 0
        assert snapshots.counts_of(db.session.get_one(FigureSnapshot, first))["satisfied"] == 1
    with transaction(), pytest.raises(Stale):
        snapshots.correct(NOVEMBER, supervisor, "再来一次", revision=1)


def test_a_correction_that_would_say_the_same_is_none(app):
    life = Life().do(1, "accept", "apply").do(2, "close")
    closed()
    supervisor = factories.a_supervisor()
    with clock.frozen_at(CLOSED + timedelta(days=4)):
        with pytest.raises(Refused, match="Nothing would change"), transaction():
            snapshots.correct(NOVEMBER, supervisor, "再核一遍", revision=1)
        assert snapshots.newest(NOVEMBER).revision == 1
    life.do(24 * 16, "reopen")
    with clock.frozen_at(CLOSED + timedelta(days=4)), transaction():
        assert snapshots.correct(NOVEMBER, supervisor, "客户重新打开", revision=1).revision == 2


def test_only_a_supervisor_with_a_reason_corrects_and_only_a_closed_month(app):
    Life().do(1, "accept", "apply").do(2, "close")
    supervisor = factories.a_supervisor()
    with pytest.raises(Refused):
        snapshots.correct(NOVEMBER, supervisor, "为何", revision=1)
    closed()
    with pytest.raises(Refused):
        snapshots.correct(NOVEMBER, factories.an_agent(), "为何", revision=1)
    with pytest.raises(Refused):
        snapshots.correct(NOVEMBER, supervisor, "  ", revision=1)


def test_a_snapshot_keeps_a_line_for_whoever_had_a_ticket_and_every_ticket(app):
    life = Life().do(1, "accept", "dispatch")
    Life().do(1, "withdraw")
    closed()

    lines = db.session.execute(db.select(SnapshotLine.sort, SnapshotLine.scope_id)).all()
    assert ("total", 0) in lines
    assert ("department", db.session.scalars(db.select(Department.id).order_by(Department.id)).first()) in lines
    assert ("customer", life.ticket.customer_id) in lines
    assert len(db.session.scalars(db.select(CountedTicket.ticket_id)).all()) == 2
    assert MORNING.month == 11
