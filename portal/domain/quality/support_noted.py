"""What is noted of providers for a month (R32): limit, harm to the market, stretches without a right to support."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from portal.db import db
from portal.domain.people.models import Provider
from portal.domain.quality.days import following
from portal.domain.quality.limits import quarter_of
from portal.domain.quality.support_models import ComplaintLimit, MarketHarm, ProviderStanding


@dataclass
class Noted:
    """What is written down of a provider for a month: the limit, the tickets of harm to the market, no right to support."""

    limit: int | None = None
    harm: dict[int, int | None] = field(default_factory=dict)
    """By the harm's id its ticket, where it has one."""
    is_without: bool = False
    """In transition or suspended on any day of the month, or its contract ended before it."""


def noted(providers: Iterable[int], month: date) -> dict[int, Noted]:
    """What is noted of these providers; of several limits the newest holds."""
    wanted = list(providers)
    harmful = (MarketHarm.month == month) & MarketHarm.withdrawn_at.is_(None)
    still = ProviderStanding.until_on.is_(None) | (ProviderStanding.until_on >= month)
    rows = (
        db.select(Provider, ComplaintLimit.limit, MarketHarm.id, MarketHarm.ticket_id, ProviderStanding.id)
        .outerjoin(ComplaintLimit, (ComplaintLimit.provider_id == Provider.id) & (ComplaintLimit.quarter == quarter_of(month)))
        .outerjoin(MarketHarm, (MarketHarm.provider_id == Provider.id) & harmful)
        .outerjoin(ProviderStanding, (ProviderStanding.provider_id == Provider.id) & (ProviderStanding.from_on < following(month)) & still)
        .where(Provider.id.in_(wanted))
    )  # fmt: skip
    found = {key: Noted() for key in wanted}
    ordered = rows.order_by(ComplaintLimit.id, MarketHarm.id)
    for provider, limit, harm, ticket, standing in map(tuple, db.session.execute(ordered)):
        one = found[provider.id]
        one.limit, one.is_without = limit, standing is not None or not provider.is_there_in(month, following(month))
        if harm is not None:
            one.harm[harm] = ticket
    return found
