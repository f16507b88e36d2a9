"""Static files under names that carry their version, and what templates call for them."""

import atexit
import fcntl
import gzip
import hashlib
import os
import shutil
from functools import cache, lru_cache
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from time import time

from flask import g, request, url_for
from flask_wtf.csrf import generate_csrf

from portal.web.headers import PAGE

FOLDER = Path(__file__).resolve().parent.parent / "static"
PREFIX = "static"
PACKED = (".css", ".js", ".svg", ".txt")
MADE, BEING_MADE = "portal-packed-", 60
"""How such a folder is named, and for how many seconds it may be without a holder because it was just made."""


def url(name: str) -> str:
    """The address of a static file, new whenever any of them changes: cached for ever."""
    return f"/{PREFIX}/{name}?v={_version()}"


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for place in sorted(FOLDER.glob("*.*")):
        digest.update(place.read_bytes())
    return digest.hexdigest()[:10]


@cache
def packed() -> str:
    """A folder of the static files with a packed one beside each text, as WhiteNoise wants it.

    Made when a process starts and gone when it ends, so what is sent is never older than its file. Held as long as that
    process or a child of it lives: what one left that was killed is taken away by the next.
    """
    _take_away_what_is_left()
    place = Path(mkdtemp(prefix=MADE))
    _holds(place)
    atexit.register(_remove, place, os.getpid())
    for file in filter(Path.is_file, FOLDER.rglob("*")):
        link = place / file.relative_to(FOLDER)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file)
        if file.suffix in PACKED:
            link.with_name(f"{link.name}.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
    return str(place)


def _take_away_what_is_left() -> None:
    for left in Path(gettempdir()).glob(f"{MADE}*"):
        try:
            is_old = time() - left.stat().st_mtime > BEING_MADE
        except FileNotFoundError:  # another process was faster
            continue
        if is_old and _holds(left):
            shutil.rmtree(left, ignore_errors=True)


def _holds(place: Path) -> bool:
    """Hold this folder, unless somebody alive does; let go by the end of this process and its children."""
    there = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(there, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(there)
        return False
    return True


def _remove(place: Path, maker: int) -> None:
    if os.getpid() == maker:  # a child that was forked off leaves it to whoever made it
        shutil.rmtree(place, ignore_errors=True)


def address(endpoint: str, **parts) -> str:
    """`url_for` of a template; an address never changes while the portal runs, and a page asks for thirty."""
    try:
        return _built(endpoint, **parts)
    except TypeError:  # a part is a list
        return url_for(endpoint, **parts)


@lru_cache(maxsize=4096)
def _built(endpoint: str, **parts) -> str:
    return url_for(endpoint, **parts)


def headers(kept, path, url) -> None:
    """Static files carry the strict headers too."""
    kept["X-Content-Type-Options"] = "nosniff"
    kept["Content-Security-Policy"] = PAGE
    kept["Referrer-Policy"] = "same-origin"
    kept["Cross-Origin-Resource-Policy"] = "same-origin"
    kept["Cross-Origin-Opener-Policy"] = "same-origin"


def csrf_token() -> str:
    """The token of this session, made once a request."""
    if "csrf" not in g:
        g.csrf = generate_csrf()
    return g.csrf


def page_about() -> str:
    """The endpoint of the page being drawn, for what lights up in the navigation."""
    return request.endpoint or ""


class Macros:
    """Macros of one template as a global: a block rendered alone has them too."""

    def __init__(self, environment, template: str):
        self._environment, self._template = environment, template

    def __getattr__(self, name: str):
        macro = getattr(self._environment.get_template(self._template).module, name)
        if not self._environment.auto_reload:
            setattr(self, name, macro)  # looked up once: a page calls hundreds
        return macro
