"""Need to know (R9): whoever looks at diet and needs, or takes a list along, leaves an entry."""

from portal.domain import journal
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Registration
from portal.domain.people.models import Person


def looked(party: Registration, by: Person) -> None:
    """Somebody of ours read what the people of this party eat and need."""
    journal.write("forum.needs_seen", party, by, became=party.number)


def exported(event: Event, by: Person, number: int, with_needs: bool) -> None:
    """Somebody of ours took the list along."""
    journal.write("forum.exported", event, by, number=number, needs=with_needs)
    if with_needs:
        journal.write("forum.needs_seen", event, by, became=event.number)
