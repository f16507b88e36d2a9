"""A list of improvement actions (整改清单, R33) on paper."""

from portal.i18n import N_
from portal.reports.listing import TEMPLATE as TEMPLATE

CODE, TITLE = "improvement-list", N_("Improvement actions")
