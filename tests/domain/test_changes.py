"""How a change of a figure is said (formulas.md 3.1): whole points over few tickets, one decimal over many."""

import pytest

from portal.domain.quality import changes
from portal.domain.quality.figures import Figure
from portal.domain.quality.measures import MEASURES

SHARE = MEASURES["timely_reply"]


@pytest.mark.parametrize(
    ("now", "last", "said"),
    [
        ((2, 2), (1, 5), "80"),
        ((99, 99), (100, 200), "50"),
        ((100, 150), (99, 99), "33"),
        ((100, 150), (100, 200), "16.7"),
    ],
)
def test_points_are_whole_where_either_month_has_fewer_than_a_hundred_tickets(app, now, last, said):
    change = changes.since(Figure(SHARE, *now, None), Figure(SHARE, *last, None))

    assert any(said in value and ("." in value) is ("." in said) for value in change.facts.values())
