"""Which rows of the surveys (R25–R30) are there for whom; scopes.py takes them into its table."""

from collections.abc import Callable

from sqlalchemy import String, and_, cast, false, or_, select, true

from portal.access.permissions import Permission, may
from portal.domain.people.models import Contact, Customer, Person
from portal.domain.people.roles import Role
from portal.domain.surveys.answer_models import PHONE, Response
from portal.domain.surveys.campaign_models import RUNNING, CallAttempt, Campaign, Invitation, OptOut
from portal.domain.surveys.links import UNASKED
from portal.domain.surveys.models import BankItem, Questionnaire, QuestionnaireVersion
from portal.domain.surveys.word_models import Coded, HotIssue, Issue, Mention, Reply
from portal.i18n import N_

AT_THE_END = N_(
    "Whoever is rated reads the results once the survey is over: before, each new answer would show what it says."
)


def reads_results(person: Person, campaign: Campaign) -> bool:
    """May they read what was answered so far? While it runs only whoever may read single answers too."""
    return campaign.state != RUNNING or may(person, Permission.SURVEY_SHEETS)


Rule = Callable[[Person], object]


def rows(customers: Rule) -> dict[type, Rule]:
    """The rules of the surveys' records; `customers` says which customers are there for a person."""

    by_phone = and_(Campaign.state == RUNNING, cast(Campaign.channels, String).contains(f'"{PHONE}"'))

    def reads(person: Person):
        return true() if person.is_staff and may(person, Permission.SURVEY_READ) else false()

    def calls(person: Person) -> bool:
        return person.is_staff and may(person, Permission.SURVEY_CALL)

    def campaigns(person: Person):
        """Whoever asks by telephone sees the campaigns that are asked so, while they run."""
        return by_phone if calls(person) and not may(person, Permission.SURVEY_READ) else reads(person)

    def of(customer) -> Rule:
        """All for whoever runs or directs surveys, to account managers those of their own customers."""

        def rule(person: Person):
            if not person.is_staff or not may(person, Permission.SURVEY_READ):
                return false()
            if person.has(Role.SUPERVISOR, Role.MANAGER):
                return true()
            return customer.in_(select(Customer.id).where(customers(person)))

        return rule

    asked = of(Invitation.customer_id)

    def called(person: Person):
        return Invitation.campaign_id.in_(select(Campaign.id).where(by_phone)) if calls(person) else false()

    def invitations(person: Person):
        """A customer's people see their own, once they were asked."""
        if person.is_staff:
            return or_(asked(person), called(person))
        mine = select(Contact.id).where(Contact.person_id == person.id)
        return and_(Invitation.contact_id.in_(mine), Invitation.state.not_in(UNASKED))

    def sheets(person: Person):
        """What one customer answered is read by whoever looks after quality, never by who is rated (R29)."""
        return true() if person.is_staff and may(person, Permission.SURVEY_SHEETS) else false()

    return {
        BankItem: reads,
        CallAttempt: lambda person: CallAttempt.invitation_id.in_(select(Invitation.id).where(invitations(person))),
        Campaign: campaigns,
        Invitation: invitations,
        OptOut: lambda person: OptOut.contact_id.in_(select(Contact.id).where(of(Contact.customer_id)(person))),
        Questionnaire: reads,
        QuestionnaireVersion: reads,
        Response: sheets,
        Coded: sheets,
        HotIssue: sheets,
        Issue: sheets,
        Mention: sheets,
        Reply: sheets,
    }
