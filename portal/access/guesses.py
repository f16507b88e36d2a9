"""Links that work without signing in: all that lead nowhere look alike. The door counts them, by address."""

from portal.access import attempts
from portal.web.pages import page


def gone():
    """Unknown, used, run out: the same page for all, so that nothing can be learnt from it; after many guesses a rest."""
    return rest() or page("access/gone.html", 404)


def rest():
    """The answer to one guess too many from this address; None before that."""
    wait = attempts.wait(attempts.link_guessed(), *attempts.LINKS_GUESSED)
    return attempts.too_often(wait) if wait else None
