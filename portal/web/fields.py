"""Fields of forms that several doors use: a moment where the company is, an amount of money."""

import re
import unicodedata
from datetime import UTC
from decimal import Decimal

from wtforms import DateTimeLocalField, DecimalField
from wtforms.widgets import TextInput

from portal.web import filters
from portal.web.words import gettext

YEARS = range(1970, 2200)
"""Others are a slip of the finger; the first and the last years there are cannot be told in other zones."""


class MomentField(DateTimeLocalField):
    """A day and time as people say it where the company is; its data is aware, in UTC."""

    def __init__(self, label=None, validators=None, **facts):
        super().__init__(label, validators, format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **facts)

    def process_data(self, value):
        local = value.astimezone(filters.zone()).replace(tzinfo=None) if value is not None and value.tzinfo else value
        super().process_data(local)

    def process_formdata(self, valuelist):
        super().process_formdata(valuelist)
        if self.data is not None and self.data.year not in YEARS:
            self.data = None
            raise ValueError(gettext("Please give a day between 1970 and 2199."))
        if self.data is not None:
            self.data = self.data.replace(tzinfo=filters.zone()).astimezone(UTC)


_AMOUNT = re.compile(r"¥? ?(-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?) ?(万)? ?元?")
_COMMAS_ASTRAY = re.compile(r"¥? ?-?[0-9][0-9,.]*,[0-9,.]* ?万? ?元?")
TEN_THOUSAND = 10_000


class AmountField(DecimalField):
    """An amount of money as people type it: 12,000, 12,000.50, ￥12000, １２０００, 1.2万.

    Its data is an int where `whole` yuan are asked for, else a Decimal; in yuan, or in ten thousands of them where these
    are the `unit` of the column.
    """

    widget = TextInput()
    """One of type number lets nobody type a comma."""

    def __init__(self, label=None, validators=None, whole=True, unit=1, **facts):
        super().__init__(label, validators, places=None, render_kw={"inputmode": "decimal"}, **facts)
        self.whole, self.unit = whole, unit

    def process_formdata(self, valuelist):
        typed = unicodedata.normalize("NFKC", valuelist[0] if valuelist else "").strip()
        self.data = None
        if not typed:
            return
        read = _AMOUNT.fullmatch(typed)
        if read is None and _COMMAS_ASTRAY.fullmatch(typed):
            raise ValueError(gettext("Please set a comma before every three digits or none, like 12,000 or 12000.50."))
        if read is None:
            raise ValueError(gettext("Please give a number, like 3 or 2.5."))
        amount = Decimal(read[1].replace(",", ""))
        if read[2] and self.unit != TEN_THOUSAND:
            amount *= TEN_THOUSAND
        if self.whole and amount != amount.to_integral_value():
            raise ValueError(gettext("Please give whole yuan, like 12000."))
        self.data = int(amount) if self.whole else amount  # pyright: ignore[reportAttributeAccessIssue]  whole yuan are an int

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else f"{Decimal(str(self.data)):f}".removesuffix(".0")
