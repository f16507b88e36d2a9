"""The portal's own condition, and the way into settings."""

import platform
from urllib.parse import urlsplit

from flask import current_app, redirect, url_for

from portal.access.permissions import Permission as P
from portal.config import VERSION
from portal.domain.condition import condition
from portal.staff.configuration.ways import door, tabs
from portal.web.pages import page


@door.get("/", needs=P.SETTINGS_RUN)
def index():
    return redirect(url_for(".company"), 303)


@door.get("/system", needs=P.SETTINGS_RUN)
def system():
    config = current_app.extensions["portal"]
    return page(
        "staff/system.html", now_is=condition(config.data), version=VERSION, python=platform.python_version(),
        mail_server=urlsplit(config.smtp_url).hostname if config.smtp_url else None, base_url=config.base_url,
        https=config.https, redis=bool(config.redis_url), demo=config.demo, tabs=tabs(),
    )  # fmt: skip
