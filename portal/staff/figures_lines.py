"""Figures as lines of a page: value, interval, target and change in words, by the rules of formulas.md §3.1."""

from dataclasses import dataclass
from types import SimpleNamespace as Thing

from flask import url_for

from portal.domain.quality import changes
from portal.domain.quality.figures import Figure, Figures
from portal.domain.quality.measures import DENOMINATOR, MISSING, NUMERATOR
from portal.staff.figures_address import Address
from portal.web.filters import told
from portal.web.words import gettext


@dataclass(frozen=True)
class Line:
    """One measure as a page shows it."""

    figure: Figure
    label: str
    formula: str
    value: str
    note: str
    """Too few, or the count beside a percent of less than a hundred."""
    interval: str
    target: str
    tone: str
    change: Thing | None
    trend: list[float | None]
    url: str
    numerator_url: str
    denominator_url: str


def line(figure: Figure, last: Figure | None, trend: list[Figure], address: Address) -> Line:
    """A measure's line; `last`: the month before, `trend`: the months up to it."""
    measure = figure.measure

    def behind(side: str) -> str:
        return url_for("figures.measure", code=measure.code, **address.args(side=side))

    return Line(
        figure=figure,
        label=gettext(measure.words),
        formula=gettext(measure.formula),
        value=figure.shown,
        note=gettext("too few to tell") if figure.is_too_few else "",
        interval=figure.interval_shown,
        target=figure.target_shown,
        tone={True: "good", False: "bad", None: ""}[None if figure.is_too_few else figure.meets_target],
        change=change(figure, last) if last else None,
        trend=[one.for_chart for one in trend],
        url=behind(MISSING if figure.denominator is not None else NUMERATOR),
        numerator_url=behind(NUMERATOR),
        denominator_url=behind(DENOMINATOR),
    )


def change(now: Figure, last: Figure) -> Thing | None:
    """Against the month before, as `ui.change` draws it."""
    found = changes.since(now, last)
    return found and Thing(direction=found.direction, good=found.good, words=told(found.text, found.facts))


def lines(figures: Figures, by_month: list[Figures], address: Address) -> dict[str, list[Line]]:
    """The lines of a month by kind (complaints, repairs); `by_month`: oldest first, this month at the end."""
    last = by_month[-2] if len(by_month) > 1 else None
    found: dict[str, list[Line]] = {}
    for figure in figures:
        code = figure.measure.code
        trend = [one[code] for one in by_month]
        found.setdefault(figure.measure.kind, []).append(line(figure, last[code] if last else None, trend, address))
    return found
