"""Notices: the letters of a person, readable in the portal, newest first; each leads to what it is about."""

from flask import redirect, request, url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission
from portal.access.scopes import visible
from portal.domain import outbox
from portal.domain.outbox import Letter
from portal.i18n import N_
from portal.web import mail
from portal.web.pages import own_path, page, say
from portal.web.paging import key_of, moment_and_id

door = Door("notices", __name__, url_prefix="/notices")

PAGE = 20


@door.get("", needs=Permission.OWN_ACCOUNT)
def index():
    only_new = request.args.get("show") == "new"
    after = moment_and_id(request.args.get("after"))
    letters = outbox.notices(visible(Letter, me()), me(), only_new, after, PAGE + 1)
    rows = [(letter, mail.said(letter, me())) for letter in letters[:PAGE]]
    last = letters[PAGE - 1] if len(letters) > PAGE else None
    older = url_for(".index", after=key_of(last.due_at, last.id), show="new" if only_new else None) if last else None
    return page("everyone/notices.html", rows=rows, older=older, only_new=only_new, first=after is None)


@door.post("/<int:letter>/open", needs=Permission.OWN_ACCOUNT)
def open_letter(letter):
    """Read it, and go where it leads."""
    outbox.mark_read(me(), letter)
    path = mail.said(letter, me()).path
    return redirect(own_path(path if "…" not in path else None, "notices.index"), 303)


@door.post("/read", needs=Permission.OWN_ACCOUNT)
def read_all():
    outbox.mark_read(me())
    say(N_("All notices are marked as read."))
    return redirect(url_for(".index"), 303)
