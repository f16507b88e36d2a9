"""A mail is read in a process of its own: one that is made to be read without end holds nobody up, and is ended."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

from portal.domain.mailroom.reading import Read

READER = Path(__file__).resolve().with_name("reader.py")
PATIENCE = 30.0
"""Seconds that a mail of whatever size may take."""


class CannotRead(Exception):
    """This mail cannot be read, and why."""


def read(raw: bytes) -> Read:
    """What `reading.read` gives, in time. Raises CannotRead."""
    try:
        done = subprocess.run(  # noqa: S603 - our own script, nothing of a mail in the words that start it
            [sys.executable, "-I", str(READER)], input=raw, capture_output=True, timeout=PATIENCE, check=False,
            env={"LANG": "C.UTF-8", "PATH": os.defpath}, cwd="/",
        )  # fmt: skip
    except subprocess.TimeoutExpired as slow:
        raise CannotRead(f"no end after {PATIENCE:g} seconds") from slow
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise CannotRead(last[:300] or f"the reader ended with {done.returncode}")
    return pickle.loads(done.stdout)  # noqa: S301 - made by our own reader, of texts, bytes and moments
