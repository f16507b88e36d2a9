"""A door: every route says who may pass, and is handed its records, not their ids."""

from functools import wraps
from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, request, url_for
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from portal import faults
from portal.access import attempts, sessions
from portal.access.permissions import Permission, may
from portal.access.scopes import RECORDS, find
from portal.db import db, transaction
from portal.domain import drafts
from portal.domain.people.models import Person
from portal.domain.refusals import Refused
from portal.domain.savepoint import read_again, savepoint
from portal.i18n import N_
from portal.web import uploads
from portal.web.forms import refuse

READING = {"GET", "HEAD", "OPTIONS"}
BUSINESS = ("documents", "files")
"""Doors of everybody signed in that hand out what is no matter of the own account."""


class Door(Blueprint):
    """A blueprint whose routes cannot be written without saying what they need.

    `files` lets a body be large and takes in its files, which no other route does; `ahead` is work done before the transaction of an unsafe method begins, because
    it would hold the database too long (hashing a password). A form behind a link whose secret leads nowhere is counted.
    """

    def add_url_rule(
        self, rule, endpoint=None, view_func=None, *, needs: Permission, files=False, ahead=None, **options
    ):
        guarded = _guard(view_func, needs, files, ahead)
        guarded.files = files  # pyright: ignore[reportAttributeAccessIssue]
        super().add_url_rule(rule, endpoint, guarded, **options)


def me() -> Person:
    """Whoever asks; an anonymous nobody on routes that are public."""
    return current_user._get_current_object()  # pyright: ignore[reportReturnType]


def _guard(view, needs: Permission, files=False, ahead=None):
    @wraps(view)
    def answer(**url):
        if not may(me(), needs):
            return _turn_away()
        if (gate := _unfinished_business(needs)) is not None:
            return gate
        if request.method in READING:
            return view(**_records(url))
        if files:
            uploads.stage_all()
        if ahead is not None:
            ahead()
        response = _once(view, needs, url)
        if "secret" in url and response.status_code in (404, 429):
            _count_guess()
        return response

    answer.needs = needs  # pyright: ignore[reportAttributeAccessIssue]
    return answer


def _count_guess() -> None:
    """A link that leads nowhere may be a guess; in a transaction of its own, as the answer's was undone."""
    with transaction():
        attempts.note(attempts.link_guessed())


def _records(url: dict) -> dict:
    return {name: find(name, part, me()) if name in RECORDS else part for name, part in url.items()}


def _once(view, needs: Permission, url: dict):
    """The view in one transaction; a form that was taken before leads to where it led then (R22)."""
    key = request.form.get("submission_key", "")[:64]
    try:
        with transaction():
            sessions.reload()
            if not may(me(), needs):
                return _turn_away()
            if key and me().is_authenticated and (before := drafts.taken(me(), key)) is not None:
                return _led_before(before)
            response = current_app.make_response(view(**_records(url)))
            if response.status_code >= 400 and response.status_code != 422:
                db.session.rollback()  # a 422 has written nothing but the draft of what was typed
            elif key and me().is_authenticated and response.status_code == 303 and not g.get("put_off"):
                drafts.take(me(), key, _digest(), response.location)
        faults.point("after.commit")
        return response
    except IntegrityError:
        before = drafts.taken(me(), key) if key and me().is_authenticated else None
        if before is None:
            raise
        return _led_before(before)


def _led_before(before: drafts.Submission):
    if before.digest != _digest():
        raise Refused(N_("This form was already sent, with other content. Please look at what it led to."))
    return redirect(before.location, 303)


def _digest() -> str:
    said = [(k, v) for k, v in request.form.items(multi=True) if k not in ("csrf_token", "submission_key")]
    return drafts.digest_of(said + [(k, f"{f.filename}") for k, f in request.files.items(multi=True)])


def _unfinished_business(needs: Permission):
    """Staff who must use a second factor and have none yet go and set it up, and nowhere else."""
    if not me().is_authenticated or needs is Permission.PUBLIC:
        return None
    if needs is Permission.OWN_ACCOUNT and request.blueprint not in BUSINESS:
        return None
    if sessions.needs_second_factor(me()):
        return redirect(url_for("account.second_factor"), 303)
    return None


def _turn_away():
    return abort(403) if me().is_authenticated else sessions.login.unauthorized()


def attempted(form, field: str, action, *args, **facts) -> Any:
    """The action, in a savepoint: a refusal undoes it whole and stands beside the field, what was typed stays.

    Gives what the action gave, or False after a refusal; the records it was given can be shown then as they are.
    """
    try:
        with savepoint():
            result = action(*args, **facts)
    except Refused as refusal:
        refuse(form, refusal.field if refusal.field in form else field, refusal)
        for one in args:
            read_again(one)
        return False
    return True if result is None else result
