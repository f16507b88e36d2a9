"""A letter (通知信) as its reader sees it: subject, paragraphs and one link, from one template, in their language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app, render_template
from flask_babel import force_locale
from jinja2 import Environment

from portal.domain import settings
from portal.domain.forum import links as forum_links
from portal.domain.outbox import Letter
from portal.domain.people import links
from portal.domain.people.models import Person
from portal.domain.surveys import links as survey_links
from portal.i18n import Words
from portal.web.filters import kept, stamp, words_in
from portal.web.look import ink_on
from portal.web.months import month
from portal.web.words import gettext

# Facts of these names are moments, kept as ISO texts.
MOMENTS = ("due", "until")


@dataclass(frozen=True)
class Said:
    """What a letter says, before it is put into a frame. `path` leads into the portal; none where nothing is to be done."""

    subject: str
    paragraphs: tuple[str, ...]
    link_label: str
    path: str


@dataclass(frozen=True)
class Rendered:
    """A letter ready to leave: one subject, the same words as plain text and as HTML."""

    subject: str
    text: str
    html: str


def said(letter: Letter, reader: Person, secrets: bool = False) -> Said:
    """The letter's words in the reader's language.

    A one-time link is derived only for the letter that leaves (`secrets`), never for a page that shows it.
    Raises whatever a template raises when a fact is missing.
    """
    template = _paper().get_template(f"mail/{letter.template}.txt")
    with force_locale(language_of(letter, reader)):
        context = template.new_context(_facts(letter, reader, secrets))

        def block(name: str) -> str:
            return "".join(template.blocks[name](context)).strip() if name in template.blocks else ""

        paragraphs = tuple(part.strip() for part in block("body").split("\n\n") if part.strip())
        return Said(_one_line(block("subject")), paragraphs, block("link_label"), block("link"))


def rendered(letter: Letter, reader: Person, secrets: bool = True) -> Rendered:
    """The letter as it leaves; for a page without what only its reader may know."""
    words, company = said(letter, reader, secrets), settings.company()
    url = current_app.extensions["portal"].base_url + words.path if words.path else ""
    language = language_of(letter, reader)
    with force_locale(language):
        facts = {
            "said": words,
            "url": url,
            "called": called(letter, reader),
            "language_of_letter": language,
            "ink": ink_on(company.accent),
            "answerable": _is_answered_by_mail(letter, reader),
        }
        text = render_template("mail/letter.txt", **facts)
        html = render_template("mail/letter.html", **facts)
        subject = gettext(
            "[%(company)s] %(subject)s", company=company.short_name or company.name, subject=words.subject
        )
    return Rendered(_one_line(subject), text, html)


def language_of(letter: Letter, reader: Person) -> str:
    """The reader's; of a letter to somebody without an account, which leaves in a host's name, the addressee's."""
    return letter.facts.get("language") or reader.language


def called(letter: Letter, reader: Person) -> str:
    """Whom a letter speaks to: its reader, or the addressee who has no account."""
    return letter.facts.get("addressee") or reader.name


def _is_answered_by_mail(letter: Letter, reader: Person) -> bool:
    """Does an answer reach its ticket? Only the customer's do, and only where a mailbox is read."""
    theirs = bool(letter.facts.get("addressee")) or not reader.is_staff
    return bool(letter.ticket_id and theirs and has_mailbox())


def has_mailbox() -> bool:
    """Is a mailbox read, so that mail comes in?"""
    return bool(current_app.extensions["portal"].imap_url)


def has_server() -> bool:
    """Is there a mail server, or do letters stay in the portal?"""
    return bool(current_app.extensions["portal"].smtp_url)


def _paper() -> Environment:
    """Letters are written as they are read: a blank line between paragraphs stays one."""
    if "mail" not in current_app.extensions:
        current_app.extensions["mail"] = current_app.jinja_env.overlay(trim_blocks=False, lstrip_blocks=False)
    return current_app.extensions["mail"]


def _facts(letter: Letter, reader: Person, secrets: bool) -> dict:
    facts = {name: _plain(name, value) for name, value in letter.facts.items()}
    given = {
        "why": "",
        "base_url": current_app.extensions["portal"].base_url,
        "reader": reader,
        "secret": _hidden,
        "forum_secret": _hidden,
        "here": _in_both,
    }
    if secrets:
        given["secret"], given["forum_secret"] = links.secret, forum_links.secret
    given["link_id"], given["rating_path"] = None, lambda link, otherwise: _rating_path(link, otherwise, secrets)
    given["survey_path"] = lambda invitation: _survey_path(letter, invitation, secrets)
    given["promised"] = _promised(facts, reader)
    given["of_month"] = _month_of(letter.facts)
    kind = facts.get("kind")
    given["kind_words"] = words_in(settings.policy().called("kinds", str(kind))) if kind else ""
    given["confirm_path"] = lambda link_id: _confirm_path(letter, link_id, given["secret"], given["ticket_path"])
    given["forced_reason"] = lambda code: words_in(settings.policy().called("forced_reasons", code))
    given["next_step"] = _next_step(facts, given["promised"], reader)
    given["ticket_path"] = f"/staff/tickets/{letter.ticket_id}" if reader.is_staff else f"/tickets/{letter.ticket_id}"
    return given | facts


def _month_of(facts: Mapping) -> str:
    """The month a letter speaks of; blank where it speaks of none."""
    return month(date(facts["year"], facts["month"], 1)) if {"year", "month"} <= facts.keys() else ""


def _rating_path(link_id: int | None, otherwise: str, secrets: bool) -> str:
    """Where a letter's rating is given: by its one-time link in the mail, on the page itself in the portal."""
    secret = links.secret(link_id) if link_id and secrets else None
    return f"/rate/{secret}" if secret else otherwise


def _survey_path(letter: Letter, invitation: int, secrets: bool) -> str:
    """Where a survey is answered: by its one-time link in the mail, on the page itself in the portal.

    Whoever has no account has only the link; once it works no longer, nothing. Without links only the portal.
    """
    secret = survey_links.secret(invitation) if invitation and secrets and letter.facts.get("has_link") else None
    if secret:
        return f"/surveys/link/{secret}"
    return f"/surveys/{_hidden()}" if letter.facts.get("addressee") or not invitation else f"/surveys/{invitation}"


def _confirm_path(letter: Letter, link_id: int | None, secret, ticket_path: str) -> str:
    """Where it is said whether it is solved: by the one-time link in the mail, on the ticket's page in the portal.

    Whoever has no account has only the link; once it works no longer, nothing.
    """
    found = secret(link_id) if link_id else None
    outside = bool(letter.facts.get("addressee"))
    if found and (outside or found != _hidden(0)):
        return f"/confirm/{found}"
    return "" if outside else ticket_path


def _in_both(zh: str, en: str) -> str:
    """A name of the company's own, in the language of the letter."""
    return words_in(Words(zh, en))


def _hidden(*_link: object) -> str:
    return "…"


def _plain(name: str, value):
    if not isinstance(value, str):
        return value
    return datetime.fromisoformat(value) if name in MOMENTS or name.endswith("_at") else kept(value)


def _promised(facts: Mapping, reader: Person) -> str:
    """The promise a letter speaks of: to customers what is promised, to staff the rule. Blank when there is none."""
    if not facts.get("promise"):
        return ""
    try:
        rule = settings.policy().clock(facts["promise"])
    except KeyError:
        return facts["promise"]
    return words_in(rule.rule_words if reader.is_staff else rule.words)


def _next_step(facts: Mapping, promised: str, reader: Person) -> str:
    """What we owe next and by when; blank when nothing is owed."""
    if not (promised and facts.get("due")):
        return ""
    when = stamp(facts["due"])
    if reader.is_staff:
        return gettext("Next deadline: %(when)s (%(rule)s).", when=when, rule=promised)
    return gettext("What comes next: %(promise)s, by %(when)s.", promise=promised, when=when)


def _one_line(text: str) -> str:
    """A header is one line, whatever people typed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
