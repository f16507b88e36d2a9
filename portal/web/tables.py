"""Tables to take along: XLSX, and CSV that Excel reads as it was meant; in neither is anything a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from urllib.parse import quote

from flask import make_response
from werkzeug.wrappers import Response
from xlsxwriter import Workbook

FORMULA = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"


def as_csv(head: Sequence[str], rows: Iterable[Sequence]) -> bytes:
    """UTF-8 with the mark by which Excel knows it; None is an empty cell."""
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow([cell(value) for value in head])
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def cell(value: object) -> object:
    """A value for a cell: numbers as they are, texts that a spreadsheet would reckon made plain by an apostrophe."""
    if value is None or isinstance(value, int | float):
        return "" if value is None else value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_xlsx(sheets: dict[str, tuple[Sequence[str], Iterable[Sequence]]], zone=UTC) -> bytes:
    """A workbook of named sheets, each (head, rows); moments in `zone`, days as days, texts never as formulas."""
    out = io.BytesIO()
    book = Workbook(out, {**PLAIN, "in_memory": True})
    bold, day, moment = (
        book.add_format(how)
        for how in ({"bold": True}, {"num_format": "yyyy-mm-dd"}, {"num_format": "yyyy-mm-dd hh:mm"})
    )
    for name, (head, rows) in sheets.items():
        sheet = book.add_worksheet(_sheet_name(name))
        sheet.freeze_panes(1, 0)
        for column, words in enumerate(head):
            sheet.set_column(column, column, max(10, min(40, 2 * len(words) + 2)))
            sheet.write_string(0, column, words, bold)
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(line, column, value.astimezone(zone).replace(tzinfo=None), moment)
                elif isinstance(value, date):
                    sheet.write_datetime(line, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001  a day has no zone
                elif isinstance(value, bool) or not isinstance(value, int | float):
                    sheet.write_string(line, column, "" if value is None else str(value))
                else:
                    sheet.write_number(line, column, value)
    book.close()
    return out.getvalue()


def download(name: str, content: bytes, media_type: str = XLSX) -> Response:
    """A file to keep, under a name in any language."""
    answer = make_response(content)
    answer.headers["Content-Type"] = media_type
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def _sheet_name(name: str) -> str:
    """A name a workbook takes: without its seven forbidden signs, at most 31 long."""
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in name)[:31] or "1"
