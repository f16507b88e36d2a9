"""The company's colour on screen: readable on every ground, light and dark, reckoned here and not hoped for."""

import hashlib
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from portal.domain import settings
from portal.web.words import gettext

HEX = re.compile(r"#[0-9a-f]{6}\Z")
WHITE, BLACK, INK = "#ffffff", "#000000", "#21201d"
# What the colour stands on: paper, ground and hovered rows of portal.css.
LIGHT, DARK = ("#ffffff", "#f2f0ec"), ("#1f1e1a", "#2a2823")
READABLE, VISIBLE = 4.5, 3.0
Colour = tuple[float, float, float]


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours #rrggbb: 1 (none) to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink_on(ground: str) -> str:
    """What is written on this colour: white where that can be read, else nearly black, else black."""
    return next((ink for ink in (WHITE, INK) if contrast(ink, ground) >= READABLE), BLACK)


def readable_on(grounds: tuple[str, ...], colour: str, towards: str, least: float = READABLE) -> str:
    """The colour itself, or moved towards another only as far as it must be seen on all these grounds."""
    for step in range(101):
        moved = _mixed(colour, towards, step / 100)
        if all(contrast(moved, ground) >= least for ground in grounds):
            return moved
    return towards


@dataclass(frozen=True)
class Judged:
    """A colour as it will be used: what is written on it, what it becomes as text in light and in dark, how well it reads."""

    accent: str
    ink: str
    on_it: float
    """Contrast of what is written on the colour."""
    text: str
    as_text: float
    """Contrast of text and links on paper, in light."""
    dark_fill: str
    dark_text: str

    @property
    def is_darkened(self) -> bool:
        return self.text != self.accent


def judged(accent: str) -> Judged | None:
    """How a colour will do; none for what is no colour."""
    accent = accent.lower()
    if not HEX.match(accent):
        return None
    light, dark = _light(accent), _dark(accent)
    ink, text = light["--accent-ink"], light["--accent-text"]
    return Judged(
        accent, ink, contrast(accent, ink), text, contrast(text, WHITE), dark["--accent"], dark["--accent-text"]
    )


def url() -> str:
    """The address of the company's style sheet, new whenever it changes: cached for ever."""
    return f"/look.css?v={version(settings.company().accent)}"


@lru_cache(maxsize=8)
def version(accent: str) -> str:
    """A short name of what `stylesheet` gives."""
    return hashlib.sha256(stylesheet(accent).encode()).hexdigest()[:10]


@lru_cache(maxsize=8)
def stylesheet(accent: str) -> str:
    """The company's colour as CSS variables over portal.css: `--accent`, what is written on it, its text and soft tones.

    A colour that is none gives the portal's own.
    """
    accent = accent.lower() if HEX.match(accent.lower()) else settings.Company.accent
    light, dark = _light(accent), _dark(accent)
    return (
        f":root {{ {_declared(light)} }}\n"
        f':root[data-theme="dark"] {{ {_declared(dark)} }}\n'
        f'@media (prefers-color-scheme: dark) {{ :root[data-theme="auto"] {{ {_declared(dark)} }} }}\n'
    )


def _light(accent: str) -> dict[str, str]:
    soft = _mixed(accent, WHITE, 0.91)
    text = readable_on((*LIGHT, soft), accent, BLACK)
    return {"--accent": accent, "--accent-ink": ink_on(accent), "--accent-soft": soft, "--accent-text": text}


def _dark(accent: str) -> dict[str, str]:
    fill, soft = readable_on(DARK[:1], accent, WHITE, VISIBLE), _mixed(accent, DARK[0], 0.72)
    text = readable_on((*DARK, soft), accent, WHITE)
    return {"--accent": fill, "--accent-ink": ink_on(fill), "--accent-soft": soft, "--accent-text": text}


def _declared(variables: dict[str, str]) -> str:
    return " ".join(f"{name}: {value};" for name, value in variables.items())


def _parts(colour: str) -> Colour:
    if not HEX.match(colour):
        raise ValueError(f"{colour!r} is no colour like #1f5f8b")
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(one: str, other: str, share: float) -> str:
    """`one` with this share of `other`, 0 to 1."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(255 * (a * (1 - share) + b * share)):02x}" for a, b in pairs)


def company() -> settings.Company:
    """How the company shows itself; as long as it has no name of its own, in the reader's language as the portal."""
    shown = settings.company()
    return shown if shown.name != settings.Company.name else replace(shown, name=gettext("Key customer service portal"))
