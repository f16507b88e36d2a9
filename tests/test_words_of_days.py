"""Days that were kept as texts are said as people say them, in both languages."""

import pytest
from flask_babel import force_locale

from portal.web.filters import kept, told


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("2026-11-30", "2026年11月30日", "30 Nov 2026"),
        ("2026-11", "2026年11月", "Nov 2026"),
        ("2026-11-30T01:15:00+00:00", "2026年11月30日 09:15", "30 Nov 2026, 09:15"),
        ("2026-13", "2026-13", "2026-13"),
        ("2026-11-31", "2026-11-31", "2026-11-31"),
        ("TS-261130-0001", "TS-261130-0001", "TS-261130-0001"),
        ("10086-11", "10086-11", "10086-11"),
    ],
)
def test_a_day_month_or_moment_kept_as_a_text_is_said_and_any_other_text_stays(app, text, zh, en):
    with force_locale("zh_Hans_CN"):
        assert (kept(text), told("{on}", {"on": text})) == (zh, zh)
    with force_locale("en"):
        assert (kept(text), told("{on}", {"on": text})) == (en, en)
