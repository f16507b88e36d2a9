"""The sign-in sheet of a forum (签到表, R38): by organisation, with room to sign."""

from portal.i18n import N_

CODE, TITLE = "forum-sign-in", N_("Sign-in sheet")
TEMPLATE = "reports/forum_sign_in.html"
