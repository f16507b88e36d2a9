"""The statement of a provider's support, from the result and the tickets that the reader may see."""

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.quality import support
from portal.domain.quality.support_models import SupportResult
from portal.domain.tickets.models import Ticket
from portal.reports.support_statement import ConditionRow, Objection, SupportStatement

ALONG = (SupportResult.provider, SupportResult.by, SupportResult.approved_by)


def number_of(row: SupportResult) -> str:
    """ZC-202610-yunbo-01: month, provider, revision."""
    return f"ZC-{row.month:%Y%m}-{row.provider.code}-{row.revision:02}"


def support_statement(results: Select, tickets: Select, key: int, address: str = "") -> SupportStatement | None:
    """The statement of this result; none if it is not among the rows. Tickets the reader may not see are counted, not named."""
    row = db.session.scalar(results.where(SupportResult.id == key).options(*map(joinedload, ALONG)))
    if row is None:
        return None
    named = support.tickets_of(tickets, [row])
    objections = support.objected_to(reversed(support.history(results, row)), row)
    return SupportStatement(
        number=number_of(row), provider=row.provider.name, month=row.month, revision=row.revision, holds=row.holds,
        amount_yuan=row.amount_yuan, reckoned_at=row.at, made_at=clock.now(), zone=settings.company().zone,
        conditions=tuple(_condition(one, named) for one in support.findings_of(row)),
        provider_closed_on=None if row.provider.is_open_on(settings.today()) else row.provider.closed_on, reckoned_by=row.by.name if row.by else "", why=row.why, approved_at=row.approved_at,
        approved_by=row.approved_by.name if row.approved_by else "", stage=support.STAGES[row.stage],
        objections=tuple(map(_objection, objections)), address=address,
    )  # fmt: skip


def _objection(row: SupportResult) -> Objection:
    """Of a row that was objected to."""
    assert row.objected_by is not None and row.objected_at is not None  # noqa: S101, PT018
    return Objection(
        row.revision, row.objection, row.objected_by.name, row.objected_at, row.answer,
        row.answered_by.name if row.answered_by else "", row.answered_at,
    )  # fmt: skip


def _condition(one: support.Finding, named: dict[int, Ticket]) -> ConditionRow:
    found = f"{one.count} / {one.of}" if one.of is not None else ""
    told = tuple(f"{named[key].number} {named[key].subject}" for key in one.tickets if key in named)
    return ConditionRow(support.CONDITIONS[one.code], support.RULES[one.code], one.holds, found, one.waived, told)
