"""The sections of the policy as the settings pages show them. A row here makes a section editable; without one it is readable.

What a section is made of is read from the dataclasses of portal/domain/policy_*.py: nothing of that is repeated here.
"""

from dataclasses import dataclass

from portal.domain.policy import AskType
from portal.i18n import N_


@dataclass(frozen=True)
class Section:
    """A field of Policy: what it is called, what it is for, and what a change of it means for what exists."""

    title: str
    help: str
    means: str = N_("It holds for what begins from then on; what exists stays as it is.")


AT_ONCE = N_("These figures hold at once for every ticket, also for those that are open or closed already.")
PROMISED = N_("Promises already given stay as they were given, whatever is decided here.")

GROUPS: tuple[tuple[str, dict[str, Section]], ...] = (
    (N_("What is promised"), {
        "clocks": Section(N_("Promises in time"), N_("What starts a promise, what keeps it, how long it takes, and for whom it is shorter."), PROMISED),
        "calendar": Section(N_("Opening hours and cut-off"), N_("The hours in which working time runs, and the moment a working day ends."), PROMISED),
        "warnings": Section(N_("Warnings"), N_("When the owner is warned, and when the supervisors are told."), N_("Who was warned already is not warned again.")),
        "limits": Section(N_("Limits"), N_("Reopening, call-backs, low scores, attachments: the small figures of the rules."), AT_ONCE),
    }),
    (N_("How tickets are sorted"), {
        "kinds": Section(N_("Kinds of ticket"), N_("What customers can bring to us, and what each kind asks.")),
        "classes": Section(N_("Classes"), N_("Two levels: groups and the classes in them, with lead department, closing promise and the shape of replies.")),
        "severities": Section(N_("Severities"), N_("How serious a ticket is; a higher rank is worse.")),
        "channels": Section(N_("Channels"), N_("The ways a ticket comes to us, and what each asks of whoever enters it.")),
        "services": Section(N_("Service catalogue"), N_("Forms of service requests, with their questions and required documents.")),
    }),
    (N_("Answering and closing"), {
        "reply_fields": Section(N_("Parts of a reply"), N_("What a reply must hold; classes choose among them.")),
        "ready_answers": Section(N_("Ready answers"), N_("Answers given so often that they are offered before somebody submits.")),
        "reply_templates": Section(N_("Reply templates"), N_("Texts to begin a reply from.")),
        "outcomes": Section(N_("Results of call-backs"), N_("What a call-back found: it closes the ticket, sends it back, or asks for another try.")),
        "calls": Section(N_("Call-backs"), N_("The hours in which customers are called, when an officer is reminded of an appointment, how long a customer's link works.")),
        "call_script": Section(N_("Script of call-backs"), N_("What is said in a call-back, in its order; for all tickets of a kind, or for some classes only.")),
        "forced_reasons": Section(N_("Reasons for forced closure"), N_("For what a ticket may be closed by force, once a manager has approved it.")),
        "rating_dimensions": Section(N_("Sides of a rating"), N_("What customers may rate beside the stars.")),
        "ratings": Section(N_("Customer ratings"), N_("How often a contact is asked to rate us, how long its link works, and from how many ratings on results are shown."), N_("It holds at once for every result that is shown, and for requests from then on.")),
        "liability": Section(N_("Liability"), N_("How long a party may appeal, and the degrees of being liable.")),
        "targets": Section(N_("Targets of quality"), N_("What each measure of quality supervision shall reach."), N_("Months already closed keep the figures and targets they were closed with.")),
        "improvement": Section(N_("Improvement actions"), N_("When an action is pressed for, and how its effect is measured."), N_("It holds at once for every action that is not closed.")),
        "support": Section(N_("Limits and support"), N_("How many complaints a provider may have, what a month without fault earns, and the bounds of fines."), N_("Limits already set and months already reckoned stay as they are; a month that is reckoned later goes by what held on its last day.")),
        "major": Section(N_("Major complaints"), N_("When a complaint is a major one, and what its dossier must hold.")),
    }),
    (N_("Meeting customers"), {
        "surveys": Section(N_("Surveys"), N_("When customers are surveyed, how many are drawn, how long nobody is asked again, when they are reminded."), N_("It holds for campaigns that are made or launched from then on.")),
        "forum": Section(N_("Customer forum"), N_("Places by tier, how long a seat is offered, when people are reminded, what they are asked."), N_("It holds for new events and for reminders; events that exist keep their places and hours.")),
    }),
    (N_("Who it is about"), {
        "departments": Section(N_("Departments"), N_("Lead departments that classes and services name.")),
        "proxies": Section(N_("Proxies"), N_("Who may speak for a customer: an association, the media, an institution, a lawyer.")),
        "regions": Section(N_("Regions"), N_("Where customers are.")),
        "tiers": Section(N_("Tiers"), N_("Customers by their share of annual sales.")),
        "cards": Section(N_("Card levels"), N_("They drive how often we ask and how fast we serve.")),
        "file_types": Section(N_("Kinds of file"), N_("Attachments we take, by their extension and what their bytes may say they are.")),
        "name": Section(N_("Policy pack"), N_("What this whole policy is called.")),
    }),
)  # fmt: skip
SECTIONS: dict[str, Section] = {name: section for _, group in GROUPS for name, section in group.items()}

LABELS = {
    "code": N_("Code"), "words": N_("Name"), "help": N_("Explanation"), "rule_words": N_("The rule, in words"),
    "icon": N_("Sign"), "prefix": N_("Numbers begin with"), "closing": N_("What closes it"),
    "takes_class": N_("Has a class"), "department": N_("Lead department"), "asks": N_("Questions"),
    "conditions": N_("What makes a ticket one of this kind"), "first_suggestion": N_("First handling suggestion"),
    "evidence": N_("What must be attached"),
    "closure": N_("Closed within"), "documents": N_("Required documents"), "kinds": N_("Kinds of ticket"),
    "severity": N_("Severity"), "parent": N_("Group"), "reply_shape": N_("Parts of a reply"), "name": N_("Code"),
    "type": N_("Kind of answer"), "choices": N_("Choices"), "required": N_("Must be filled"), "past": N_("A day or moment that is over"),
    "when_open": N_("Only if it cannot be closed yet"), "starts": N_("Begins when"), "met": N_("Kept when"),
    "stops_too": N_("Ends as well when"), "lapses": N_("Ends without being kept when"), "desk": N_("What our own people call it"), "promise": N_("Promise"), "classes": N_("Classes"),
    "pauses": N_("Pauses while we wait for the customer"), "repeats": N_("Begins again each time it is kept"),
    "by_class": N_("Takes the closing promise of the class or service"),
    "shown_to_customer": N_("The customer sees it"), "shorter": N_("Shorter promises"), "tier": N_("Tier"),
    "card": N_("Card level"), "zone": N_("Time zone"), "hours": N_("Opening hours"), "cut_off": N_("Daily cut-off"),
    "share_from": N_("Share of annual sales from, %"), "share_below": N_("Share of annual sales below, %"),
    "rank": N_("Rank"), "by_customer": N_("Only customers use it themselves"), "closes": N_("Closes the ticket"),
    "appointment": N_("Is an appointment, no try in vain"), "part": N_("Where it is said"), "call_hours": N_("Hours for calls"),
    "remind_minutes": N_("Minutes before an appointment at which its officer is reminded"),
    "link_days": N_("Days in which a customer's one-time link works"),
    "back": N_("Sends it back"), "again": N_("Asks for another try"), "satisfied": N_("Counts as satisfied"),
    "body": N_("Text"), "extension": N_("Extension"), "media_types": N_("What its bytes may say it is"),
    "before_hours": N_("Hours before a deadline at which the owner is warned"),
    "escalate_after_hours": N_("Hours after a missed deadline at which the supervisors are told"),
    "reopen_days": N_("Days in which a closed ticket may be reopened"),
    "call_attempts": N_("Call-backs on different days before “could not be reached” closes"),
    "low_score": N_("Stars up to which the supervisors are told"),
    "undo_seconds": N_("Seconds in which a reply can be taken back"),
    "project_months": N_("Months after which an open complaint becomes a project"),
    "attachment_mib": N_("Largest attachment, MiB"), "attachments_mib": N_("Attachments of one message together, MiB"),
    "attachment_count": N_("Attachments of one message"), "amount_yuan": N_("Amount from which a complaint is major, yuan"),
    "also": N_("Other words people use for it"), "value": N_("Target"), "appeal": N_("Appeal within"),
    "degrees": N_("Degrees of being liable"),
    "groups": N_("Groups of classes that count"), "steps": N_("Steps of the limit"),
    "visits_from": N_("Average visits from"), "per_hundred": N_("Complaints allowed per 100 visits"), "objection": N_("Objection within"),
    "penalty_from_yuan": N_("Lowest fine (yuan)"), "penalty_to_yuan": N_("Highest fine (yuan)"), "stars": N_("Most stars"), "web_carries": N_("Web complaints still open count again in the next month"), "month_yuan": N_("Support of a month (yuan)"),
    "remind_days": N_("Days before it is due at which its owner is reminded"),
    "supervisors_days": N_("Days overdue at which the supervisors are told"),
    "managers_days": N_("Days overdue at which the managers are told"),
    "effect_days": N_("Days before and after the measure that are compared"),
    "limit_months": N_("Whole months after the measure that have to lie within their limits"),
    "asked_every_days": N_("Days in which a contact is asked at most once"),
    "reminded_after_days": N_("Days after which whoever has not answered is reminded once"),
    "first_month": N_("Month in which the first half-year of the plan begins"),
    "contact_days": N_("Days between two surveys of one contact"),
    "forum_days": N_("Days before and after a forum on which those who take part are not asked"),
    "open_days": N_("Days for which a survey is open"),
    "sample_percent": N_("Share of the customers that is drawn, %"),
    "reserve_percent": N_("Reserve, as a share of those drawn, %"),
    "target_percent": N_("Share of those asked that should answer, %"),
    "phone_days": N_("Days on which somebody who does not answer the telephone is tried"),
    "least_group": N_("Fewest ratings that are shown to whoever is rated"),
    "snapshot_working_days": N_("Working days after the end of a month at which its figures are closed"),
    "sides": N_("Sides of the service that are asked about"),
    "seats": N_("Places"), "offer_hours": N_("Working hours for which a freed seat is offered"),
    "change_days": N_("Days before the event until which parties change by themselves"),
    "remind_after_days": N_("Days after which an unanswered invitation is reminded of"), "reminders": N_("Reminders at most"),
    "remind_before_days": N_("Days before the event at which those who come are reminded"),
    "companions": N_("Companions of one person"), "diets": N_("Diets"), "transports": N_("Ways to come"),
    "purge_days": N_("Days after the event when diet, needs, travel and hotel are deleted"),
    "report": N_("Report within"), "signs": N_("Signs of a major complaint"), "checklist": N_("Information checklist"),
    "hints": N_("Words that may mean it"), "answers": N_("Questions whose yes means it"),
    "proxies": N_("Who speaking for the customer means it"), "amounts": N_("Questions for the amount in dispute"),
    "photos": N_("Photos to be taken"), "papers": N_("Papers for special compensation"), "order": N_("Order"),
    "amount": N_("amount"), "unit": N_("unit"), "confirmed": N_("confirmed"), "source": N_("announced by"),
    "work": N_("working day"), "zh": N_("Chinese name"), "en": N_("English name"), "days": N_("days"),
    "years": N_("years"), "retired": N_("no longer offered"),
}  # fmt: skip

EVENTS_SAID = {
    "opened": N_("a ticket is opened"), "accepted": N_("it is accepted"), "dispatched": N_("it is dispatched"),
    "order_confirmed": N_("the department confirms the order"), "contacted": N_("the customer is contacted"),
    "replied": N_("a reply is given"), "reported": N_("the result is reported"), "told": N_("progress is told"), "stated": N_("the handler reports how it stands"),
    "applied": N_("closure is applied for"), "verified": N_("the customer is called back"), "closed": N_("it is closed"),
    "reopened": N_("it is reopened"),
}  # fmt: skip
PLAIN_SAID = {
    "text": N_("a line of text"), "long": N_("several lines"), "date": N_("a day"), "datetime": N_("a day and time"),
    "choice": N_("one of several"), "yes_no": N_("yes or no"), "phone": N_("a telephone number"),
    "greeting": N_("at the beginning"), "question": N_("a question"), "parting": N_("at the end"),
    "number": N_("a number"), "url": N_("a web address"), "callback": N_("a call-back"), "answer": N_("the answer itself"),
    "working_days": N_("working days"), "working_hours": N_("working hours"), "hours": N_("hours by the clock"),
    "same_day": N_("the same day"),
}  # fmt: skip

# Codes of another list: a field of this name holds one of them, or several.
REFERS_TO = {
    "department": "departments", "kinds": "kinds", "classes": "classes", "severity": "severities",
    "reply_shape": "reply_fields", "proxies": "proxies", "tier": "tiers", "card": "cards", "parent": "classes", "groups": "classes",
}  # fmt: skip
QUESTIONS = {"amounts": AskType.NUMBER, "answers": AskType.YES_NO}
"""Fields that name questions of our forms, and what sort of answer those take."""
EVENT_FIELDS = ("starts", "met", "stops_too", "lapses")

# Figures have bounds beyond «more than nothing».
BOUNDS = {
    "reopen_days": (1, 365), "call_attempts": (1, 10), "low_score": (1, 4), "undo_seconds": (1, 120),
    "project_months": (1, 36), "attachment_mib": (1, 500), "attachments_mib": (1, 2000), "attachment_count": (1, 50),
    "before_hours": (0.1, 72), "escalate_after_hours": (0.1, 72), "share_from": (0, 100), "share_below": (0, 100),
    "remind_days": (1, 30), "supervisors_days": (1, 60), "managers_days": (1, 90), "effect_days": (14, 180), "limit_months": (1, 6),
    "asked_every_days": (1, 90), "reminded_after_days": (1, 30), "least_group": (3, 30),
    "remind_minutes": (1, 240), "link_days": (1, 60), "amount": (0, 365), "rank": (0, 100), "snapshot_working_days": (1, 31), "amount_yuan": (1, 100_000_000),
    "seats": (0, 1000), "offer_hours": (1, 80), "change_days": (0, 60), "remind_after_days": (1, 60), "reminders": (0, 5),
    "remind_before_days": (1, 30), "companions": (0, 5), "purge_days": (1, 730),
}  # fmt: skip
