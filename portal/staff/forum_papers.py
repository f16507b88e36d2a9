"""The papers of a forum on one page: all made at a click, watched while they are made, downloaded one by one or together."""

import io
import zipfile

from flask import abort, current_app, redirect, url_for

from portal.access.door import me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain.documents import queries
from portal.domain.documents.models import Document
from portal.domain.forum import papers
from portal.domain.forum.models import Event
from portal.domain.refusals import Refused
from portal.domain.savepoint import savepoint
from portal.reports import registry
from portal.staff.forum import door, frame
from portal.web import downloads
from portal.web.pages import page, say


def _newest(event: Event) -> dict[str, Document]:
    return queries.newest(visible(Document, me()), me().id, papers.PAPERS, event=event.id)


@door.get("/<int:event>/papers", needs=P.FORUM_READ)
def papers_of(event):
    """Which there are, how far each is, since when it stands as it does."""
    found = _newest(event)
    return page(
        "staff/forum_papers.html", **frame(event), papers=[(code, registry.REPORTS[code].title, found.get(code)) for code in papers.PAPERS],
        busy=any(one.is_being_made for one in found.values()), ready=sum(one.state == "ready" for one in found.values()),
    )  # fmt: skip


@door.post("/<int:event>/papers", needs=P.FORUM_READ)
def make_papers(event):
    """All of them, as things stand now."""
    try:
        with savepoint():
            papers.ask_for_all(event, me())
    except Refused as refusal:
        say(refusal.text, "warn", **refusal.facts)
    return redirect(url_for(".papers_of", event=event.id), 303)


@door.get("/<int:event>/papers.zip", needs=P.FORUM_READ)
def papers_together(event):
    """Those that are ready, in one file."""
    store, content = current_app.extensions["files"], io.BytesIO()
    files = [one.file for one in _newest(event).values() if one.state == "ready" and one.file is not None]
    there = [one for one in files if store.path(one.key).exists()]
    if not there:
        abort(404)
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as parcel:
        for one in there:
            parcel.write(store.path(one.key), one.name)
    content.seek(0)
    return downloads.hand_out(content, f"{event.number}.zip", "application/zip")
