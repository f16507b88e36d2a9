"""Photos on paper: kept files made small enough for a page, as addresses that carry them."""

import base64
from collections.abc import Sequence
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from portal.domain.files import Store

MOST = 60
"""More photos than these are named, not shown."""
SIZES = ((12, 1000), (30, 700), (MOST, 480))
"""Up to so many photos, so many pixels along the longer side: a report stays small enough to be sent around."""
QUALITY = 76


def addresses(store: Store, keys: Sequence[str]) -> dict[str, str]:
    """The photos of these kept files, by key; what cannot be read is missing."""
    shown = keys[:MOST]
    pixels = next(size for most, size in SIZES if len(shown) <= most)
    found = {key: _address(store, key, pixels) for key in shown}
    return {key: address for key, address in found.items() if address}


def _address(store: Store, key: str, pixels: int) -> str:
    try:
        with Image.open(store.path(key)) as photo:
            photo.draft("RGB", (pixels, pixels))
            photo.thumbnail((pixels, pixels))
            out = BytesIO()
            photo.convert("RGB").save(out, "JPEG", quality=QUALITY, optimize=True)
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError):
        return ""
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode('ascii')}"
