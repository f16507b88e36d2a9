"""Facts are kept as JSON and come back the same."""

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.i18n import Words
from portal.reports import registry
from portal.reports.facts import Filled
from portal.reports.service_month import ServiceMonth
from portal.reports.ticket_record import StaffTicketRecord, TicketRecord
from portal.reports.wording import Wording
from tests.reports import samples


@pytest.mark.parametrize(
    "facts",
    [
        samples.a_month(),
        samples.a_record(),
        samples.a_staff_record(),
        samples.an_order(),
        samples.filled(samples.an_order()),
    ],
    ids=["month", "record", "staff record", "order", "filled order"],
)
def test_what_is_kept_comes_back_the_same(facts):
    kept = json.loads(json.dumps(facts.to_json(), ensure_ascii=False))
    assert type(facts).from_json(kept) == facts


def test_every_report_remembers_the_kind_of_its_facts():
    record = registry.REPORTS["ticket-record"]
    kept = samples.a_staff_record().to_json()
    assert type(record.remembered(kept, "StaffTicketRecord")) is StaffTicketRecord
    assert type(record.remembered(samples.a_record().to_json())) is TicketRecord


def test_a_customers_record_made_of_a_staff_snapshot_loses_what_is_ours():
    theirs = TicketRecord.from_json(samples.a_staff_record().to_json())
    assert samples.SECRET not in json.dumps(theirs.to_json(), ensure_ascii=False)


def test_a_field_added_since_takes_its_default_and_one_dropped_since_is_passed_over():
    kept = samples.a_month().to_json()
    del kept["repeats"]
    kept["mood of the month"] = "sunny"
    again = ServiceMonth.from_json(kept)
    assert again.repeats == ()
    assert again.number == samples.a_month().number


def test_a_text_with_facts_keeps_their_kinds():
    said = Filled("x", {
        "at": datetime(2026, 3, 5, 1, 12, tzinfo=UTC), "on": date(2026, 3, 5), "by": time(16, 30),
        "span": timedelta(hours=4), "n": 3, "who": "刘佳", "what": Words("投诉", "Complaint"),
    })  # fmt: skip
    happened = samples.Happened(samples.at(5, 9), "刘佳", said)
    kept = json.loads(json.dumps(samples.a_record(history=(happened,)).to_json()))
    assert TicketRecord.from_json(kept).history == (happened,)


def test_a_moment_without_a_zone_is_not_kept():
    with pytest.raises(ValueError, match="no time zone"):
        samples.a_record(made_at=datetime(2026, 3, 5)).to_json()  # noqa: DTZ001


@pytest.mark.parametrize(
    ("language", "day", "month", "stamp", "span"),
    [
        ("zh_Hans_CN", "2026年3月5日", "2026年3月", "2026年3月5日 09:12", "3 小时 20 分"),
        ("en", "5 March 2026", "March 2026", "5 Mar 2026, 09:12", "3 h 20 min"),
    ],
)
def test_days_moments_and_spans_are_said_in_the_readers_language(printing, language, day, month, stamp, span):
    from flask_babel import force_locale

    wording = Wording(language, ZoneInfo("Asia/Shanghai"))
    with force_locale(language):
        assert wording.day(date(2026, 3, 5)) == day
        assert wording.short_day(date(2026, 3, 5)) == day.replace("March", "Mar")
        assert wording.days(date(2026, 3, 1), date(2026, 3, 31)) == month
        assert wording.stamp(samples.at(5, 9, 12)) == stamp
        assert wording.span(timedelta(hours=3, minutes=20)) == span
        assert wording.span(None) == wording.day(None) == wording.share(None, 3) == wording.share(1, 0) == "—"


def test_shares_follow_the_rule_of_small_numbers():
    wording = Wording("en", ZoneInfo("Asia/Shanghai"))
    assert wording.share(18, 20) == "90%"
    assert wording.share(121, 128) == "94.5%"
    assert wording.share(26, 29, 0.9) == "89.6%"
    assert wording.share(0, 4) == "0%"
