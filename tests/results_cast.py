"""Answers to surveys for tests of results: customers with contacts who say what is wanted, by the way everybody answers."""

from collections.abc import Mapping, Sequence

from portal.db import db, transaction
from portal.domain.people.models import Customer
from portal.domain.surveys import answering, links, running
from portal.domain.surveys.campaign_models import Campaign, Invitation
from tests.factories import a_customer
from tests.survey_cast import an_invitation

Said = Mapping[str, str | Sequence[str]]


def a_named_customer(**facts) -> int:
    row = a_customer(**facts)
    return row.id


def answers(campaign: int, said: Said, customer: int | None = None, mode: str = "link", **facts) -> int:
    """Somebody of this customer (of a new one, with these facts) answers in full; gives the invitation."""
    key, _ = an_invitation(campaign, **({"customer_id": customer or a_named_customer(**facts)}))
    with transaction():
        row = db.session.scalars(db.select(Invitation).where(Invitation.id == key).options(*links.along())).one()
        posted = {f"q.{code}": [given] if isinstance(given, str) else list(given) for code, given in said.items()}
        document = answering.sheet(row).document
        found = answering.send(answering.held(row), mode, posted, [one.code for one in document.questions()])
        assert not found.errors, found.errors
    return key


def rated(campaign: int, *stars: int, **facts) -> None:
    """One customer each, who rates us so as a whole."""
    for one in stars:
        answers(campaign, {"overall": str(one), "nps": "9", **({"why": "slow"} if one < 3 else {})}, **facts)


def ended(campaign: int) -> None:
    with transaction():
        row = the(campaign)
        running._end(row, None, "")


def the(campaign: int) -> Campaign:
    from portal.domain.surveys import campaigns

    return campaigns.of(campaign)


def customers_of(campaign: int) -> list[Customer]:
    rows = db.select(Customer).join(Invitation, Invitation.customer_id == Customer.id)
    return list(db.session.scalars(rows.where(Invitation.campaign_id == campaign).order_by(Customer.id)))
