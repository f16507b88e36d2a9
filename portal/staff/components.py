"""The page of all components in all their states: in the demo world only."""

from flask import abort, current_app

from portal.access.door import Door
from portal.access.permissions import Permission
from portal.domain import settings
from portal.staff.component_samples import samples
from portal.web.pages import page

door = Door("components", __name__, url_prefix="/staff/components")


@door.get("/", needs=Permission.OWN_ACCOUNT)
def index():
    if not (current_app.extensions["portal"].demo and settings.company().is_demo):
        abort(404)
    return page("staff/components.html", sample=samples())
