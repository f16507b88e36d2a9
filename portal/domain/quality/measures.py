"""The measures of quality supervision as a table (R31): what each counts, over what, and how it is said.

A tally is a condition on the facts of one ticket; a measure is one tally over another, or a count of one. Every
measure counts the tickets *opened* in the month; what was withdrawn or merged is left out everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from portal.domain.quality.fact_models import COUNTED, WITHDRAWN
from portal.domain.quality.fact_models import TicketFacts as F
from portal.i18n import N_

COMPLAINT, REPAIR = "complaint", "repair"
SHARE, COUNT = "share", "count"
NUMERATOR, DENOMINATOR, MISSING = "numerator", "denominator", "missing"
"""The sides of a measure whose tickets can be seen; missing: below the line and not above it."""

Rule = Callable[[datetime], ColumnElement[bool]]


@dataclass(frozen=True)
class Tally:
    """One thing that is counted: its words, and which facts it holds for at a moment. `bit`: its place in a snapshot."""

    code: str
    words: str
    bit: int
    rule: Rule


def _of(kind: str, *more) -> ColumnElement[bool]:
    return and_(F.kind == kind, F.standing == COUNTED, *more)


def _decided(kept, due) -> Callable[[datetime], ColumnElement[bool]]:
    """It was kept or missed by now; what may still be kept is not counted yet."""
    return lambda at: or_(kept.is_not(None), due < at)


_replied, _contacted = _decided(F.reply_kept, F.reply_due_at), _decided(F.contact_kept, F.contact_due_at)

# The bit of a tally is kept in snapshots: add new ones at the end, never give one a new meaning.
TALLIES = {
    tally.code: tally
    for tally in (
        Tally("complaints", N_("Complaints"), 0, lambda at: _of(COMPLAINT)),
        Tally("reply_judged", N_("Complaints answered or past the time to answer"), 1, lambda at: _of(COMPLAINT, _replied(at))),
        Tally("reply_kept", N_("Answered in time"), 2, lambda at: _of(COMPLAINT, F.reply_kept)),
        Tally("contact_judged", N_("Complaints contacted or past the time to contact"), 3, lambda at: _of(COMPLAINT, _contacted(at))),
        Tally("contact_kept", N_("Contacted in time"), 4, lambda at: _of(COMPLAINT, F.contact_kept)),
        Tally("false_reply", N_("Complaints with a false reply"), 5, lambda at: _of(COMPLAINT, F.false_reply)),
        Tally("called_back", N_("Complaints really called back"), 6, lambda at: _of(COMPLAINT, F.called_back)),
        Tally("closed_in_limit", N_("Called back and closed within the limit"), 7, lambda at: _of(COMPLAINT, F.called_back, F.closed_in_limit)),
        Tally("reachable", N_("Complaints without those that could not be reached"), 8, lambda at: _of(COMPLAINT, ~F.unreachable)),
        Tally("closed_in_month", N_("Closed by the end of the month"), 9, lambda at: _of(COMPLAINT, ~F.unreachable, F.closed_in_month)),
        Tally("satisfied", N_("Satisfied"), 10, lambda at: _of(COMPLAINT, ~F.unreachable, F.satisfied)),
        Tally("closed", N_("Closed complaints"), 11, lambda at: _of(COMPLAINT, F.is_closed)),
        Tally("all_kept", N_("Closed with every promise to the customer kept"), 12, lambda at: _of(COMPLAINT, F.is_closed, F.all_kept, ~F.forced)),
        Tally("qualified", N_("Closed at the first attempt"), 13, lambda at: _of(COMPLAINT, F.is_closed, ~F.forced, ~F.sent_back, ~F.reopened, ~F.false_reply)),
        Tally("closed_reached", N_("Closed complaints whose customer was reached"), 14, lambda at: _of(COMPLAINT, F.is_closed, ~F.unreachable)),
        Tally("closed_satisfied", N_("Closed, and the customer is satisfied"), 15, lambda at: _of(COMPLAINT, F.is_closed, ~F.unreachable, F.satisfied)),
        Tally("liable", N_("Liable complaints"), 16, lambda at: _of(COMPLAINT, F.liable)),
        Tally("web", N_("Web complaints without those that could not be reached"), 17, lambda at: _of(COMPLAINT, F.channel == "web", ~F.unreachable)),
        Tally("web_closed", N_("Web complaints closed by the end of the month"), 18, lambda at: _of(COMPLAINT, F.channel == "web", ~F.unreachable, F.closed_in_month)),
        Tally("withdrawn", N_("Withdrawn complaints"), 19, lambda at: and_(F.kind == COMPLAINT, F.standing == WITHDRAWN)),
        Tally("unreachable", N_("Could not be reached"), 20, lambda at: _of(COMPLAINT, F.unreachable)),
        Tally("repairs", N_("Repair requests"), 21, lambda at: _of(REPAIR)),
        Tally("report_judged", N_("Repair requests reported on or past the time to report"), 22, lambda at: _of(REPAIR, _replied(at))),
        Tally("report_kept", N_("Reported on in time"), 23, lambda at: _of(REPAIR, F.reply_kept)),
        Tally("repair_contact_judged", N_("Repair requests contacted or past the time to contact"), 24, lambda at: _of(REPAIR, _contacted(at))),
        Tally("repair_contact_kept", N_("Contacted in time"), 25, lambda at: _of(REPAIR, F.contact_kept)),
        Tally("repairs_reachable", N_("Repair requests without those that could not be reached"), 26, lambda at: _of(REPAIR, ~F.unreachable)),
        Tally("repairs_closed", N_("Closed by the end of the month"), 27, lambda at: _of(REPAIR, ~F.unreachable, F.closed_in_month)),
        Tally("forced", N_("Closed by force"), 28, lambda at: _of(COMPLAINT, F.forced)),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """A measure (指标): its words, its formula in words, whom it is about, and the tallies it is made of.

    `more_is_better` decides what a target means: at least so much, or at most.
    """

    code: str
    words: str
    formula: str
    kind: str
    numerator: str
    denominator: str | None = None
    more_is_better: bool = True

    @property
    def unit(self) -> str:
        """A share of tickets, or a count of them."""
        return SHARE if self.denominator else COUNT

    def tally(self, side: str) -> Tally:
        """What stands on this side; KeyError for a count's denominator."""
        if side == NUMERATOR:
            return TALLIES[self.numerator]
        return TALLIES[self.denominator or ""]


MEASURES = {
    measure.code: measure
    for measure in (
        Measure(
            "complaints", N_("Complaints"),
            N_("Complaints opened in the month. Merged ones count once, as the one they go on in; withdrawn ones are counted apart."),
            COMPLAINT, "complaints", more_is_better=False,
        ),
        Measure(
            "timely_reply", N_("Timely reply"),
            N_("Complaints answered (first or final reply) within the promised time ÷ complaints. Those not answered yet and still in time are not counted yet."),
            COMPLAINT, "reply_kept", "reply_judged",
        ),
        Measure(
            "contact_24h", N_("24-hour contact"),
            N_("Complaints whose customer was first contacted within the promised time (24 hours, or shorter where so promised) ÷ complaints. Those still in time are not counted yet."),
            COMPLAINT, "contact_kept", "contact_judged",
        ),
        Measure(
            "false_replies", N_("False replies"),
            N_("Complaints in which a call-back found a reply to be untrue."),
            COMPLAINT, "false_reply", more_is_better=False,
        ),
        Measure(
            "first_time_closure", N_("First-time closure"),
            N_("Complaints closed within the limit of their class, before any reopening ÷ complaints whose customer was really called back (or confirmed it here). Tries that reached nobody are not counted; a forced closure is no call-back and keeps no limit."),
            COMPLAINT, "closed_in_limit", "called_back",
        ),
        Measure(
            "monthly_closure", N_("Monthly closure"),
            N_("Complaints that stood closed at the end of the month, those closed by force with a manager's approval among them ÷ (complaints − those that could not be reached)."),
            COMPLAINT, "closed_in_month", "reachable",
        ),
        Measure(
            "satisfaction", N_("Satisfaction rate"),
            N_("Complaints whose customer is satisfied or accepts the explanation ÷ (complaints − those that could not be reached). Closed by force is not satisfied."),
            COMPLAINT, "satisfied", "reachable",
        ),
        Measure(
            "handling_timely", N_("Handling: timeliness"),
            N_("Closed complaints with every promise to the customer kept (contact, reply, progress, call-back, closure) ÷ closed complaints. Closed by force keeps no promise to close."),
            COMPLAINT, "all_kept", "closed",
        ),
        Measure(
            "handling_qualified", N_("Handling: qualified"),
            N_("Closed complaints never sent back, never reopened, without a false reply and not closed by force ÷ closed complaints."),
            COMPLAINT, "qualified", "closed",
        ),
        Measure(
            "handling_satisfied", N_("Handling: satisfied"),
            N_("Closed complaints whose customer is satisfied ÷ closed complaints whose customer was reached."),
            COMPLAINT, "closed_satisfied", "closed_reached",
        ),
        Measure(
            "liable", N_("Liable complaints"),
            N_("Complaints for which a party was found liable, appeals considered."),
            COMPLAINT, "liable", more_is_better=False,
        ),
        Measure(
            "web_closure", N_("Web complaints closed"),
            N_("Complaints from the web that stood closed at the end of the month, those closed by force with a manager's approval among them ÷ (complaints from the web − those that could not be reached)."),
            COMPLAINT, "web_closed", "web",
        ),
        Measure(
            "unreachable", N_("Could not be reached"),
            N_("Complaints closed because the customer could not be reached on the agreed number of days."),
            COMPLAINT, "unreachable", more_is_better=False,
        ),
        Measure(
            "forced", N_("Closed by force"),
            N_("Complaints that a manager allowed to be closed although the customer does not agree. They count as closed, and for nothing else."),
            COMPLAINT, "forced", more_is_better=False,
        ),
        Measure(
            "withdrawn", N_("Withdrawn"),
            N_("Complaints that the customer withdrew; left out of every other figure."),
            COMPLAINT, "withdrawn", more_is_better=False,
        ),
        Measure(
            "repairs", N_("Repair requests"),
            N_("Repair requests opened in the month, without withdrawn and merged ones."),
            REPAIR, "repairs", more_is_better=False,
        ),
        Measure(
            "repair_timely_report", N_("Repairs: timely report"),
            N_("Repair requests whose result was reported within the promised time ÷ repair requests. Those still in time are not counted yet."),
            REPAIR, "report_kept", "report_judged",
        ),
        Measure(
            "repair_contact", N_("Repairs: 24-hour contact"),
            N_("Repair requests whose customer was first contacted within the promised time ÷ repair requests. Those still in time are not counted yet."),
            REPAIR, "repair_contact_kept", "repair_contact_judged",
        ),
        Measure(
            "repair_closure", N_("Repairs: monthly closure"),
            N_("Repair requests that stood closed at the end of the month, those closed by force with a manager's approval among them ÷ (repair requests − those that could not be reached)."),
            REPAIR, "repairs_closed", "repairs_reachable",
        ),
    )
}  # fmt: skip
