"""The facts of a forum's papers (R38), from the event and the registrations that the reader may see."""

from sqlalchemy import Select

from portal import clock
from portal.db import db
from portal.domain import settings
from portal.domain.documents.models import Document
from portal.domain.forum import minutes, programme, queries, topics
from portal.domain.forum.after_models import Topic
from portal.domain.forum.lifecycle import SOURCES, TOPIC_STATES
from portal.domain.forum.models import Event, Session, both
from portal.domain.forum.party_models import Attendee, Invitation, Registration
from portal.domain.people.models import Person
from portal.domain.quality.days import zone
from portal.i18n import N_, Words
from portal.reports.facts import Filled
from portal.reports.forum_badges import ForumNames, Guest
from portal.reports.forum_programme import ForumProgramme, Item, ProgrammeDay
from portal.reports.forum_report import Count, ForumReport, Organisation, SessionLine, TopicLine
from portal.reports.listing import MOST_ROWS, About, Column, Listing, Row


def _event(document: Document, rows) -> Event | None:
    return db.session.scalar(rows(Event).where(Event.id == document.params.get("event", 0)))


def names(document: Document, asker: Person, rows) -> ForumNames | None:
    """Whoever has a confirmed seat, for badges, table cards and the sign-in sheet."""
    event, cards = _event(document, rows), document.report == "forum-table-cards"
    if event is None:
        return None
    return ForumNames(
        number=document.number, event=event.words, place=event.place_words, begins_at=event.begins_at, made_at=clock.now(),
        guests=tuple(guest for one in queries.coming(event, rows(Registration)) for guest in _guests(one, event, cards)), zone=settings.company().zone,
    )  # fmt: skip


def _guests(one: Attendee, event: Event, cards: bool) -> list[Guest]:
    """Somebody who comes, and the companions who have a seat: each with a badge and a line to sign; cards are for guests."""
    companions = [name for name in one.companions if name] if event.companions_take_seats and not cards else []
    return [_guest(one)] + [
        Guest(name, one.organisation, f"{one.shown_number}-{n}") for n, name in enumerate(companions, 1)
    ]


def _guest(one: Attendee) -> Guest:
    return Guest(one.called, one.organisation, one.shown_number, one.latin, one.title)


def attendees(document: Document, asker: Person, rows) -> Listing | None:
    """The list of attendees with organisation, sessions and whether they were there."""
    event = _event(document, rows)
    if event is None:
        return None
    people = queries.coming(event, rows(Registration))
    chosen, here = queries.chosen(people), queries.checked(people)
    return Listing(
        number=document.number, made_at=clock.now(), zone=settings.company().zone, subtitle=event.words,
        table=N_("Attendees by organisation"), total=len(people), of_people=True, none=N_("Nobody has a confirmed seat yet."),
        about=(
            About(N_("Begins"), Filled("{at}", {"at": event.begins_at})), About(N_("Place"), event.place_words),
            About(N_("Attendees"), str(len(people))),
        ),
        columns=(
            Column(N_("No."), "nowrap", "w1"), Column(N_("Company or authority"), "text", "w6"), Column(N_("Full name"), "text", "w5"),
            Column(N_("What they do"), "text", "w5"), Column(N_("Chosen sessions")), Column(N_("Companions"), "nowrap", "w3"), Column(N_("Checked in"), "nowrap", "w3"),
        ),
        rows=tuple(_line(one, chosen.get(one.id, []), here.get(one.id)) for one in people[:MOST_ROWS]),
    )  # fmt: skip


def _line(one: Attendee, sessions: list[Session], check_in) -> Row:
    at = f"{check_in.at.astimezone(zone()):%H:%M}" if check_in else None
    said = (
        Words("；".join(each.words.zh for each in sessions), "; ".join(each.words.in_("en") for each in sessions))
        if sessions
        else None
    )
    companions = str(len(one.companions)) if one.companions else None
    return Row(
        (
            one.shown_number,
            one.organisation,
            f"{one.called} {one.latin}".strip(),
            one.title or None,
            said,
            companions,
            at,
        )
    )


def agenda(document: Document, asker: Person, rows) -> ForumProgramme | None:
    event = _event(document, rows)
    if event is None:
        return None
    days = programme.by_day(programme.agenda(event))
    return ForumProgramme(
        number=document.number, event=event.words, place=event.place_words, address=event.address_words, begins_at=event.begins_at,
        days=tuple(ProgrammeDay(day, tuple(_item(one) for one in sessions)) for day, sessions in days.items()), made_at=clock.now(),
        zone=settings.company().zone, travel=both(event.travel, event.travel_en) if event.travel else None, contact=event.contact_words,
        summary=both(event.summary, event.summary_en) if event.summary else None,
    )  # fmt: skip


def _item(one: Session) -> Item:
    begins, ends = one.begins_at.astimezone(zone()), one.ends_at.astimezone(zone())
    said = tuple(
        Words(f"{who.name} {who.title}".strip(), f"{who.words.in_('en')}, {who.title_words.in_('en')}".strip(", "))
        for who in one.speakers
    )
    return Item(
        f"{begins:%H:%M}–{ends:%H:%M}",
        one.words,
        one.track.words if one.track else None,
        one.room.words if one.room else None,
        said,
        both(one.about, one.about_en) if one.about else None,
    )


def report(document: Document, asker: Person, rows) -> ForumReport | None:
    """Figures, organisations, sessions, topics and minutes of a forum."""
    event = _event(document, rows)
    if event is None:
        return None
    registrations: Select = rows(Registration)
    figures = queries.figures(event, rows(Invitation), registrations)
    people = queries.coming(event, registrations)
    here, written = queries.checked(people), minutes.of(event)
    answered = [one for one in topics.listed(rows(Topic), event) if one.event_id == event.id]
    return ForumReport(
        number=document.number, event=event.words, place=event.place_words, begins_at=event.begins_at, ends_at=event.ends_at,
        counts=(
            Count(N_("Invited"), figures.invited), Count(N_("Said they are coming"), figures.by_state.get("coming", 0), figures.invited),
            Count(N_("With a confirmed seat"), len(people), event.capacity), Count(N_("Were there"), len(here), len(people)),
            Count(N_("Still on the waiting list"), figures.people.get("waiting", 0)), Count(N_("Topics"), len(answered)),
            Count(N_("Topics answered"), sum(one.state == "answered" for one in answered), len(answered)),
        ),
        organisations=tuple(_organisations(people, here)), topics=tuple(_topic(one) for one in answered), made_at=clock.now(),
        sessions=tuple(SessionLine(one.words, one.taken, one.capacity or 0) for one in programme.choosable(programme.agenda(event))),
        zone=settings.company().zone, minutes=written.body if written else "", minutes_by=written.by.name if written else "",
    )  # fmt: skip


def _organisations(people: list[Attendee], here: dict) -> list[Organisation]:
    policy, found = settings.policy(), {}
    for one in people:
        customer = one.registration.customer
        found.setdefault(
            (customer.short_name if customer else one.organisation, customer.tier if customer else ""), []
        ).append(one)
    return [
        Organisation(
            name, policy.called("tiers", tier) if tier else Words("来宾", "Guest"), len(members), sum(one.id in here for one in members),
            tuple(one.name for one in members if one.id in here),
        )
        for (name, tier), members in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]  # fmt: skip


def _topic(one: Topic) -> TopicLine:
    return TopicLine(
        one.title, one.customer.short_name if one.customer else "", SOURCES[one.source], one.owner.name if one.owner else "",
        TOPIC_STATES[one.state], one.ticket.number if one.ticket else "", one.answer,
    )  # fmt: skip
