"""Names of the customer and the contact inside a questionnaire's words: `{customer|your company}`.

Each place says what stands there where nothing is known: a text without it would have a hole for somebody.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from portal.domain.surveys.campaign_models import Invitation
from portal.domain.surveys.document import Document, Question
from portal.i18n import N_, Words

PLACE = re.compile(r"\{([a-z_]+)(?:\|([^{}]*))?\}")
KNOWN = {
    "customer": N_("the customer's name"),
    "short_name": N_("the customer's short name"),
    "contact": N_("the contact's name"),
    "title": N_("the contact's position"),
    "manager": N_("the account manager's name"),
    "project": N_("the project's name"),
}


def filled(text: str, known: Mapping[str, str]) -> str:
    """The text with names in it; where one is not known, what stands after the bar."""
    return PLACE.sub(lambda found: known.get(found[1]) or found[2] or "", text)


def filled_words(words: Words, known: Mapping[str, str]) -> Words:
    return Words(filled(words.zh, known), filled(words.en, known))


def for_anybody(document: Document) -> Document:
    """The questionnaire as it reads to nobody in particular: in every place what stands there where no name is known."""

    def plain(words: Words) -> Words:
        return filled_words(words, {})

    def asked(one: Question) -> Question:
        options = tuple(replace(each, words=plain(each.words)) for each in one.options)
        rows = tuple(replace(each, words=plain(each.words)) for each in one.rows)
        return replace(one, words=plain(one.words), help=plain(one.help), options=options, rows=rows)

    return replace(document, sections=tuple(
        replace(one, words=plain(one.words), about=plain(one.about), questions=tuple(map(asked, one.questions)))
        for one in document.sections
    ))  # fmt: skip


def wrong(text: str) -> list[tuple[str, dict]]:
    """What is wrong with the places of a text, as marked sentences with facts."""
    found = []
    for name, otherwise in PLACE.findall(text):
        if name not in KNOWN:
            found.append((N_("Nothing is known under the name {name}."), {"name": "{" + name + "}"}))
        elif not otherwise.strip():
            found.append((N_("Say what stands for {name} where it is not known."), {"name": "{" + name + "|…}"}))
    return found


def texts(document: Document) -> list[str]:
    """Every text in which a name may stand."""
    words = [document.intro, document.thanks]
    for section in document.sections:
        words += [section.words, section.about]
    for one in document.questions():
        words += [one.words, one.help, *(each.words for each in (*one.options, *one.rows))]
    return [text for each in words for text in (each.zh, each.en)]


def known_of(row: Invitation) -> dict[str, str]:
    """The names for whoever was invited; the row comes with customer, contact, project and the customer's manager."""
    manager = row.customer.account_manager
    return {
        "customer": row.customer.name, "short_name": row.customer.short_name,
        "contact": row.contact.name, "title": row.contact.title, "manager": manager.name if manager else "",
        "project": row.project.name if row.project else "",
    }  # fmt: skip
