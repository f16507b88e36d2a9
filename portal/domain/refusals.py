"""The rules say no, in words for the person who asked."""


class Refused(Exception):
    """A rule forbids this now. `text` is a marked word with {braces}; `facts` fill it; the page translates."""

    def __init__(self, text: str, **facts):
        super().__init__(text.format(**facts) if facts else text)
        self.text, self.facts, self.field = text, facts, ""

    def beside(self, field: str) -> "Refused":
        """The same, about what was given under this name: a form that asks for it says it there."""
        self.field = field
        return self


class Stale(Refused):
    """Somebody changed the record since the form was drawn; nothing was written."""
