"""A promise on paper is told as it was given; what was kept again and again stands in one line; photos are shown."""

import io

from PIL import Image

from portal.access.scopes import visible
from portal.db import db, transaction
from portal.domain import files
from portal.domain.tickets import actions
from portal.domain.tickets.models import Dispatch, Message, Ticket
from portal.reports.facts import Filled
from portal.reports.gathering.orders import dispatch_order
from portal.reports.gathering.records import customer_record
from tests import factories


def test_a_shortened_promise_is_told_as_shortened_and_for_whom(app):
    ticket = factories.a_ticket(moved=("accept",))
    with transaction():
        row = factories._loaded(db.session.get_one(Ticket, ticket.id))
        actions.classify(row, factories.again(factories.an_agent()), row.class_code, "critical")
    factories.live(ticket, "dispatch")

    facts = dispatch_order(db.select(Dispatch), db.session.scalars(db.select(Dispatch.id)).one())

    [confirm] = [one for one in facts.required if one.label.en == "Confirm the order"]
    assert isinstance(confirm.rule, Filled)
    assert confirm.rule.facts["amount"] == 1
    assert confirm.rule.facts["who"].en == "Critical"


def test_photos_stand_small_in_the_record_with_who_sent_them(app):
    person, out = factories.a_person(name="苏敏"), io.BytesIO()
    ticket = factories.a_ticket(by=person, moved=("accept",))
    Image.new("RGB", (1600, 1200), "#0b6170").save(out, "JPEG")
    with transaction():
        staged = files.stage(app.extensions["files"], io.BytesIO(out.getvalue()), "现场.jpg")
        row, by = factories._loaded(db.session.get_one(Ticket, ticket.id)), factories.again(person)
        actions.add(row, by, "见照片", [files.keep(staged, by)])

    facts = customer_record(visible(Ticket, by), visible(Message, by), ticket.id)

    [file] = facts.files
    assert (file.by, bool(file.key)) == ("苏敏", True)
    assert facts.pictures == (file.key,)
