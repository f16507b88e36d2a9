"""Tables to take along: nothing in them is a formula, days and moments are what they were."""

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from openpyxl import load_workbook

from portal.web.tables import as_xlsx

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def read(content: bytes):
    return load_workbook(io.BytesIO(content))


def test_a_workbook_holds_what_was_given_and_reckons_nothing():
    rows = [("=1+1", 12, 0.5, None, True), ("中文", date(2026, 3, 2), AT, "http://x.test", "{=1}")]
    book = read(as_xlsx({"客户/工单": (("甲", "乙", "丙", "丁", "戊"), rows)}, ZoneInfo("Asia/Shanghai")))
    sheet = book["客户 工单"]
    kept = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert kept[0][:3] == ["=1+1", 12, 0.5]
    assert sheet["A2"].data_type == "s"
    assert kept[1] == ["中文", datetime(2026, 3, 2), datetime(2026, 3, 2, 9, 30), "http://x.test", "{=1}"]  # noqa: DTZ001
