"""The unclosed complaints of a week (未关闭投诉周报, R18) on paper."""

from portal.i18n import N_
from portal.reports.listing import TEMPLATE as TEMPLATE

CODE, TITLE = "unclosed-week", N_("Unclosed complaints")
