"""Support of handling costs (抱怨处理费用支持, R32): a month reckoned condition by condition, objected to, approved.

A complaint counts for the first party that had the lead, wherever it went later; repair requests do not count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db, in_turn
from portal.domain import journal, outbox, settings
from portal.domain.people.models import Person, Provider
from portal.domain.people.queries import handlers_of, supervisors
from portal.domain.people.roles import Role
from portal.domain.quality.days import first, following, today
from portal.domain.quality.limits import TURN, need_supervisor
from portal.domain.quality.support_facts import SHARES, Carried, carried_to, counting, policy_of, rows_of
from portal.domain.quality.support_models import SupportResult
from portal.domain.quality.support_noted import Noted, noted
from portal.domain.refusals import Refused
from portal.domain.tickets.models import Ticket
from portal.i18n import N_

CODES = ("limit", "first_time", "monthly", "web", "harm", "standing")
CONDITIONS = {
    "limit": N_("Complaints within the limit"),
    "first_time": N_("First-time closure 100%"),
    "monthly": N_("Monthly closure 100%"),
    "web": N_("Web complaints closed 100%"),
    "harm": N_("No severe harm to market or media"),
    "standing": N_("Neither in transition nor suspended"),
}
RULES = {
    "limit": N_(
        "Complaints of the month, of the classes that count, are at most the limit of the quarter. A complaint that moved to another provider counts here, where it was first."
    ),
    "first_time": N_("Closed within the limit of their class ÷ complaints really called back. Without any it is kept."),
    "monthly": N_(
        "Closed by the end of the month (by force with a manager's approval too) ÷ complaints without those that could not be reached. Without any it is kept."
    ),
    "web": N_(
        "Web complaints closed by the end of the month ÷ web complaints without those that could not be reached; where the policy says so, with those still open from earlier months."
    ),
    "harm": N_("No harm by neglect was noted for the month."),
    "standing": N_(
        "On no day of the month was the provider in transition or suspended, and its contract had not ended before."
    ),
}
MAY_MEND = ("monthly", "web")
"""What stands closed at the end of the month: as long as the month runs, what is open can still be closed."""
STAGES = {
    "reckoned": N_("Reckoned"),
    "objected": N_("Objected to"),
    "answered": N_("Answered"),
    "approved": N_("Approved"),
    "followed": N_("Followed by a newer one"),
}
TONES = {"reckoned": "", "objected": "warn", "answered": "info", "approved": "good", "followed": "quiet"}
TOLD = {
    "support.reckoned": N_("{by} reckoned the support of {provider} for {month}: {became}; {why}"),
    "support.objected": N_("{by} objected for {provider}, {month}: {why}"),
    "support.answered": N_("{by} answered the objection of {provider}, {month}: {why}"),
    "support.approved": N_("{by} approved the support of {provider} for {month}: {became} yuan"),
}


@dataclass(frozen=True)
class Finding:
    """What the reckoning found for one condition: is it kept, how many of how many, and which tickets say so.

    `tickets` are those that count against it: for the limit all that count, for a share those that miss.
    """

    code: str
    holds: bool
    count: int
    of: int | None
    tickets: tuple[int, ...] = ()
    waived: str = ""
    """Why it is not held against the provider; then it counts as kept."""

    def kept(self) -> dict:
        """As it lies in the result's row."""
        return {
            "code": self.code, "holds": self.holds, "count": self.count, "of": self.of, "tickets": list(self.tickets),
            "waived": self.waived,
        }  # fmt: skip


def findings_of(result: SupportResult) -> list[Finding]:
    """What a kept result found, in the order of the conditions."""
    return [Finding(**{**one, "tickets": tuple(one["tickets"])}) for one in result.conditions]


def found(providers: Iterable[int], month: date) -> dict[int, list[Finding]]:
    """Every condition for these providers in a month, as things stand now; as many statements for one as for all."""
    wanted, policy = list(providers), policy_of(month)
    known, rows, classes = noted(wanted, month), rows_of(wanted, month), counting(policy)
    carried = carried_to(wanted, month) if policy.support.web_carries else {}
    return {key: _findings(rows.get(key, []), classes, carried.get(key, []), known[key]) for key in wanted}


def so_far(providers: Iterable[Provider]) -> list[tuple[Provider, list[Finding]]]:
    """The running month as it stands now, those that can no longer earn their support first; nothing is written.

    Of these providers those whose contract reaches into it.
    """
    month = first(today())
    asked = [one for one in providers if one.is_there_in(month, following(month))]
    now = found([one.id for one in asked], month)
    return sorted(((one, now[one.id]) for one in asked), key=lambda pair: (not lost(pair[1]), pair[0].name))


def lost(findings: Iterable[Finding]) -> list[Finding]:
    """What cannot be mended any more in a month that still runs."""
    return [one for one in findings if not one.holds and one.code not in MAY_MEND]


def losing_count() -> int:
    """How many providers can no longer earn the support of the running month."""
    return sum(bool(lost(findings)) for _, findings in so_far(db.session.scalars(db.select(Provider))))


def _findings(rows: list, classes: set[str], carried: list[Carried], known: Noted) -> list[Finding]:
    counted = tuple(row.ticket_id for row in rows if row.class_code in classes)
    limit, harm, is_without = known.limit, known.harm, known.is_without
    shares = [_share(code, [*rows, *carried] if code == "web" else rows) for code in SHARES]
    return [
        Finding("limit", limit is not None and len(counted) <= limit, len(counted), limit, counted),
        *shares,
        Finding("harm", not harm, len(harm), None, tuple(ticket for ticket in harm.values() if ticket)),
        Finding("standing", not is_without, int(is_without), None),
    ]


def _share(code: str, rows: list) -> Finding:
    kept, asked = SHARES[code]
    of = [row for row in rows if getattr(row, asked)]
    missed = tuple(row.ticket_id for row in of if not getattr(row, kept))
    return Finding(code, not missed, len(of) - len(missed), len(of), missed)


def reckon(providers: Iterable[Provider], month: date, by: Person | None, why: str = "") -> list[SupportResult]:
    """Reckon a month for these providers, as far as their contract reaches into it. A result that finds what the newest one found is not written again.

    What is approved stays approved; a reckoning that finds something else after that is a correction and needs
    a reason. Raises Refused for a month that is not over.
    """
    if by is not None:
        need_supervisor(by)
    if month >= first(today()):
        raise Refused(N_("The month is not over yet; it is reckoned when it is."))
    in_turn(TURN)
    before = newest(month)
    asked = [one for one in providers if one.is_there_in(month, following(month)) or one.id in before]
    now = found([one.id for one in asked], month)
    made = []
    for provider in asked:
        row = _next(provider, month, now[provider.id], before.get(provider.id), by, why)
        if row is not None:
            made.append(row)
    return made


def _next(
    provider: Provider, month: date, findings: list[Finding], last: SupportResult | None, by: Person | None, why: str,
    waived: Mapping[str, str] | None = None,
) -> SupportResult | None:  # fmt: skip
    waived = waived if waived is not None else _waived(last)
    findings = [_with(one, waived.get(one.code, "")) for one in findings]
    kept = [one.kept() for one in findings]
    if last is not None and last.conditions == kept:
        return None
    if last is not None and last.approved_at is not None and not why.strip():
        raise Refused(
            N_("The support of {name} is approved already; please say why it is reckoned again."), name=provider.name
        )
    at, objection = clock.now(), settings.policy().support.objection
    holds = all(one.holds or one.waived for one in findings)
    if last is not None:
        last.is_newest = False
        db.session.flush()
    row = SupportResult(
        provider=provider, month=month, revision=last.revision + 1 if last else 1, holds=holds,
        amount_yuan=policy_of(month).support.month_yuan if holds else 0, conditions=kept, by=by, at=at, why=why,
        objection_until=settings.calendar().after(at, objection), objection="", answer="",
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _write("support.reckoned", row, by, became=GAINED[holds], why=why)
    for handler in handlers_of(provider):
        _letter("support_reckoned", handler, row, "reckoned", holds=holds, until=row.objection_until.isoformat())
    return row


GAINED = {True: N_("support granted"), False: N_("no support")}


def _waived(last: SupportResult | None) -> dict[str, str]:
    return {one.code: one.waived for one in findings_of(last) if one.waived} if last else {}


def _with(one: Finding, waived: str) -> Finding:
    return Finding(one.code, one.holds, one.count, one.of, one.tickets, "" if one.holds else waived)


def why_not_object(row: SupportResult, by: Person) -> str | None:
    """Why this person cannot object, as a marked sentence; none if they can."""
    if not by.has(Role.HANDLER) or by.provider_id != row.provider_id:
        return N_("Only the provider's own people can object.")
    if not row.is_newest or row.approved_at is not None:
        return N_("This result is settled.")
    if row.objected_at is not None:
        return N_("There is one objection, and it was made already.")
    if row.holds:
        return N_("The support is granted; there is nothing to object to.")
    return None if clock.now() <= row.objection_until else N_("The days to object are over.")


def object_to(row: SupportResult, by: Person, words: str) -> None:
    """The provider thinks that something is wrong, and says what (异议). The supervisors hear of it."""
    if (no := why_not_object(row, by)) is not None:
        raise Refused(no)
    row.objected_by, row.objected_at, row.objection = by, clock.now(), words
    _write("support.objected", row, by, why=words)
    for one in supervisors():
        _letter("support_objected", one, row, "objected", by=by.name, words=words[:500])


def answer(row: SupportResult, by: Person, words: str, waived: Iterable[str] = ()) -> SupportResult:
    """Answer the objection. Conditions that are not held against the provider make a next revision with the reason."""
    need_supervisor(by)
    if row.stage != "objected":
        raise Refused(N_("There is no objection to answer."))
    row.answered_by, row.answered_at, row.answer = by, clock.now(), words
    _write("support.answered", row, by, why=words)
    chosen = {code: words for code in waived if code in CODES}
    newer = _next(row.provider, row.month, findings_of(row), row, by, words, _waived(row) | chosen) if chosen else None
    told = {one.id: one for one in (*handlers_of(row.provider), row.objected_by) if one is not None}
    for one in told.values():
        _letter("support_answered", one, row, "answered", words=words[:500], granted=bool(newer and newer.holds))
    return newer or row


def why_not_approve(row: SupportResult, by: Person) -> str | None:
    """Why this person cannot approve it, as a marked sentence; none if they can."""
    if not by.has(Role.MANAGER):
        return N_("A manager approves support.")
    if by.id == row.by_id:
        return N_("You had it reckoned; another manager approves it.")
    if row.stage == "objected":
        return N_("An objection waits for its answer.")
    if row.stage == "reckoned" and not row.holds and clock.now() <= row.objection_until:
        return N_("The provider was given days to object, and they are not over yet.")
    return None if row.stage in ("reckoned", "answered") else N_("This result is settled.")


def approve(row: SupportResult, by: Person) -> None:
    """Two people for money: reckoned by one, approved by a manager."""
    if (no := why_not_approve(row, by)) is not None:
        raise Refused(no)
    row.approved_by, row.approved_at = by, clock.now()
    _write("support.approved", row, by, became=str(row.amount_yuan))


def newest(month: date) -> dict[int, SupportResult]:
    """The result that holds for each provider in a month."""
    rows = db.select(SupportResult).where(SupportResult.month == month, SupportResult.is_newest)
    return {row.provider_id: row for row in db.session.scalars(rows.options(joinedload(SupportResult.provider)))}


def of_month(rows: Select, month: date) -> list[SupportResult]:
    """Of these results (visible ones) those that hold in a month: without support first, then by name."""
    mine = rows.where(SupportResult.month == month, SupportResult.is_newest).join(SupportResult.provider)
    along = (joinedload(SupportResult.provider), joinedload(SupportResult.approved_by))
    return list(db.session.scalars(mine.options(*along).order_by(SupportResult.holds, Provider.name)))


def history(rows: Select, row: SupportResult) -> list[SupportResult]:
    """Of these results all revisions of the same month and provider with their people, the newest first."""
    same = rows.where(SupportResult.provider_id == row.provider_id, SupportResult.month == row.month)
    along = map(joinedload, (SupportResult.by, SupportResult.objected_by, SupportResult.answered_by))
    return list(db.session.scalars(same.options(*along).order_by(SupportResult.revision.desc())))


def objected_to(revisions: Iterable[SupportResult], row: SupportResult) -> list[SupportResult]:
    """Of these revisions those that the provider objected to, up to this one: what became of it is in the later ones."""
    return [one for one in revisions if one.objected_at is not None and one.revision <= row.revision]


def of_provider(rows: Select, provider_id: int, limit: int = 36) -> list[SupportResult]:
    """Of these results the newest of each month of a provider, the latest month first."""
    mine = rows.where(SupportResult.provider_id == provider_id, SupportResult.is_newest)
    return list(db.session.scalars(mine.order_by(SupportResult.month.desc()).limit(limit)))


def tickets_of(rows: Select, results: Iterable[SupportResult]) -> dict[int, Ticket]:
    """Of these tickets (visible ones) those that any of the results names, by id; one statement."""
    return named(rows, (key for result in results for one in result.conditions for key in one["tickets"]))


def named(rows: Select, ids: Iterable[int]) -> dict[int, Ticket]:
    """Of these tickets (visible ones) those with these ids, by id; one statement."""
    wanted = set(ids)
    return {one.id: one for one in db.session.scalars(rows.where(Ticket.id.in_(wanted)))} if wanted else {}


def _unanswered() -> tuple:
    """What waits for an answer, of whatever month, as conditions on rows."""
    return SupportResult.is_newest, SupportResult.objected_at.is_not(None), SupportResult.answered_at.is_(None)


def unanswered(rows: Select, limit: int = 50) -> list[SupportResult]:
    """Of these results (visible ones) those whose objection waits for an answer, the longest waiting first."""
    waiting = rows.where(*_unanswered()).options(joinedload(SupportResult.provider))
    return list(db.session.scalars(waiting.order_by(SupportResult.objected_at, SupportResult.id).limit(limit)))


def objections_count() -> Select:
    """How many objections wait for an answer, 100 at most; as a statement."""
    few = db.select(SupportResult.id).where(*_unanswered()).limit(100).subquery()
    return db.select(db.func.count()).select_from(few)


def to_approve_count(by_id: int) -> Select:
    """How many results of last month this manager may approve now, 100 at most; as a statement."""
    month = following(first(today()), -1)
    heard = or_(SupportResult.answered_at.is_not(None), SupportResult.objected_at.is_(None) & or_(
        SupportResult.holds, SupportResult.objection_until < clock.now()
    ))  # fmt: skip
    waiting = (
        SupportResult.month == month, SupportResult.is_newest, SupportResult.approved_at.is_(None), heard,
        SupportResult.by_id.is_distinct_from(by_id),
    )  # fmt: skip
    few = db.select(SupportResult.id).where(*waiting).limit(100).subquery()
    return db.select(db.func.count()).select_from(few)


def _write(verb: str, row: SupportResult, by: Person | None, **facts) -> None:
    journal.write(verb, row, by, provider=row.provider.name, month=f"{row.month:%Y-%m}", **facts)


def _letter(template: str, to: Person, row: SupportResult, event: str, **facts) -> None:
    outbox.post(
        template, to, key=f"support:{row.id}:{event}", provider=row.provider.name, support=row.id,
        year=row.month.year, month=row.month.month, amount=row.amount_yuan, **facts,
    )  # fmt: skip
