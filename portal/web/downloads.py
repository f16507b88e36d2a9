"""What a download is called: its own name, and a plain one for whoever cannot read that."""

import unicodedata
from urllib.parse import quote

from werkzeug.wrappers import Response


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
