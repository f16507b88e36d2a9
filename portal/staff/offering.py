"""A form that would be refused whatever is filled in is not offered: why, and the way on, stand in its place."""

from flask import request

from portal.domain.refusals import Refused
from portal.web.forms import said
from portal.web.pages import page
from portal.web.words import gettext


def form_page(template: str, status: int = 200, *, no: Refused | str | None, title: str, on: tuple[str, str], **facts):
    """A form's page; where the rules say `no` (a refusal or a marked sentence) before it is drawn, that.

    `on`: address and words of the way on. What was sent all the same is answered by the rules themselves.
    """
    if no is None or request.method == "POST":
        return page(template, status, title=title, **facts)
    why = said(no) if isinstance(no, Refused) else gettext(no)
    return page("staff/not_offered.html", 409, title=title, no=why, on=on)
