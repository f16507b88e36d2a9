"""What every page must hold: unique ids, one h1, labelled fields, forms with a token, nothing inline, mistakes in order.

A page is read once, as it comes, and no tree is built of it: inspecting takes a small part of what making it took.
"""

from collections import Counter
from html.parser import HTMLParser


def inspect(html: str) -> None:
    """Fails with what is wrong, if anything is."""
    page = _Page()
    page.feed(html)
    page.close()
    twice = sorted(one for one, times in page.ids.items() if times > 1)
    assert not twice, f"ids twice: {twice}"
    if page.is_whole:
        assert page.h1 == 1, f"{page.h1} h1"
        assert page.lang, "no language"
        assert page.title.strip(), "no title"
    bare = [said for said, name, labelled in page.fields if not labelled and not (name and name in page.labels)]
    assert not bare, f"no label: {bare}"
    for form in page.forms:
        assert form["token"], f"no token: {form['action']}"
        assert not form["hx-post"] or form["hx-post"] == form["action"], form
    places = list(page.ids)
    mistakes = [name for name in page.mistakes if name in page.ids]
    assert mistakes == sorted(mistakes, key=places.index), f"mistakes not in the order of the page: {mistakes}"
    assert not page.inline, f"something inline: {page.inline}"
    assert not page.handlers, f"a handler inline: {page.handlers}"


class _Page(HTMLParser):
    """A page being read: what of it is asked for."""

    def __init__(self):
        super().__init__()
        self.ids, self.labels, self.fields = Counter(), set(), []
        self.is_whole, self.lang, self.h1 = False, None, 0
        self.title, self._in_title, self._in_body = "", False, False
        self.forms, self._open_forms, self._open_labels = [], [], 0
        self.inline, self.handlers = [], []
        self.mistakes, self._in_mistakes = [], False

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if "id" in said:
            self.ids[said["id"]] += 1
        for name in said:
            if name.startswith(("on", "hx-on")):
                self.handlers.append(self.get_starttag_text())
        is_code = tag == "script" and "src" not in said and said.get("type") != "application/json"
        if "style" in said or tag == "style" or is_code:
            self.inline.append(self.get_starttag_text())
        if tag == "div":
            self._in_mistakes = "errors" in (said.get("class") or "").split()
        elif tag == "a" and self._in_mistakes:
            self.mistakes.append(said["href"].removeprefix("#"))
        if said.get("name") == "csrf_token" and self._open_forms:
            self._open_forms[-1]["token"] = True
        if (notes := _NOTED.get(tag)) is not None:
            notes(self, said)

    def handle_endtag(self, tag):
        if tag == "form" and self._open_forms:
            self._open_forms.pop()
        elif tag == "label":
            self._open_labels = max(0, self._open_labels - 1)
        elif tag == "title":
            self._in_title = False
        elif tag == "div":
            self._in_mistakes = False

    def handle_data(self, data):
        if self._in_title:
            self.title += data

    def _html(self, said):
        self.is_whole, self.lang = True, said.get("lang")

    def _h1(self, said):
        self.h1 += 1

    def _body(self, said):
        self._in_body = True

    def _title(self, said):
        self._in_title = not self._in_body  # drawings have titles too

    def _label(self, said):
        self._open_labels += 1
        self.labels.add(said.get("for", ""))

    def _field(self, said):
        if (said.get("type") or "").lower() != "hidden":
            labelled = said.get("aria-label") or said.get("aria-labelledby") or self._open_labels
            self.fields.append((self.get_starttag_text(), said.get("id"), labelled))

    def _form(self, said):
        form = {"token": False, "action": said.get("action"), "hx-post": said.get("hx-post")}
        self._open_forms.append(form)
        if (said.get("method") or "get").lower() == "post":
            self.forms.append(form)


_NOTED = {
    "html": _Page._html, "h1": _Page._h1, "body": _Page._body, "title": _Page._title, "label": _Page._label,
    "input": _Page._field, "select": _Page._field, "textarea": _Page._field, "form": _Page._form,
}  # fmt: skip
