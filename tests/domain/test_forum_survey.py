"""A survey of whoever was at a forum (R38, R27): those checked in at the door are asked, and nobody else."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import db, transaction
from portal.domain.forum import attended, desk
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee
from portal.domain.outbox import Letter
from portal.domain.people.models import Contact, Customer, Person
from portal.domain.refusals import Refused
from portal.domain.surveys import about_forum, campaigns, running
from portal.domain.surveys import population as populations
from portal.domain.surveys.campaign_models import Campaign
from portal.domain.surveys.links import behind, secret_of
from tests.campaign_cast import a_campaign, a_contact, a_version, answered, invitations, launch, the
from tests.factories import a_customer, a_person, a_supervisor, again
from tests.forum_cast import a_party, an_event, coming, fresh, people


def comes(event: Event, *attendees: Attendee, key: str = "") -> None:
    """These people are checked in at the door."""
    by = a_supervisor().id
    with clock.frozen_at(event.begins_at), transaction():
        scans = [desk.Scan(f"{key}scan-{one.id}", event.begins_at, one.id) for one in attendees]
        desk.check_in(db.session.get_one(Event, event.id), db.session.get_one(Person, by), scans, "A")


def a_survey(event: Event) -> int:
    """The draft that one click makes."""
    version = a_version()
    with transaction():
        row = about_forum.make(db.session.get_one(Event, event.id), again(a_supervisor()), db.session.merge(version))
        return row.id


def asked(key: int, *states: str) -> list[str]:
    return sorted(one.contact.name for one in invitations(key, *states or ("drawn",)))


def test_whoever_was_checked_in_is_asked_and_whoever_stayed_away_is_not(app):
    event, customer = an_event(), a_customer()
    party = a_party(event, 3, customer)
    here, also, away = people(party)
    with transaction():
        for one in (here, also, away):
            db.session.get_one(Attendee, one.id).email = f"guest{one.id}@example.test"
    a_contact(customer, name="没有报名的联系人")
    absent = a_customer()
    absent_party = a_party(event, 1, absent)
    comes(event, here, also)

    with clock.frozen_at(event.ends_at + timedelta(hours=20)):
        key = a_survey(event)
        assert asked(key) == sorted([here.name, also.name])
        assert asked(key, "skipped") == []
        assert launch(key) == 2
        letters = db.session.scalars(db.select(Letter).where(Letter.template == "survey_invitation")).all()
        assert {one.to_address for one in letters} == {f"guest{one.id}@example.test" for one in (here, also)}
        row = invitations(key, "invited")[0]
        assert behind(secret_of(row)).contact.name == row.contact.name
        answered(row)
        assert asked(key, "answered") == [row.contact.name]
    names = set(db.session.scalars(db.select(Contact.name)))
    assert not {away.name, people(absent_party)[0].name} & names


def test_somebody_known_is_asked_as_the_contact_they_are_and_gets_the_address_they_gave(app):
    event, person = an_event(), a_person()
    customer = db.session.get_one(Customer, person.customer_id)
    with_account = a_contact(customer, name=person.name, person_id=person.id, email="")
    by_mail = a_contact(customer, name="王工", email="Wang@Example.test")
    by_phone = a_contact(customer, name="李主任", email="", phone="13800000001")
    party = a_party(event, 4, customer)
    facts = (
        {"name": person.name, "person_id": person.id},
        {"name": "王立工程师", "email": "wang@example.test"},
        {"name": "李主任", "phone": "13800000001", "email": "li@example.test"},
        {"name": "李主任", "phone": "13900000009", "email": "other.li@example.test"},
    )
    with transaction():
        for one, said in zip(people(party), facts, strict=True):
            row = db.session.get_one(Attendee, one.id)
            for name, value in said.items():
                setattr(row, name, value)
    comes(event, *people(party))

    with clock.frozen_at(event.ends_at + timedelta(hours=20)):
        key = a_survey(event)
        contacts = {one.contact_id for one in invitations(key, "drawn")}
        assert {with_account.id, by_mail.id, by_phone.id} < contacts
        assert len(contacts) == 4
        assert db.session.get_one(Contact, by_phone.id).email == "li@example.test"
        with transaction():
            assert attended.note_contacts(db.session.get_one(Event, event.id), None) == 0


def test_neither_companions_nor_guests_of_no_customer_are_asked_and_a_check_in_taken_back_does_not_count(app):
    event, customer = an_event(companions_max=1), a_customer()
    party = a_party(event, 2, customer, who={"companions": ("随行",)})
    first, second = people(party)
    comes(event, first, second)
    by = a_supervisor()
    with clock.frozen_at(event.begins_at), transaction():
        desk.walk_in(
            db.session.get_one(Event, event.id), again(by), None, coming(1, organisation="市工商联")[0], "walk-in-1"
        )
    with clock.frozen_at(event.ends_at), transaction():
        desk.undo(db.session.get_one(Attendee, second.id), again(by), "认错人")

    with clock.frozen_at(event.ends_at + timedelta(hours=20)):
        found = attended.present(fresh(event))
        assert (found.people, found.to_ask, found.customers, found.guests, found.companions) == (2, 1, 1, 1, 1)
        key = a_survey(event)
        assert asked(key, "drawn", "skipped") == [first.name]


def test_the_forum_itself_keeps_nobody_back_and_a_survey_of_last_month_does_not_either(app):
    event, customer = an_event(), a_customer()
    contact = a_contact(customer)
    party = a_party(event, 1, customer)
    with transaction():
        db.session.get_one(Attendee, people(party)[0].id).email = contact.email
    with clock.frozen_at(event.begins_at - timedelta(days=20)):
        answered(invitations(a_campaign(launched=True))[0])
    comes(event, *people(party))
    with clock.frozen_at(event.ends_at + timedelta(days=1)):
        assert asked(a_campaign(), "skipped") == [contact.name]
        assert asked(a_survey(event)) == [contact.name]


def test_the_rule_is_told_in_words_and_the_letter_names_the_forum(app):
    event = an_event(title="座谈会{2026}")
    comes(event, *people(a_party(event, 1, a_customer(), who={"email": "here@example.test"})))
    with clock.frozen_at(event.ends_at + timedelta(days=1)):
        row = the(a_survey(event))
        ((sentence, facts),) = populations.in_words(populations.read(row.population), {})
        assert ("nobody else" in sentence, facts["event"].en) == (True, "Key customer forum 2026")
        assert "Key customer forum 2026" in row.letter["body_en"]
        assert "座谈会（2026）" in row.letter["subject"]
        assert campaigns.problems(row) == []


def test_there_is_one_survey_of_a_forum_and_none_where_nobody_came(app):
    event = an_event()
    party = a_party(event, 1, a_customer())
    with clock.frozen_at(event.ends_at + timedelta(days=1)):
        with pytest.raises(Refused, match="nobody would be asked"):
            a_survey(event)
        comes(event, *people(party))
        key = a_survey(event)
        with pytest.raises(Refused, match="a campaign for this already"):
            a_survey(event)
        assert [one.id for one in about_forum.of(db.select(Campaign), event)] == [key]


def test_a_colleague_who_was_not_there_does_not_come_in_for_somebody_who_cannot_be_reached(app):
    event, customer = an_event(), a_customer()
    a_contact(customer, name="没有到会的同事")
    party = a_party(event, 1, customer, who={"email": "here@example.test"})
    comes(event, *people(party))
    with clock.frozen_at(event.ends_at + timedelta(days=1)):
        key = a_survey(event)
        launch(key)
        with pytest.raises(Refused, match="Neither another contact"), transaction():
            running.replace(
                invitations(key, "invited")[0], the(key), again(a_supervisor()), "wrong_number", "前台说已离职"
            )
