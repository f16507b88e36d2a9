"""Reads a record of a TOML table into a frozen dataclass and says what is wrong with it."""

import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def table(name: str) -> dict[str, Any]:
    """A data file of this package, by its name without the ending. Raises tomllib.TOMLDecodeError."""
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))


def record(kind: type, facts: dict[str, Any], where: str) -> Any:
    """One `kind` of these facts; lists become tuples. Raises ValueError naming unknown or missing keys."""
    known = {field.name: field for field in fields(kind)}
    if unknown := facts.keys() - known:
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}")
    needed = {n for n, field in known.items() if field.default is MISSING and field.default_factory is MISSING}
    if missing := needed - facts.keys():
        raise ValueError(f"{where}: missing {', '.join(sorted(missing))}")
    return kind(**{name: tuple(fact) if isinstance(fact, list) else fact for name, fact in facts.items()})
