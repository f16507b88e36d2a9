"""May they, and only they? Generated over every route of the application."""

from pathlib import Path

import pytest

from portal.access.doors import DOORS, listed
from portal.access.permissions import GRANTS, Permission, may
from portal.access.scopes import RECORDS, ROWS
from portal.db import db
from portal.domain.people.roles import Role
from tests.factories import a_person, again


def test_every_way_in_says_what_it_needs(whole_app):
    silent = [name for name, view in whole_app.view_functions.items() if not hasattr(view, "needs")]
    assert silent == []


def test_what_is_open_to_everybody_is_a_short_list(whole_app):
    public = sorted(name for name, view in whole_app.view_functions.items() if view.needs is Permission.PUBLIC)
    assert [
        name
        for name in public
        if not name.startswith(
            ("sign_in.", "look.", "health.", "set_up.", "links.", "switches.", "home.start", "events.", "surveys.")
        )
    ] == []


def test_every_role_is_granted_something_and_nothing_unknown():
    assert set(GRANTS) == set(Role)
    assert all(isinstance(p, Permission) for granted in GRANTS.values() for p in granted)


def test_customers_hold_no_permission_of_staff():
    staff = set().union(*(GRANTS[r] for r in Role if r not in (Role.ORG_ADMIN, Role.ORG_MEMBER)))
    assert not (GRANTS[Role.ORG_ADMIN] | GRANTS[Role.ORG_MEMBER]) & staff


def test_every_record_a_url_may_name_has_a_scope():
    assert {key.class_ for key, *_ in RECORDS.values()} <= set(ROWS)


@pytest.mark.parametrize("role", Role)
def test_no_route_lets_in_whom_its_permission_does_not(app, sign_in, role):
    """Each route without a record in its address, called by each role: in, or turned away, as the table says."""
    person = again(a_person(role))
    browser = sign_in(person, check=False)
    db.session.expunge(person := again(person))  # the browser drops what the session holds
    seen = 0
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.arguments or "GET" not in rule.methods or view.needs is Permission.PUBLIC:
            continue
        status = browser.get(rule.rule).status_code
        allowed = may(person, view.needs)
        assert (status != 403) == allowed, (rule.rule, role, status)
        seen += 1
    assert seen or not DOORS


def test_the_list_of_doors_is_kept_so_that_a_change_shows(whole_app):
    """`bin/portal doors > tests/access/doors.txt` writes it anew."""
    kept = (Path(__file__).parent / "doors.txt").read_text("utf-8").splitlines()
    assert listed(whole_app) == kept
