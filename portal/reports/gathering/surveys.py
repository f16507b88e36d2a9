"""The report on a survey for paper: the figures the page shows, read by the same functions."""

from flask import current_app
from sqlalchemy import Select

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.documents.models import Document
from portal.domain.forum.models import Event
from portal.domain.people.masking import masked
from portal.domain.people.models import Person
from portal.domain.statistics import PER_ANSWER, part_shown, said_difference
from portal.domain.surveys import (
    campaigns,
    result_answers,
    result_groups,
    result_priorities,
    result_response,
    result_waves,
)
from portal.domain.surveys import population as populations
from portal.domain.surveys.campaign_models import CLOSED, RUNNING, Campaign
from portal.domain.surveys.document import SCALES
from portal.domain.surveys.outcomes import NOTHING_YET, OUTCOMES
from portal.domain.surveys.result_cells import COMMENTS_FROM
from portal.domain.surveys.result_lines import NPS
from portal.domain.surveys.results import INDEX, LEVELS, Results, levels_of, results
from portal.i18n import N_, Words
from portal.reports.facts import Filled, Said
from portal.reports.survey_report import (
    AnswerLine,
    Asked,
    FigureLine,
    OwnWords,
    Pair,
    PlaceLine,
    SideLine,
    Spot,
    SurveyReport,
)

VERDICTS = {"above": N_("above"), "below": N_("below"), "no_evidence": N_("no evidence of a difference")}
TEXTS = 60
"""Own words of one question on paper; all of them are on the page."""
COUNTED = N_("{a} of {n}")


def survey_report(document: Document, asker: Person, rows) -> SurveyReport | None:
    """What the pages of this survey's results say now."""
    found_rows: Select = rows(Campaign).where(Campaign.id == document.params["campaign"])
    campaign = db.session.scalar(found_rows)
    if campaign is None or campaign.state not in (RUNNING, CLOSED):
        return None
    level = document.params.get("level", "")
    found = results(campaign, level if level in levels_of(campaign) else levels_of(campaign)[0])
    part = result_response.taking_part(campaign)
    waves = result_waves.waves(found)
    changes = {one.line.key: one.change for one in waves.courses}
    chart = result_priorities.priorities(found)
    cross = (chart.chart.performance, chart.chart.importance)
    table, about = _league(campaign, found)
    return SurveyReport(
        number=document.number, survey=campaign.words, survey_number=campaign.number, made_at=clock.now(),
        is_running=campaign.state == RUNNING, is_hidden=found.is_hidden, method=tuple(_method(campaign, found)),
        rates=tuple(Pair(result_response.RATES[name], part.rate(name), words) for name, words in result_response.FORMULAS.items()),
        outcomes=tuple(_outcomes(part)), silent=tuple(_silent(part)), headline=tuple(_headline(found, part)),
        sides=tuple(_side(found, side) for side in [*found.dimensions, INDEX]),
        lines=tuple(_line(found, line, changes.get(line.key)) for line in found.paper.lines), asked=tuple(_chosen(found)),
        spots=tuple(_spot(one) for one in chart.points), cross=tuple(one for one in cross if one is not None),
        how=result_priorities.HOW[chart.how] if chart.how else "", league=tuple(_places(table)) if table else (), league_of=about,
        league_differs=table[0].league.differs if table else True, words=tuple(_words(found)), has_trend=len(waves.found) > 1,
        zone=settings.company().zone, address=_address(f"/staff/surveys/campaigns/{campaign.id}/results"),
    )  # fmt: skip


def _address(path: str) -> str:
    return current_app.extensions["portal"].base_url + path


def _method(campaign: Campaign, found: Results):
    rule = populations.read(campaign.population)
    drawn = sum(one["drawn"] for one in campaign.strata)
    size = sum(one["size"] for one in campaign.strata)
    scale = found.paper.newest.document.scale
    yield Pair(
        N_("Questionnaire"),
        Filled(N_("version {n}"), {"n": ", ".join(str(one.number) for one in found.paper.versions)}),
    )
    yield Pair(
        N_("Population"),
        Filled(N_("{n} customers"), {"n": size}) if size else N_("as chosen by hand"),
    )
    if campaign.sample_size:
        yield Pair(
            N_("Sample"), Filled(N_("{drawn} drawn by lot, seed {seed}"), {"drawn": drawn, "seed": str(campaign.seed)})
        )
        yield Pair(N_("Strata"), str(len(campaign.strata)))
    else:
        yield Pair(N_("Sample"), N_("everybody (census)"))
    if campaign.opens_at:
        yield Pair(N_("Begins"), Filled("{at}", {"at": campaign.opens_at}))
    if campaign.closes_at:
        yield Pair(N_("Ends"), Filled("{at}", {"at": campaign.ended_at or campaign.closes_at}))
    yield Pair(N_("Names"), campaigns.ANONYMITY[campaign.anonymity])
    yield Pair(N_("Counted"), LEVELS[found.level])
    yield Pair(N_("Scale of points"), SCALES[scale][0] if scale in SCALES else str(found.paper.newest.values))
    yield Pair(
        N_("Answers"),
        "—" if found.is_hidden else str(found.n),
        Filled(N_("({n} of them broke off)"), {"n": found.partial}) if found.partial else "",
    )
    money = result_response.money(campaign)
    if money.of_all:
        heard = part_shown(money.heard / money.of_all)
        yield Pair(
            N_("Sales heard"),
            heard,
            Filled(N_("of the sales of {year} of all customers asked"), {"year": str(money.year)}),
        )
    if rule.of_projects:
        yield Pair(N_("About"), N_("finished projects"))
    if rule.attended:
        yield Pair(N_("About"), db.session.get_one(Event, rule.attended).words)


def _outcomes(part: result_response.TakingPart):
    for code, number in part.how:
        known = OUTCOMES.get(code, NOTHING_YET)
        yield Pair(known.label, str(number), f"{known.aapor} {known.letters}")


def _silent(part: result_response.TakingPart):
    for one in part.contrasts.values():
        if one.p_shown:
            said = N_("differ beyond chance") if one.test.differs else N_("no reliable difference")
            yield Pair(one.label, said, f"p = {one.p_shown}".replace("= <", "<").replace(" ", "\u00a0"))


def _headline(found: Results, part: result_response.TakingPart):
    asked = Filled(COUNTED, {"a": part.outcomes.complete, "n": part.asked})
    yield Pair(N_("Response rate (RR1)"), part.rate("RR1"), asked)
    if overall := found.paper.overall():
        cell = found.cell(overall)
        yield Pair(
            N_("Share of the satisfied"),
            cell.rate_shown,
            _note(cell.count_shown or f"n = {cell.n_shown}", cell.rate_between),
        )
    index = found.side(INDEX)
    yield Pair(N_("Index of all sides"), index.shown, _note(f"n = {index.n_shown}", index.between))
    if nps := next((one for one in found.paper.lines if one.how == NPS), None):
        cell = found.cell(nps)
        yield Pair("NPS", cell.score_shown, _note(f"n = {cell.n_shown}", cell.score_between))


def _note(base: str, between: str) -> str:
    return f"{base} · {between}" if between else base if base != "n = " else ""


def _side(found: Results, side: str) -> SideLine:
    one = found.side(side)
    label: Said = N_("Index of all sides") if side == INDEX else settings.policy().surveys.side(side)
    ends = None if one.is_hidden else one.mean.interval
    value = None if one.is_hidden else one.mean.value
    return SideLine(
        label, one.shown, one.between, one.n_shown, value, max(0.0, ends.low) if ends else None, min(100.0, ends.high) if ends else None
    )  # fmt: skip


def _line(found: Results, line, change) -> FigureLine:
    cell = found.cell(line)
    said = said_difference(change) if change is not None else None
    versions = ", ".join(map(str, line.versions)) if len(found.paper.versions) > 1 else ""
    return FigureLine(
        line.words, cell.rate_shown, cell.count_shown, cell.rate_between, cell.score_shown, cell.score_between, cell.n_shown, versions,
        Filled(said.text, dict(said.facts)) if said else "",
    )  # fmt: skip


def _chosen(found: Results):
    """Questions with answers to choose from."""
    for block in found.paper.blocks:
        if block.question.kind not in ("single", "several"):
            continue
        for one in found.distributions(block):
            if not one.is_hidden:
                answers = (AnswerLine(_said(part.words), part.shown, part.count) for part in one.parts)
                yield Asked(block.question.words, one.n, tuple(answers))


def _said(words) -> Said:
    return words if isinstance(words, Words) else str(words)


def _spot(one: result_priorities.Point) -> Spot:
    return Spot(
        one.words, result_priorities.QUADRANTS[one.quadrant or "spare"][0], one.performance, one.importance, one.performance_shown,
        one.importance_shown, one.n, one.quadrant == "improve",
    )  # fmt: skip


def _league(campaign: Campaign, found: Results):
    """Account managers by how they were judged, else by satisfaction as a whole; none of an anonymous survey."""
    if campaign.is_anonymous:
        return None, ""
    split = results(campaign, PER_ANSWER, "manager")
    lines = result_groups.ranked_lines(split)
    judged = next((one for one in lines if one.dimension == result_answers.OF_MANAGER), None) or split.paper.overall()
    if judged is None:
        return None, ""
    return (result_groups.table(split, "manager", judged), result_groups.names(split)), judged.words


def _places(pair):
    table, names = pair
    for one in table.places:
        unit, name = one.unit, names[one.unit.key]
        rank = (
            "—"
            if one.low_rank is None
            else str(one.low_rank)
            if one.low_rank == one.high_rank
            else f"{one.low_rank}–{one.high_rank}"
        )
        yield PlaceLine(
            name.zh if isinstance(name, Words) else name, rank, part_shown(one.shrunk, 1),
            f"{part_shown(one.raw, 0 if unit.n < 100 else 1)} ({unit.hits}/{unit.n})",
            f"{one.interval.low * 100:.0f}–{part_shown(one.interval.high)}", unit.customers,
            VERDICTS[one.verdict] if one.verdict else N_("too few answers or customers"),
        )  # fmt: skip


def _words(found: Results):
    """Own words without who is meant; none of fewer than ten answers."""
    if found.n < COMMENTS_FROM:
        return
    names = result_answers.known_names(found)
    for block in found.paper.blocks:
        if block.question.kind == "text":
            texts = [masked(one.text, names) for one in result_answers.comments(found, block)]
            if texts:
                yield OwnWords(block.question.words, tuple(texts[:TEXTS]))
