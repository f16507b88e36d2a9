"""The funnel of a league table as it is drawn: who lies outside is a diamond with a name, and nothing leaves the drawing."""

import re
from itertools import combinations

import pytest
from bs4 import BeautifulSoup
from flask import render_template

from portal.domain.statistics import ranking
from portal.domain.statistics.ranking import Unit
from portal.staff.funnel import funnel

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
UNITS = (Unit("华东", 45, 100, 40), Unit("华南", 180, 200, 60), Unit("华北", 92, 100, 30), Unit("小站", 3, 4, 2))


def drawn(app, *units: Unit) -> BeautifulSoup:
    table = funnel(ranking.league(units), {unit.key: unit.key for unit in units})
    said = {"said": "华东低于波动范围", "most_said": "200 件", "limits_said": "虚线 95%", "percent": in_percent}
    with app.test_request_context():
        return BeautifulSoup(render_template("staff/funnel.html", funnel=table, **said), "html.parser")


def in_percent(share: float, digits: int = 1) -> str:
    return f"{share:.{digits}%}"


def titles(page: BeautifulSoup, mark: str) -> list[str]:
    return [title.get_text() for title in page.select(f"svg {mark} > title")]


def test_whoever_lies_outside_is_a_diamond_and_everybody_else_a_dot(app):
    page = drawn(app, *UNITS)
    outside = titles(page, "path")
    assert "华东 45.0% (n = 100)" in outside
    assert {title.split()[0] for title in titles(page, "circle")} == {"华南", "华北", "小站"} - {
        title.split()[0] for title in outside
    }


def test_the_drawing_says_its_finding_and_stays_within_its_frame(app):
    page = drawn(app, *UNITS)
    assert page.select_one("figcaption").get_text() == page.select_one("svg > title").get_text() == "华东低于波动范围"
    assert page.select_one("svg")["aria-labelledby"] == page.select_one("svg > title")["id"]
    width, height = (float(one) for one in page.select_one("svg")["viewbox"].split()[2:])
    for line in page.select("path.chart-target"):
        points = [float(one) for one in NUMBER.findall(line["d"])]
        if "H" not in line["d"]:
            assert all(0 <= x <= width for x in points[::2])
            assert all(0 <= y <= height for y in points[1::2])


def test_of_many_units_only_those_outside_are_named_in_the_drawing(app):
    many = [Unit(f"单位{n}", 180, 200, 60) for n in range(9)]
    page = drawn(app, Unit("华东", 45, 100, 40), *many)
    named = {text.get_text() for text in page.select("svg text")}
    assert "华东" in named
    assert not {unit.key for unit in many} & named


def test_no_name_lies_on_another_or_leaves_the_drawing_where_dots_are_near_each_other():
    units = [Unit(f"网络运行维护部{n}", 91 + n % 2, 100 + n % 3, 30) for n in range(8)]
    table = funnel(ranking.league(units), {unit.key: unit.key for unit in units})
    assert table is not None

    boxes = [label.box for label in table.labels]

    assert len(boxes) > 3
    assert not [(one, two) for one, two in combinations(boxes, 2) if one.touches(two)]
    assert all(box.x >= 54 and box.x + box.width <= 498 for box in boxes)


@pytest.mark.parametrize("hits", [0, 10])
def test_where_nobody_or_everybody_is_counted_there_is_nothing_to_draw(hits):
    units = (Unit("a", hits, 10, 9), Unit("b", hits, 10, 9))
    assert funnel(ranking.league(units), {"a": "a", "b": "b"}) is None
