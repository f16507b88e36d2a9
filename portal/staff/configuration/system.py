"""The portal's own condition, and the way into settings."""

import platform
from urllib.parse import urlsplit

from flask import current_app, redirect, url_for

from portal.access.permissions import Permission as P
from portal.config import VERSION
from portal.domain import outbox
from portal.domain.condition import condition
from portal.domain.mailroom import box
from portal.staff.configuration.ways import door, tabs
from portal.web.pages import page


@door.get("/", needs=P.SETTINGS_RUN)
def index():
    return redirect(url_for(".company"), 303)


@door.get("/system", needs=P.SETTINGS_RUN)
def system():
    config = current_app.extensions["portal"]
    now_is = condition(config.data)
    return page(
        "staff/system.html", now_is=now_is, version=VERSION, python=platform.python_version(),
        mail_server=urlsplit(config.smtp_url).hostname if config.smtp_url else None, base_url=config.base_url,
        https=config.https, redis=bool(config.redis_url), demo=config.demo, tabs=tabs(), meaning=outbox.meaning,
        mailbox=box.box_of(config.imap_url).name if config.imap_url else None, mailbox_meaning=box.meaning,
        mailbox_fails=bool(config.imap_url) and box.is_failing(now_is.mailbox),
    )  # fmt: skip
