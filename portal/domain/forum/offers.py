"""Offers of seats to the waiting list: taken, let go, run out by themselves, made before their turn with a reason."""

from portal import clock
from portal.db import db
from portal.domain import journal
from portal.domain.forum import confirming, letters, seats
from portal.domain.forum.lifecycle import PORTAL, moves_of
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Offer, Registration
from portal.domain.forum.registering import end
from portal.domain.people.models import Person
from portal.domain.refusals import Refused
from portal.i18n import N_


def accept(party: Registration, by: Person | None) -> None:
    """The party takes the seats that were offered, in time."""
    event = seats.lock(party.event_id)
    db.session.refresh(party)
    offer = open_offer(party)
    if offer is None:
        raise Refused(N_("There is no open offer any more."))
    if clock.now() >= offer.until_at:
        raise Refused(N_("The offer ran out {time}; the seats have gone on."), time=offer.until_at)
    if event.state != "published" or clock.now() >= event.begins_at:
        raise Refused(N_("The event has begun; please speak to your account manager."))
    offer.outcome, offer.settled_at = "accepted", clock.now()
    journal.write("forum.accepted", party, by, party=party.number)
    confirming.seated(event, party, seats.people_of(party), [])


def pass_on(party: Registration, by: Person | None) -> None:
    """The party does not want the offered seats; they go on at once."""
    event = seats.lock(party.event_id)
    db.session.refresh(party)
    offer = open_offer(party)
    if offer is None:
        raise Refused(N_("There is no open offer any more."))
    offer.outcome, offer.settled_at = "declined", clock.now()
    end(event, party, by, "pass_on", "")


def lapse_due() -> int:
    """Offers whose time is over end, and their seats go on; gives how many. The worker calls it every minute."""
    due = db.select(Offer.registration_id, Registration.event_id).join(Registration)
    due = due.where(Offer.outcome == "open", Offer.until_at <= clock.now()).order_by(Registration.event_id, Offer.id)
    lapsed, events = 0, {}  # in one order, so that two workers never wait for each other
    for party_id, event_id in map(tuple, db.session.execute(due).all()):
        if event_id not in events:
            events[event_id] = seats.lock(event_id)
        event = events[event_id]
        lapsed += _lapse(event, db.session.get_one(Registration, party_id, populate_existing=True))
    for event in events.values():
        seats.move_up(event)
    return lapsed


def _lapse(event: Event, party: Registration) -> bool:
    offer, move = open_offer(party), moves_of(party.state, PORTAL).get("lapse")
    if offer is None or move is None or clock.now() < offer.until_at:
        return False
    people = seats.people_of(party)
    offer.outcome, offer.settled_at = "lapsed", clock.now()
    seats.let_go(event, party, people)
    party.state, party.ended_at = move.enters, clock.now()
    party.sequence += 1
    db.session.flush()
    journal.write("forum.lapsed", party, None, party=party.number)
    letters.to_party(party, event, "lapsed", people)
    return True


def offer_out_of_turn(party: Registration, by: Person, why: str) -> None:
    """Offer free seats to a waiting party before its turn; the reason is kept."""
    event = seats.lock(party.event_id)
    db.session.refresh(party)
    people = seats.people_of(party)
    if party.state != "waiting":
        raise Refused(N_("This party does not wait any more."))
    if seats.seats_of(people, event) > event.free:
        raise Refused(N_("There are not so many seats any more."))
    journal.write("forum.offered_out_of_turn", party, by, party=party.number, why=why)
    seats.offer(event, party, people, clock.now())


def open_offer(party: Registration) -> Offer | None:
    """The offer a party has to answer."""
    rows = db.select(Offer).where(Offer.registration_id == party.id, Offer.outcome == "open")
    return db.session.scalar(rows.order_by(Offer.id.desc()).limit(1))
