"""Rating by the link of a letter: a look uses nothing up, an answer does, and what does not work all looks the same."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from portal import clock
from portal.db import db, transaction
from portal.domain.outbox import Letter
from portal.domain.people import links
from portal.domain.people.models import Person, SecretLink
from portal.domain.ratings.models import Rating, RatingRequest
from portal.domain.tickets.models import Ticket
from portal.web import mail
from tests.factories import a_person, a_ticket, live
from tests.pages import Browser

CLOSED = ("accept", "apply", "close")


def a_link(by=None) -> tuple[str, int]:
    """The address in the letter of a closed ticket, and the ticket."""
    ticket = a_ticket(by=by, moved=CLOSED).id
    letter = db.session.scalars(
        db.select(Letter).where(Letter.template == "ticket_closed", Letter.ticket_id == ticket)
    ).one()
    reader = db.session.get_one(Person, letter.to_id)
    return mail.said(letter, reader, secrets=True).path, ticket


def test_the_letter_carries_a_link_and_the_notice_in_the_portal_does_not(app):
    address, ticket = a_link()
    assert address.startswith("/rate/")
    letter = db.session.scalars(db.select(Letter).where(Letter.template == "ticket_closed")).one()
    assert mail.said(letter, db.session.get_one(Person, letter.to_id)).path == f"/tickets/{ticket}"
    assert address.rpartition("/")[2] not in str(letter.facts)


def test_it_is_rated_without_a_sign_in_and_once(app):
    address, ticket = a_link()
    nobody = Browser(app)
    form = nobody.page(address)
    assert db.session.get_one(Ticket, ticket).subject in form.get_text()
    answer = nobody.post(address, {"stars": "4", "comment": "很快", "side_intake": "5"})
    assert (answer.status_code, answer.location) == (303, "/rated")
    assert nobody.get("/rated").status_code == 200
    row = db.session.scalars(db.select(Rating)).one()
    assert (row.stars, row.comment, row.by_link, row.ticket_id) == (4, "很快", True, ticket)
    assert nobody.get(address).status_code == 404
    assert nobody.post(address, {"stars": "1"}).status_code == 404
    assert db.session.scalars(db.select(Rating.stars)).all() == [4]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_scanner_that_looks_at_it_takes_nothing_away(app, method):
    address, _ = a_link()
    for _ in range(3):
        assert Browser(app).open(address, method).status_code == 200
    assert db.session.scalars(db.select(SecretLink.used_at).where(SecretLink.purpose == "rating")).all() == [None]
    assert Browser(app).post(address, {"stars": "5"}).status_code == 303


def test_a_gap_comes_back_and_the_link_still_works(app):
    address, _ = a_link()
    answer = Browser(app).post(address, {"comment": "还行"})
    assert answer.status_code == 422
    assert "还行" in answer.text
    assert Browser(app).post(address, {"stars": "3"}).status_code == 303


def test_what_does_not_work_all_looks_the_same(app):
    used, _ = a_link()
    Browser(app).post(used, {"stars": "5"})
    expired, _ = a_link()
    with transaction():
        link = db.session.scalars(db.select(SecretLink).order_by(SecretLink.id.desc())).first()
        link.expires_at = clock.now() - timedelta(seconds=1)
    reopened, ticket = a_link()
    live(db.session.get_one(Ticket, ticket), "reopen")
    good, _ = a_link()
    with transaction():
        foreign = links.secret_of(links.make(links.INVITATION, a_invited()))
    mutated = good[:-1] + ("A" if good[-1] != "A" else "B")
    seen = set()
    for address in (used, expired, reopened, mutated, f"/rate/{foreign}", "/rate/x", f"/rate/{'y' * 43}"):
        for answer in (Browser(app).get(address), Browser(app).post(address, {"stars": "1"})):
            assert answer.status_code == 404, address
            seen.add(BeautifulSoup(answer.text, "html.parser").select_one("main").get_text())
    assert len(seen) == 1
    assert db.session.scalars(db.select(Rating.stars)).all() == [5]


def a_invited() -> Person:
    return db.session.merge(a_person())


def test_a_rating_link_opens_no_other_door(app):
    address, _ = a_link()
    secret = address.rpartition("/")[2]
    for other in ("invitation", "reset"):
        assert Browser(app).get(f"/{other}/{secret}").status_code == 404


def test_rated_in_the_portal_the_link_has_done_its_work(app, sign_in):
    by = a_person()
    address, ticket = a_link(by)
    assert sign_in(by).post(f"/tickets/{ticket}/rating", {"stars": "5"}).status_code == 303
    assert Browser(app).get(address).status_code == 404


def test_of_many_answers_at_once_one_is_kept(app):
    address, _ = a_link()
    db.session.rollback()
    browsers = [Browser(app) for _ in range(6)]
    tokens = [browser.token() for browser in browsers]

    def post(pair) -> int:
        browser, token = pair
        with app.app_context():
            return browser.client.post(address, data={"stars": "4", "csrf_token": token}).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(post, zip(browsers, tokens, strict=True)))
    db.session.rollback()
    assert statuses.count(303) == 1, statuses
    assert set(statuses) <= {303, 404}
    assert len(db.session.scalars(db.select(Rating)).all()) == 1
    assert db.session.scalars(db.select(RatingRequest)).one().answered_at is not None
