"""Which pages there are: every address a role finds by following links, one of each kind, from the demo world."""

import re
import time
from collections import Counter, deque
from html import unescape
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from portal.access.permissions import GRANTS, Permission
from portal.domain.people.roles import Role

NO_PAGES = {
    "desk.names", "documents.file", "events.calendar", "events.code", "events.photo", "figures.tickets_file", "files.show",
    "files.small", "forum_door.listing",
    "forum_door.worker", "health.show", "home.start", "look.css", "look.logo", "major.of", "set_up.index", "set_up.show",
    "sign_in.code", "sign_in.start", "static", "links.confirming", "links.invitation", "links.rate", "links.reset",
    "phone.thanks", "surveys.leave", "surveys.show", "surveys.thanks", "surveys_mine.thanks",
}  # fmt: skip
"""Files, fragments, ways that lead on, and what needs a secret from a letter."""
FILES = (".csv", ".ics", ".sav", ".xlsx", ".zip")
"""How the addresses of lists to take away end."""
WALKED = 8
"""So many pages of a kind are read in search of links to other kinds: not every ticket can be reopened."""
SEEN_BY_EACH = {
    "desk.show", "home.index", "queue.index", "tickets.index", "tickets.show", "workbench.index",
}  # fmt: skip
"""Pages that differ from role to role: looked at once for each."""
ALSO = {
    Role.ORG_ADMIN: [f"/tickets/?group={group}" for group in ("yours", "open", "done")] + ["/tickets/?state=new"],
    Role.AGENT: [
        *(f"/staff/queue/?state={state}" for state in ("new", "open", "waiting", "verifying")),
        "/staff/queue/?view=closed",
    ],
    Role.SUPERVISOR: [
        f"/staff/quality/improvements?which={which}" for which in ("live", "late", "verify", "watched", "closed")
    ],
    Role.CALLER: ["/staff/queue/?state=verifying"],
}
"""Lists of which the first line is looked at too: a ticket's page differs from state to state."""
LINK, FORM = re.compile(r'<a\s[^>]*?href="(/[^"]*)"'), re.compile(r'<form\s[^>]*?action="(/[^"]*)"')
PUBLIC = ["/sign-in", "/forgotten", "/forgotten/asked", "/confirm/thanks/solved", "/rated", "/surveys/link/opted-out"]


def plan(app, chromium, address) -> dict[Role | None, list[str]]:
    """The addresses each role looks at; the page of a kind once, by the first role that finds it."""
    seen, planned = set(), {None: PUBLIC}
    for role in Role:
        found = _walk(app, chromium, address, role)
        planned[role] = [url for name, url in found if name in SEEN_BY_EACH or name not in seen]
        seen |= {name for name, _ in found}
    return planned


def pages_of(app) -> set[str]:
    """The endpoints of every page there is."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return {rule.endpoint for rule in rules if not rule.rule.endswith(FILES)} - NO_PAGES


def endpoint(app, url: str) -> str | None:
    """The endpoint of an address of this portal, if it is a page."""
    try:
        name = _map(app).match(urlsplit(url).path, method="GET")[0]
    except HTTPException:
        return None
    return None if name in NO_PAGES or urlsplit(url).path.endswith(FILES) else name


def _map(app) -> MapAdapter:
    return app.url_map.bind("127.0.0.1")


def _walk(app, chromium, address, role: Role) -> list[tuple[str, str]]:
    """(endpoint, address) of each kind of page this role comes to, and of its tickets in every state."""
    context = chromium.new_context(base_url=address, locale="zh-CN")
    asked = context.request
    token = _soup(asked, "/sign-in").select_one("form[action='/sign-in/demo'] input[name=csrf_token]")["value"]
    asked.post("/sign-in/demo", form={"csrf_token": token, "role": role.value})
    more = list(dict.fromkeys(_first_of_list(asked, url) for url in ALSO.get(role, ())))
    ahead, found, been, walked = deque([*filter(None, more), *_without_parameters(app, role)]), {}, set(), Counter()
    while ahead:
        url = ahead.popleft()
        name = endpoint(app, url)
        if name is None or url in been or walked[name] >= WALKED:
            continue
        been.add(url)
        walked[name] += 1
        if (page := _page(asked, url)) is not None:
            found.setdefault(name, url)
            ahead += _leading_on(page)
    more = [url for url in more if url and url not in found.values()]
    if role is Role.ORG_ADMIN:
        more.append(_a_document(asked, found["tickets.show"]))
    if role is Role.ADMINISTRATOR:
        links = _links(_soup(asked, "/staff/settings/history/company"), "main")
        more += [url for url in links if url.endswith("/restore")][:1]
    if role is Role.SECURITY_ADMIN:
        more.append(found["people.show"] + "/factor-reset")
    if role is Role.SUPERVISOR:
        draft = found["campaigns.edit"].removesuffix("/edit")
        more += [url for url in _links(_soup(asked, f"{draft}/people?which=skipped"), "main") if url.endswith("/keep")][
            :1
        ]
    context.close()
    return [*found.items(), *((endpoint(app, url), url) for url in more)]


def _leading_on(page: str) -> list[str]:
    """All `_links` of a page. Thousands are walked through: no tree is built of them."""
    return [unescape(url) for pattern in (LINK, FORM) for url in pattern.findall(page)]


def _links(page: BeautifulSoup, within: str) -> list[str]:
    """The addresses it leads to; a form's own too, which is where a mistake in it is shown."""
    links = [link["href"] for link in page.select(f"{within} a[href^='/']")]
    return links + [form["action"] for form in page.select(f"{within} form[action^='/']")]


def _first_of_list(asked, url: str) -> str | None:
    """The first record of this list."""
    return next(iter(_links(_soup(asked, url), "tbody th")), None)


def _without_parameters(app, role: Role) -> list[str]:
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    allowed = GRANTS[role] | {Permission.OWN_ACCOUNT}
    return [rule.rule for rule in rules if getattr(app.view_functions[rule.endpoint], "needs", None) in allowed]


def _a_document(asked, ticket: str) -> str:
    """A PDF of this ticket, asked for; where it is made."""
    form = _soup(asked, ticket).select_one("form[action='/documents']")
    made = asked.post("/documents", form={field["name"]: field.get("value", "") for field in form.select("input")})
    return urlsplit(made.url).path


def _soup(asked, url: str) -> BeautifulSoup:
    page = _page(asked, url)
    assert page is not None, f"no page: {url}"
    return BeautifulSoup(page, "html.parser")


def _page(asked, url: str) -> str | None:
    """The page at this address, patiently; None where there is no page for this person."""
    for _ in range(20):
        answer = asked.get(url)
        if answer.status != 429:
            break
        time.sleep(1)
    return answer.text() if answer.ok else None
