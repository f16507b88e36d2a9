"""The words of the mailroom: where a mail is, why, and how the journal tells what became of it."""

from portal.i18n import N_

TABS = {
    "waiting": N_("To be sorted"),
    "placed": N_("In tickets"),
    "automatic": N_("Automatic mail"),
    "aside": N_("Set aside"),
}
STATES = {
    "new": N_("Not read yet"),
    "waiting": N_("Waits to be sorted"),
    "placed": N_("In a ticket"),
    "entered": N_("Became a ticket"),
    "aside": N_("Set aside"),
    "automatic": N_("Automatic mail"),
}
TONES = {"new": "info", "waiting": "warn", "placed": "good", "entered": "good", "aside": "", "automatic": ""}

REASONS = {
    "answer": N_("It answers a letter of ours about the ticket."),
    "thread": N_("It goes on from an earlier mail in the ticket."),
    "number": N_("The number of the ticket is in its subject."),
    "known": N_("Its writer is known to us; it names no ticket."),
    "unknown": N_("Nobody here is known by this address."),
    "no_sender": N_("It names no sender that could be read."),
    "not_theirs": N_("It names a ticket that its writer may not see."),
    "several": N_("It names more than one ticket."),
    "over": N_("The ticket it names is closed."),
    "staff": N_("A colleague of ours wrote it: it is not the customer's word."),
    "disabled": N_("The account of its writer is closed."),
    "ambiguous": N_("Several customers have a contact with this address."),
    "doubtful": N_("Our mail server could not confirm that its sender is genuine."),
    "too_large": N_("It is larger than we take in; the whole of it is still in the mailbox."),
    "unreadable": N_("It could not be read; it is kept as it came."),
    "own": N_("It is a letter of ours that came back to us."),
    "bounce": N_("A mail server says that a letter of ours could not be delivered."),
    "delayed": N_("A mail server says that a letter of ours is late."),
    "auto_submitted": N_("A machine sent it, by its own word (Auto-Submitted)."),
    "precedence": N_("It is bulk mail, by its own word (Precedence)."),
    "suppressed": N_("It wants no automatic answer (X-Auto-Response-Suppress)."),
    "list": N_("It came through a mailing list."),
    "null_sender": N_("It has no return address: a mail server wrote it."),
    "auto_subject": N_("Its subject is that of an answering machine."),
    "rate": N_("Too many mails from this address within an hour."),
    "by_hand": N_("Somebody sorted it."),
}

TOLD = {
    "mail.placed": N_("A mail from {sender} was put into {became}"),
    "mail.attached": N_("{by} put a mail from {sender} into {became}"),
    "mail.entered": N_("{by} made {became} of a mail from {sender}"),
    "mail.set_aside": N_("{by} set a mail from {sender} aside: {why}"),
    "mail.brought_back": N_("{by} brought a mail from {sender} back to be sorted"),
}
