"""Somebody of the customer's without an account, who speaks through the one-time link of a letter (R16)."""

from dataclasses import dataclass
from typing import ClassVar

from portal.domain.people.models import Person
from portal.domain.people.roles import Role


@dataclass(frozen=True)
class Voice:
    """The contact of one ticket, as far as an action needs to know whoever acts. Decides only what nobody else asked."""

    name: str
    customer_id: int

    id: ClassVar[None] = None
    is_staff: ClassVar[bool] = False
    is_org_admin: ClassVar[bool] = False

    def has(self, *roles: Role) -> bool:
        """No role at all."""
        return False


Speaker = Person | Voice


def author(by: Speaker) -> dict:
    """Who said it, as the columns of a message or a verification."""
    return {"by": None, "by_name": by.name} if isinstance(by, Voice) else {"by": by}


def said_by(by: Speaker) -> dict:
    """Who did it, as a fact of the journal, where that is nobody with an account."""
    return {"said_by": by.name} if isinstance(by, Voice) else {}
