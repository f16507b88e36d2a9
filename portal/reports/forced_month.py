"""The forced closures of a month (强制关闭清单, R17) on paper."""

from portal.i18n import N_
from portal.reports.listing import TEMPLATE as TEMPLATE

CODE, TITLE = "forced-month", N_("Forced closures of the month")
