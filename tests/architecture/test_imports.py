"""Do imports go one way through the house?"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "portal"
MODULES = sorted(p for p in HOUSE.rglob("*.py") if "static" not in p.parts)

# What each part may import of ours; `app`, `cli` and `worker` put it together and may import all.
MAY = {
    "clock": set(), "config": set(), "faults": set(), "i18n": set(),
    "db": {"i18n", "faults"},
    "working_time": {"i18n"},
    "domain": {"clock", "working_time", "db", "i18n", "domain", "faults", "policy_packs"},
    "web": {"clock", "i18n", "config", "domain", "web", "faults", "db"},
    "access": {"clock", "i18n", "config", "db", "domain", "web", "access", "faults"},
    "reports": {"clock", "i18n", "domain", "reports", "working_time", "db", "web", "faults"},
    "mail": {"clock", "i18n", "config", "domain", "web", "db", "faults"},
    "mailbox": {"config", "domain", "db", "faults"},
    "customer": {"clock", "i18n", "config", "domain", "web", "access", "reports", "customer", "working_time"},
    "staff": {"clock", "i18n", "config", "domain", "web", "access", "reports", "staff", "working_time"},
    "everyone": {"clock", "i18n", "config", "domain", "web", "access", "reports", "everyone", "working_time"},
    "demo": {"clock", "i18n", "config", "db", "domain", "demo", "working_time"},
}  # fmt: skip
DOORS = ("customer", "staff", "everyone")
PUTS_TOGETHER = {"access/doors.py", "demo/papers.py"}


def imported(module: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def parts(module: Path) -> set[str]:
    """The parts of our house this module imports from."""
    found = set()
    for name in imported(module):
        words = name.split(".")
        if words[0] == "portal" and len(words) > 1:
            found.add(words[1])
    return found


def named(module: Path) -> str:
    return str(module.relative_to(ROOT))


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_imports_go_one_way(module):
    part = module.relative_to(HOUSE).parts[0].removesuffix(".py")
    if part in MAY and str(module.relative_to(HOUSE)) not in PUTS_TOGETHER:
        assert parts(module) - MAY[part] - {"*"} == set(), f"{named(module)} imports what it may not"


@pytest.mark.parametrize("module", [m for m in MODULES if m.relative_to(HOUSE).parts[0] in DOORS], ids=named)
def test_a_door_reaches_no_database(module):
    reached = {name for name in imported(module) if name.split(".")[0] == "sqlalchemy" or name.startswith("portal.db")}
    assert reached == set()


@pytest.mark.parametrize("module", [m for m in MODULES if m.relative_to(HOUSE).parts[0] == "domain"], ids=named)
def test_the_domain_knows_no_request(module):
    reached = {
        name for name in imported(module) if name.split(".")[0] in ("flask", "wtforms", "flask_babel", "werkzeug")
    }
    assert reached == set()


def test_only_the_clock_tells_the_time():
    for module in MODULES:
        if module.name == "clock.py":
            continue
        source = module.read_text("utf-8")
        for word in ("datetime.now(", "utcnow(", "date.today(", "time.time("):
            assert word not in source, f"{named(module)} reads the machine's time"


def test_the_renderer_is_imported_by_its_own_process_alone():
    importers = {named(m) for m in MODULES if any(name.split(".")[0] == "weasyprint" for name in imported(m))}
    assert importers <= {"portal/reports/typesetter.py"}
