"""The history of an area of settings: who decided what, when, from when on, why; any two compared, any one restored."""

from dataclasses import dataclass

from flask import abort, redirect, request, url_for

from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.domain import revisions, settings
from portal.domain.differences import between
from portal.domain.policy_changes import Change
from portal.domain.revisions import AREAS, Standing
from portal.domain.settings import Revision
from portal.i18n import N_
from portal.staff.configuration import proposing
from portal.staff.configuration.places import COMPANY, called, value_said
from portal.staff.configuration.ways import Decision, door, number_in, tabs
from portal.staff.configuration.wording import Told, told_differences
from portal.web.filters import here
from portal.web.pages import page, say
from portal.web.paging import row_number
from portal.web.words import gettext

PAGE = 20
NAMES = {"policy": N_("Promises and classes"), "calendar": N_("Working calendar"), "company": N_("Company")}
STANDINGS = {
    Standing.HOLDS: (N_("holds now"), "good"), Standing.PLANNED: (N_("planned"), "warn"),
    Standing.PAST: (N_("held before"), ""), Standing.OVERTAKEN: (N_("taken over by a later revision"), ""),
}  # fmt: skip


@dataclass(frozen=True)
class Decided:
    """A revision: who decided it, when, why, how it stands, and what it changed."""

    revision: Revision
    standing: Standing
    changed: list[Told]

    @property
    def standing_said(self) -> str:
        return gettext(STANDINGS[self.standing][0])

    @property
    def day(self) -> str:
        """Its effective date, as an address says it."""
        return here(self.revision.holds_from or self.revision.at).date().isoformat()

    @property
    def tone(self) -> str:
        return STANDINGS[self.standing][1]


@door.get("/history", needs=P.SETTINGS_RUN)
def history():
    return redirect(url_for(".area_history", area="policy"), 303)


@door.get("/history/<area>", needs=P.SETTINGS_RUN)
def area_history(area):
    numbers = revisions.standings(_known(area))
    decided = decisions(area, row_number(request.args.get("before")), PAGE + 1, numbers)
    return page(
        "staff/settings_history.html", area=area, decided=decided[:PAGE], tabs=tabs(), areas=_areas(area),
        older=decided[PAGE - 1].revision.id if len(decided) > PAGE else None, numbers=numbers, revision=max(numbers, default=0),
    )  # fmt: skip


@door.get("/history/<area>/compare", needs=P.SETTINGS_RUN)
def compare(area):
    """Two revisions beside each other."""
    ids = (row_number(request.args.get("one")), row_number(request.args.get("other")))
    one, other = (revisions.find(_known(area), number) if number else None for number in ids)
    if one is None or other is None:
        abort(404)
    return page(
        "staff/settings_compare.html", area=area, area_name=NAMES[area], one=one, other=other,
        changed=differences(area, one.document, other.document), numbers=revisions.standings(area),
    )  # fmt: skip


@door.get("/history/<area>/<int:number>/restore", needs=P.SETTINGS_RUN)
def ask_restore(area, number):
    return _restore_page(area, _revision(area, number), Decision())


@door.post("/history/<area>/<int:number>/restore", needs=P.SETTINGS_RUN)
def restore(area, number):
    """The policy is restored by way of a proposal, the others here and at once."""
    revision = _revision(area, number)
    if area == "policy":
        code = f"policy-{number}"
        proposing.keep(Change("restore", value=number), number_in(request.form.get("revision")), code)
        return redirect(url_for(".proposal", section="restore", code=code, on=request.form.get("on") or None), 303)
    form = Decision()
    if not form.validate() or not attempted(
        form, "why", revisions.restore, area, number, me(), form.why.data, form.drawn_from()
    ):
        return _restore_page(area, revision, form, 422)
    say(N_("Decided. It holds from now on."))
    return redirect(url_for(".area_history", area=area), 303)


def _restore_page(area: str, revision: Revision, form: Decision, status: int = 200):
    form.revision.data = form.revision.data or str(revisions.head(area))
    return page(
        "staff/settings_restore.html", status, area=area, area_name=NAMES[area], revision=revision, form=form,
        changed=differences(area, settings.document_of(settings.holding(area)), revision.document),
    )  # fmt: skip


def decisions(
    area: str, before: int | None = None, limit: int = 10, standing: dict[int, Standing] | None = None
) -> list[Decided]:
    """The decisions of an area, newest first, in words."""
    standing = standing or revisions.standings(area)
    return [
        Decided(revision, standing[revision.id], differences(area, base, revision.document) if base else [])
        for revision, base in revisions.steps(area, before, limit)
    ]


def differences(area: str, old: dict, new: dict) -> list[Told]:
    """What two documents of an area say differently, in words."""
    if area == "policy":
        return told_differences(settings.parsed(old), settings.parsed(new))
    policy = settings.policy()
    return [
        Told(
            gettext(COMPANY.get(place, place)) if area == "company" else called(place, policy),
            value_said(was),
            value_said(became),
        )
        for place, (was, became) in between(old, new).items()
    ]


def _known(area: str) -> str:
    return area if area in AREAS else abort(404)


def _revision(area: str, number: int) -> Revision:
    return revisions.find(_known(area), min(number, 2**31 - 1)) or abort(404)


def _areas(area: str) -> list[dict]:
    return [
        {"label": gettext(name), "url": url_for(".area_history", area=one), "on": one == area}
        for one, name in NAMES.items()
    ]
