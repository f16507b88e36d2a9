"""What a part of a URL names: the record's key, and what is loaded along with it. Who may see it stands in scopes.py."""

from portal.domain.documents.models import Document
from portal.domain.files import Attachment
from portal.domain.forum.after_models import Topic
from portal.domain.forum.models import Event
from portal.domain.forum.party_models import Attendee, Invitation, Registration
from portal.domain.mailroom.models import IncomingMail
from portal.domain.outbox import Letter
from portal.domain.people.models import Approval, Contact, Customer, Department, Person, Project, Provider, SignIn
from portal.domain.quality.fact_models import FigureSnapshot
from portal.domain.quality.improvement_models import Improvement, ImprovementStep, Revisit
from portal.domain.quality.major_models import MajorApproval, MajorCase
from portal.domain.quality.models import Liability
from portal.domain.quality.records import Milestone, Signal, SupervisedProject, UnclosedWeek
from portal.domain.quality.support_models import MarketHarm, Penalty, ProviderStanding, SupportResult
from portal.domain.ratings.models import FollowUp
from portal.domain.surveys.answer_models import Response
from portal.domain.surveys.campaign_models import Campaign, OptOut
from portal.domain.surveys.campaign_models import Invitation as Survey
from portal.domain.surveys.models import BankItem, Questionnaire
from portal.domain.surveys.word_models import HotIssue, Issue
from portal.domain.tickets.forced_models import ForcedClosure
from portal.domain.tickets.models import CallBack, Dispatch, Message, Note, Problem, SavedView, Ticket

RECORDS: dict[str, tuple] = {
    "approval": (Approval.id, Approval.person, Approval.asked_by),
    "attachment": (Attachment.id,),
    "attendee": (Attendee.id, Attendee.registration, Attendee.event, Attendee.hotel),
    "call_back": (CallBack.id,),
    "contact": (Contact.id,),
    "customer": (Customer.id, Customer.account_manager),
    "department": (Department.id,),
    "dispatch": (Dispatch.id, Dispatch.ticket, Dispatch.department, Dispatch.provider, Dispatch.by, Dispatch.handler),
    "document": (
        Document.id,
        Document.file,
        Document.ticket,
        Document.dispatch,
        Document.customer,
        Document.by,
        Document.published_by,
        Document.acknowledged_by,
    ),
    "forced": (ForcedClosure.id, ForcedClosure.asked_by, ForcedClosure.decided_by),
    "event": (Event.id, Event.made_by),
    "harm": (MarketHarm.id,),
    "improvement": (
        Improvement.id,
        Improvement.department,
        Improvement.person,
        Improvement.by,
        Improvement.done_by,
        Improvement.verified_by,
        Improvement.ended_by,
    ),
    "invited": (Invitation.id, Invitation.event, Invitation.customer, Invitation.person),
    "letter": (Letter.id, Letter.to),
    "liability": (
        Liability.id,
        Liability.ticket,
        Liability.department,
        Liability.provider,
        Liability.person,
        Liability.decided_by,
        Liability.appealed_by,
        Liability.appeal_decided_by,
    ),
    "mail": (
        IncomingMail.id,
        IncomingMail.file,
        IncomingMail.customer,
        IncomingMail.person,
        IncomingMail.contact,
        IncomingMail.ticket,
        IncomingMail.letter,
        IncomingMail.settled_by,
    ),
    "major": (
        MajorCase.id,
        MajorCase.ticket,
        MajorCase.proposed_by,
        MajorCase.decided_by,
        MajorCase.closed_by,
    ),
    "major_approval": (
        MajorApproval.id,
        MajorApproval.case,
        MajorApproval.asked_by,
        MajorApproval.decided_by,
        MajorApproval.document,
    ),
    "message": (Message.id, Message.by),
    "milestone": (Milestone.id, Milestone.project),
    "note": (Note.id, Note.by),
    "penalty": (Penalty.id, Penalty.provider, Penalty.ticket, Penalty.by),
    "person": (Person.id, Person.customer, Person.department, Person.provider),
    "problem": (Problem.id, Problem.department, Problem.person, Problem.by, Problem.merged_into),
    "project": (Project.id,),
    "provider": (Provider.id,),
    "revisit": (Revisit.id, Revisit.customer),
    "questionnaire": (Questionnaire.id, Questionnaire.made_by),
    "bank_item": (BankItem.id,),
    "survey": (Survey.id,),
    "response": (Response.id, Response.customer, Response.campaign, Response.questionnaire_version),
    "issue": (Issue.id, Issue.department),
    "hot_issue": (HotIssue.id, HotIssue.issue, HotIssue.improvement, HotIssue.settled_by),
    "called": (Survey.id, Survey.campaign),
    "asked": (Survey.id, Survey.campaign, Survey.customer, Survey.contact),
    "campaign": (Campaign.id, Campaign.questionnaire_version, Campaign.made_by),
    "opt_out": (OptOut.id, OptOut.contact),
    "registration": (Registration.id, Registration.event, Registration.customer, Registration.asked_by),
    "sign_in": (SignIn.id,),
    "signal": (Signal.id, Signal.problem, Signal.improvement, Signal.settled_by),
    "step": (ImprovementStep.id,),
    "supervised": (SupervisedProject.id, SupervisedProject.ticket, SupervisedProject.owner),
    "snapshot": (FigureSnapshot.id, FigureSnapshot.by),
    "standing": (ProviderStanding.id,),
    "support": (
        SupportResult.id,
        SupportResult.provider,
        SupportResult.by,
        SupportResult.objected_by,
        SupportResult.answered_by,
        SupportResult.approved_by,
    ),
    "ticket": (
        Ticket.id,
        Ticket.customer,
        Ticket.owner,
        Ticket.asked_by,
        Ticket.opened_by,
        Ticket.project,
        Ticket.problem,
        Ticket.merged_into,
        Ticket.proxy,
    ),
    "topic": (
        Topic.id,
        Topic.event,
        Topic.customer,
        Topic.attendee,
        Topic.person,
        Topic.owner,
        Topic.department,
        Topic.ticket,
        Topic.answered_by,
    ),
    "view": (SavedView.id,),
    "week": (UnclosedWeek.id,),
    "follow_up": (FollowUp.id, FollowUp.rating, FollowUp.owner),
}
