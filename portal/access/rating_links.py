"""A rating by the one-time link of a letter, without a sign-in (R23). Looking at it uses nothing up: only an answer does."""

from flask import redirect, url_for

from portal.access.door import attempted
from portal.access.guesses import gone
from portal.access.links import door
from portal.access.permissions import Permission
from portal.domain.ratings import actions, requests
from portal.domain.ratings.models import RatingRequest
from portal.web.pages import page
from portal.web.rating_form import STARS, RatingForm, rating_form


@door.get("/rate/<secret>", needs=Permission.PUBLIC)
def rate(secret):
    """The form; a mail scanner that looks at it takes nothing away."""
    asked = requests.behind(secret)
    return gone() if asked is None else _form_page(asked, secret, rating_form())


@door.post("/rate/<secret>", needs=Permission.PUBLIC)
def give(secret):
    """The rating; with that the link has done its work."""
    asked = requests.behind(secret, lock=True)
    if asked is None:
        return gone()
    form = rating_form()
    if not form.validate() or attempted(form, "stars", _give, asked, form) is False:
        return _form_page(asked, secret, form, 422)
    return redirect(url_for(".rated"), 303)


def _give(asked: RatingRequest, form: RatingForm) -> None:
    if asked.ticket is not None:
        actions.rate(asked.ticket, asked.person, *form.given(), by_link=True)
    elif asked.document is not None:
        actions.rate_report(asked.document, asked.person, *form.given(), by_link=True)


@door.get("/rated", needs=Permission.PUBLIC)
def rated():
    """Thanks, and what happens with it."""
    return page("access/rated.html")


def _form_page(asked: RatingRequest, secret: str, form: RatingForm, status: int = 200):
    return page("access/rate.html", status, asked=asked, secret=secret, form=form, star_words=STARS)
