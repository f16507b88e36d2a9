"""Static files packed when a process starts: what a killed one left is taken away, what a living one sends stays."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from portal.web import assets

ROOT = Path(__file__).resolve().parents[1]
PACK = "import sys; from portal.web import assets; print(assets.packed(), flush=True); sys.stdin.read()"


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def a_process():
    started = subprocess.Popen(
        [sys.executable, "-c", PACK], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert started.stdout
    return started, Path(started.stdout.readline().strip())


def long_ago(place: Path) -> None:
    os.utime(place, (0, 0))


def test_what_a_killed_process_left_is_taken_away_and_what_a_living_one_sends_is_not(temporary):
    (killed, left), (living, sent) = a_process(), a_process()
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    for place in (left, sent):
        long_ago(place)

    assets._take_away_what_is_left()

    assert not left.exists()
    assert (sent / "portal.css.gz").exists()
    living.communicate()
    assert not sent.exists()


def test_a_folder_that_is_just_being_made_is_left_alone(temporary):
    made = temporary / f"{assets.MADE}x"
    made.mkdir()
    assets._take_away_what_is_left()
    assert made.exists()
