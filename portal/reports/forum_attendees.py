"""The list of attendees of a forum (参会人员名单, R38) on paper."""

from portal.i18n import N_
from portal.reports.listing import TEMPLATE as TEMPLATE

CODE, TITLE = "forum-attendees", N_("List of attendees")
