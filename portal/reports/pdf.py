"""Paper from a page: hands HTML to the typesetter, a process of its own, and waits, but not for ever."""

import atexit
import contextlib
import json
import os
import select
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.i18n import N_

TYPESETTER = Path(__file__).resolve().with_name("typesetter.py")
PATIENCE = 60.0
"""Seconds one document may take before its process is ended."""
DOCUMENTS_A_PROCESS = 50
"""After so many a fresh process starts, because memory once taken is never given back."""
LARGEST = 8_000_000
"""Characters of HTML; a report with all its rows has less than one million."""

REASONS = {
    "too-long": N_("The document has too many pages. Choose a shorter period."),
    "too-big": N_("The document is too large. Choose a shorter period."),
    "too-deep": N_("The document is nested too deeply."),
    "too-slow": N_("The document took too long and was given up."),
    "died": N_("The process that makes PDF files ended before it was done. Please try again."),
    "broken": N_("The document could not be made into a PDF."),
}


class CannotTypeset(Exception):
    """This page does not become a PDF; `reason` is a key of REASONS, `text` a marked word for people."""

    def __init__(self, reason: str, detail: str = ""):
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail
        self.text = REASONS.get(reason, REASONS["broken"])


@dataclass(frozen=True)
class Attached:
    """A file inside the PDF, such as the rows a table had no room for."""

    name: str
    content: bytes
    description: str = ""


@dataclass(frozen=True)
class Paper:
    """A PDF and how it came about: pages, seconds, peak memory in bytes, complaints of the library."""

    content: bytes
    pages: int
    seconds: float
    memory: int
    warnings: tuple[str, ...]


def typeset(
    html: str,
    *,
    title: str,
    language: str,
    attachments: Sequence[Attached] = (),
    accent: str | None = None,
    variant: str | None = "pdf/ua-1",
) -> bytes:
    """The PDF of a page of ours. `accent` is a colour as #rrggbb. Raises CannotTypeset."""
    return print_paper(
        html, title=title, language=language, attachments=attachments, accent=accent, variant=variant
    ).content


def print_paper(
    html: str, *, title: str, language: str, attachments=(), accent=None, variant: str | None = "pdf/ua-1"
) -> Paper:
    """Like `typeset`, with what is known about the making. One document at a time in each process."""
    if len(html) > LARGEST:
        raise CannotTypeset("too-big", f"{len(html)} characters of HTML")
    head = {
        "title": title,
        "language": language,
        "accent": accent,
        "variant": variant,
        "attachments": [{"name": each.name, "description": each.description} for each in attachments],
    }
    parts = [html.encode("utf-8", "replace"), *(each.content for each in attachments)]
    with _press_lock:
        return _our_press().typeset(head, parts)


class _Press:
    """The typesetter's process as seen from here: started when needed, ended after failure or much use."""

    def __init__(self):
        self.process: subprocess.Popen | None = None
        self.owner = os.getpid()
        self.done = 0
        self.complaints = None

    def typeset(self, head: dict, parts: list[bytes]) -> Paper:
        deadline = time.monotonic() + PATIENCE
        if self.process is None or self.process.poll() is not None or self.done >= DOCUMENTS_A_PROCESS:
            self._start()
        try:
            answer, paper = self._ask(head, parts, deadline)
        except BaseException as error:
            self.stop()
            if isinstance(error, TimeoutError):
                raise CannotTypeset("too-slow", f"more than {PATIENCE:g} s") from None
            if isinstance(error, OSError | EOFError | ValueError):
                raise CannotTypeset("died", self._last_words()) from None
            raise
        self.done += 1
        if not answer["ok"]:
            self.stop()
            raise CannotTypeset(answer["reason"], answer.get("detail", ""))
        return Paper(paper, answer["pages"], answer["seconds"], answer["memory"], tuple(answer["warnings"]))

    def stop(self) -> None:
        process, self.process = self.process, None
        if process is None or self.owner != os.getpid():
            return  # another process of ours, from before the fork, still speaks with it
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]

    def _start(self) -> None:
        self.stop()
        self.complaints = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self.process = subprocess.Popen(  # noqa: S603 - our own script, nothing of a request in it
            [sys.executable, "-I", str(TYPESETTER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
            env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            cwd="/",
            close_fds=True,
            start_new_session=True,
        )
        self.owner, self.done = os.getpid(), 0
        for pipe in (self.process.stdin, self.process.stdout):
            os.set_blocking(pipe.fileno(), False)  # type: ignore[union-attr]

    def _ask(self, head: dict, parts: list[bytes], deadline: float) -> tuple[dict, bytes]:
        said = json.dumps(head | {"lengths": [len(part) for part in parts]}).encode()
        self._send(b"".join((struct.pack(">I", len(said)), said, *parts)), deadline)
        answer = json.loads(self._receive(struct.unpack(">I", self._receive(4, deadline))[0], deadline))
        return answer, self._receive(answer["length"], deadline)

    def _send(self, what: bytes, deadline: float) -> None:
        pipe, left = self.process.stdin.fileno(), memoryview(what)  # type: ignore[union-attr]
        while left:
            _wait(pipe, select.POLLOUT, deadline)
            left = left[os.write(pipe, left[:65536]) :]

    def _receive(self, length: int, deadline: float) -> bytes:
        pipe, got = self.process.stdout.fileno(), bytearray()  # type: ignore[union-attr]
        while len(got) < length:
            _wait(pipe, select.POLLIN, deadline)
            chunk = os.read(pipe, min(length - len(got), 1 << 20))
            if not chunk:
                raise EOFError("the typesetter has ended")
            got += chunk
        return bytes(got)

    def _last_words(self) -> str:
        if self.complaints is None:
            return ""
        self.complaints.seek(0, os.SEEK_END)
        self.complaints.seek(max(0, self.complaints.tell() - 500))
        return self.complaints.read().decode("utf-8", "replace").strip()


def _wait(pipe: int, event: int, deadline: float) -> None:
    """Until the pipe is ready; past the deadline TimeoutError."""
    poll = select.poll()
    poll.register(pipe, event)
    if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise TimeoutError


_press: _Press | None = None
_press_lock = threading.Lock()


def _our_press() -> _Press:
    """The press of this process; one inherited through a fork is another's."""
    global _press
    if _press is None or _press.owner != os.getpid():
        _press = _Press()
    return _press


def close() -> None:
    """End the typesetter, as at the end of a worker."""
    if _press is not None:
        _press.stop()


def _after_fork() -> None:
    global _press, _press_lock
    _press, _press_lock = None, threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(close)
