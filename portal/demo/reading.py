"""Reads a record of a TOML table into a frozen dataclass and says what is wrong with it."""

import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def table(pack: str, name: str) -> dict[str, Any]:
    """What is told of the company that lives by this policy pack, by the file's name. Raises tomllib.TOMLDecodeError."""
    return _read(HERE / pack / f"{name}.toml")


def tables_of_stories(pack: str) -> list[dict[str, Any]]:
    """The files of stories of this pack, in the order of their names. Raises tomllib.TOMLDecodeError."""
    return [_read(file) for file in sorted((HERE / "stories" / pack).glob("*.toml"))]


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text("utf-8"))


def record(kind: type, facts: dict[str, Any], where: str) -> Any:
    """One `kind` of these facts; lists become tuples. Raises ValueError naming unknown or missing keys."""
    known = {field.name: field for field in fields(kind)}
    if unknown := facts.keys() - known:
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}")
    needed = {n for n, field in known.items() if field.default is MISSING and field.default_factory is MISSING}
    if missing := needed - facts.keys():
        raise ValueError(f"{where}: missing {', '.join(sorted(missing))}")
    return kind(**{name: tuple(fact) if isinstance(fact, list) else fact for name, fact in facts.items()})
