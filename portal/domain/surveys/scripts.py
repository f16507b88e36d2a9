"""What the hotline says (话术, R28): the words of a campaign before and after its questions, with names in them."""

from collections.abc import Mapping

from portal.domain import settings
from portal.domain.people.models import Person
from portal.domain.surveys import piping
from portal.domain.surveys.campaign_models import Campaign, Invitation
from portal.i18n import N_, Words

PARTS = {
    "greeting": N_("Greeting, and whether it suits them"), "later": N_("If it does not suit them"),
    "machine": N_("On an answering machine"), "parting": N_("At the end"),
}  # fmt: skip
PLACES = piping.KNOWN | {
    "company": N_("our company"), "officer": N_("whoever calls"), "survey": N_("the title of the survey"),
    "minutes": N_("how many minutes it takes"),
}  # fmt: skip
USUAL = {
    "greeting": Words(
        "您好，请问是{customer|贵单位}的{contact|联系人}吗？我是{company|我们公司}的回访专员{officer|}。我们正在做“{survey|满意度调查}”，"
        "大约需要{minutes|几}分钟，您的意见会由专人阅读并答复。请问现在方便吗？",
        "Good day, am I speaking with {contact|the contact} of {customer|your company}? My name is {officer|}, of {company|our company}. "
        "We are asking about “{survey|our service}”; it takes about {minutes|a few} minutes, and every word is read. Does it suit you now?",
    ),
    "later": Words(
        "好的，不打扰您。您看哪天、几点方便，我再给您打过来？也可以由我把答题链接再发您一次。",
        "Of course. When would it suit you, so that I can call again? I can also send you the link once more.",
    ),
    "machine": Words(
        "您好，这里是{company|我们公司}回访专员{officer|}，想听听您对我们服务的意见，稍后再联系您。",
        "Good day, this is {officer|} of {company|our company}. We would like to hear what you think of our service and will call again.",
    ),
    "parting": Words(
        "非常感谢{contact|您}。您要求答复的内容，我们会由专人回复。祝您工作顺利，再见。",
        "Thank you very much, {contact|and good-bye}. Where you asked for an answer, you will get one. Good-bye.",
    ),
}  # fmt: skip


def words_of(row: Campaign) -> dict[str, Words]:
    """Its script: its own words, our usual ones where it has none."""
    return {
        part: Words(row.script.get(part) or usual.zh, row.script.get(f"{part}_en") or usual.en)
        for part, usual in USUAL.items()
    }


def known_of(row: Invitation, officer: Person) -> Mapping[str, Words]:
    """The names a script may hold, in both languages; the row comes with links.along()."""
    known = {name: Words(value, value) for name, value in piping.known_of(row).items()}
    minutes = str(row.campaign.questionnaire_version.minutes or "")
    company = settings.company().name
    return known | {
        "company": Words(company, company), "officer": Words(officer.name, officer.name), "survey": row.campaign.words,
        "minutes": Words(minutes, minutes),
    }  # fmt: skip


def filled(row: Invitation, officer: Person) -> dict[str, Words]:
    """What is said to this contact."""
    known = known_of(row, officer)
    zh, en = ({name: getattr(words, side) for name, words in known.items()} for side in ("zh", "en"))
    return {
        part: Words(piping.filled(words.zh, zh), piping.filled(words.en, en))
        for part, words in words_of(row.campaign).items()
    }


def wrong(text: str) -> list[str]:
    """The places of a text of which nothing is known."""
    return ["{" + name + "}" for name, _ in piping.PLACE.findall(text) if name not in PLACES]
