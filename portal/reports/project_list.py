"""The supervised projects (立项督办, R18) with their milestones on paper."""

from portal.i18n import N_
from portal.reports.listing import TEMPLATE as TEMPLATE

CODE, TITLE = "project-list", N_("Supervised projects")
