"""Attachments: handed out to whoever may see their message, under their own names, never run."""

import io
import struct
import zlib

import pytest
from PIL import Image

from portal.db import db, transaction
from portal.domain import files
from portal.domain.files import Attachment
from portal.domain.refusals import Refused
from portal.domain.tickets import actions
from tests.factories import _loaded, a_customer, a_person, a_ticket, again, an_agent
from tests.pages import Browser


def a_photo(form="PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#0b6170").save(out, form)
    return out.getvalue()


def attached(app, ticket, by, name, content, internal=False) -> int:
    with transaction():
        file = files.keep(files.stage(app.extensions["files"], io.BytesIO(content), name), by)
        if internal:
            actions.note(_loaded(ticket), again(by), "只给我们看", attached=[file])
        else:
            actions.add(_loaded(ticket), again(by), "见附件", [file])
    return db.session.scalars(db.select(Attachment.id).order_by(Attachment.id.desc())).first()


def test_a_file_is_saved_under_its_own_name_and_cannot_run(app, sign_in):
    person = a_person()
    key = attached(app, a_ticket(by=person), person, "现场 照片；1.txt", b"plain words, never run")

    answer = sign_in(db.session.merge(person)).get(f"/files/{key}")

    assert answer.data == b"plain words, never run"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%E7%8E%B0%E5%9C%BA" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("name", "form", "inline"), [("a.png", "PNG", True), ("a.jpg", "JPEG", True), ("a.gif", "GIF", False)]
)
def test_only_photos_drawn_anew_are_shown_in_place_and_only_when_asked(app, sign_in, name, form, inline):
    person = a_person()
    key = attached(app, a_ticket(by=person), person, name, a_photo(form))
    browser = sign_in(db.session.merge(person))

    assert browser.get(f"/files/{key}").headers["Content-Disposition"].startswith("attachment")
    shown = browser.get(f"/files/{key}?view")
    assert shown.headers["Content-Disposition"].startswith("inline") is inline
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_another_site_gets_no_file(app, sign_in):
    person = a_person()
    key = attached(app, a_ticket(by=person), person, "a.txt", b"words")
    browser = sign_in(db.session.merge(person))

    assert browser.get(f"/files/{key}", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.get(f"/files/{key}", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_whoever_may_not_see_the_words_may_not_have_their_files(app, sign_in):
    customer = a_customer()
    author, colleague, stranger, agent = (
        a_person(customer=customer),
        a_person(customer=customer),
        a_person(),
        an_agent(),
    )
    ticket = a_ticket(by=author)
    key = attached(app, ticket, author, "a.txt", b"words")
    internal = attached(app, ticket, agent, "b.txt", b"ours", internal=True)

    browsers = {person.id: sign_in(db.session.merge(person)) for person in (author, colleague, stranger, agent)}
    ids = list(browsers)

    def status(number: int) -> list[int]:
        return [browsers[key].get(f"/files/{number}").status_code for key in ids]

    assert status(key) == [200, 404, 404, 200]
    assert status(internal) == [404, 404, 404, 200]
    assert set(status(2**63 + 1)) == {404}
    assert sign_in(None).get(f"/files/{key}").status_code == 303


def test_a_file_in_a_draft_is_its_writers_alone(app, sign_in):
    customer = a_customer()
    writer, colleague = a_person(customer=customer), a_person(customer=customer)
    browser = sign_in(writer)
    browser.post("/tickets/new/praise", {"subject": "", "files": (io.BytesIO(b"words"), "a.txt")})
    key = db.session.scalars(db.select(Attachment.id)).one()

    assert browser.get(f"/files/{key}").status_code == 200
    assert sign_in(db.session.merge(colleague)).get(f"/files/{key}").status_code == 404


def test_a_file_gone_from_the_disk_is_not_there(app, sign_in):
    person = a_person()
    key = attached(app, a_ticket(by=person), person, "a.txt", b"words")
    row = db.session.get_one(Attachment, key)
    app.extensions["files"].path(row.file.key).unlink()

    assert sign_in(db.session.merge(person)).get(f"/files/{key}").status_code == 404


def kept_on_disk(app) -> set:
    return {place for place in app.extensions["files"].folder.rglob("*") if place.is_file()}


@pytest.mark.parametrize("path", ["/sign-in", "/forgotten", "/reset/" + "x" * 43])
def test_a_route_that_takes_no_files_leaves_none(app, path):
    before = kept_on_disk(app)
    Browser(app).post(path, {"email": "n@example.test", "file": (io.BytesIO(b"anything"), "a.txt")})

    assert kept_on_disk(app) == before


def a_bomb() -> bytes:
    """A picture of a few bytes that says it has four hundred million pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 90)) + chunk(b"IEND", b"")


def test_a_picture_that_would_fill_the_memory_is_refused_and_leaves_nothing(app):
    store, before = app.extensions["files"], kept_on_disk(app)
    with pytest.raises(Refused, match="40 million"):
        files.stage(store, io.BytesIO(a_bomb()), "bomb.png")
    assert kept_on_disk(app) == before

    key, size, sha256 = store.put(io.BytesIO(a_bomb()), files.room().one)
    with pytest.raises(Refused, match="PNG, JPEG or WebP"):
        files.as_logo(store, files.Staged(key, "logo.png", "image/png", size, sha256))
