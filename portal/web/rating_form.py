"""The form of a rating, wherever it is given: stars over all, those of each side of the service, words (R23)."""

from wtforms import RadioField, TextAreaField
from wtforms.validators import Optional

from portal.domain import settings
from portal.i18n import N_
from portal.web.filters import words_in
from portal.web.forms import AtMost, Form, Needed

ONE_TO_FIVE = {str(n): str(n) for n in range(1, 6)}
STARS = (N_("very poor"), N_("poor"), N_("fair"), N_("good"), N_("very good"))
SIDE = "side_"


class SatisfactionForm(Form):
    """It is solved: was it handled well? Asked without a default, for nobody is satisfied who did not say so (R16, R31)."""

    satisfied = RadioField(
        N_("How was it handled?"), [Needed()], choices={"yes": N_("I am satisfied"), "no": N_("I am not satisfied")}
    )

    @property
    def is_satisfied(self) -> bool:
        """Did they say that they are satisfied?"""
        return self.satisfied.data == "yes"


class RatingForm(Form):
    """The stars over all, those of each side of the service (R11, added for each request), and words."""

    stars = RadioField(N_("Overall"), [Needed()], choices=ONE_TO_FIVE, id="stars")
    comment = TextAreaField(N_("In your words"), [AtMost(2_000)], id="comment")

    def given(self) -> tuple[int, str, dict[str, int]]:
        """Stars, words and the stars of single sides, as the actions take them."""
        sides = {name.removeprefix(SIDE): f.data for name, f in self._fields.items() if name.startswith(SIDE)}
        answered = {code: int(data) for code, data in sides.items() if data not in (None, "", "None")}
        return int(self["stars"].data), self["comment"].data or "", answered


def rating_form(before=None, **more) -> RatingForm:
    """The form with the sides the policy names, filled with what was given `before`; `more`: further fields."""
    fields = {
        f"{SIDE}{side.code}": RadioField(
            words_in(side.words), [Optional()], choices=ONE_TO_FIVE, id=f"side-{side.code}", description=words_in(side.help)
        )
        for side in settings.policy().rating_dimensions
    }  # fmt: skip
    data = {}
    if before:
        data = {f"{SIDE}{code}": str(stars) for code, stars in before.dimensions.items()}
        data |= {"stars": str(before.stars), "comment": before.comment}
    return type("RatingForm", (RatingForm,), more | fields)(data=data)
