"""The rules say no, in words for the person who asked."""


class Refused(Exception):
    """A rule forbids this now. `text` is a marked word with {braces}; `facts` fill it; the page translates."""

    def __init__(self, text: str, **facts):
        super().__init__(text.format(**facts) if facts else text)
        self.text, self.facts = text, facts


class Stale(Refused):
    """Somebody changed the record since the form was drawn; nothing was written."""
