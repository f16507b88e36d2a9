"""The worker: letters, documents, reminders, sweeping. One plain loop; what is to be done stands in our own tables."""

import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import Flask, current_app

from portal import clock, mailbox
from portal.access import papers
from portal.access.scopes import visible
from portal.db import db, transaction
from portal.domain import files, journal, journal_search, retention, slots
from portal.domain.forum import tidying
from portal.domain.mailroom import box, placing
from portal.domain.people import parties
from portal.domain.quality import complaint_counts, improvement_rises, projects, signals, snapshots, unclosed
from portal.domain.ratings import requests
from portal.domain.settings import policy_id
from portal.domain.surveys import running as surveys
from portal.domain.tickets import reminders
from portal.domain.tickets.models import Ticket
from portal.mail import PostOffice
from portal.reports import making

log = structlog.get_logger()

IDLE, TROUBLED = 0.5, 5
"""Seconds between two looks: when there was nothing to do, and after something went wrong (the database is away)."""
GRACE = 0.7
"""Seconds the work in hand may still take after the word to end; then it is broken off and done again by the next worker."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RETRY = HOUR / 2
ORPHANS_AFTER = 24 * 3600


class Stopping(BaseException):
    """The word to end came, and the work in hand took too long."""


@dataclass(frozen=True)
class Job:
    """Something done once every so often, by one of the workers."""

    name: str
    every: timedelta
    work: Callable[[], object]


def _remind():
    if _is_set_up():
        with transaction():
            return reminders.remind()


def _is_set_up() -> bool:
    try:
        return bool(policy_id())
    except (LookupError, KeyError):
        return False


def _end_parties():
    """Departments and providers whose last day is over: their orders go back, their people are disabled."""
    if _is_set_up():
        with transaction():
            return parties.end_due()


def _receive():
    """New mail is taken in, then read and placed, one by one."""
    store, url = current_app.extensions["files"], current_app.extensions["portal"].imap_url
    if not _is_set_up():
        return 0
    taken = mailbox.read(box.box_of(url), store) if url else 0
    while placing.place_next(store, lambda person: visible(Ticket, person)):
        db.session.remove()
    return taken


def _offers():
    """Seats of the forum that were offered and not taken in time go on."""
    if _is_set_up():
        with transaction():
            return tidying.every_minute()


def _forum():
    """Reminders of the forum, topics whose tickets are closed, delicate data whose time is over."""
    if _is_set_up():
        with transaction():
            return tidying.every_hour()


def _surveys():
    """Surveys past their end are ended, quotas looked at, letters that came back noted."""
    if _is_set_up():
        with transaction():
            return surveys.every_minute()


def _survey_reminders():
    """Whoever was asked by a survey and has not answered is reminded."""
    if _is_set_up():
        with transaction():
            return surveys.every_hour()


def _weekly():
    """This week's list of unclosed complaints, as soon as Monday has begun."""
    if _is_set_up():
        with transaction():
            return unclosed.keep_week()


def _supervise():
    """Complaints open too long become projects; milestones past their day are raised."""
    if _is_set_up():
        with transaction():
            return projects.open_due() + projects.raise_late()


def _ask_again():
    """Whoever was asked for a rating some days ago is reminded, once."""
    if _is_set_up():
        with transaction():
            return requests.remind()


def _improve():
    """Improvement actions that are due or overdue: told to whom it concerns, level by level."""
    if _is_set_up():
        with transaction():
            return improvement_rises.rise()


def _analyse():
    """The counts of closed months are kept; what asks for a look is raised."""
    if _is_set_up():
        month = True
        while month:
            with transaction():
                month = complaint_counts.keep_next()
        found = signals.seek()
        with transaction():
            return signals.keep(found)


def _sweep():
    return files.sweep(current_app.extensions["files"], ORPHANS_AFTER)


def _prune():
    with transaction():
        return retention.prune()


def _verify():
    """The whole chain; where it ends is logged too, so that the log of another day can be held against it."""
    wrong, head = journal.verify(), journal.head()
    log.info("journal", entries=head.count if head else 0, head=head.hash if head else "", whole=not wrong)
    for line in wrong:
        log.error("journal", wrong=line)
    if wrong:
        with transaction():
            journal_search.tell_broken(wrong)


def _close_months():
    return snapshots.close_due() if _is_set_up() else 0


JOBS = (
    Job("parties", MINUTE, _end_parties),
    Job("remind", MINUTE, _remind),
    Job("receive", MINUTE, _receive),
    Job("offers", MINUTE, _offers),
    Job("forum", HOUR, _forum),
    Job("surveys", MINUTE, _surveys),
    Job("survey reminders", HOUR, _survey_reminders),
    Job("unclosed", HOUR, _weekly),
    Job("projects", DAY, _supervise),
    Job("ratings", DAY, _ask_again),
    Job("improve", DAY, _improve),
    Job("analyse", DAY, _analyse),
    Job("figures", HOUR, _close_months),
    Job("sweep", HOUR, _sweep),
    Job("prune", HOUR, _prune),
    Job("verify", DAY, _verify),
)


class Worker:
    """One worker. Several may run: letters and documents are leased, periodic jobs taken by slot."""

    def __init__(self, app: Flask):
        self.app, self.stop = app, threading.Event()
        self.post = PostOffice(app.extensions["portal"])
        self._troubled = False
        self._done: dict[str, str] = {}
        """The last slot of each job that this worker looked at."""
        self._not_before: dict[str, datetime] = {}
        """When a job that failed here is tried again."""

    def run(self, once: bool = False) -> None:
        """Work until the word to end comes (SIGTERM, SIGINT); with `once` until there is nothing left to do."""
        with self._listening():
            log.info("worker", state="at work")
            try:
                while not self.stop.is_set():
                    busy = self.round()
                    if once and not busy:
                        break
                    if not busy or self._troubled:
                        self.stop.wait(TROUBLED if self._troubled else IDLE)
                log.info("worker", state="ended")
            except Stopping:
                log.info("worker", state="broken off")

    def round(self) -> bool:
        """One look at everything: was there something to do? What fails is logged with a number; the rest goes on."""
        self._troubled = False
        with self.app.app_context():
            due = [self._safely(job.name, lambda job=job: self._periodic(job)) for job in JOBS]
            sent = self._safely("deliver", lambda: sum(self.post.deliver().values()))
            made = self._safely("documents", _make_document)
            return any((*due, sent, made))

    def _safely(self, name: str, do: Callable[[], object]) -> bool:
        try:
            return bool(do())
        except Exception as mistake:
            self._troubled = True
            log.exception("job", job=name, number=secrets.token_hex(4), exc_info=mistake)
            return False
        finally:
            db.session.remove()

    def _periodic(self, job: Job) -> bool:
        """Do the job if its slot has begun and nobody has taken it.

        One that failed gives its slot back and is tried again: within the hour, where its slot is longer.
        """
        at = clock.now()
        slot = slots.slot_of(at, job.every)
        if self._done.get(job.name) == slot or at < self._not_before.get(job.name, at):
            return False
        if slots.take(job.name, slot):
            try:
                job.work()
            except Exception:
                self._not_before[job.name] = at + min(job.every, RETRY)
                slots.give_back(job.name, slot)
                raise
            self._done[job.name] = slot
            return True
        self._done[job.name] = slot
        return False

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Hear the word to end; what listened before listens again afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        ears = {signal.SIGTERM: self._end, signal.SIGINT: self._end, signal.SIGALRM: _break_off}
        before = {word: signal.signal(word, ear) for word, ear in ears.items()}
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for word, ear in before.items():
                signal.signal(word, ear)

    def _end(self, *_) -> None:
        self.stop.set()
        signal.setitimer(signal.ITIMER_REAL, GRACE)


def _break_off(*_) -> None:
    raise Stopping


def _make_document() -> bool:
    return making.make_next(papers)
