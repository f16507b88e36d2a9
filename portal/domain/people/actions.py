"""What is done to people: signing in and out, inviting, passwords, second factors, roles, disabling."""

from portal import clock
from portal.domain import journal, outbox
from portal.domain.people.models import Person


def signed_in(person: Person, address: str, browser: str, system: str, is_new: bool) -> None:
    """Somebody has signed in; a letter says so if it was with a browser they never used here before."""
    journal.write("person.signed_in", person, person, address=address, browser=browser, system=system)
    if is_new:
        outbox.post(
            "new_device", person, key=clock.now().isoformat(), address=address, browser=browser, system=system
        )


def signed_out(person: Person) -> None:
    """Somebody has signed out."""
    journal.write("person.signed_out", person, person)


def prefer(person: Person, **choices: str) -> None:
    """A choice of taste: language, theme. No entry in the journal."""
    for name, choice in choices.items():
        setattr(person, name, choice)
