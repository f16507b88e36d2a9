"""Words of a page in the reader's language: the same as Flask-Babel's, without asking for the context each time.

A page of fifty rows says some hundred words; the catalogue is looked up once for each by an attribute.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from flask import g
from flask_babel import get_locale
from jinja2 import pass_eval_context
from markupsafe import Markup

from portal.web.of_one import OF_ONE

_HAN = "\u3400-\u9fff\u3000-\u303f\uff00-\uffef"
_BESIDE = re.compile(rf"((?<=[{_HAN}]) )?(%\((\w+)\)s|(?<!{{){{(\w+)}})( (?=[{_HAN}]))?")
_TAG = re.compile(r"<[^>]*>")
FOLDER = Path(__file__).resolve().parent.parent / "translations"
_facts = g._get_current_object  # of the request: the proxy itself asks six times as long
_english = NullTranslations()
_kept: dict[str, NullTranslations] = {}


def chinese() -> bool:
    """Is the reader's language Chinese? Holds inside force_locale too."""
    here = _facts().get("_flask_babel")
    locale = getattr(here, "babel_locale", None) or get_locale()
    return locale is None or locale.language == "zh"


def _catalogue() -> NullTranslations:
    if not chinese():
        return _english
    if "zh" not in _kept:
        _kept["zh"] = Translations.load(str(FOLDER), ["zh_Hans_CN"])
    return _kept["zh"]


def gettext(text: str, /, **facts) -> str:
    """A marked word as it is said, filled with facts; the word itself where nobody translated it."""
    said = _catalogue().gettext(text)
    return _close_up(said, facts) % facts if facts else said


def ngettext(one: str, many: str, n: int, /, **facts) -> str:
    """A counted word as it is said for `n`, filled with facts."""
    said = _catalogue().ngettext(one, many, n)
    return _close_up(said, facts) % facts if facts else said


def marked(text: str, facts: Mapping[str, object]) -> str:
    """A marked sentence as it is said, its {braces} not filled yet; in English of one where it counts one."""
    count, one = OF_ONE.get(text, ("", ""))
    return one if count and str(facts.get(count)).lstrip("+−±") == "1" and not chinese() else gettext(text)


def filled(said: str, facts: Mapping[str, object]) -> str:
    """A word with its places in braces, filled with facts."""
    return _close_up(said, facts).format(**facts)


def _close_up(said: str, facts: Mapping[str, object]) -> str:
    """A Chinese sentence sets a space around what fills it, for numbers and Latin words: what is Han itself takes none."""
    if " " not in said or not chinese():
        return said
    return _BESIDE.sub(lambda place: _beside(place, facts), said)


def _beside(place: re.Match, facts: Mapping[str, object]) -> str:
    before, itself, spaced, braced, after = place.groups(default="")
    if not before and not after:
        return itself
    words = _TAG.sub("", str(facts.get(spaced or braced, "")))
    before = "" if words and _is_han(words[0]) else before
    after = "" if words and _is_han(words[-1]) else after
    return f"{before}{itself}{after}"


def _is_han(letter: str) -> bool:
    return "\u3000" <= letter <= "\u9fff" or "\uff00" <= letter <= "\uffef"


@pass_eval_context
def _say(how, text: str, **facts) -> str:
    """`_("…")` of a template: one call where the extension's own way takes three."""
    said = _said(_catalogue(), text, bool(facts))
    if facts:
        said = Markup(_close_up(said, facts))  # noqa: S704
    said = said if how.autoescape else str(said)
    return said % facts if facts else said


@lru_cache(maxsize=10_000)
def _said(catalogue: NullTranslations, text: str, is_filled: bool) -> Markup:
    """What a marked word says, kept: the words are ours and few; what fills them is escaped by %."""
    said = catalogue.gettext(text)
    return Markup(said if is_filled else said.replace("%%", "%"))  # noqa: S704


def install(environment) -> None:
    """Let the templates speak this way."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)
    environment.globals["_"] = environment.globals["gettext"] = _say
