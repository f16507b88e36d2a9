"""Days that were kept as texts, and facts that fill a sentence, are said as people write them, in both languages."""

import pytest
from flask_babel import force_locale

from portal.domain import settings
from portal.web import look
from portal.web.filters import filesize, kept, told
from portal.web.words import filled


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


@pytest.mark.parametrize(
    ("text", "fact", "zh"),
    [
        ("转给 {name} 处理", "王芳", "转给王芳处理"),
        ("转给 {name} 处理", "Li", "转给 Li 处理"),
        ("共 {name} 件", 3, "共 3 件"),
        ("转给 {name} 处理", "<b>王芳</b>", "转给<b>王芳</b>处理"),
        ("转给 {name} 处理", "", "转给 \u0020处理"),
    ],
)
def test_a_chinese_sentence_keeps_its_spaces_for_numbers_and_latin_words(app, text, fact, zh):
    with force_locale("zh_Hans_CN"):
        assert filled(text, {"name": fact}) == zh
    with force_locale("en"):
        assert filled("Given to {name} now", {"name": "王芳"}) == "Given to 王芳 now"


def test_sizes_stand_apart_from_their_unit(app):
    with force_locale("en"):
        assert filesize(20 * 1024 * 1024) == "20 MB"


def test_the_portal_has_a_name_in_the_readers_language_before_the_company_gives_it_one(app, monkeypatch):
    monkeypatch.setattr(settings, "company", settings.Company)
    with force_locale("en"):
        assert look.company().name == "Key customer service portal"
    with force_locale("zh_Hans_CN"):
        assert look.company().name == "大客户服务门户"
