"""Who somebody is here. A person may hold several roles; what a role may do stands in access/permissions.py."""

import enum

from portal.i18n import N_


class Role(enum.StrEnum):
    """The roles of the rulebook (§1). The two customer roles never mix with staff roles."""

    ORG_ADMIN = "org_admin"
    ORG_MEMBER = "org_member"
    AGENT = "agent"
    HANDLER = "handler"
    ACCOUNT_MANAGER = "account_manager"
    CALLER = "caller"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"


# Whose work is with tickets of any customer: they see all of them.
SEES_ALL = (Role.AGENT, Role.CALLER, Role.SUPERVISOR, Role.MANAGER)

CUSTOMER_ROLES = frozenset({Role.ORG_ADMIN, Role.ORG_MEMBER})
STAFF_ROLES = tuple(role for role in Role if role not in CUSTOMER_ROLES)

LABELS = {
    Role.ORG_ADMIN: N_("Organisation administrator"),
    Role.ORG_MEMBER: N_("Member"),
    Role.AGENT: N_("Agent"),
    Role.HANDLER: N_("Handler"),
    Role.ACCOUNT_MANAGER: N_("Account manager"),
    Role.CALLER: N_("Call-back officer"),
    Role.SUPERVISOR: N_("Quality supervisor"),
    Role.MANAGER: N_("Manager"),
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.SECURITY_ADMIN: N_("Security administrator"),
    Role.AUDITOR: N_("Auditor"),
}

# The three administrations are kept apart: whoever sets rights does not run the system, whoever audits does neither.
APART = (Role.ADMINISTRATOR, Role.SECURITY_ADMIN, Role.AUDITOR)
