"""Ratings (评价, R23): for supervisors with n and interval, each figure with its ratings; for whoever was rated, results only."""

from flask import abort, request, url_for

from portal.access.door import Door, me
from portal.access.permissions import Permission as P
from portal.access.scopes import visible
from portal.domain import settings
from portal.domain.people.models import Customer
from portal.domain.quality.days import today
from portal.domain.ratings import kinds, results
from portal.domain.ratings.models import Rating
from portal.i18n import N_, Words
from portal.staff.customers import door as customers
from portal.web import filters
from portal.web.filters import words_in
from portal.web.pages import page
from portal.web.paging import row_number, typed
from portal.web.tables import as_xlsx, download
from portal.web.words import gettext

door = Door("ratings_of_us", __name__, url_prefix="/staff/quality/ratings")

PAGE, EXPORT = 50, 5000
STRETCHES = {"3": N_("3 months"), "6": N_("6 months"), "12": N_("12 months")}
HEAD = (
    N_("Rated"), N_("What it is about"), N_("Customer"), N_("Given by"), N_("Stars"), N_("In their words"), N_("Given on"),
    N_("Department"), N_("Account manager"), N_("Withdrawn at"),
)  # fmt: skip


class Asked:
    """What the address asks for: how many months, which kind."""

    def __init__(self):
        self.months = request.args.get("months", "12")
        self.months = self.months if self.months in STRETCHES else "12"
        self.kind = request.args.get("kind", "")
        self.kind = self.kind if self.kind in kinds.KINDS else ""

    @property
    def which(self):
        return results.counting(results.since(int(self.months)), self.kind)

    def url(self, endpoint: str = ".index", **more) -> str:
        return url_for(endpoint, **{"months": self.months, "kind": self.kind or None} | more)


@door.get("", needs=P.QUALITY_READ)
def index():
    """All in all, and by what was rated, department, provider, account manager."""
    asked, rows = Asked(), visible(Rating, me())
    parts = {}
    for side, one in results.SIDES.items():
        found = results.by(rows, side, asked.which)
        called = results.names(side, [key for key, _ in found])
        parts[side] = (one.label, [
            {"label": _said(called.get(key, "")), "result": result, "url": asked.url(".behind", side=side, key=key)} for key, result in found
        ])  # fmt: skip
    return page(
        "staff/ratings.html", result=results.all_in_all(rows, asked.which), parts=parts, least=settings.policy().ratings.least_group,
        stretches=[{"label": gettext(label), "url": asked.url(months=code), "on": code == asked.months} for code, label in STRETCHES.items()],
        chips=[{"label": gettext("All"), "url": asked.url(kind=None), "on": not asked.kind}]
        + [{"label": gettext(one.label), "url": asked.url(kind=code), "on": code == asked.kind} for code, one in kinds.KINDS.items()],
        all_url=asked.url(".behind"), xlsx=asked.url(".export"),
    )  # fmt: skip


def _said(name: str | Words) -> str:
    return words_in(name) if isinstance(name, Words) else gettext(name) if name else "—"


@door.get("/list", needs=P.QUALITY_READ)
def behind():
    """Exactly the ratings that a figure counted."""
    asked, before = Asked(), row_number(request.args.get("before"))
    side, key = request.args.get("side", ""), typed(request.args.get("key"), 12)
    which, title, here = asked.which, gettext("All ratings"), {}
    if side:
        part = results.of_part(side, key)
        which, here = which & part if part is not None else abort(404), {"side": side, "key": key}
        known = results.names(side, [key if side == "kind" else int(key)])
        title = _said(next(iter(known.values()), ""))
    found = results.listing(visible(Rating, me()), which, before, PAGE + 1)
    return page(
        "staff/rating_list.html", rows=found[:PAGE], title=title, kinds=kinds, first=before is None, back=asked.url(),
        result=results.all_in_all(visible(Rating, me()), which), newest=asked.url(".behind", **here),
        older=asked.url(".behind", **here, before=found[PAGE - 1].id) if len(found) > PAGE else None,
    )  # fmt: skip


@door.get("/list.xlsx", needs=P.QUALITY_READ)
def export():
    """What one looks at, rating by rating."""
    rows = [_row(one) for one in results.listing(visible(Rating, me()), Asked().which, None, EXPORT)]
    sheets = {gettext("Customer ratings"): ([gettext(words) for words in HEAD], rows)}
    return download(f"{gettext('Ratings')}-{today():%Y%m%d}.xlsx", as_xlsx(sheets, filters.zone()))


def _row(row: Rating) -> list:
    return [
        gettext(kinds.label(row)), kinds.subject(row), row.customer.short_name, row.by.name, row.stars, row.comment, row.at,
        words_in(row.department.words) if row.department else None, row.manager.name if row.manager else None, row.withdrawn_at,
    ]  # fmt: skip


@door.get("/own", needs=P.DESK_READ)
def own():
    """What is said of one's own work, from the smallest group on; never who said it."""
    rules = settings.policy().ratings
    return page("staff/ratings_own.html", own=results.own(me()), least=rules.least_group, months=results.MONTHS)


@customers.get("/<int:customer>/ratings", needs=P.CUSTOMER_READ)
def of_customer(customer: Customer):
    """In the customer's file: what its people rated, as far as the reader may know."""
    rows, before = visible(Rating, me()), row_number(request.args.get("before"))
    found = results.listing(rows, results.of_customer(customer), before, PAGE + 1)
    counted = results.of_customer(customer) & results.counting(results.since(results.MONTHS))
    return page(
        "staff/customer_ratings.html", customer=customer, rows=found[:PAGE], kinds=kinds, result=results.all_in_all(rows, counted),
        older=url_for("customers.of_customer", customer=customer.id, before=found[PAGE - 1].id) if len(found) > PAGE else None,
        first=before is None, least=settings.policy().ratings.least_group,
    )  # fmt: skip
