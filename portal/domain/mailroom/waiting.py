"""How many mails wait to be sorted: asked along with the session, for the number in the navigation."""

from sqlalchemy import ScalarSelect

from portal.db import db
from portal.domain.mailroom.models import NEW, WAITING, IncomingMail

MOST = 99
STATES = (NEW, WAITING)


def now() -> ScalarSelect:
    """How many wait, MOST at most, as part of another statement."""
    some = db.select(IncomingMail.id).where(IncomingMail.state.in_(STATES)).limit(MOST).subquery()
    return db.select(db.func.count()).select_from(some).scalar_subquery()
