"""Topics of a forum with their owners, answers and tickets; minutes, photos and slides; the survey of whoever was there."""

from flask import abort, redirect, url_for
from wtforms import BooleanField, HiddenField, MultipleFileField, RadioField, SelectField, StringField, TextAreaField

from portal import clock
from portal.access.door import attempted, me
from portal.access.permissions import Permission as P
from portal.access.permissions import may
from portal.access.scopes import find, visible
from portal.domain import files, settings
from portal.domain.forum import attended, minutes, queries, topics
from portal.domain.forum.after_models import Topic
from portal.domain.forum.lifecycle import SOURCES, TOPIC_STATES, TOPIC_TONES
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Registration
from portal.domain.people import parties
from portal.domain.people.models import Customer, Department
from portal.domain.people.queries import staff
from portal.domain.quality import improvement_list
from portal.domain.quality.improvement_models import Improvement
from portal.domain.surveys import about_forum, campaigns
from portal.domain.surveys.campaign_models import Campaign
from portal.i18n import N_
from portal.staff.forum import door, frame
from portal.web.filters import words_in
from portal.web.forms import BODY, AtMost, Form, Needed, Uploads
from portal.web.pages import page, say
from portal.web.words import gettext


class TopicForm(Form):
    """A topic raised at the forum: by an attendee, or for a customer."""

    title = StringField(N_("In a few words"), [Needed(), AtMost(120)])
    body = TextAreaField(N_("What was raised"), [AtMost(BODY)])
    attendee = SelectField(N_("Raised by"), coerce=int)
    customer = SelectField(N_("Customer, if nobody in particular raised it"), coerce=int)


class CustomerForm(Form):
    """Who raised a topic, said afterwards."""

    customer = SelectField(N_("Customer"), coerce=int)


class GiveForm(Form):
    owner = SelectField(N_("Topic owner"), coerce=int)
    department = SelectField(N_("Department"), coerce=int)


class AnswerForm(Form):
    reply = TextAreaField(
        N_("Answer"), [Needed(), AtMost(BODY)], description=N_("Whoever raised it reads exactly this.")
    )
    is_shared = BooleanField(N_("Of common interest: everybody who registered may read it, without the asker's name"))


class TicketForm(Form):
    kind = SelectField(N_("Kind of ticket"))
    class_code = SelectField(N_("Class"))


class MinutesForm(Form):
    body = TextAreaField(N_("What was said and agreed"), [Needed(), AtMost(60_000)])
    version = HiddenField()


class FilesForm(Form):
    place = RadioField(N_("Kind"), [Needed()], choices=minutes.PLACES, default="photo")
    files = MultipleFileField(N_("Files"), [Uploads(required=True)])


class SurveyForm(Form):
    questionnaire = SelectField(N_("Questionnaire"), [Needed()], coerce=int)


@door.get("/<int:event>/topics", needs=P.FORUM_READ)
def topics_of(event):
    found = topics.listed(visible(Topic, me()), event)
    return page(
        "staff/forum_topics.html", **frame(event), topics=found, states=TOPIC_STATES, tones=TOPIC_TONES, sources=SOURCES
    )


@door.get("/<int:event>/topics/new", needs=P.FORUM_INVITE)
def new_topic(event):
    return page("staff/forum_topic_new.html", **frame(event), form=_topic_form(event))


@door.post("/<int:event>/topics/new", needs=P.FORUM_INVITE)
def create_topic(event):
    form = _topic_form(event)
    if form.validate():
        who = find("attendee", form.attendee.data, me()) if form.attendee.data else None
        customer = find("customer", form.customer.data, me()) if form.customer.data else None
        topic = topics.note(event, me(), form.title.data, form.body.data or "", customer=customer, attendee=who)
        say(N_("The topic is noted. Give it an owner next."))
        return redirect(url_for(".show_topic", topic=topic.id), 303)
    return page("staff/forum_topic_new.html", 422, **frame(event), form=form)


def _topic_form(event: Event) -> TopicForm:
    form, none = TopicForm(), (0, gettext("Nobody in particular"))
    people = queries.coming(event, visible(Registration, me()))
    form.attendee.choices = [none, *((one.id, f"{one.organisation} · {one.name}") for one in people)]
    form.customer.choices = [none, *((one.id, one.name) for one in queries.customers(visible(Customer, me())))]
    return form


@door.get("/topics/<int:topic>", needs=P.DESK_READ)
def show_topic(topic):
    return _topic_page(topic)


def _topic_page(topic: Topic, status: int = 200, **forms):
    works = may(me(), P.FORUM_RUN)
    owns = works or topic.owner_id == me().id
    live = topic.state in ("open", "given")
    shown = {
        "give_form": _give_form(topic) if works and live else None,
        "answer_form": AnswerForm() if owns and topic.state != "answered" else None,
        "customer_form": _customer_form() if works and live and not topic.customer_id else None,
        "ticket_form": _ticket_form() if works and live and topic.customer_id else None,
    }
    return page(
        "staff/forum_topic.html", status, **frame(topic.event), topic=topic, states=TOPIC_STATES, tones=TOPIC_TONES, sources=SOURCES,
        actions=improvement_list.of_source(visible(Improvement, me()), "forum", topic.id), **shown | forms,
    )  # fmt: skip


def _customer_form() -> CustomerForm:
    form = CustomerForm()
    form.customer.choices = [(one.id, one.name) for one in queries.customers(visible(Customer, me()))]
    return form


def _give_form(topic: Topic) -> GiveForm:
    form = GiveForm(data={"owner": topic.owner_id or 0, "department": topic.department_id or 0})
    form.owner.choices = [(one.id, one.name) for one in staff() if not one.provider_id]
    departments = parties.departments(visible(Department, me()))
    form.department.choices = [(0, gettext("none")), *((one.id, words_in(one.words)) for one in departments)]
    return form


def _ticket_form() -> TicketForm:
    form, policy = TicketForm(), settings.policy()
    form.kind.choices = [(one.code, words_in(one.words)) for one in policy.kinds if one.code != "service"]
    grouped = {one.code: words_in(one.words) for one in policy.classes if one.is_group}
    form.class_code.choices = [
        (one.code, f"{grouped.get(one.parent, '')} · {words_in(one.words)}")
        for one in policy.classes
        if not one.is_group
    ]
    return form


@door.post("/topics/<int:topic>/customer", needs=P.FORUM_RUN)
def say_customer(topic):
    form = _customer_form()
    if form.validate():
        customer = find("customer", form.customer.data, me())
        if attempted(form, "customer", topics.belongs_to, topic, me(), customer) is not False:
            say(N_("Kept."))
            return redirect(url_for(".show_topic", topic=topic.id), 303)
    return _topic_page(topic, 422, customer_form=form)


@door.post("/topics/<int:topic>/owner", needs=P.FORUM_RUN)
def give_topic(topic):
    form = _give_form(topic)
    if form.validate():
        owner = find("person", form.owner.data, me())
        department = find("department", form.department.data, me()) if form.department.data else None
        if attempted(form, "owner", topics.give, topic, me(), owner, department) is not False:
            say(N_("{name} hears of it."), name=owner.name)
            return redirect(url_for(".show_topic", topic=topic.id), 303)
    return _topic_page(topic, 422, give_form=form)


@door.post("/topics/<int:topic>/answer", needs=P.DESK_READ)
def answer_topic(topic):
    if not (may(me(), P.FORUM_RUN) or topic.owner_id == me().id):
        abort(404)
    form = AnswerForm()
    if (
        form.validate()
        and attempted(form, "reply", topics.answer, topic, me(), form.reply.data, form.is_shared.data) is not False
    ):
        say(N_("The answer is on its way to whoever raised it."))
        return redirect(url_for(".show_topic", topic=topic.id), 303)
    return _topic_page(topic, 422, answer_form=form)


@door.post("/topics/<int:topic>/ticket", needs=P.FORUM_RUN)
def make_ticket(topic):
    form = _ticket_form()
    if form.validate() and (
        ticket := attempted(form, "kind", topics.to_ticket, topic, me(), form.kind.data, form.class_code.data)
    ):
        say(N_("Ticket {number} is open; whoever raised it hears of it."), number=ticket.number)
        return redirect(url_for(".show_topic", topic=topic.id), 303)
    return _topic_page(topic, 422, ticket_form=form)


@door.get("/<int:event>/afterwards", needs=P.FORUM_READ)
def afterwards(event):
    return _after_page(event, _minutes_form(event), FilesForm())


def _minutes_form(event: Event) -> MinutesForm:
    """As the minutes stand, whatever was sent along with it."""
    row = minutes.of(event)
    return MinutesForm(formdata=None, body=row.body if row else "", version=row.version if row else "")


def _after_page(
    event: Event, form: MinutesForm, files_form: FilesForm, status: int = 200, survey_form: SurveyForm | None = None
):
    return page(
        "staff/forum_after.html", status, **frame(event), minutes=minutes.of(event), form=form, files_form=files_form,
        files=minutes.files_of(event), places=minutes.PLACES, begun=clock.now() >= event.begins_at,
        present=attended.present(event), survey_form=survey_form or (_survey_form() if may(me(), P.SURVEY_RUN) else None),
        surveys=about_forum.of(visible(Campaign, me()), event) if may(me(), P.SURVEY_READ) else None,
        campaigns=campaigns,
    )  # fmt: skip


def _survey_form() -> SurveyForm:
    """With the questionnaires one may choose."""
    form = SurveyForm()
    form.questionnaire.choices = [(one.id, words_in(one.questionnaire.words)) for one in about_forum.usable()]
    return form


@door.post("/<int:event>/survey", needs=P.SURVEY_RUN)
def make_survey(event):
    """A draft that asks whoever was there; nothing is sent."""
    form = _survey_form()
    if form.validate():
        version = next(one for one in about_forum.usable() if one.id == form.questionnaire.data)
        if row := attempted(form, "questionnaire", about_forum.make, event, me(), version):
            say(N_("The campaign is prepared and drawn; nothing was sent. Look at it, then launch it."))
            return redirect(url_for("campaigns.show", campaign=row.id), 303)
    return _after_page(event, _minutes_form(event), FilesForm(formdata=None), 422, form)


@door.post("/<int:event>/minutes", needs=P.FORUM_RUN)
def keep_minutes(event):
    form = MinutesForm()
    version = int(form.version.data) if (form.version.data or "").isdecimal() else None
    if form.validate() and attempted(form, "body", minutes.keep, event, me(), form.body.data, version) is not False:
        say(N_("The minutes are kept; nobody outside sees them before they are published."))
        return redirect(url_for(".afterwards", event=event.id), 303)
    return _after_page(event, form, FilesForm(), 422)


@door.post("/<int:event>/minutes/publication", needs=P.FORUM_RUN)
def publish_minutes(event):
    say(
        N_("The minutes are published; {number} people who were there hear of it."), number=minutes.publish(event, me())
    )
    return redirect(url_for(".afterwards", event=event.id), 303)


@door.post("/<int:event>/files", needs=P.FORUM_RUN, files=True)
def add_files(event):
    form = FilesForm()
    if not form.validate():
        return _after_page(event, _minutes_form(event), form, 422)
    for staged in form.files.data:
        minutes.add_file(event, me(), files.keep(staged, me()), form.place.data)
    say(N_("{number} files are there for whoever was there."), number=len(form.files.data))
    return redirect(url_for(".afterwards", event=event.id), 303)


@door.post("/<int:event>/files/<int:attachment>/removal", needs=P.FORUM_RUN)
def remove_file(event, attachment):
    if attachment.event_id != event.id:
        abort(404)
    minutes.remove_file(event, me(), attachment)
    say(N_("The file is gone."))
    return redirect(url_for(".afterwards", event=event.id), 303)
