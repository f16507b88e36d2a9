"""A complaint as a browser would send it: the form is fetched, read as a page and filled in."""

import io
import secrets
from functools import cache

from bs4 import BeautifulSoup
from PIL import Image

BOUNDARY = "----portal" + "b" * 16
PHOTO_FIELD = "files"
TEXTS = {
    "subject": "专线中断影响业务",
    "body": "今天上午九点十分起，机房到总部的专线中断，备用线路切换后丢包严重，请尽快派人排查并说明原因。",
}
BY_KIND = {
    "date": "2026-11-20",
    "datetime-local": "2026-11-20T09:10",
    "tel": "13800000000",
    "number": "1",
    "email": "a@b.test",
}


@cache
def photo(size: int = 1_000_000) -> bytes:
    """A JPEG of about this many bytes: noise, so that it does not shrink when it is encoded anew."""
    side = 700
    while True:
        out = io.BytesIO()
        Image.frombytes("RGB", (side, side), secrets.token_bytes(side * side * 3)).save(out, "JPEG", quality=88)
        if out.tell() >= size:
            return out.getvalue()
        side += 60


def filled(html: str, subject: str = "") -> dict[str, str]:
    """What a patient customer would send: every field of the page's main form, filled plausibly."""
    page = BeautifulSoup(html, "html.parser")
    form = next(f for f in page.select("form") if f.select_one("[name=subject]"))
    given: dict[str, str] = {}
    for field in form.select("input, select, textarea"):
        name, kind = field.get("name"), field.get("type", "text")
        if not name or kind in ("submit", "button", "file", "checkbox"):
            continue
        if kind == "hidden":
            given[name] = field.get("value", "")
        elif field.name == "select":
            options = [o.get("value") for o in field.select("option") if o.get("value")]
            if name != "project_id" and options:
                given[name] = options[0]
        elif kind == "radio":
            given.setdefault(name, field.get("value", ""))
        else:
            given[name] = TEXTS.get(name) or BY_KIND.get(kind) or field.get("value") or "尽快恢复"
    if subject:
        given["subject"] = subject
    return given


def multipart(fields: dict[str, str], files: list[tuple[str, str, bytes]] = ()) -> tuple[str, bytes]:
    """The content type and the body of a form with files."""
    out = io.BytesIO()
    for name, value in fields.items():
        out.write(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, file_name, content in files:
        out.write(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'.encode())
        out.write(b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
    out.write(f"--{BOUNDARY}--\r\n".encode())
    return f"multipart/form-data; boundary={BOUNDARY}", out.getvalue()


def body_with_photo(connection, cookie: str) -> tuple[str, bytes]:
    """Fetch the form on this connection and fill it in, a photo of 1 MB added."""
    connection.request("GET", "/tickets/new/complaint", headers={"Cookie": cookie})
    html = connection.getresponse().read().decode()
    return multipart(filled(html), [(PHOTO_FIELD, "现场.jpg", photo())])
