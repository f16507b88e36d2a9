"""How the journal tells what happened to documents: a sentence for every verb."""

from portal.i18n import N_

TOLD = {
    "document.asked": N_("{by} asked for {became} as a PDF"),
    "document.asked_again": N_("{by} asked again for {became} as a PDF"),
    "document.made": N_("{became} was made as a PDF, as {name} had asked"),
    "document.failed": N_("{became} could not be made as a PDF: {why}"),
    "document.published": N_("{by} published the service report {became} to the customer"),
    "document.acknowledged": N_("{by} confirmed having read the service report {became}"),
}
