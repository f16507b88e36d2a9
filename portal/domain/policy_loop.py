"""What a company settles about the closed loop: improvement actions (R33), ratings (R23, R24), surveys (R25, R27)."""

from dataclasses import dataclass

from portal.domain.policy_parts import Named
from portal.i18n import Words


@dataclass(frozen=True)
class ImprovementRules:
    """How improvement actions (整改) are pressed for and judged: days, and whole months.

    `effect_days` is how long before and after the measure is compared; `limit_months` so many whole months after it
    have to lie within their control limits (formulas 3.13).
    """

    remind_days: int = 3
    """Before the day it is due its owner is reminded."""
    supervisors_days: int = 3
    """So many days overdue the supervisors are told."""
    managers_days: int = 7
    """So many days overdue the managers are told."""
    effect_days: int = 60
    limit_months: int = 2


@dataclass(frozen=True)
class RatingRules:
    """When contacts are asked to rate us, and who may read what they said (formulas 3.14, R29); days and counts."""

    asked_every_days: int = 14
    """A contact is asked at most once in so many days."""
    reminded_after_days: int = 5
    """Whoever has not answered is reminded once."""
    link_days: int = 30
    """So long the one-time link of a request works."""
    least_group: int = 5
    """Whoever is rated reads results from so many ratings on, and nobody's words below."""


SIDES = (
    Named("quality", Words("产品质量", "Quality")),
    Named("delivery", Words("安装与交付", "Delivery")),
    Named("service", Words("业务受理与服务", "Service")),
    Named("price", Words("价格", "Price")),
    Named("manager", Words("客户经理", "Account manager")),
)


@dataclass(frozen=True)
class SurveyRules:
    """The standing plan of surveys, and when somebody is left in peace (R25, R27, formulas 3.6, 3.14); days and percent.

    The half-years of the plan begin in `first_month` and six months later. `sample_percent` of the customers of a
    drawn campaign are asked, with `reserve_percent` of these in reserve. `sides` of the service are what questions ask
    about (R11).
    """

    first_month: int = 3
    contact_days: int = 90
    """Between two surveys of one contact."""
    forum_days: int = 7
    """Nobody is asked so shortly before or after a forum they take part in."""
    open_days: int = 21
    remind_after_days: int = 5
    """Whoever has not answered is reminded after so many days, and so many days after that."""
    reminders: int = 2
    sample_percent: int = 30
    reserve_percent: int = 50
    target_percent: int = 60
    phone_days: int = 5
    """Whoever does not answer the telephone is tried on so many days, at different hours."""
    sides: tuple[Named, ...] = SIDES

    def side(self, code: str) -> Words:
        """What a side of the service is called; the code itself where an older questionnaire speaks of one gone."""
        return next((one.words for one in self.sides if one.code == code), Words(code, code))
