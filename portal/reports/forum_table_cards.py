"""Table cards of a forum (席卡, R38): an A4 sheet each, folded in the middle, the name on both sides."""

from portal.i18n import N_

CODE, TITLE = "forum-table-cards", N_("Table cards")
TEMPLATE = "reports/forum_table_cards.html"
