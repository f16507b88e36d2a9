"""More of a survey's results (R29): priorities, earlier waves, league tables, who took part, own words, the answers behind."""

from dataclasses import replace
from math import hypot

from flask import abort, request, url_for

from portal.access.door import me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.people.masking import masked
from portal.domain.statistics import PER_ANSWER, said_difference, signed
from portal.domain.surveys import result_answers, result_groups, result_priorities, result_response, result_waves
from portal.domain.surveys.answer_models import Response
from portal.domain.surveys.outcomes import NOTHING_YET, OUTCOMES
from portal.domain.surveys.result_cells import COMMENTS_FROM
from portal.domain.surveys.results import GROUPS, results
from portal.i18n import N_
from portal.staff.figures_more import VERDICTS
from portal.staff.funnel import funnel
from portal.staff.survey_results import asked_by, asked_level, door, figures_of, named, need_begun
from portal.web.filters import listed, told
from portal.web.paging import key_of, row_number
from portal.web.words import gettext

PAGE = 20
SEEN = 14
"""So far something has to move on the chart for an arrow."""
DIRECTIONS = {"up": N_("rises"), "down": N_("falls"), "flat": N_("no reliable change")}


@door.get("/priorities", needs=P.SURVEY_READ)
def priorities(campaign):
    """How satisfied people are with each thing, and how much it matters to them."""
    found = results(campaign, asked_level(campaign))
    chart = result_priorities.priorities(found)
    before = result_priorities.moved(found, chart)
    return figures_of(
        found, "priorities", priorities=chart, before=before, signed=_points, quadrants=result_priorities.QUADRANTS, how=result_priorities.HOW,
        drawn=_drawn(chart, before), finding=_first(chart),
    )  # fmt: skip


def _first(chart: result_priorities.Priorities) -> str:
    """What the chart shows, in a sentence."""
    urgent = [named(one.words) for one in chart.points if one.quadrant == "improve"]
    if not urgent:
        return gettext("Nothing matters much and is done badly")
    return gettext("To be improved first: %(things)s", things=listed(urgent[:3]))


def _drawn(chart: result_priorities.Priorities, before: dict[str, result_priorities.Point]) -> dict | None:
    """Places on the drawing: satisfaction across, importance upwards; with arrows from where things stood before."""
    if not chart.points or chart.chart.performance is None or chart.chart.importance is None:
        return None
    seen = [*chart.points, *before.values()]
    xs, ys = [one.performance for one in seen], [one.importance for one in seen]
    room = max(0.05, (max(ys) - min(ys)) * 0.12)  # so that nothing lies on the names of the quarters
    left, right, low, high = min(xs) - 3, max(xs) + 3, min(ys) - room, max(ys) + room

    def x(value: float) -> float:
        return round(46 + (value - left) / (right - left) * 400, 1)

    def y(value: float) -> float:
        return round(300 - (value - low) / (high - low) * 280, 1)

    arrows = [
        arrow
        for one in chart.points
        if (was := before.get(one.key)) is not None
        and (arrow := _arrow(x(was.performance), y(was.importance), x(one.performance), y(one.importance)))
    ]
    return {
        "arrows": arrows,
        "dots": [(number, x(one.performance), y(one.importance), one) for number, one in enumerate(chart.points, 1)],
        "cross": (x(chart.chart.performance), y(chart.chart.importance)),
        "ends": (f"{left:.0f}", f"{right:.0f}", f"{low:.2f}", f"{high:.2f}"),
    }


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str | None:
    """The path of an arrow that ends before the dot; none where nothing moved so far that one could see it."""
    length = hypot(x2 - x1, y2 - y1)
    if length < SEEN:
        return None
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    tip = (x2 - 8 * dx, y2 - 8 * dy)
    wings = [(tip[0] - 6 * dx + side * 3.5 * dy, tip[1] - 6 * dy - side * 3.5 * dx) for side in (1, -1)]
    points = [(x1, y1), tip, wings[0], tip, wings[1]]
    return "".join(f"{'L' if n not in (0, 3) else 'M'}{a:.1f} {b:.1f}" for n, (a, b) in enumerate(points))


@door.get("/trend", needs=P.SURVEY_READ)
def trend(campaign):
    """This wave and those before it; up and down only by a test."""
    found = results(campaign, asked_level(campaign))
    seen = result_waves.waves(found)
    return figures_of(
        found, "trend", waves=seen, moved=_moved, signed=_points, directions={code: gettext(words) for code, words in DIRECTIONS.items()},
        index=[None if one.is_hidden else one.mean.value for one in seen.index],
    )  # fmt: skip


def _points(value: float) -> str:
    """A difference of scores with its sign."""
    return signed(round(value, 1), f"{abs(value):.1f}")


def _moved(change) -> str:
    """A difference of shares in points, as a test bears it out."""
    said = said_difference(change) if change is not None else None
    return told(said.text, said.facts) if said else "—"


@door.get("/league", needs=P.SURVEY_READ)
def league(campaign):
    """A league table by the rules of fairness: tested, shrunk, ranks with an interval, a funnel."""
    if campaign.is_anonymous:
        abort(404)
    by = asked_by(campaign, "manager")
    by = by if by in result_groups.RANKED else "manager"
    found = results(campaign, PER_ANSWER, by)
    lines = result_groups.ranked_lines(found)
    mine = next((one for one in lines if one.name == request.args.get("of")), None) or _about(found, lines, by)
    table = result_groups.table(found, by, mine) if mine else None
    names = {group: named(words) for group, words in result_groups.names(found).items()}
    drawn = funnel(table.league, names) if table and not table.hidden and table.league.places else None
    return figures_of(
        found, "league", by=by, table=table, names=names, sorts={code: gettext(GROUPS[code]) for code in result_groups.RANKED},
        choices=[(one.name, named(one.words)) for one in lines], verdicts=VERDICTS, funnel=drawn,
        line=mine,
    )  # fmt: skip


def _about(found, lines, by: str):
    """What a table begins with: of account managers how they were judged, else satisfaction as a whole."""
    of_manager = [
        one for one in lines if one.dimension == result_answers.OF_MANAGER and by in ("manager", "department")
    ]
    return next(iter([*of_manager, *([found.paper.overall()] if found.paper.overall() else [])]), None)


@door.get("/taking-part", needs=P.SURVEY_READ)
def taking_part(campaign):
    """How asking ended, AAPOR's rates, and whether those who stayed silent are other customers."""
    found = results(campaign, asked_level(campaign))
    part, overall = result_response.taking_part(campaign), found.paper.overall()
    weighted = {}
    for by in part.differs:
        if by in result_response.COMPARED and (done := result_response.as_asked(campaign, part, overall, by)):
            weighted[by] = done
    return figures_of(
        found, "taking_part", part=part, outcomes=OUTCOMES, nothing_yet=NOTHING_YET, formulas=result_response.FORMULAS, rates=result_response.RATES, overall=overall, weighted=weighted,
        money=result_response.money(campaign), words_of=_group_words, labels=result_response.COMPARED,
    )  # fmt: skip


def _group_words(sort: str, key: str) -> str:
    listed = result_groups.LISTS.get(sort)
    if not key:
        return gettext(result_groups.UNKNOWN)
    return named(settings.policy().called(listed, key)) if listed else key


@door.get("/comments", needs=P.SURVEY_READ)
def comments(campaign):
    """What people wrote, question by question; nothing of fewer than ten."""
    found = results(campaign, asked_level(campaign))
    texts = [one for one in found.paper.blocks if one.question.kind == "text"]
    said = [(one, result_answers.comments(found, one, visible(Response, me()))) for one in texts]
    if not may(me(), P.SURVEY_SHEETS):
        names = result_answers.known_names(found)
        said = [(one, [replace(each, text=masked(each.text, names)) for each in listed]) for one, listed in said]
    return figures_of(found, "comments", comments=said, least=COMMENTS_FROM)


@door.get("/answers", needs=P.SURVEY_SHEETS)
def answers(campaign):
    """The answers behind the figures, each under its name; of an anonymous survey there is no such page."""
    need_begun(campaign)
    if campaign.is_anonymous:
        abort(404)
    found = results(campaign, asked_level(campaign))
    asked = {name: request.args.get(name, "")[:40] for name in ("question", "item", "value")}
    wanted = tuple(asked.values()) if asked["question"] else None
    after = row_number(request.args.get("after"))
    rows = visible(Response, me())
    sheets = result_answers.sheets(rows, found, wanted, after, PAGE + 1)
    this = {name: value for name, value in asked.items() if value}
    here = url_for(".answers", campaign=campaign.id, **this)
    older = key_of(sheets[PAGE - 1].response.id) if len(sheets) > PAGE else None
    return figures_of(
        found, "answers", sheets=sheets[:PAGE], asked=_asked(found, asked), all_url=url_for(".answers", campaign=campaign.id),
        older=url_for(".answers", campaign=campaign.id, **this, after=older) if older else None, first=here if after else None,
    )  # fmt: skip


def _asked(found, asked: dict[str, str]) -> str:
    """What the answers shown have in common, in words."""
    block = next((one for one in found.paper.blocks if one.question.code == asked["question"]), None)
    if block is None:
        return ""
    parts = [
        one for one in (*block.question.rows, *block.question.options) if one.code in (asked["item"], asked["value"])
    ]
    said = [named(block.question.words), *(named(one.words) for one in parts)]
    value = asked["value"]
    return " · ".join(
        [*said, gettext("does not apply") if value == "na" else value] if value.isdigit() or value == "na" else said
    )
