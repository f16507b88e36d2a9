"""Words: marked in Python with N_, translated by pages and letters, never by the domain."""

from dataclasses import dataclass

LANGUAGES = {"zh_Hans_CN": "简体中文", "en": "English"}


def N_(text: str) -> str:
    """Mark a word for translation and leave it as it is (the gettext no-op)."""
    return text


@dataclass(frozen=True)
class Words:
    """A text that is data, not code, in both languages: a class, a holiday, a template of a reply."""

    zh: str
    en: str = ""

    def in_(self, locale: object) -> str:
        """The text for a locale ("zh_Hans_CN", "en", a Babel Locale); Chinese where no English was given."""
        return self.zh if str(locale).startswith("zh") or not self.en else self.en
