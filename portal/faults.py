"""Fault points: places where the kill tests let the process die. Without a named point they do nothing."""

import os

_at: str | None = None
_left = 0


def arm(point: str | None) -> None:
    """Die at `name`, or at its n-th passing with `name:n`."""
    global _at, _left
    name, _, count = (point or "").partition(":")
    _at, _left = name or None, int(count or 1)


def point(name: str) -> None:
    """Pass here, or die here as if the power had gone."""
    global _left
    if _at == name:
        _left -= 1
        if _left <= 0:
            os._exit(137)
