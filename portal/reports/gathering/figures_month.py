"""The figures of a month for paper, read the same way as the page reads them."""

from datetime import date

from portal import clock
from portal.domain import settings
from portal.domain.quality import changes, figures, snapshots
from portal.domain.quality.counting import Scope
from portal.domain.quality.facts import before
from portal.domain.quality.figures import Figure, Figures
from portal.domain.quality.measures import COMPLAINT, REPAIR
from portal.i18n import N_, Words
from portal.reports.facts import Filled, Said
from portal.reports.figures_month import FiguresMonth, MeasureRow, Part

MONTHS = 13
PARTS = {COMPLAINT: N_("Measures of complaints"), REPAIR: N_("Repair requests, counted apart")}


def figures_month(number: str, month: date, scope: Scope, about: Words, address: str = "") -> FiguresMonth:
    """What the page of this month and scope says now."""
    wanted = [before(month, back) for back in reversed(range(MONTHS))]
    found = figures.months(wanted, scope)
    by_month = [found[one] for one in wanted]
    shown = by_month[-1]
    return FiguresMonth(
        number=number, month=month, about=about, at=shown.at, made_at=clock.now(), zone=settings.company().zone,
        revision=shown.kept.revision if shown.kept else None, corrections=tuple(_corrections(shown)),
        parts=tuple(
            Part(title, tuple(_row(one, by_month) for one in shown if one.measure.kind == kind))
            for kind, title in PARTS.items()
        ),
        trend_months=tuple(f"{one:%y-%m}" for one in wanted), address=address,
    )  # fmt: skip


def _row(figure: Figure, by_month: list[Figures]) -> MeasureRow:
    measure = figure.measure
    moved = changes.since(figure, by_month[-2][measure.code])
    return MeasureRow(
        label=measure.words, formula=measure.formula, value=figure.shown, numerator=figure.numerator,
        denominator=figure.denominator, interval=figure.interval_shown, target=figure.target_shown,
        meets_target=None if figure.is_too_few else figure.meets_target, is_too_few=figure.is_too_few,
        change=Filled(moved.text, dict(moved.facts)) if moved else "",
        trend=tuple(one[measure.code].shown for one in by_month),
    )  # fmt: skip


def _corrections(shown: Figures) -> list[Said]:
    """What was corrected since the month was closed, oldest first."""
    return [
        Filled(N_("Revision {number} of {day}: {why}"), {"number": row.revision, "day": row.at, "why": row.why})
        for row in snapshots.corrections(shown.month)
        if shown.kept
    ]
