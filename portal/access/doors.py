"""Every door of the portal, in one list; and every way in, told in plain lines."""

from flask import Flask

from portal.access.permissions import Permission, roles_with
from portal.access.sign_in import DOORS as SIGN_IN
from portal.customer import DOORS as CUSTOMER
from portal.everyone import DOORS as EVERYONE
from portal.staff import DOORS as STAFF

DOORS = (*SIGN_IN, *EVERYONE, *CUSTOMER, *STAFF)

ANYBODY = {Permission.PUBLIC: "anybody", Permission.OWN_ACCOUNT: "anybody signed in"}


def listed(app: Flask) -> list[str]:
    """Every way in: method, address, permission, roles. Kept as tests/access/doors.txt, so that a change shows."""
    lines = []
    for rule in app.url_map.iter_rules():
        needs = app.view_functions[rule.endpoint].needs
        roles = ANYBODY.get(needs) or ", ".join(sorted(roles_with(needs)))
        lines += [f"{method:6} {rule.rule}  {needs}  {roles}" for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return sorted(lines, key=lambda line: (line[7:], line))
