"""Every report there is, and the one way from its facts to a page and to paper."""

import base64
import re
from dataclasses import dataclass
from types import ModuleType
from zoneinfo import ZoneInfo

from flask import render_template
from flask_babel import force_locale

from portal.reports import (
    complaint_card,
    complaint_register,
    dispatch_order,
    figures_month,
    forced_month,
    forum_attendees,
    forum_badges,
    forum_programme,
    forum_report,
    forum_sign_in,
    forum_table_cards,
    improvement_list,
    listing,
    major_report,
    pdf,
    project_list,
    service_month,
    support_statement,
    survey_report,
    ticket_record,
    unclosed_week,
)
from portal.reports.facts import Facts
from portal.reports.wording import Wording

ACCENT = "#1f4e79"


@dataclass(frozen=True)
class House:
    """The company as it stands on its paper. `accent` is #rrggbb, legible on white; `logo` a PNG."""

    name: str
    short_name: str = ""
    accent: str = ACCENT
    logo: bytes = b""
    hotline: str = ""
    address: str = ""

    @property
    def colour(self) -> str:
        return self.accent.lower() if re.fullmatch(r"#[0-9a-fA-F]{6}", self.accent) else ACCENT

    @property
    def logo_address(self) -> str:
        """The logo as a data address; only what really is a PNG."""
        if not self.logo.startswith(b"\x89PNG\r\n\x1a\n"):
            return ""
        return f"data:image/png;base64,{base64.b64encode(self.logo).decode('ascii')}"


@dataclass(frozen=True)
class Report:
    """A kind of report: its code, its title (a marked word), its template and the classes of its facts."""

    code: str
    title: str
    template: str
    module: ModuleType
    facts: tuple[type[Facts], ...]

    def remembered(self, kept: dict, kind: str = "") -> Facts:
        """Facts from a kept snapshot; `kind` names the class when the report has several."""
        return next((each for each in self.facts if each.__name__ == kind), self.facts[0]).from_json(kept)


REPORTS = {
    module.CODE: Report(module.CODE, module.TITLE, module.TEMPLATE, module, facts)
    for module, facts in (
        (ticket_record, (ticket_record.TicketRecord, ticket_record.StaffTicketRecord)),
        (dispatch_order, (dispatch_order.DispatchOrder,)),
        (service_month, (service_month.ServiceMonth,)),
        (major_report, (major_report.MajorReport,)),
        (unclosed_week, (listing.Listing,)),
        (complaint_register, (listing.Listing,)),
        (complaint_card, (listing.Listing,)),
        (forced_month, (listing.Listing,)),
        (figures_month, (figures_month.FiguresMonth,)),
        (improvement_list, (listing.Listing,)),
        (project_list, (listing.Listing,)),
        (support_statement, (support_statement.SupportStatement,)),
        (forum_programme, (forum_programme.ForumProgramme,)),
        (forum_badges, (forum_badges.ForumNames,)),
        (forum_table_cards, (forum_badges.ForumNames,)),
        (forum_sign_in, (forum_badges.ForumNames,)),
        (forum_attendees, (listing.Listing,)),
        (forum_report, (forum_report.ForumReport,)),
        (survey_report, (survey_report.SurveyReport,)),
    )
}


def render_html(code: str, facts: Facts, language: str, house: House, pictures: dict[str, str] | None = None) -> str:
    """The page in the reader's language. Needs an application context; reads nothing but the facts.

    `pictures`: the photos that the facts name, by key, as addresses that carry them.
    """
    report = REPORTS[code]
    wording = Wording(language, ZoneInfo(facts.zone))  # type: ignore[attr-defined]
    with force_locale(language):
        return render_template(
            report.template,
            report=facts,
            title=wording.say(report.title),
            house=house,
            w=wording,
            pictures=pictures or {},
            is_staff=isinstance(facts, ticket_record.StaffTicketRecord),
        )


def print_report(code: str, facts: Facts, language: str, house: House, pictures: dict[str, str] | None = None) -> bytes:
    """The PDF in the reader's language; rows without room lie in it as a file. Raises CannotTypeset."""
    html = render_html(code, facts, language, house, pictures)
    title = called(code, facts, language)
    return pdf.typeset(
        html,
        title=title,
        language=language,
        accent=house.colour,
        attachments=_attached(facts, language),
    )


def called(code: str, facts: Facts, language: str) -> str:
    """What this report is called in the reader's language: its own heading, or the title of its kind."""
    with force_locale(language):
        return Wording(language, ZoneInfo("UTC")).say(getattr(facts, "heading", REPORTS[code].title))


def _attached(facts: Facts, language: str) -> list[pdf.Attached]:
    if not isinstance(facts, service_month.ServiceMonth) or not facts.tickets:
        return []
    with force_locale(language):
        say = Wording(language, ZoneInfo(facts.zone)).say
        content = service_month.data_file(facts, say)
    return [pdf.Attached(f"{facts.number}.csv", content, facts.snapshot_id)]
