"""Pictures as a telephone takes them, drawn: an equipment rack, a bus at the roadside."""

import io

from flask import current_app
from PIL import Image, ImageDraw, ImageFilter

from portal.domain import files
from portal.domain.people.models import Person


def photo(what: str, number: int, name: str, by: Person) -> files.StoredFile:
    """The picture of this number, kept as an upload of this person; `what` is «rack» or «vehicle»."""
    out = io.BytesIO()
    DRAWN[what](number).filter(ImageFilter.GaussianBlur(1.4)).save(out, "JPEG", quality=82)
    out.seek(0)
    return files.keep(files.stage(current_app.extensions["files"], out, name), by)


def _rack(number: int) -> Image.Image:
    """In a dim equipment room: a rack, its devices, their lights."""
    picture = Image.new("RGB", (960, 720), (58 + 9 * number, 62 + 5 * number, 66))
    pen = ImageDraw.Draw(picture)
    left = 150 + 40 * (number % 3)
    pen.rectangle((left, 60, left + 560, 690), fill=(30, 32, 36), outline=(96, 100, 108), width=10)
    for unit in range(7):
        top = 95 + unit * 82
        pen.rectangle(
            (left + 30, top, left + 530, top + 62), fill=(44 + unit * 4, 48 + unit * 3, 56), outline=(80, 84, 92)
        )
        for lamp in range(12):
            lit = (216, 60, 48) if (unit, number) == (3, 1) else (70, 190, 110)
            pen.ellipse((left + 60 + lamp * 36, top + 22, left + 74 + lamp * 36, top + 36), fill=lit)
        if number == 2:
            pen.line((left + 530, top + 30, left + 640, 700), fill=(210, 170, 60), width=9)
    return picture


def _vehicle(number: int) -> Image.Image:
    """At the roadside under a grey sky: a white bus, its windows and wheels; one with smoke at its rear."""
    picture = Image.new("RGB", (960, 720), (150 - 8 * number, 160 - 6 * number, 172))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 500, 960, 720), fill=(84, 86, 90))
    pen.line((0, 640, 960, 640 - 12 * number), fill=(214, 210, 196), width=8)
    left = 90 + 45 * (number % 3)
    pen.rounded_rectangle((left, 200, left + 700, 540), 26, fill=(232, 234, 236), outline=(120, 126, 134), width=5)
    pen.rectangle((left, 400, left + 700, 424), fill=(31, 78, 140))
    for pane in range(6):
        pen.rounded_rectangle(
            (left + 24 + pane * 112, 228, left + 124 + pane * 112, 360), 10, fill=(58, 70, 82), outline=(40, 48, 56)
        )
    for wheel in (left + 140, left + 540):
        pen.ellipse((wheel - 58, 482, wheel + 58, 598), fill=(34, 34, 36), outline=(18, 18, 20), width=6)
        pen.ellipse((wheel - 24, 516, wheel + 24, 564), fill=(150, 152, 156))
    if number == 2:
        for puff in range(7):
            grey = 120 + 12 * puff
            pen.ellipse(
                (left + 650 + puff * 20, 380 - puff * 46, left + 760 + puff * 20, 480 - puff * 46), fill=(grey,) * 3
            )
    return picture


DRAWN = {"rack": _rack, "vehicle": _vehicle}
