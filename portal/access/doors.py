"""Every door of the portal, in one list; and every way in, told in plain lines."""

from flask import Flask

from portal.access import confirming, links, proof, rating_links, set_up, sign_in
from portal.access.permissions import Permission, roles_with
from portal.customer import DOORS as CUSTOMER
from portal.everyone import DOORS as EVERYONE
from portal.staff import DOORS as STAFF

DOORS = (sign_in.door, links.door, proof.door, set_up.door, *EVERYONE, *CUSTOMER, *STAFF)

HANG_ON = (confirming, rating_links)
"""The modules that hang their routes on the door of links."""

ANYBODY = {Permission.PUBLIC: "anybody", Permission.OWN_ACCOUNT: "anybody signed in"}


def listed(app: Flask) -> list[str]:
    """Every way in: method, address, permission, roles. Kept as tests/access/doors.txt, so a change shows."""
    lines = []
    for rule in app.url_map.iter_rules():
        needs = app.view_functions[rule.endpoint].needs
        roles = ANYBODY.get(needs) or ", ".join(sorted(roles_with(needs)))
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        lines += [f"{method:6} {rule.rule}  {needs}  {roles}" for method in methods]
    return sorted(lines, key=lambda line: (line[7:], line))
