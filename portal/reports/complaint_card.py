"""The complaint card of a customer (投诉管理卡, R5) on paper."""

from portal.i18n import N_
from portal.reports.listing import TEMPLATE as TEMPLATE

CODE, TITLE = "complaint-card", N_("Complaint card")
