"""Photos on paper: kept files made small enough for a page, as addresses that carry them."""

import base64
from collections.abc import Sequence

from portal.domain.files import Store, small

MOST = 60
"""More photos than these are named, not shown."""
SIZES = ((12, 1000), (30, 700), (MOST, 480))
"""Up to so many photos, so many pixels along the longer side: a report stays small enough to be sent around."""


def addresses(store: Store, keys: Sequence[str]) -> dict[str, str]:
    """The photos of these kept files, by key; what cannot be read is missing."""
    shown = keys[:MOST]
    pixels = next(size for most, size in SIZES if len(shown) <= most)
    found = {key: small(store, key, pixels) for key in shown}
    return {
        key: f"data:image/jpeg;base64,{base64.b64encode(photo).decode('ascii')}"
        for key, photo in found.items()
        if photo
    }
