"""Answers as an SPSS file (.sav): variables with their labels, codes, and what is missing for which reason."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

LABEL, CODE = 255, 120
"""Bytes SPSS takes for the label of a variable and of a code."""


@dataclass(frozen=True)
class Column:
    """One variable of the file; `missing` are codes that stand for no answer."""

    name: str
    label: str
    measure: str = "nominal"
    is_text: bool = False
    is_day: bool = False
    codes: Mapping[int, str] = field(default_factory=dict)
    missing: tuple[int, ...] = ()


def as_sav(title: str, columns: Sequence[Column], rows: Sequence[Sequence]) -> bytes:
    """The file; an empty cell is the system's own «missing», an empty text is empty."""
    # Both take a second and much memory: only whoever takes such a file along pays for it.
    import pandas
    import pyreadstat

    cells = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    frame = pandas.DataFrame(
        {column.name: _series(pandas, column, values) for column, values in zip(columns, cells, strict=True)}
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.sav"
        pyreadstat.write_sav(
            frame,  # type: ignore[arg-type]  # its own protocol is narrower than what it takes
            str(path), file_label=_cut(title, 64), column_labels=[_cut(one.label, LABEL) for one in columns],
            variable_value_labels={
                one.name: {code: _cut(words, CODE) for code, words in one.codes.items()} for one in columns if one.codes
            },
            missing_ranges={one.name: list(one.missing) for one in columns if one.missing},
            variable_measure={one.name: one.measure for one in columns},
        )  # fmt: skip
        return path.read_bytes()


def _series(pandas, column: Column, values: Sequence):
    if column.is_text:
        return pandas.Series(["" if one is None else str(one) for one in values], dtype="object")
    if column.is_day:
        return pandas.Series([one if isinstance(one, date) else None for one in values], dtype="object")
    return pandas.Series([None if one is None else float(one) for one in values], dtype="float64")


def _cut(text: str, most: int) -> str:
    """As many bytes of a text as there is room for, no sign cut in two."""
    return text.encode()[:most].decode(errors="ignore")
