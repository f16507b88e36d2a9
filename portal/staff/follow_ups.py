"""Low ratings to follow up (低分跟进, R24): what is open, one with what the customer said, taken and finished."""

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict
from wtforms import TextAreaField

from portal.access.door import Door, attempted, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain import drafts, settings
from portal.domain.ratings import follow_ups, kinds
from portal.domain.ratings.models import FollowUp, Rating
from portal.i18n import N_
from portal.web.filters import words_in
from portal.web.forms import AtMost, Form, Needed
from portal.web.pages import page, say
from portal.web.paging import row_number
from portal.web.words import gettext

door = Door("follow_ups", __name__, url_prefix="/staff/quality/follow-ups")

PAGE = 50
TABS = {"index": N_("Open"), "over": N_("Followed up")}


class DoneForm(Form):
    done = TextAreaField(N_("What was done"), [Needed(), AtMost(5000)])


@door.get("", needs=P.FOLLOW_UP)
def index():
    """What nobody has finished, the newest first."""
    return _list("index", over=False)


@door.get("/done", needs=P.FOLLOW_UP)
def over():
    """What was done about earlier ones."""
    return _list("over", over=True)


def _list(tab: str, over: bool):
    before = row_number(request.args.get("before"))
    found = follow_ups.listing(visible(FollowUp, me()), over, before, PAGE + 1)
    more = url_for(f".{tab}", before=found[PAGE - 1].id) if len(found) > PAGE else None
    tabs = [{"label": gettext(label), "url": url_for(f".{code}"), "on": code == tab} for code, label in TABS.items()]
    return page(
        "staff/follow_ups.html", kinds=kinds, rows=found[:PAGE], tabs=tabs, over=over, older=more, first=before is None,
        first_url=url_for(f".{tab}"),
    )  # fmt: skip


@door.get("/<int:follow_up>", needs=P.FOLLOW_UP)
def show(follow_up):
    kept = drafts.find(me(), _place(follow_up))
    return _page(follow_up, DoneForm(MultiDict(kept.fields) if kept else None))


@door.post("/<int:follow_up>/take", needs=P.FOLLOW_UP)
def take(follow_up):
    """I see to it."""
    follow_ups.take(follow_ups.whole(follow_up), me())
    say(N_("It is yours. Speak with the customer, then write down what was done."))
    return redirect(url_for(".show", follow_up=follow_up.id), 303)


@door.post("/<int:follow_up>/done", needs=P.FOLLOW_UP)
def finish(follow_up):
    """What was done; with that it is over."""
    form = DoneForm()
    row = follow_ups.whole(follow_up)
    if not form.validate() or not attempted(form, "done", follow_ups.finish, row, me(), form.done.data):
        return _page(follow_up, form, 422)
    drafts.discard(me(), _place(row))
    say(N_("Followed up. It is kept in the history."))
    return redirect(url_for(".index"), 303)


def _place(row: FollowUp) -> str:
    return f"follow_up/{row.id}"


def _page(follow_up: FollowUp, form: DoneForm, status: int = 200):
    row = follow_ups.whole(follow_up)
    return page(
        "staff/follow_up.html", status, row=row, form=form, sides=_sides(row.rating), place=_place(row), kinds=kinds,
        contact=_contact(row.rating),
    )  # fmt: skip


def _contact(rating: Rating) -> str:
    """Whom to speak with: the ticket's contact, else whoever rated."""
    ticket = rating.ticket
    who = (ticket.contact_name, ticket.contact_phone) if ticket else (rating.by.name, rating.by.phone)
    return " · ".join(part for part in who if part)


def _sides(rating: Rating) -> list[tuple[str, int]]:
    """The sides of the service that were rated, in words."""
    known = settings.policy().rating_dimensions
    return [(words_in(one.words), rating.dimensions[one.code]) for one in known if one.code in rating.dimensions]
