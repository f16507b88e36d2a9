"""How the journal tells what happened to questionnaires and surveys."""

from portal.i18n import N_

TOLD = {
    "questionnaire.made": N_("{by} began the questionnaire “{became}”"),
    "questionnaire.renamed": N_("{by} renamed the questionnaire from “{was}” to “{became}”"),
    "questionnaire.published": N_("{by} published version {became}; {broken} questions cannot be compared with before: {why}"),
    "questionnaire.drafted": N_("{by} began version {became}"),
    "questionnaire.retired": N_("{by} took the questionnaire out of use"),
    "survey.answered": N_("{by} answered the survey {campaign}"),
    "survey.changed": N_("{by} changed the answers to the survey {campaign}"),
    "survey.called": N_("{by} called {contact}: {became}"),
    "survey.call_taken_back": N_("{by} took back “{was}” about the call to {contact}"),
    "survey.taken_down": N_("{by} wrote down the answers of {contact} on the telephone"),
    "survey.replied": N_("{by} answered {contact} on the survey {campaign}"),
    "survey_issue.made": N_("{by} added the issue “{became}”"),
    "survey_issue.changed": N_("{by} changed the issue “{became}”"),
    "survey_issue.retired": N_("{by} took the issue “{was}” off the list"),
    "survey_hot_issue.improvement": N_("{by} opened the improvement action {became} from a hot issue"),
    "survey_hot_issue.dismissed": N_("{by} does nothing about a hot issue: {why}"),
    "survey.opted_out": N_("{by} wants no more surveys: {why}"),
}  # fmt: skip
RECORDS = {
    "questionnaire": N_("Questionnaire"),
    "campaign": N_("Survey"),
    "survey_invitation": N_("Invitation to a survey"),
    "survey_issue": N_("Issue of the comments"),
    "survey_hot_issue": N_("Hot issue"),
}
