"""An amount of money is read as people type it, wherever a form asks for one."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict

import portal
from portal.web.fields import TEN_THOUSAND, AmountField
from portal.web.forms import Form

COMMAS, NUMBER, WHOLE = "a comma before every three digits", "Please give a number, like 3", "Please give whole yuan"
OF_MONEY = re.compile(r"(Integer|Decimal|Float)Field\(\s*N_\(\"[^\"]*(yuan|amount)", re.I)


class PriceForm(Form):
    whole = AmountField("Yuan")
    broken = AmountField("Yuan and fen", whole=False)
    sales = AmountField("Ten thousands of yuan", whole=False, unit=TEN_THOUSAND)


def typed(app, name: str, text: str):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        form = PriceForm(MultiDict({name: text}))
        form.validate()
        return form[name].data, " ".join(map(str, form[name].errors)), form[name]()


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("12000", "12000"), ("12,000", "12000"), ("12，000", "12000"), ("1,234,567.50", "1234567.5"), ("12,000.50", "12000.5"),
        ("￥12000", "12000"), ("¥ 12,000", "12000"), ("１２０００", "12000"), ("￥１２，０００．５０", "12000.5"), ("1.2万", "12000"),
        ("3 万元", "30000"), ("12000元", "12000"), (" 0 ", "0"), ("-5", "-5"),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_people_type_it(app, text, yuan):
    assert typed(app, "broken", text)[:2] == (Decimal(yuan), "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("12,00", COMMAS), ("1,2,3", COMMAS), ("1,2345", COMMAS), (",5", NUMBER), ("12.000,50", COMMAS), ("很多", NUMBER),
        ("1e5", NUMBER), ("nan", NUMBER), ("12 000 000 万万", NUMBER), ("$5", NUMBER),
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_asked_again_and_stays_as_it_was_typed(app, text, said):
    data, errors, drawn = typed(app, "broken", text)
    assert data is None
    assert said in errors
    assert text in drawn


def test_whole_yuan_are_whole(app):
    assert typed(app, "whole", "12,000.00")[:2] == (12_000, "")
    assert WHOLE in typed(app, "whole", "12,000.50")[1]


def test_in_a_column_of_ten_thousands_the_unit_may_be_typed_too(app):
    assert typed(app, "sales", "1,200.5万")[0] == typed(app, "sales", "1200.5")[0] == Decimal("1200.5")


def test_no_form_asks_for_money_in_another_field():
    modules = Path(portal.__file__).parent.rglob("*.py")
    assert [one.name for one in modules if OF_MONEY.search(one.read_text())] == []
