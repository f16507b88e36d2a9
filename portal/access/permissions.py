"""May this person do this at all? One table: role × permission. What the record allows now is the domain's question."""

import enum

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
    ORGANISATION_RUN = "organisation:run"
    DESK_READ = "desk:read"
    """The staff's side of tickets: workbench, queue, ticket page."""
    DESK_WORK = "desk:work"
    """Accept, answer, dispatch, merge, apply: the agents' work."""
    DESK_HANDLE = "desk:handle"
    """Confirm an order, contact, reply, apply: the handlers' work, and the agents'."""
    DESK_NOTE = "desk:note"
    CALL_BACK = "call_back:work"
    VIEW_SHARE = "view:share"
    CUSTOMER_READ = "customer:read"
    CUSTOMER_EDIT = "customer:edit"
    REPORT_READ = "report:read"
    PEOPLE_RUN = "people:run"
    """Invite, disable, give roles: the security administrator's."""
    APPROVE = "approval:decide"
    """Grant or decline what takes two people: the security administrators' and the managers'."""
    SETTINGS_RUN = "settings:run"
    SECURITY_RUN = "security:run"
    LETTERS_READ = "letters:read"
    JOURNAL_READ = "journal:read"


P = Permission
_MEMBER = {P.TICKET_READ, P.TICKET_OPEN, P.TICKET_REPLY, P.TICKET_DECIDE}
_STAFF = {P.DESK_READ, P.DESK_NOTE}
_AGENT = _STAFF | {P.DESK_WORK, P.DESK_HANDLE, P.CUSTOMER_READ}

GRANTS: dict[Role, set[Permission]] = {
    Role.ORG_MEMBER: _MEMBER,
    Role.ORG_ADMIN: _MEMBER | {P.ORGANISATION_RUN},
    Role.AGENT: _AGENT,
    Role.HANDLER: _STAFF | {P.DESK_HANDLE},
    Role.ACCOUNT_MANAGER: _STAFF | {P.CUSTOMER_READ, P.CUSTOMER_EDIT, P.REPORT_READ},
    Role.CALLER: _STAFF | {P.CALL_BACK, P.CUSTOMER_READ},
    Role.SUPERVISOR: _STAFF
    | {P.DESK_WORK, P.DESK_HANDLE, P.VIEW_SHARE, P.CUSTOMER_READ, P.CUSTOMER_EDIT, P.REPORT_READ},
    Role.MANAGER: _STAFF | {P.VIEW_SHARE, P.CUSTOMER_READ, P.REPORT_READ, P.APPROVE},
    Role.ADMINISTRATOR: {P.SETTINGS_RUN, P.LETTERS_READ, P.CUSTOMER_READ, P.CUSTOMER_EDIT},
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
    return any(permission in GRANTS[Role(role)] for role in person.roles)


def roles_with(permission: Permission) -> list[Role]:
    """The roles that grant it, in the order of the roles."""
    return [role for role in Role if permission in GRANTS[role]]
