"""The smallest pieces of a page, drawn dozens of times on each: made in Python, where a macro costs ten times as much."""

from functools import lru_cache

from markupsafe import Markup, escape

from portal.web import assets, words

ICON = Markup(
    '<svg class="icon {look}" width="20" height="20" {role} focusable="false"><use href="{sheet}#{name}"></use></svg>'
)
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
