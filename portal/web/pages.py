"""A page is a template with named blocks; htmx names the block by the id of its target. The view does not know."""

from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta

from flask import current_app, flash, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.i18n import Words
from portal.web import filters
from portal.web.forms import Form

NOT_KEPT = (date, time, timedelta, Words)
"""What a session cannot hold as it is; a moment is a kind of day."""


def page(template: str, status: int = 200, **facts) -> Response:
    """The page, or the block of it that htmx asks for. Sent on to another page, that one takes the body."""
    block = _wanted_block(template)
    g.summed = [] if block else list(_with_errors(facts.values()))
    html = _fragment(template, block, facts) if block else render_template(template, **facts)
    response = make_response(html, status)
    response.vary.update(("HX-Request", "HX-Target"))
    if by_htmx() and not block:
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "innerHTML show:window:top"
        response.headers["HX-Push-Url"] = request.full_path.rstrip("?")
    return response


def _with_errors(facts: Iterable) -> Iterator[Form]:
    """The forms among what a page is made of in which something is wrong."""
    for fact in facts:
        if isinstance(fact, Form):
            if any(fact.errors.values()):
                yield fact
        elif isinstance(fact, dict):
            yield from _with_errors(fact.values())


def summed_above() -> list[Form]:
    """The forms whose mistakes are summed up on top of the page that is being made."""
    return g.get("summed", [])


def is_summed_above(form: object) -> bool:
    """Are the mistakes of this form named on top of the page already?"""
    return any(form is one for one in summed_above())


def in_sheet() -> bool:
    """Is this made for the sheet beside a page, and no page of its own?"""
    return by_htmx() and request.headers.get("HX-Target") == "sheet"


def word(status: int) -> Response:
    """Only what there is to say, out of band; the page it is said on stays as it is."""
    html = _block("layout/flash.html", "flash", {"oob": True})
    return make_response(html, status, {"HX-Reswap": "none"})


def say(text: str, tone: str = "good", **facts) -> None:
    """A word to the person (marked with N_, facts for its braces) on whatever they are shown next.

    Days, moments and names in two languages are said at once: the session between the two pages would bring them back as
    texts of its own.
    """
    facts = {name: filters.in_words(one) if isinstance(one, NOT_KEPT) else one for name, one in facts.items()}
    flash((text, facts, tone))  # pyright: ignore[reportArgumentType]  our flash.html takes all three


def by_htmx() -> bool:
    """Did htmx ask for a fragment (and not for a whole page, nor to restore history)?"""
    asked = request.headers
    return "HX-Request" in asked and "HX-Boosted" not in asked and "HX-History-Restore-Request" not in asked


def own_path(wanted: str | None, otherwise: str) -> str:
    """A path of our own to go on to, or the other one: nothing that could lead to another site."""
    plain = bool(wanted) and wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    if wanted and plain and wanted.startswith("/") and not wanted.startswith("//"):
        return wanted
    return url_for(otherwise)


def _wanted_block(template: str) -> str | None:
    target = request.headers.get("HX-Target", "")
    return target if by_htmx() and target in _template(template).blocks else None


def _fragment(template: str, block: str, facts: dict) -> str:
    html = _block(template, block, facts)
    if "X-Background" in request.headers:  # nobody asked for it: what was said stays on the page
        return html
    return html + _block("layout/flash.html", "flash", {"oob": True})


def _block(template: str, name: str, facts: dict) -> str:
    current_app.update_template_context(facts)
    source = _template(template)
    return "".join(_rendered(source, name, facts))


def _rendered(source, name: str, facts: dict):
    return source.blocks[name](source.new_context(facts))


def _template(name: str):
    return current_app.jinja_env.get_template(name)
