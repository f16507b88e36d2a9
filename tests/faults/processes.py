"""Processes of a portal, to be killed: each is forked from one that has read the code and done nothing else.

Reading the code takes longer than what most of them live for, and dozens are killed.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

from gunicorn.app import wsgiapp

from portal.cli import main as portal

ROOT = Path(__file__).resolve().parents[2]
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload([__name__, "portal.app", "portal.worker", "tests.factories"])


def gunicorn(*words: str) -> None:
    """What the command gunicorn does."""
    sys.argv = ["gunicorn", *words]
    wsgiapp.run()


def worker() -> None:
    """What `bin/portal worker` does."""
    sys.argv = ["portal", "worker"]
    portal()


def program(text: str) -> None:
    """What `python -c` does."""
    exec(text, {"__name__": "__main__"})  # noqa: S102


def started(do: Callable[..., None], *words: str, environment: dict[str, str], said: Path | None = None) -> BaseProcess:
    """A process of its own that does this, the first of its group; what it says goes to this file, mistakes beside it."""
    process = FORKED.Process(target=_alone, args=(do, words, environment, said))
    process.start()
    return process


def mistakes(said: Path) -> Path:
    return said.with_suffix(".mistakes")


def _alone(do: Callable[..., None], words: tuple[str, ...], environment: dict[str, str], said: Path | None) -> None:
    os.setsid()
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for number, place in ((1, said), (2, said and mistakes(said))):
        there = os.open(place or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(there, number)
    do(*words)
