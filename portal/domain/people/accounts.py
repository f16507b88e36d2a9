"""What people do to their own account: signing in, password, second factor, address, sessions, letters wanted."""

from collections.abc import Iterable

from portal import clock
from portal.db import db
from portal.domain import journal, outbox
from portal.domain.people import links, queries
from portal.domain.people.models import Person, SecretLink, SignIn
from portal.domain.refusals import Refused
from portal.i18n import N_

TAKEN = N_("This address cannot be used here. Please take another one.")


def signed_in(person: Person, address: str, browser: str, system: str, is_new: bool) -> None:
    """Somebody has signed in; a letter says so if it was with a browser they never used here before."""
    journal.write("person.signed_in", person, person, address=address, browser=browser, system=system)
    if is_new:
        at = clock.now().isoformat()
        outbox.post("new_device", person, key=at, seen_at=at, address=address, browser=browser, system=system)


def signed_out(person: Person) -> None:
    """Somebody has signed out."""
    journal.write("person.signed_out", person, person)


def end_sessions(person: Person, but: SignIn | None = None) -> int:
    """End every session of a person at once, `but` one; gives how many."""
    rows = db.update(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None))
    if but is not None:
        rows = rows.where(SignIn.id != but.id)
    return len(db.session.scalars(rows.values(ended_at=clock.now()).returning(SignIn.id)).all())


def end_session(session: SignIn, by: Person) -> None:
    """End one session; its browser is signed out at the next request."""
    if session.ended_at is None:
        session.ended_at = clock.now()
        journal.write("person.session_ended", by, by)


def end_other_sessions(person: Person, but: SignIn | None) -> None:
    """End all sessions of the own account except this one."""
    ended = end_sessions(person, but)
    journal.write("person.sessions_ended", person, person, number=ended)


def set_password(person: Person, password_hash: str, by: Person | None, keep: SignIn | None = None) -> None:
    """A new password: other sessions end, open links die, a letter says so."""
    person.password_hash = password_hash
    end_sessions(person, keep)
    links.end(None, person)
    journal.write("person.password_changed", person, by)
    outbox.post("password_changed", person, key=clock.now().isoformat())


def ask_reset(person: Person | None) -> None:
    """Post a link that lets this person choose a new password; older ones end. For nobody, nothing."""
    if person is None or not person.is_active or person.password_hash is None:
        return
    link = links.make(links.RESET, person)
    outbox.post("password_reset", person, key=str(link.id), link_id=link.id)


def reset_password(link: SecretLink, password_hash: str) -> None:
    """Use the link: a new password, every session ended. Signing in is the next step, with the second factor."""
    links.use(link)
    person = queries.person(link.person_id)
    if not person.is_active:
        raise Refused(N_("This account is closed."))
    set_password(person, password_hash, person)


def describe(person: Person, name: str, title: str) -> None:
    """Name and job title, as others see them."""
    journal.write("person.described", person, person, was=person.name, became=name)
    person.name, person.title = name, title


def reach(person: Person, email: str, phone: str) -> None:
    """Address and phone. A new address is told to the old one as well, and ends what was sent to the old one."""
    old, new = person.email, email.strip().lower()
    person.phone = phone
    if new == old:
        return
    if queries.by_email(new) is not None:
        raise Refused(TAKEN)
    person.email = new
    links.end(None, person)
    journal.write("person.address_changed", person, person, was=old, became=new)
    at = clock.now().isoformat()
    outbox.post("address_changed", person, key=f"{at}:old", to_address=old, old=old, new=new)
    outbox.post("address_changed", person, key=f"{at}:new", old=old, new=new)


def begin_second_factor(person: Person, secret: str) -> None:
    """Lay down a new secret; it counts once a code has confirmed it. One that counted before is taken off."""
    person.totp_secret, person.totp_confirmed_at, person.totp_last_step = secret, None, None
    person.recovery_hashes = []


def confirm_second_factor(person: Person, step: int, recovery_hashes: list[str], keep: SignIn | None) -> None:
    """The app works: from now on a code is asked for. Other sessions end, a letter says so."""
    person.totp_confirmed_at, person.totp_last_step = clock.now(), step
    person.recovery_hashes = recovery_hashes
    end_sessions(person, keep)
    _factor_changed(person, "person.second_factor_on", person)


def renew_recovery_codes(person: Person, recovery_hashes: list[str]) -> None:
    """Ten new recovery codes; the old ones end."""
    person.recovery_hashes = recovery_hashes
    _factor_changed(person, "person.recovery_codes_renewed", person)


def drop_second_factor(person: Person, by: Person, keep: SignIn | None = None) -> None:
    """No second factor any more; other sessions end, a letter says so."""
    begin_second_factor(person, "")
    person.totp_secret = None
    end_sessions(person, keep)
    _factor_changed(person, "person.second_factor_off", by)


def mute(person: Person, templates: Iterable[str]) -> None:
    """These letters stay among the notices and are not mailed. Those about the account are always mailed."""
    muted = [name for name in outbox.MAY_BE_MUTED if name in set(templates)]
    person.preferences = {**person.preferences, "letters_muted": muted}


def prefer(person: Person, **choices: str) -> None:
    """A choice of taste: language, theme. No entry in the journal."""
    for name, choice in choices.items():
        setattr(person, name, choice)


def _factor_changed(person: Person, verb: str, by: Person) -> None:
    links.end(links.SECOND_STEP, person)
    journal.write(verb, person, by)
    outbox.post("second_factor_changed", person, key=clock.now().isoformat(), is_on=person.has_second_factor)
