"""The worker: letters, documents, reminders, sweeping. One plain loop; what is to be done stands in our own tables."""

import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from flask import Flask, current_app

from portal import clock
from portal.access import papers
from portal.db import db, transaction
from portal.domain import files, journal, retention, slots
from portal.domain.settings import policy_id
from portal.domain.tickets import reminders
from portal.mail import PostOffice
from portal.reports import making

log = structlog.get_logger()

IDLE, TROUBLED = 0.5, 5
"""Seconds between two looks: when there was nothing to do, and after something went wrong (the database is away)."""
GRACE = 0.7
"""Seconds the work in hand may still take after the word to end; then it is broken off and done again by the next worker."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
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


def _sweep():
    return files.sweep(current_app.extensions["files"], ORPHANS_AFTER)


def _prune():
    with transaction():
        return retention.prune()


def _verify():
    for line in journal.verify():
        log.error("journal", wrong=line)


JOBS = (
    Job("remind", MINUTE, _remind),
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
        """Do the job if its slot has begun and nobody has taken it. A failing one is tried again in its next slot."""
        slot = slots.slot_of(clock.now(), job.every)
        if self._done.get(job.name) == slot:
            return False
        is_mine = slots.take(job.name, slot)
        self._done[job.name] = slot
        if is_mine:
            job.work()
        return is_mine

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
