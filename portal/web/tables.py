"""Tables to take along: CSV that Excel reads as it was meant, and in which nothing is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

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
