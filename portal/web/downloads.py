"""A file as it leaves the portal: under its own name, and a plain one for whoever cannot read that; kept by nobody on the way."""

import unicodedata
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from flask import send_file
from werkzeug.wrappers import Response

from portal.web.headers import FILE


def hand_out(content: Path | BinaryIO, name: str, kind: str, inline: bool = False) -> Response:
    """This file as an answer: for whoever asked alone, and able to do nothing where a browser opens it."""
    answer = send_file(content, mimetype=kind, as_attachment=not inline, download_name=name, conditional=False)
    call(answer, name)
    answer.headers["Content-Security-Policy"] = FILE
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def call(answer: Response, name: str) -> None:
    """Hand it out under this name; the plain one of letters and digits never begins with a mark."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    stem, dot, ending = plain.rpartition(".")
    stem = "".join(c for c in stem if c.isalnum() or c in " ._()-").strip(" ._-") or "file"
    disposition = answer.headers.get("Content-Disposition", "attachment").partition(";")[0]
    answer.headers.set("Content-Disposition", disposition, filename=f"{stem}{dot}{ending}")
    if name.isascii() and name == f"{stem}{dot}{ending}":
        return
    answer.headers["Content-Disposition"] += f"; filename*=UTF-8''{quote(name, safe='')}"
