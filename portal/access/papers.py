"""Which reports are for whom: asked at the door, and again by the worker when it makes one."""

from portal.access.permissions import Permission, may
from portal.access.scopes import LISTS, visible
from portal.domain.people.models import Person

__all__ = ["permits", "visible"]

OURS = {
    "ticket-record": Permission.DESK_READ,
    "dispatch-order": Permission.DESK_READ,
    "service-month": Permission.REPORT_READ,
    "major-report": Permission.DESK_READ,
    **LISTS,
}
TO_PROVIDERS = ("dispatch-order", "support-statement")
THEIRS = {"ticket-record": Permission.TICKET_READ}


def permits(report: str, person: Person) -> bool:
    """May this person have such a report made at all? A provider's people only their own orders and statements."""
    needs = (OURS if person.is_staff else THEIRS).get(report)
    if needs is None or not person.is_active or (person.provider_id and report not in TO_PROVIDERS):
        return False
    return may(person, needs)
