"""Results of a survey (R29) for staff: the index and every question, live; one question by groups; groups beside each other."""

from flask import abort, request, url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.survey_rows import AT_THE_END, reads_results
from portal.domain import settings
from portal.domain.refusals import Refused
from portal.domain.statistics import PER_ANSWER, letter
from portal.domain.surveys import campaigns as rules
from portal.domain.surveys import result_groups, result_response
from portal.domain.surveys.campaign_models import DRAFT, RUNNING, Campaign
from portal.domain.surveys.document import SCALES
from portal.domain.surveys.result_cells import Cell, Part
from portal.domain.surveys.result_lines import NPS, STARS
from portal.domain.surveys.results import GROUPS, INDEX, LEVELS, Results, groups_of, levels_of, results
from portal.i18n import N_, Words
from portal.web import filters
from portal.web.pages import page
from portal.web.words import gettext

door = Door("survey_results", __name__, url_prefix="/staff/surveys/campaigns/<int:campaign>/results")

ROOMS = {
    "show": N_("All figures"), "compare": N_("Groups"), "priorities": N_("What to improve first"), "trend": N_("Against earlier waves"),
    "league": N_("League tables"), "taking_part": N_("Who took part"), "comments": N_("Own words"), "answers": N_("Answers"),
}  # fmt: skip
MEASURES = {"rate": N_("Share of the satisfied"), "score": N_("Score")}


def named(words) -> str:
    """Words of the company, a marked word, or a number as it is."""
    if isinstance(words, Words):
        return filters.words_in(words)
    return gettext(words) if isinstance(words, str) else str(words)


def reads_sheets(campaign: Campaign) -> bool:
    """May the reader open what one customer answered? Of an anonymous survey nobody may."""
    return not campaign.is_anonymous and may(me(), P.SURVEY_SHEETS)


def asked_level(campaign: Campaign) -> str:
    level = request.args.get("level", "")
    return level if level in levels_of(campaign) else levels_of(campaign)[0]


def asked_by(campaign: Campaign, otherwise: str = "") -> str:
    """The groups asked for; what is none, or not to be had here, is no group."""
    by = request.args.get("by", otherwise)
    return by if by in groups_of(campaign) else otherwise if otherwise in groups_of(campaign) else ""


def need_begun(campaign: Campaign) -> None:
    """404 for a survey nobody was asked in yet; whoever is rated waits for its end."""
    if campaign.launched_at is None and campaign.state == DRAFT:
        abort(404)
    if not reads_results(me(), campaign):
        raise Refused(AT_THE_END)


def versions_of(found: Results, line) -> str:
    """Of which versions a line is, said only where there are several."""
    if len(found.paper.versions) < 2:
        return ""
    return gettext("Version %(n)s", n=", ".join(map(str, line.versions)))


def figures_of(found: Results, room: str, **more):
    """A page of results; every one says what is counted and how."""
    campaign = found.campaign
    need_begun(campaign)
    gone = {
        code
        for code, is_gone in (("league", campaign.is_anonymous), ("answers", not reads_sheets(campaign)))
        if is_gone
    }
    keep = {"level": found.level} if found.level != levels_of(campaign)[0] else {}
    chips = [
        {"label": gettext(words), "url": url_for(f".{code}", campaign=campaign.id, **keep), "on": code == room}
        for code, words in ROOMS.items()
        if code not in gone
    ]
    return page(
        f"staff/results_{room}.html", row=campaign, rules=rules, runs=may(me(), P.SURVEY_RUN), is_draft=campaign.state == DRAFT,
        is_running=campaign.state == RUNNING, said=filters.told, who=None, found=found, reads_results=True, opens_sheets=may(me(), P.SURVEY_SHEETS), rooms=chips, named=named, keep=keep,
        levels={code: gettext(LEVELS[code]) for code in levels_of(campaign)}, side_names=side_names(found),
        group_sorts={code: gettext(GROUPS[code]) for code in groups_of(campaign)}, scale=scale(found), versions_of=versions_of,
        units=gettext("answers") if found.level == PER_ANSWER else gettext("customers"), **more,
    )  # fmt: skip


def side_names(found: Results) -> dict[str, str]:
    """What the sides of the service are called."""
    names = {one: named(settings.policy().surveys.side(one)) for one in found.dimensions}
    return names | {INDEX: gettext("Index of all sides")}


def scale(found: Results) -> str:
    """The worth of an answer, as the newest version keeps it."""
    code = found.paper.newest.document.scale
    kept = tuple(reversed(found.paper.newest.values))
    return gettext(SCALES[code][0]) if code in SCALES else " / ".join(map(str, kept))


@door.get("", needs=P.SURVEY_READ)
def show(campaign):
    """All figures: who answered, the index with its sides, every question."""
    found = results(campaign, asked_level(campaign))
    part = result_response.taking_part(campaign)
    overall = found.paper.overall()
    nps = next((one for one in found.paper.lines if one.how == NPS), None)
    sides = [(found.side(one), side_names(found)[one]) for one in found.dimensions]
    bars = [(name, float(one.mean.value)) for one, name in sides if one.mean.value is not None and not one.is_hidden]
    return figures_of(
        found, "show", part=part, overall=found.cell(overall) if overall else None, nps=found.cell(nps) if nps else None,
        index=found.side(), sides=sides, bars=sorted(bars, key=lambda one: -one[1]), cells=[found.cell(one) for one in found.paper.lines],
        plain=[one for one in found.paper.blocks if not found.paper.lines_of(one)], finding=_finding(found, sides),
        distributions=found.distributions, STARS=STARS, NPS=NPS,
    )  # fmt: skip


def _finding(found: Results, sides: list) -> str:
    """What the sides show, in a sentence."""
    known = [
        (one.mean.value, name, one.shown) for one, name in sides if not one.is_hidden and one.mean.value is not None
    ]
    if len(known) < 2:
        return gettext("Sides of the service")
    best, worst = max(known), min(known)
    return gettext(
        "%(best)s stands highest (%(high)s), %(worst)s lowest (%(low)s)", best=best[1], high=best[2], worst=worst[1], low=worst[2]
    )  # fmt: skip


@door.get("/questions/<code>", needs=P.SURVEY_READ)
def question(campaign, code):
    """One question: what was answered, and by groups, with the test of the table."""
    by = asked_by(campaign)
    found = results(campaign, asked_level(campaign), by)
    block = found.paper.block(code) or abort(404)
    names = {group: named(words) for group, words in result_groups.names(found).items()}
    return figures_of(
        found, "question", block=block, cells=[found.cell(one) for one in found.paper.lines_of(block)], names=names,
        tables=result_groups.crosstabs(found, block), by=by, letter=letter, opens=opens(campaign, block) if reads_sheets(campaign) else None,
        is_scale=block.question.kind in ("stars", "matrix"),
    )  # fmt: skip


def opens(campaign: Campaign, block):
    """The way to the answers behind a figure: one of a part, and of a row of a matrix."""

    def url(item: str, part: Part) -> str:
        kind = block.question.kind
        item = part.code if kind == "several" else item if kind in ("matrix", "ranking") else ""
        return url_for(".answers", campaign=campaign.id, question=block.question.code, item=item, value=part.code)

    return url


@door.get("/compare", needs=P.SURVEY_READ)
def compare(campaign):
    """Groups beside each other, question by question; letters say what is higher beyond chance."""
    by = asked_by(campaign, "tier")
    found = results(campaign, asked_level(campaign), by)
    names = {group: named(words) for group, words in result_groups.names(found).items()}
    measure = request.args.get("measure", "rate")
    return figures_of(
        found, "compare", by=by, names=names, marks=result_groups.letters_of(found), letter=letter,
        measure=measure if measure in MEASURES else "rate", measures={code: gettext(words) for code, words in MEASURES.items()},
        shown=_shown, gone=len(found.groups) - len(found.shown_groups), INDEX=INDEX,
    )  # fmt: skip


def _shown(cell: Cell, measure: str) -> tuple[str, str]:
    """The figure and its interval, by what is looked at; where there is no share, the score."""
    if measure == "rate" and cell.has_rate:
        return cell.rate_shown, cell.rate_between
    return cell.score_shown, cell.score_between
