"""The smallest pieces of a page, drawn dozens of times on each: made in Python, where a macro costs ten times as much."""

from datetime import datetime
from functools import lru_cache

from markupsafe import Markup, escape

from portal.web import assets, words
from portal.web.moments import moments

ICON = Markup(
    '<svg class="icon {look}" width="20" height="20" {role} focusable="false"><use href="{sheet}#{name}"></use></svg>'
)
NEVER = Markup('<span class="muted">—</span>')
SILENT, NAMED = Markup('aria-hidden="true"'), Markup('role="img" aria-label="{}"')


@lru_cache(maxsize=2048)
def icon(name: str, label: str | None = None, **given: str) -> Markup:
    """A sign of icons.svg by its name; `label` is what it says to those who do not see it. `class` adds to its look."""
    role = NAMED.format(label) if label else SILENT
    return ICON.format(look=given.get("class", ""), role=role, sheet=assets.url("icons.svg"), name=name)


def say(text) -> str | Markup:
    """A WTForms or flash text: translated here, so that no caller need think of it."""
    if not text:
        return ""
    return escape(text if "%" in str(text) else words.gettext(str(text)))


def badge(text, tone: str = "", icon: str | None = None) -> Markup:
    """A word on a ground of its colour, with a sign before it."""
    look = f"badge badge-{tone}" if tone else "badge"
    return Markup(f'<span class="{look}">{_icon(icon) if icon else ""}{escape(text)}</span>')  # noqa: S704


def stamp(at: datetime | None, how: str = "moment") -> Markup:
    """A moment as an element, whole for machines and for hovering; `how`: as day, moment, or whole (stamp)."""
    if at is None:
        return NEVER
    told = moments()
    whole = told.stamp(at)
    said = told.day(at.astimezone(told.zone).date()) if how == "day" else told.moment(at) if how == "moment" else whole
    return Markup(f'<time datetime="{at.isoformat()}" title="{whole}" class="nowrap">{said}</time>')  # noqa: S704


_icon = icon
