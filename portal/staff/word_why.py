"""Why an issue is hot, in words."""

from portal.domain.surveys.hot_issues import DAYS, Line
from portal.domain.surveys.word_models import HotIssue
from portal.i18n import N_
from portal.web.filters import told
from portal.web.words import gettext

WHY = {
    "limit": N_("{customers} customers in the month; hot from {alert} on (mean {mean})"),
    "run": N_("months in a row above the mean of {mean}"),
    "important": N_("{important} strategic or gold customers within {days} days"),
    "pareto": N_("one of the few issues that make 80% of the quarter"),
    "hand": N_("{customers} customers in the month"),
}


def why(hot: HotIssue) -> str:
    """Of one that was raised."""
    return _said(hot.rules, hot.facts)


def of_line(line: Line) -> str:
    """Of one as it stands now."""
    mean = round(line.control.mean, 2) if line.control.mean is not None else None
    return _said(
        line.rules,
        {"customers": line.customers, "important": line.important, "alert": line.control.alert, "mean": mean},
    )


def _said(rules, facts: dict) -> str:
    known = {name: "—" if value is None else str(value) for name, value in facts.items()} | {"days": str(DAYS)}
    return gettext("; ").join(told(WHY[rule], known) for rule in rules if rule in WHY)
