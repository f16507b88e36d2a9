"""What is known of somebody who is to come, as forms and links hand it over."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Coming:
    """What is known of somebody who is to come; `sessions` are ids."""

    name: str
    name_en: str = ""
    title: str = ""
    organisation: str = ""
    email: str = ""
    phone: str = ""
    language: str = "zh_Hans_CN"
    badge_name: str = ""
    person_id: int | None = None
    invitation_id: int | None = None
    sessions: tuple[int, ...] = ()
    companions: tuple[str, ...] = ()
    diet: str = ""
    diet_words: str = ""
    access: str = ""
    transport: str = ""
    travel: str = ""
    hotel_id: int | None = None
    night_from: date | None = None
    night_to: date | None = None
    allows_photos: bool = False
    allows_list: bool = False
    question: str = field(default="", compare=False)


KEPT = (
    "name", "name_en", "title", "organisation", "email", "phone", "badge_name", "diet", "diet_words", "access",
    "transport", "travel", "hotel_id", "night_from", "night_to", "allows_photos", "allows_list",
)  # fmt: skip
"""What of it can be changed later, besides companions and sessions."""
