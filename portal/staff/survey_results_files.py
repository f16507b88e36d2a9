"""A survey's results to take along (R29): a workbook with figures, answers and code book; answers as CSV and for SPSS."""

from dataclasses import replace

from portal.access.door import me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import visible
from portal.domain.surveys import campaigns as rules
from portal.domain.surveys import result_groups, result_response
from portal.domain.surveys.answer_models import Response
from portal.domain.surveys.outcomes import NOTHING_YET, OUTCOMES
from portal.domain.surveys.result_records import DAY, NOT_APPLICABLE, TEXT, Records, Variable, records
from portal.domain.surveys.results import GROUPS, INDEX, LEVELS, Results, groups_of, results
from portal.i18n import N_, Words
from portal.staff.survey_results import (
    asked_level,
    door,
    named,
    need_begun,
    scale,
    side_names,
    versions_of,
)
from portal.web import filters
from portal.web.sav import Column, as_sav
from portal.web.tables import as_csv, as_xlsx, download
from portal.web.words import gettext

CSV = "text/csv; charset=utf-8"
SPSS = "application/x-spss-sav"
KINDS = {"number": N_("number"), "text": N_("text"), "day": N_("day")}
MEASURES = {"nominal": N_("names"), "ordinal": N_("an order"), "scale": N_("a measure")}
NOTHING = N_("does not apply")


@door.get("/results.xlsx", needs=P.SURVEY_READ)
def workbook(campaign):
    """All that the page says; for whoever may read them the answers one a row, and what each column means."""
    need_begun(campaign)
    found = results(campaign, asked_level(campaign))
    sheets = {
        gettext("Figures"): (_figures_head(), _figures(found)),
        gettext("Sides of the service"): (
            [gettext(one) for one in (N_("Side"), N_("Score"), N_("Interval"), "n")],
            _sides(found),
        ),
        gettext("Distribution"): (_distribution_head(), _distribution(found)),
        gettext("How asking ended"): _outcomes(campaign),
        **_groups(campaign, found),
        **(_sheets(_records(found)) if may(me(), P.SURVEY_SHEETS) else {}),
        gettext("About"): ([gettext("What"), gettext("Value")], _about(found)),
    }
    return download(f"{_name(campaign)}.xlsx", as_xlsx(sheets, filters.zone()))


@door.get("/answers.csv", needs=P.SURVEY_SHEETS)
def plain(campaign):
    """The answers, one response a row; the code book says what the codes mean."""
    need_begun(campaign)
    kept = _records(results(campaign, asked_level(campaign)))
    return download(f"{_name(campaign)}.csv", as_csv([one.name for one in kept.variables], kept.rows), CSV)


@door.get("/code-book.csv", needs=P.SURVEY_SHEETS)
def code_book(campaign):
    """What each column of the answers is, and what its codes mean."""
    need_begun(campaign)
    kept = _records(results(campaign, asked_level(campaign)))
    return download(f"{_name(campaign)}-{gettext('Code book')}.csv", as_csv(_book_head(), _book(kept)), CSV)


@door.get("/answers.sav", needs=P.SURVEY_SHEETS)
def spss(campaign):
    """The answers for SPSS, with labels and codes."""
    need_begun(campaign)
    kept = _records(results(campaign, asked_level(campaign)))
    columns = [
        Column(
            one.name, named(one.label), one.measure, one.kind == TEXT, one.kind == DAY, _codes(one),
            (NOT_APPLICABLE,) if one.may_not_apply else (),
        )
        for one in kept.variables
    ]  # fmt: skip
    return download(f"{_name(campaign)}.sav", as_sav(filters.words_in(campaign.words), columns, kept.rows), SPSS)


def _name(campaign) -> str:
    return f"{gettext('Results')}-{campaign.number}"


def _records(found: Results) -> Records:
    """The answers one by one, in the words of the reader."""
    kept = records(visible(Response, me()), found)
    rows = tuple(tuple(named(one) if isinstance(one, Words) else one for one in row) for row in kept.rows)
    return replace(kept, rows=rows)


def _sheets(kept: Records) -> dict[str, tuple]:
    return {
        gettext("Answers"): ([one.name for one in kept.variables], kept.rows),
        gettext("Code book"): (_book_head(), _book(kept)),
    }


def _figures_head() -> list[str]:
    return [
        gettext(one) for one in (
            N_("Question"), N_("Version"), N_("Share of the satisfied"), N_("Interval"), N_("Score"), N_("Interval"), "n",
            N_("Share (exact)"), N_("Score (exact)"),
        )
    ]  # fmt: skip


def _figures(found: Results) -> list[list]:
    lines = []
    for line in found.paper.lines:
        cell = found.cell(line)
        exact = (None, None) if cell.is_hidden else (cell.rate.value if cell.has_rate else None, cell.score.value)
        lines.append([
            named(line.words), versions_of(found, line), cell.rate_shown, cell.rate_between, cell.score_shown, cell.score_between,
            cell.n if not cell.is_hidden else None, *exact,
        ])  # fmt: skip
    return lines


def _sides(found: Results) -> list[list]:
    words = side_names(found)
    return [
        [words[side], one.shown, one.between, one.n_shown]
        for side in [*found.dimensions, INDEX]
        for one in [found.side(side)]
    ]


def _distribution_head() -> list[str]:
    return [
        gettext(one)
        for one in (N_("Question"), N_("Item"), N_("Answer"), N_("Number"), N_("Share"), N_("Interval"), "n")
    ]


def _distribution(found: Results) -> list[list]:
    lines = []
    for block in found.paper.blocks:
        for whole in found.distributions(block):
            if whole.is_hidden:
                continue
            item = "" if whole.words == block.question.words else named(whole.words)
            lines += [
                [named(block.question.words), item, named(one.words), one.count, one.shown, one.between, whole.n]
                for one in whole.parts
            ]
    return lines


def _outcomes(campaign) -> tuple[list[str], list[list]]:
    part = result_response.taking_part(campaign)
    rows: list[list] = [
        [gettext(one.label), one.aapor, gettext(one.counts_as), number]
        for one, number in ((OUTCOMES.get(code, NOTHING_YET), number) for code, number in part.how)
    ]  # fmt: skip
    rows += [
        [gettext(result_response.RATES[name]), "", gettext(words), part.rate(name)]
        for name, words in result_response.FORMULAS.items()
    ]
    return [gettext("Outcome"), "AAPOR", gettext("Counts as"), gettext("Contacts")], rows


def _groups(campaign, found: Results) -> dict[str, tuple]:
    """A sheet for each way to divide the answers that gives groups large enough."""
    sheets = {}
    for by in groups_of(campaign):
        split = results(campaign, found.level, by)
        groups = split.shown_groups
        if not groups or (by == "version" and len(split.groups) < 2):
            continue
        names = result_groups.names(split)
        head = [gettext("Question"), *(f"{named(names[group])} {what}" for group in groups for what in _of_group())]
        rows = [
            [
                named(line.words),
                *(value for cell in split.cells(line) for value in (cell.rate_shown, cell.score_shown, cell.n_shown)),
            ]
            for line in split.paper.lines
        ]
        sheets[gettext(GROUPS[by])] = (head, rows)
    return sheets


def _of_group() -> tuple[str, str, str]:
    return gettext("Share of the satisfied"), gettext("Score"), "n"


def _book_head() -> list[str]:
    return [
        gettext(one)
        for one in (N_("Variable"), N_("What it is"), N_("Kind"), N_("Measures"), N_("Code"), N_("Meaning"))
    ]


def _book(kept: Records) -> list[list]:
    rows = []
    for one in kept.variables:
        head = [one.name, named(one.label), gettext(KINDS[one.kind]), gettext(MEASURES[one.measure])]
        codes = _codes(one)
        rows.append([*head, None, gettext("empty: not asked or left open") if one.kind != TEXT else None])
        rows += [[one.name, "", "", "", code, words] for code, words in codes.items()]
    return rows


def _codes(one: Variable) -> dict[int, str]:
    known = {code: named(words) for code, words in one.codes.items()}
    return known | ({NOT_APPLICABLE: gettext(NOTHING)} if one.may_not_apply else {})


def _about(found: Results) -> list[list]:
    campaign = found.campaign
    return [
        [gettext("Survey"), filters.words_in(campaign.words)], [gettext("Number"), campaign.number],
        [gettext("State"), gettext(rules.STATES[campaign.state])], [gettext("Names"), gettext(rules.ANONYMITY[campaign.anonymity])],
        [gettext("Counted"), gettext(LEVELS[found.level])], [gettext("Scale of points"), scale(found)],
        [gettext("Answers"), found.n if not found.is_hidden else None], [gettext("of them broke off"), found.partial],
        [gettext("Intervals"), gettext("for 95 of 100; shares by Wilson, scores by Student, NPS by the adjusted Wald method")],
        [gettext("Rounding"), gettext("half away from zero; totals from figures that are not rounded")],
    ]  # fmt: skip
