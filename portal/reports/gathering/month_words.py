"""The first page of a service report in words: the verdict, what went well and badly, what the customer decides.

Sentences are chosen by the figures and say them; nothing is claimed that was not counted.
"""

from collections import Counter
from datetime import timedelta

from portal.domain.statistics import FEWEST
from portal.domain.tickets.models import Ticket
from portal.domain.tickets.states import State
from portal.i18n import N_
from portal.reports.facts import Fact, Filled, Said
from portal.reports.gathering.month_rows import Month
from portal.reports.service_month import ALERT, NORMAL, WATCH, Commitment, Decision, Definition, OpenCase, Spread

WELL, BADLY = 0.95, 0.80
"""Share of promises kept from which a month is on track, and below which it is off."""
LINES = 3
FEW, MANY_STARS, FEW_STARS = 3, 4, 2


def _say(text: str, **facts: Fact) -> Filled:
    return Filled(text, facts)


def _what(one: Commitment) -> Fact:
    return one.label.text if isinstance(one.label, Filled) else one.label


VERDICTS = Definition(
    N_("Verdict"),
    _say(
        N_("On track: at least {well}% of the promises kept, no request overdue. Off track: fewer than {badly}% kept."),
        well=round(WELL * 100),
        badly=round(BADLY * 100),
    ),
)


def verdict(month: Month, still: tuple[OpenCase, ...]) -> tuple[str, Said]:
    """On track, needs attention or off track, with the counts behind it."""
    of, late = len(month.owed), sum(case.is_late for case in still)
    share = month.kept / of if of else 1.0
    word = ALERT if share < BADLY else WATCH if share < WELL or late else NORMAL
    if not of:
        text = N_("No promise fell due in this month. Requests overdue now: {late}.")
    else:
        text = N_("Promises that fell due: {of}; kept: {kept}. Requests overdue now: {late}.")
    return word, _say(text, of=of, kept=month.kept, late=late)


def went_well(
    month: Month, last: Month, commitments: tuple[Commitment, ...], reply: Spread, was: Spread
) -> tuple[Said, ...]:
    """At most three things that the figures speak for."""
    lines: list[Said] = []
    if month.owed and month.kept == len(month.owed):
        lines.append(_say(N_("All promises that fell due were kept: {of} of {of}."), of=len(month.owed)))
    if was.median and reply.median and was.median - reply.median >= timedelta(minutes=1):
        text = N_("Half of the first replies came within {median} of working time, {sooner} sooner than last month.")
        lines.append(_say(text, median=reply.median, sooner=was.median - reply.median))
    liked = sum(one.stars >= MANY_STARS for one in month.ratings)
    if len(month.ratings) >= FEWEST and liked / len(month.ratings) >= WELL:
        lines.append(
            _say(
                N_("{liked} of {n} ratings gave four or five stars."),
                liked=liked,
                n=len(month.ratings),
            )
        )
    if month.kept != len(month.owed):
        whole = sorted((one for one in commitments if one.of >= FEW and one.kept == one.of), key=lambda one: -one.of)
        lines += [
            _say(
                N_("{what}: kept {of} of {of} times."),
                what=_what(one),
                of=one.of,
            )
            for one in whole
        ]
    if len(month.closed) > len(month.opened):
        text = N_("More requests were closed ({closed}) than came in ({opened}).")
        lines.append(_say(text, closed=len(month.closed), opened=len(month.opened)))
    if month.opened and not month.complaints and last.complaints:
        lines.append(N_("There was no complaint in this month."))
    return tuple(lines[:LINES])


def went_badly(month: Month, commitments: tuple[Commitment, ...], still: tuple[OpenCase, ...]) -> tuple[Said, ...]:
    """At most three things that went wrong, the gravest first."""
    lines: list[Said] = []
    late = [case.number for case in still if case.is_late]
    if late:
        lines.append(_say(N_("Overdue now: {numbers}."), numbers=", ".join(late[:LINES])))
    missed = sorted((one for one in commitments if one.of > one.kept), key=lambda one: one.kept - one.of)
    lines += [
        _say(
            N_("{what}: missed {missed} of {of} times."),
            what=_what(one),
            missed=one.of - one.kept,
            of=one.of,
        )
        for one in missed
    ]
    if month.reopened:
        lines.append(_say(N_("Requests reopened because they were not solved: {n}."), n=month.reopened))
    disliked = sum(one.stars <= FEW_STARS for one in month.ratings)
    if disliked:
        lines.append(_say(N_("Ratings with one or two stars: {n}."), n=disliked))
    returned = [one.number for one in month.closed if one.sent_back]
    if returned:
        lines.append(_say(N_("The first solution did not hold: {numbers}."), numbers=", ".join(returned[:LINES])))
    return tuple(lines[:LINES])


def decisions(tickets: list[Ticket]) -> tuple[Decision, ...]:
    """What waits for the customer: questions of ours, results to be confirmed."""
    texts = {
        State.WAITING: N_("{number} “{subject}”: we wait for your answer to our question."),
        State.VERIFYING: N_("{number} “{subject}”: please confirm whether it is solved."),
    }
    waiting = [ticket for ticket in tickets if ticket.state in texts]
    return tuple(
        Decision(
            _say(texts[State(ticket.state)], number=ticket.number, subject=ticket.subject),
            None,
            ticket.asked_by.name if ticket.asked_by else ticket.contact_name,
        )
        for ticket in waiting
    )


def repeated(month: Month) -> list[tuple[str, list[str]]]:
    """Classes that came more than once in the month, with the numbers of their tickets; the commonest first."""
    classes = Counter(one.class_code for one in month.opened if one.class_code)
    return [
        (code, [one.number for one in month.opened if one.class_code == code])
        for code, count in classes.most_common()
        if count > 1
    ]
