"""The complaints of a month (投诉月度清单) on paper."""

from portal.i18n import N_
from portal.reports.listing import TEMPLATE as TEMPLATE

CODE, TITLE = "complaint-register", N_("Complaints of the month")
