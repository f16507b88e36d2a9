"""What others do to people's accounts: inviting, roles, disabling, the second factor of somebody who lost it."""

from collections.abc import Iterable
from datetime import timedelta

from portal import clock
from portal.db import db
from portal.domain import journal, outbox, settings
from portal.domain.people import links, queries
from portal.domain.people.accounts import drop_second_factor, end_sessions
from portal.domain.people.models import Approval, Attempt, Customer, Department, Person, Provider, SecretLink
from portal.domain.people.roles import APART, CUSTOMER_ROLES, Role
from portal.domain.refusals import Refused
from portal.i18n import N_

INVITATIONS_A_DAY = 20
"""Of one organisation."""


def invite(
    by: Person, email: str, name: str, roles: Iterable[Role], *, title: str = "",
    customer: Customer | None = None, department: Department | None = None, provider: Provider | None = None,
) -> Person | None:  # fmt: skip
    """A new account and the letter that lets its owner choose a password.

    Nobody (None) when the address belongs to an account outside: whoever asks is told the same, so that an
    organisation cannot find out who else is here. Staff are told.
    """
    _need_open(customer, department, provider)
    _count_invitation(customer, by)
    fitting = _fitting(roles, customer, department, provider)
    known = queries.by_email(email)
    if known is not None:
        return _known_already(by, known)
    at = clock.now()
    person = Person(
        name=name, email=email.strip().lower(), title=title, roles=fitting, invited_at=at, made_at=at,
        customer=customer, department=department, provider=provider, preferences={}, recovery_hashes=[],
        language=by.language,
    )  # fmt: skip
    db.session.add(person)
    db.session.flush()
    journal.write("person.invited", person, by, became=", ".join(fitting))
    _send_invitation(person, by)
    return person


def invite_again(person: Person, by: Person) -> None:
    """A fresh invitation; the old one ends. Not for somebody who has come already."""
    if person.password_hash is not None:
        raise Refused(N_("{name} has an account already."), name=person.name)
    if not person.is_active:
        raise Refused(N_("This account is closed."))
    _need_open(person.customer, person.provider)
    _count_invitation(person.customer, by)
    person.invited_at = clock.now()
    journal.write("person.invited_again", person, by)
    _send_invitation(person, by)


def accept_invitation(link: SecretLink, name: str, password_hash: str) -> Person:
    """The invited person has come: takes a password, and may put the name right."""
    person = queries.person(link.person_id)
    links.use(link)
    if not person.is_active:
        raise Refused(N_("This account is closed."))
    person.name, person.password_hash = name, password_hash
    journal.write("person.came", person, person)
    return person


def give_roles(
    person: Person, by: Person, roles: Iterable[Role], *,
    department: Department | None = None, provider: Provider | None = None,
) -> None:  # fmt: skip
    """Other roles, another department or provider; felt at the next request, and the sessions end."""
    if person.id == by.id:
        raise Refused(N_("Nobody changes their own roles; please ask another administrator."))
    fitting = _fitting(roles, person.customer, department, provider)
    if Role.SECURITY_ADMIN in person.roles and Role.SECURITY_ADMIN not in fitting:
        _keep_one(Role.SECURITY_ADMIN, person)
    was, person.roles = ", ".join(sorted(person.roles)), fitting
    if person.is_staff:
        person.department, person.provider = department, provider
    end_sessions(person)
    journal.write("person.roles_given", person, by, was=was, became=", ".join(fitting))


def disable(person: Person, by: Person, why: str) -> None:
    """No signing in any more; the sessions die at once. What the person has done stays."""
    if person.id == by.id:
        raise Refused(N_("Nobody disables their own account."))
    if not person.is_active:
        return
    if person.has(Role.SECURITY_ADMIN):
        _keep_one(Role.SECURITY_ADMIN, person)
    _shut(person, by, why)


def enable(person: Person, by: Person) -> None:
    """May sign in again, with the old password; not while their organisation is closed.

    An organisation's administrator enables whom one of theirs disabled, not whom we did.
    """
    if person.is_active:
        return
    _need_open(person.customer, person.provider, person.department if person.only_handles else None)
    if not by.is_staff and person.disabled_by_id is not None and queries.person(person.disabled_by_id).is_staff:
        raise Refused(N_("We disabled this account; please ask us to enable it again."))
    person.disabled_at, person.disabled_by_id = None, None
    journal.write("person.enabled", person, by)


def end_sessions_of(person: Person, by: Person) -> None:
    """Sign somebody out everywhere."""
    journal.write("person.sessions_ended", person, by, number=end_sessions(person))


def ask_factor_reset(person: Person, by: Person, why: str) -> Approval:
    """Somebody lost the second factor: ask another administrator or a manager to agree that it is taken off."""
    if not person.has_second_factor:
        raise Refused(N_("{name} has no second factor."), name=person.name)
    if queries.open_approval(person) is not None:
        raise Refused(N_("This was asked for already and waits for a second person."))
    approval = Approval(purpose="second_factor", person=person, asked_by=by, asked_at=clock.now(), why=why)
    db.session.add(approval)
    db.session.flush()
    journal.write("person.factor_reset_asked", person, by, why=why)
    for other in queries.staff(Role.SECURITY_ADMIN, Role.MANAGER):
        if other.id not in (by.id, person.id):
            outbox.post("approval_asked", other, key=str(approval.id), who=person.name, by=by.name, why=why)
    return approval


def decide_factor_reset(approval: Approval, by: Person, grant: bool) -> None:
    """The second person agrees and the factor is taken off, or does not. Not the one who asked or is concerned."""
    if approval.decided_at is not None:
        raise Refused(N_("This was decided already."))
    if by.id in (approval.asked_by_id, approval.person_id):
        raise Refused(N_("A second person has to decide this."))
    approval.decided_by_id, approval.decided_at, approval.is_granted = by.id, clock.now(), grant
    if grant:
        drop_second_factor(approval.person, by)
    verb = "person.factor_reset_granted" if grant else "person.factor_reset_declined"
    journal.write(verb, approval.person, by, asked_by=approval.asked_by.name)


def shut_all(people: Iterable[Person], by: Person | None, why: str) -> None:
    """The party they belong to has gone: all its people are disabled."""
    for person in people:
        _shut(person, by, why)


def _shut(person: Person, by: Person | None, why: str) -> None:
    from portal.domain.tickets import actions as tickets  # that room knows this one's tables

    person.disabled_at, person.disabled_by_id = clock.now(), by.id if by else None
    end_sessions(person)
    links.end(None, person)
    journal.write("person.disabled", person, by, why=why)
    tickets.release(person, by)


def _need_open(*parties: Customer | Department | Provider | None) -> None:
    """Refuse what lets people of a closed customer, department or provider in again."""
    for party in parties:
        if party is None or party.closed_on is None:
            continue
        if isinstance(party, Customer) or not party.is_open_on(settings.today()):
            raise Refused(N_("{name} is closed: its people cannot sign in."), name=party.name)


def _send_invitation(person: Person, by: Person) -> None:
    link = links.make(links.INVITATION, person)
    host = person.customer.name if person.customer else ""
    outbox.post("invitation", person, key=str(link.id), link_id=link.id, by=by.name, host=host)


def _known_already(by: Person, known: Person) -> None:
    """Colleagues and staff's view: say it. Another organisation's person: say nothing."""
    if by.is_staff or known.customer_id == by.customer_id:
        raise Refused(N_("There is an account with this address already."))


def _fitting(roles, customer, department, provider) -> list[str]:
    """The roles in their order, if they go together. Raises Refused."""
    wanted = [str(role) for role in Role if role in set(roles)]
    if not wanted:
        raise Refused(N_("Choose at least one role."))
    if any((role in CUSTOMER_ROLES) != (customer is not None) for role in wanted):
        raise Refused(N_("Roles of customers and of staff do not mix."))
    if sum(role in APART for role in wanted) > 1:
        raise Refused(N_("Administrator, security administrator and auditor are kept apart: choose one of them."))
    if Role.HANDLER in wanted and department is None and provider is None:
        raise Refused(N_("A handler belongs to a department or a provider: choose one."))
    if department is not None and provider is not None:
        raise Refused(N_("Choose a department or a provider, not both."))
    if provider is not None and wanted != [Role.HANDLER]:
        raise Refused(N_("A provider's people are handlers and nothing else."))
    return wanted


def _keep_one(role: Role, person: Person) -> None:
    if not [other for other in queries.staff(role) if other.id != person.id]:
        raise Refused(
            N_("{name} is the last one who holds this role. Give it to somebody else first."),
            name=person.name,
        )


def _count_invitation(customer: Customer | None, by: Person) -> None:
    """An organisation sends twenty a day; raises Refused at the next one."""
    if customer is None or by.is_staff:
        return
    key, since = f"invite:{customer.id}", clock.now() - timedelta(days=1)
    sent = db.session.scalar(db.select(db.func.count()).where(Attempt.key == key, Attempt.at > since))
    if sent >= INVITATIONS_A_DAY:
        raise Refused(N_("{number} invitations were sent within a day. Please go on tomorrow."), number=sent)
    db.session.add(Attempt(key=key, at=clock.now()))
