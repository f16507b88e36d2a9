"""Does a mail survive the death of the worker at every point on its way, and come in once?"""

import sqlite3
from contextlib import closing

import pytest

from tests.faults.test_worker import in_its_house, laid, place
from tests.imap_server import Mailbox, an_imap_server
from tests.mails import a_mail

__all__ = ["laid", "place"]
pytestmark = pytest.mark.fault

SEED = """
from tests.factories import a_company, a_person
a_company()
a_person(email="shen@haichuan.test")
"""
RECEIVE = """
from portal.worker import _receive
print(_receive())
"""


def kept(place) -> list[tuple]:
    """Every mail with its state, and whether its file is there, byte by byte."""
    with closing(sqlite3.connect(place / "p.sqlite")) as there:
        rows = there.execute(
            "select subject, state, key from incoming_mail join stored_file on stored_file.id = file_id order by incoming_mail.id"
        )
        return [
            (subject, state, (place / "files" / key[:2] / key).read_bytes()) for subject, state, key in rows.fetchall()
        ]


@pytest.mark.parametrize(
    "point",
    ["file.renamed", "mail.kept", "mail.seen:2", "mail.placing", "mail.placed"],
)
def test_a_mail_comes_in_once_wherever_the_worker_dies(place, point):
    mails = [a_mail(subject="专线又断了"), a_mail(subject="请补开发票")]
    box = Mailbox(*mails)
    in_its_house(place, SEED)
    with an_imap_server(box) as url:
        dies = {"PORTAL_FAULTS": "1", "PORTAL_CRASH_AT": point, "PORTAL_IMAP_URL": url}
        in_its_house(place, RECEIVE, code=137, **dies)
        assert len(box.seen) <= len(kept(place)), "marked as seen and not safe"
        in_its_house(place, RECEIVE, PORTAL_IMAP_URL=url)

    assert kept(place) == [("专线又断了", "waiting", mails[0]), ("请补开发票", "waiting", mails[1])]
    assert box.seen == {1, 2}
