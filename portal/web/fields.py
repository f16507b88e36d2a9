"""Fields of forms that several doors use: a moment where the company is."""

from datetime import UTC

from wtforms import DateTimeLocalField

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
