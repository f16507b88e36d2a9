"""Is an address nobody of ours ever wrote answered like any other, however large or wild its figures are?"""

from urllib.parse import urlencode

import pytest

from portal.access.permissions import GRANTS, Permission
from portal.domain.people.roles import Role
from tests.factories import a_department, a_person, a_ticket

KEYS = (
    "100000000000000000000", "-100000000000000000000", "9223372036854775808", "-1", "²",
    "0001-01-01T00:00:00+14:00~1", "9999-12-31T23:59:59-14:00~1", "2026-11-24T02:00:00+00:00~100000000000000000000",
    "2026-11-24T02:00:00+00:00~-1", "王~100000000000000000000",
)  # fmt: skip
NAMES = (
    "before", "after", "page", "customer", "year", "manager", "owner", "party", "with", "provider", "department", "view",
    "problem", "project", "order", "which", "number", "month", "week", "actor", "record", "from", "to", "on", "since",
)  # fmt: skip


@pytest.fixture
def browsers(app, sign_in):
    """Of each role a browser in which somebody who holds it is signed in."""
    a_ticket()
    facts = {Role.HANDLER: {"department": a_department()}}
    return {role: sign_in(a_person(role, **facts.get(role, {})), check=False) for role in Role}


def test_no_list_breaks_over_a_figure(app, browsers):
    for rule in app.url_map.iter_rules():
        needs = app.view_functions[rule.endpoint].needs
        if rule.arguments or "GET" not in rule.methods:
            continue
        everybodys = (Permission.PUBLIC, Permission.OWN_ACCOUNT)
        browser = next(browsers[role] for role in Role if needs in everybodys or needs in GRANTS[role])
        for key in KEYS:
            answer = browser.get(f"{rule.rule}?{urlencode(dict.fromkeys(NAMES, key))}")
            assert answer.status_code in (200, 303, 304, 404), (rule.rule, key, answer.status_code)
