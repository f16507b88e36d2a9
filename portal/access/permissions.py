"""May this person do this at all? One table: role × permission. What the record allows now is the domain's question."""

import enum
from functools import cache

from portal.domain.people.roles import Role


class Permission(enum.StrEnum):
    """What a route may need. Every route names one."""

    PUBLIC = "public"
    """Anybody, signed in or not."""
    OWN_ACCOUNT = "own:account"
    """Anybody signed in: own sessions, password, notices, language."""
    TICKET_READ = "ticket:read"
    TICKET_OPEN = "ticket:open"
    TICKET_REPLY = "ticket:reply"
    TICKET_DECIDE = "ticket:decide"
    RATE = "rating:give"
    """Rate a report, the account manager, the service; a ticket's rating is part of deciding on it (R23)."""
    ORGANISATION_RUN = "organisation:run"
    DESK_READ = "desk:read"
    """The staff's side of tickets: workbench, queue, ticket page."""
    DESK_WORK = "desk:work"
    """Accept, answer, dispatch, merge, apply: the agents' work."""
    DESK_HANDLE = "desk:handle"
    """Confirm an order, contact, reply, apply: the handlers' work, and the agents'."""
    DESK_NOTE = "desk:note"
    MAIL_SORT = "mail:sort"
    """Sort incoming mail: make a ticket of it, put it into one, set it aside: the desk's work."""
    CALL_BACK = "call_back:work"
    VIEW_SHARE = "view:share"
    CUSTOMER_READ = "customer:read"
    CUSTOMER_EDIT = "customer:edit"
    SALES_READ = "sales:read"
    """What a customer spends with us, by year."""
    REPORT_READ = "report:read"
    FOLLOW_UP = "follow_up:work"
    """Follow up a low rating: the supervisors and the customer's account manager."""
    QUALITY_READ = "quality:read"
    """Quality supervision: the figures and what stands behind them."""
    QUALITY_WORK = "quality:work"
    """Decide liability, run projects and problems, set limits, reckon support: the supervisors' work."""
    IMPROVE = "improvement:work"
    """Improvement actions: those given to oneself or one's department, and the customers to be asked again (R33)."""
    MAJOR_DECIDE = "major:decide"
    """Decide whether a complaint is a major one, and close it with a review: supervisors and managers (R20)."""
    MAJOR_APPROVE = "major:approve"
    """Approve plan, special compensation and report of a major complaint: the managers (R20)."""
    FORCE_DECIDE = "forced:decide"
    """Approve or decline a forced closure: the managers (R17)."""
    FORUM_READ = "forum:read"
    """The annual forum (R38) as staff see it: programme, who is invited and comes, topics."""
    FORUM_INVITE = "forum:invite"
    """Invite and register people of one's customers, take their answers by telephone."""
    FORUM_RUN = "forum:run"
    """Prepare the forum, approve, decide about seats and topics, write the minutes: the supervisors' work."""
    FORUM_DOOR = "forum:door"
    """Check people in at the door."""
    FORUM_ATTEND = "forum:attend"
    """A customer's people: see the forum, answer, register, change and cancel."""
    SURVEY_READ = "survey:read"
    """Satisfaction surveys (R25–R30) as staff see them: questionnaires, campaigns, whom they ask, results of many answers."""
    SURVEY_SHEETS = "survey:sheets"
    """What one customer answered: read by whoever looks after quality, as customers are told, and by nobody who is rated."""
    SURVEY_RUN = "survey:run"
    """Write and publish questionnaires, run campaigns: the supervisors' work."""
    SURVEY_CALL = "survey:call"
    """Ask a survey by telephone and write down what is said (R28): the call-back desk's work, and the supervisors'."""
    SURVEY_ANSWER = "survey:answer"
    """A customer's people: answer the surveys they are asked."""
    PEOPLE_RUN = "people:run"
    """Invite, disable, give roles: the security administrator's."""
    APPROVE = "approval:decide"
    """Grant or decline what takes two people: the security administrators' and the managers'."""
    SETTINGS_RUN = "settings:run"
    SECURITY_RUN = "security:run"
    LETTERS_READ = "letters:read"
    JOURNAL_READ = "journal:read"


P = Permission
_MEMBER = {P.TICKET_READ, P.TICKET_OPEN, P.TICKET_REPLY, P.TICKET_DECIDE, P.RATE, P.FORUM_ATTEND, P.SURVEY_ANSWER}
_STAFF = {P.DESK_READ, P.DESK_NOTE}
_AGENT = _STAFF | {P.DESK_WORK, P.DESK_HANDLE, P.MAIL_SORT, P.CUSTOMER_READ, P.IMPROVE, P.FORUM_DOOR}
_FORUM = {P.FORUM_READ, P.FORUM_INVITE, P.FORUM_DOOR}

GRANTS: dict[Role, set[Permission]] = {
    Role.ORG_MEMBER: _MEMBER,
    Role.ORG_ADMIN: _MEMBER | {P.ORGANISATION_RUN},
    Role.AGENT: _AGENT,
    Role.HANDLER: _STAFF | {P.DESK_HANDLE, P.IMPROVE},
    Role.ACCOUNT_MANAGER: _STAFF
    | {P.CUSTOMER_READ, P.CUSTOMER_EDIT, P.REPORT_READ, P.FOLLOW_UP, P.IMPROVE, P.SURVEY_READ, P.SALES_READ}
    | _FORUM,
    Role.CALLER: _STAFF | {P.CALL_BACK, P.CUSTOMER_READ, P.FORUM_DOOR, P.IMPROVE, P.SURVEY_CALL},
    Role.SUPERVISOR: _STAFF
    | {P.DESK_WORK, P.DESK_HANDLE, P.MAIL_SORT, P.VIEW_SHARE, P.CUSTOMER_READ, P.CUSTOMER_EDIT, P.REPORT_READ}
    | {P.QUALITY_READ, P.QUALITY_WORK, P.FOLLOW_UP, P.MAJOR_DECIDE, P.FORUM_RUN, P.IMPROVE}
    | {P.SURVEY_READ, P.SURVEY_SHEETS, P.SURVEY_RUN, P.SURVEY_CALL, P.SALES_READ}
    | _FORUM,
    Role.MANAGER: _STAFF
    | {P.VIEW_SHARE, P.CUSTOMER_READ, P.REPORT_READ, P.QUALITY_READ, P.APPROVE}
    | {
        P.MAJOR_DECIDE,
        P.MAJOR_APPROVE,
        P.FORCE_DECIDE,
        P.FORUM_READ,
        P.IMPROVE,
        P.SURVEY_READ,
        P.SURVEY_SHEETS,
        P.SALES_READ,
    },
    Role.ADMINISTRATOR: {P.SETTINGS_RUN, P.LETTERS_READ, P.CUSTOMER_READ, P.CUSTOMER_EDIT, P.SALES_READ},
    Role.SECURITY_ADMIN: {P.PEOPLE_RUN, P.SECURITY_RUN, P.APPROVE},
    Role.AUDITOR: {P.JOURNAL_READ},
}


def may(person, permission: Permission) -> bool:
    """Does one of this person's roles grant it? Nobody signed in may only what is public."""
    if permission is P.PUBLIC:
        return True
    if not person.is_authenticated:
        return False
    if permission is P.OWN_ACCOUNT:
        return True
    return permission in _granted(tuple(person.roles))


@cache
def _granted(roles: tuple[str, ...]) -> frozenset[Permission]:
    """What these roles grant together."""
    return frozenset().union(*(GRANTS[Role(role)] for role in roles))


def roles_with(permission: Permission) -> list[Role]:
    """The roles that grant it, in the order of the roles."""
    return [role for role in Role if permission in GRANTS[role]]
