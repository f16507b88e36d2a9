"""The service report of one customer's month: counted from the rows that the reader may see."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal import clock
from portal.domain import settings
from portal.domain.people.models import Customer
from portal.domain.policy import Policy
from portal.domain.ratings.kinds import subject
from portal.domain.statistics import median, percentile
from portal.domain.tickets.models import Deadline, Message, Ticket
from portal.domain.tickets.states import as_customers_read
from portal.i18n import N_
from portal.reports.facts import Said
from portal.reports.gathering import month_words
from portal.reports.gathering.month_rows import Month, Owed, Rows, Year, after, before
from portal.reports.gathering.plain import outcome_for_customers
from portal.reports.service_month import (
    Breach,
    Commitment,
    Definition,
    Figure,
    MonthTally,
    OpenCase,
    Repeat,
    Review,
    Satisfaction,
    Scored,
    ServiceMonth,
    Spread,
    Tally,
    TicketLine,
    Verbatim,
)

SHOWN_MONTHS, MOST_REVIEWS, MOST_REPEATS, MOST_WORDS = 6, 10, 8, 20
MERGED = Definition(N_("Merged requests"), N_("Count once, as the request they go on in."))


def service_month(rows: Rows, customer: Customer, first: date, **about) -> ServiceMonth:
    """What was promised, kept and not kept in this customer's month (its first day), as it is known now.

    `customer` with its account manager; `about`: number, version and whatever else people settle.
    """
    at, company = clock.now(), settings.company()
    year = Year(rows, customer.id, first, ZoneInfo(company.zone), at)
    month, last = year.month(first), year.month(before(first))
    commitments, still = _commitments(year, month), _still_open(year)
    reply, was = _replies(month), _replies(last)
    word, why = month_words.verdict(month, still)
    manager = customer.account_manager
    return ServiceMonth(
        customer_name=customer.name,
        customer_short=customer.short_name,
        customer_code=customer.number,
        period_from=first,
        period_to=after(first) - timedelta(days=1),
        snapshot_at=at,
        zone=company.zone,
        hotline=company.hotline,
        manager=manager.name if manager else "",
        manager_phone=manager.phone if manager else "",
        manager_email=manager.email if manager else "",
        verdict=word,
        verdict_text=why,
        figures=_figures(month, last, year.month(before(first, 12))),
        went_well=month_words.went_well(month, last, commitments, reply, was),
        went_badly=month_words.went_badly(month, commitments, still),
        decisions=month_words.decisions([one for one in year.tickets if one.is_live]),
        commitments=commitments,
        opened=len(month.opened),
        closed=len(month.closed),
        complaints=len(month.complaints),
        **_tallies(month, last),
        by_month=_months(year, first),
        first_reply=reply,
        closure=_spread(_worked(one.opened_at, one.closed_at) for one in month.closed if one.closed_at),
        reopened=month.reopened,
        overdue=len({one.ticket.id for one in month.owed if not one.is_kept}),
        open_cases=still,
        repeats=_repeats(month),
        reviews=_reviews(year, month),
        satisfaction=_satisfaction(month, last),
        definitions=(MERGED, month_words.VERDICTS),
        tickets=_lines(year, month),
        **about,
    )


def _day(year: Year, at: datetime) -> date:
    return at.astimezone(year.zone).date()


def _worked(start: datetime, end: datetime) -> timedelta:
    return settings.calendar().between(start, end)


def _spread(spans: Iterable[timedelta]) -> Spread:
    seconds = [span.total_seconds() for span in spans]
    middle, high = median(seconds), percentile(seconds, 0.9)
    if middle is None or high is None:
        return Spread()
    return Spread(len(seconds), timedelta(seconds=middle), timedelta(seconds=high))


def _replies(month: Month) -> Spread:
    return _spread(_worked(one.opened_at, one.replied_at) for one in month.opened if one.replied_at)


def _figures(month: Month, last: Month, year_ago: Month) -> tuple[Figure, ...]:
    """Each for the month, the month before and a year ago."""

    def share(label: Said, chosen: Callable[[Month], list[Owed]]) -> Figure:
        parts = [(sum(one.is_kept for one in chosen(each)), len(chosen(each))) for each in (month, last, year_ago)]
        now, then, long_ago = (kept / of if of else None for kept, of in parts)
        kept, of = parts[0]
        return Figure(label, "share", now, of, kept, 1.0, last=then, year_ago=long_ago)

    def plain(label: Said, unit: str, count: Callable[[Month], float | None], n: int | None = None, **more) -> Figure:
        return Figure(label, unit, count(month), n, last=count(last), year_ago=count(year_ago), **more)

    return (
        share(N_("Promises kept"), lambda each: each.owed),
        share(N_("First replies in time"), lambda each: [one for one in each.owed if one.rule.met == "replied"]),
        share(N_("Closed in time"), lambda each: [one for one in each.owed if one.rule.met == "closed"]),
        plain(N_("Complaints"), "count", lambda each: len(each.complaints), at_least=False),
        plain(N_("First reply, median"), "hours", _reply_hours, _replies(month).n, at_least=False),
        plain(N_("Mean rating"), "stars", _mean_stars, len(month.ratings)),
    )


def _reply_hours(month: Month) -> float | None:
    middle = _replies(month).median
    return None if middle is None else middle.total_seconds() / 3600


def _mean_stars(month: Month) -> float | None:
    stars = [one.stars for one in month.ratings]
    return sum(stars) / len(stars) if stars else None


def _commitments(year: Year, month: Month) -> tuple[Commitment, ...]:
    """The promises told to the customer, by rule; a promise is to be kept every time."""
    rules: dict[str, list[Owed]] = {}
    for one in month.owed:
        rules.setdefault(one.rule.code, []).append(one)
    missed = [one.ticket for one in month.owed if not one.is_kept]
    said = year.words_of(missed)
    return tuple(
        Commitment(
            found[-1].rule.words,
            found[-1].rule.rule_words,
            sum(one.is_kept for one in found),
            len(found),
            1.0,
            tuple(_breach(year, one, said[one.ticket.id]) for one in found if not one.is_kept),
        )
        for found in rules.values()
    )


def _breach(year: Year, one: Owed, said: list[Message]) -> Breach:
    end = one.deadline.met_at or year.at
    late = settings.calendar(one.deadline.policy_id).between(one.deadline.due_at, end)
    return Breach(one.ticket.number, _why_open(said) or "—", late)


def _why_open(said: list[Message]) -> str:
    """What was told the customer about why it could not be closed in time: that part of a reply."""
    codes = [one.code for one in settings.policy().known("reply_fields") if one.when_open]
    return _newest(said, codes)


def _newest(said: list[Message], codes: Iterable[str]) -> str:
    parts = (str(message.shape[code]) for message in reversed(said) for code in codes if message.shape.get(code))
    return next(parts, "")


def _tallies(month: Month, last: Month) -> dict[str, tuple[Tally, ...]]:
    policy = settings.policy()

    def tallied(listed: str, code_of: Callable[[Ticket], str | None]) -> tuple[Tally, ...]:
        now, then = (Counter(filter(None, map(code_of, each.opened))) for each in (month, last))
        codes = sorted(now.keys() | then.keys(), key=lambda code: (-now[code], -then[code], code))
        return tuple(Tally(policy.called(listed, code), now[code], then[code]) for code in codes)

    return {
        "by_kind": tallied("kinds", lambda one: one.kind),
        "by_channel": tallied("channels", lambda one: one.channel),
        "by_class": tallied("classes", lambda one: _group(policy, one.class_code)),
    }


def _group(policy: Policy, code: str | None) -> str | None:
    """The group of a class; the class itself where a policy no longer knows it."""
    known = {one.code: one.parent or one.code for one in policy.known("classes")}
    return known.get(code, code) if code else None


def _months(year: Year, first: date) -> tuple[MonthTally, ...]:
    months = [year.month(before(first, back)) for back in reversed(range(SHOWN_MONTHS))]
    return tuple(MonthTally(each.first, len(each.opened), len(each.closed)) for each in months)


def _still_open(year: Year) -> tuple[OpenCase, ...]:
    running = year.running()
    live = [one for one in year.tickets if one.is_live]
    return tuple(_case(year, one, running.get(one.id)) for one in live)


def _case(year: Year, ticket: Ticket, due: Deadline | None) -> OpenCase:
    opened = _day(year, ticket.opened_at)
    return OpenCase(
        ticket.number,
        ticket.subject,
        opened,
        (_day(year, year.at) - opened).days,
        as_customers_read(ticket.state)[0],
        _day(year, due.due_at) if due else None,
        due is not None and due.due_at < year.at,
    )


def _repeats(month: Month) -> tuple[Repeat, ...]:
    policy = settings.policy()
    found = month_words.repeated(month)[:MOST_REPEATS]
    return tuple(Repeat(policy.called("classes", code), len(numbers), tuple(numbers)) for code, numbers in found)


REJECTED = N_("the solution was not accepted; we go on working on it")


def _reviews(year: Year, month: Month) -> tuple[Review, ...]:
    """Complaints of the month that were major, of the highest severity, or not solved at the first attempt."""
    worst = max(one.rank for one in settings.policy().severities)
    ranks = {one.code: one.rank for one in settings.policy().known("severities")}
    weighty = [
        one
        for one in month.complaints
        if one.is_major or ranks.get(one.severity) == worst or one.sent_back or one.round > 1
    ][:MOST_REVIEWS]
    said = year.words_of(weighty)
    return tuple(_review(year, one, said[one.id]) for one in weighty)


def _review(year: Year, ticket: Ticket, said: list[Message]) -> Review:
    problem = ticket.problem
    return Review(
        ticket.number,
        _day(year, ticket.opened_at),
        ticket.subject,
        next((one.body for one in said if one.sort == "opening"), ""),
        _newest(said, ("cause",)) or (problem.cause if problem else ""),
        ticket.solution or _newest(said, ("measure",)) or (problem.measure if problem else ""),
        _day(year, ticket.closed_at) if ticket.closed_at else None,
        outcome_for_customers(ticket) if ticket.outcome else REJECTED if ticket.is_live and ticket.sent_back else "",
    )


def _satisfaction(month: Month, last: Month) -> Satisfaction:
    sides = {one.code: one.words for one in settings.policy().known("rating_dimensions")}
    scores = {code: [one.dimensions[code] for one in month.ratings if code in one.dimensions] for code in sides}
    stars = Counter(one.stars for one in month.ratings)
    worded = [one for one in month.ratings if one.comment][:MOST_WORDS]
    return Satisfaction(
        asked=max(len(month.closed), len(month.ratings)),
        stars=(stars[1], stars[2], stars[3], stars[4], stars[5]),
        dimensions=tuple(Scored(sides[code], sum(n) / len(n), len(n)) for code, n in scores.items() if n),
        verbatims=tuple(
            Verbatim(
                one.comment,
                _local(one.at),
                one.by.name,
                one.stars,
                subject(one) if not one.ticket else one.ticket.number,
            )
            for one in worded
        ),
        last_satisfied=sum(one.stars >= 4 for one in last.ratings),
        last_n=len(last.ratings),
    )


def _local(at: datetime) -> date:
    return at.astimezone(ZoneInfo(settings.company().zone)).date()


def _lines(year: Year, month: Month) -> tuple[TicketLine, ...]:
    policy = settings.policy()
    judged: dict[int, bool] = {}
    for one in year.owed:
        judged[one.ticket.id] = judged.get(one.ticket.id, True) and one.is_kept
    return tuple(
        TicketLine(
            one.number,
            _day(year, one.opened_at),
            policy.called("kinds", one.kind),
            one.subject,
            as_customers_read(one.state, one.outcome)[0],
            class_name=policy.called("classes", one.class_code) if one.class_code else "",
            project=one.project.name if one.project else "",
            first_reply=_worked(one.opened_at, one.replied_at) if one.replied_at else None,
            closed_on=_day(year, one.closed_at) if one.closed_at else None,
            in_time=judged.get(one.id),
        )
        for one in month.opened
    )
