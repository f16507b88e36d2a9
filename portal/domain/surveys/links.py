"""One-time links of surveys: what travels is derived from the invitation and the installation's key and lies nowhere.

The row keeps its SHA-256. Looking at a link changes nothing; unknown, foreign, withdrawn, run out: all look alike.
"""

import base64
import hashlib
import hmac

from sqlalchemy import bindparam
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain.people.models import Contact, Customer
from portal.domain.people.queries import who_left
from portal.domain.surveys.campaign_models import Campaign, Invitation
from portal.domain.surveys.models import QuestionnaireVersion

UNASKED = ("drawn", "skipped")
"""States of an invitation nobody was ever told of."""
NEVER = (*UNASKED, "refused", "withdrawn", "ended")
"""States of an invitation whose link does not work."""
_key = b""


def arm(key: str) -> None:
    """The key of this installation, handed over once at start."""
    global _key
    _key = key.encode()


def give(row: Invitation) -> None:
    """The row, which has its id, gets its link."""
    row.token_hash = hashed(secret_of(row))


def renew(row: Invitation) -> None:
    """A new link; the one before works no more."""
    row.link_no += 1
    give(row)


def secret_of(row: Invitation) -> str:
    """What travels: 192 bits that only this installation can derive."""
    said = f"{row.__tablename__}\n{row.id}\n{row.link_no}\n{row.made_at.isoformat()}".encode()
    return base64.urlsafe_b64encode(hmac.digest(_key, said, "sha256")[:24]).decode()


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def secret(invitation_id: int) -> str | None:
    """What travels, for the letter that carries it; nothing once the link works no more."""
    row = db.session.get(Invitation, invitation_id)
    return secret_of(row) if row and row.token_hash and row.state not in NEVER else None


def along() -> tuple:
    """What an invitation is read with, for whoever answers it."""
    campaign = joinedload(Invitation.campaign)
    version = campaign.joinedload(Campaign.questionnaire_version)
    return (
        version.joinedload(QuestionnaireVersion.questionnaire), joinedload(Invitation.customer).joinedload(Customer.account_manager),
        joinedload(Invitation.contact), joinedload(Invitation.project),
    )  # fmt: skip


def sent(secret: object) -> Invitation | None:
    """The invitation of a link that was sent to somebody who is still there, whether or not it can still be answered."""
    if not isinstance(secret, str) or not 20 <= len(secret) <= 100:
        return None
    return db.session.scalar(_SENT, {"hashed": hashed(secret)})


_SENT = (
    db.select(Invitation).where(Invitation.token_hash == bindparam("hashed"), Invitation.state.not_in(UNASKED))
    .where(~who_left().where(Contact.id == Invitation.contact_id).correlate(Invitation).exists()).options(*along())
)  # fmt: skip


def behind(secret: object) -> Invitation | None:
    """The same of a link that works: its campaign is open, and it was not withdrawn."""
    row = sent(secret)
    return row if row is not None and row.state not in NEVER and row.campaign.is_open(clock.now()) else None
