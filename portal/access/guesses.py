"""Links that work without signing in: a guessed one is counted by address, and all that lead nowhere look alike."""

from collections.abc import Callable

from flask import request

from portal.access import attempts
from portal.db import transaction
from portal.web.pages import page


def counted(find: Callable[[object], object]) -> Callable[[], None]:
    """Work ahead of a form behind a link: one that is not known is counted."""

    def ahead() -> None:
        if find((request.view_args or {}).get("secret")) is None:
            with transaction():
                attempts.note(attempts.link_guessed())

    return ahead


def gone():
    """Unknown or over: the same page for all; after many guesses a rest."""
    if wait := attempts.wait(attempts.link_guessed(), *attempts.LINKS_GUESSED):
        return attempts.too_often(wait)
    return page("access/gone.html", 404)
