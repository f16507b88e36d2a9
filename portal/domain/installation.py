"""Setting up a new portal: the company, its policy and calendar, its departments, the first administrator. Once."""

import re
from dataclasses import dataclass

from portal import clock
from portal.db import db
from portal.domain import journal, settings
from portal.domain.files import StoredFile
from portal.domain.people import links, parties
from portal.domain.people.models import Person
from portal.domain.people.roles import Role
from portal.domain.policy import PACKS, load_calendar, load_pack
from portal.domain.refusals import Refused
from portal.i18n import N_

FIRST_ROLES = (Role.ADMINISTRATOR, Role.SECURITY_ADMIN)
"""The first person holds both, because somebody must invite the second; the portal asks for them to be parted."""


@dataclass(frozen=True)
class Opening:
    """What a company says when its portal is set up."""

    name: str
    short_name: str
    pack: str
    language: str = "zh_Hans_CN"
    zone: str = "Asia/Shanghai"
    accent: str = "#1f5f8b"
    mail_from: str = "portal@localhost"
    logo: StoredFile | None = None
    """PNG or JPEG, kept already."""


def is_set_up() -> bool:
    """Is there a company yet?"""
    return settings.company().is_set_up


def new_link() -> str:
    """What travels in the one-time link that sets up the portal; older ones end. Raises Refused once it is set up."""
    if is_set_up():
        raise Refused(N_("This portal is set up already."))
    return links.secret_of(links.make(links.SET_UP, None))


def set_up(opening: Opening, first: Person | None = None) -> None:
    """Lay down everything a portal stands on, by its first person if there is one. Raises Refused the second time."""
    if is_set_up():
        raise Refused(N_("This portal is set up already."))
    if opening.pack not in PACKS:
        raise Refused(N_("There is no such policy pack."))
    settings.adopt("calendar", load_calendar(), first, "set-up")
    policy = load_pack(opening.pack)
    policy["calendar"] = policy["calendar"] | {"zone": opening.zone}
    settings.adopt("policy", policy, first, "set-up")
    settings.change(
        "company", first, "set-up", name=opening.name, short_name=opening.short_name, accent=opening.accent,
        logo=opening.logo.key if opening.logo else None, language=opening.language, zone=opening.zone,
        mail_from=opening.mail_from, is_set_up=True,
    )  # fmt: skip
    parties.found_departments(settings.policy().departments, first)
    links.end(links.SET_UP, None)


def first_person(name: str, email: str, password_hash: str, language: str) -> Person:
    """The first administrator, who may sign in at once. Raises Refused for what is no address."""
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,255}", email):
        raise Refused(N_("This is no e-mail address."))
    person = Person(
        name=name, email=email.strip().lower(), roles=list(FIRST_ROLES), password_hash=password_hash,
        language=language, made_at=clock.now(), preferences={}, recovery_hashes=[],
    )  # fmt: skip
    db.session.add(person)
    db.session.flush()
    journal.write("person.came", person, person)
    return person
