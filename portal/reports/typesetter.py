"""The process that turns a page of ours into a PDF. Runs alone: no database, no secrets, no network.

Started by `portal.reports.pdf` as a script, so that nothing of the portal is imported here. It reads orders
from standard input and answers on standard output (see `_read`, `_write`) until the input ends.
"""

import json
import logging
import os
import re
import resource
import struct
import tempfile
import time
import unicodedata
from pathlib import Path

import emoji

HERE = Path(__file__).resolve().parent
MEMORY = 1_536 * 1024 * 1024
"""Address space of this process, bytes."""
CPU_SECONDS = 60
"""Processor time one document may take."""
DEEPEST = 60
"""Levels of nesting a page of ours never reaches."""
MOST_PAGES = 200
PIECE = 60
"""Characters of a piece of long text."""
GAP = "\u2005"
"""A quarter of a character, between Han and Latin (clreq); the font need not have it."""

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN_LATIN = re.compile(rf"(?<=[{HAN}])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9%])(?=[{HAN}])")
_COUNTED = re.compile(rf"(?<=[0-9%]){GAP}(?=[年月日时分秒件个条次项户位天页级步])|(?<=[年月日第共]){GAP}(?=[0-9])")
_MAY_END = re.compile(rf"[ \t\n]+(?=\S)|(?<=[{HAN}，。；！？、])(?=[{HAN}])")
_IN_PIECES = frozenset(("p", "td", "th", "li", "div", "span", "b", "blockquote", "h1", "h2", "h3"))
_SPACED = frozenset(("p", "li", "blockquote", "figcaption"))
_PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=]+\Z")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


def main() -> None:
    orders, answers = _pipes()
    _limit()
    with tempfile.TemporaryDirectory(prefix="typesetter-") as place:
        _only_our_fonts(Path(place))
        press = Press()
        while (order := _read(orders)) is not None:
            head, pages, *files = order
            answer, paper = press.typeset(head, pages, files)
            _write(answers, answer, paper)


class Press:
    """Sheet, fonts and counters, loaded once; typesets one document after another."""

    def __init__(self):
        import weasyprint
        from fontTools.ttLib import TTFont
        from weasyprint.css.counters import CounterStyle
        from weasyprint.text.fonts import FontConfiguration

        self.print = weasyprint
        self.fonts = FontConfiguration()
        self.counters = CounterStyle()
        self.drawable = frozenset(TTFont(HERE / "fonts" / "NotoSansSC-Regular.ttf").getBestCmap() or ())
        self.fetcher = _our_own_only()
        self.sheet = self._css((HERE / "sheet.css").read_text("utf-8"))
        self.said = _Said()
        logging.getLogger("weasyprint").addHandler(self.said)
        logging.getLogger("fontTools").setLevel(logging.ERROR)

    def typeset(self, head: dict, html: bytes, files: list[bytes]) -> tuple[dict, bytes]:
        """The answer's head and the PDF; a document that cannot be set gives `ok: false` and a reason."""
        started, self.said.words = time.monotonic(), []
        _allow_seconds(CPU_SECONDS)
        try:
            paper, pages = self._set(head, html.decode("utf-8"), files)
        except RecursionError:
            return {"ok": False, "reason": "too-deep"}, b""
        except MemoryError:
            return {"ok": False, "reason": "too-big"}, b""
        except Unfit as no:
            return {"ok": False, "reason": no.reason, "detail": str(no)}, b""
        except Exception as error:  # whatever goes wrong in the printing library is an answer, not a crash
            return {"ok": False, "reason": "broken", "detail": f"{type(error).__name__}: {error}"[:500]}, b""
        return {
            "ok": True,
            "pages": pages,
            "seconds": round(time.monotonic() - started, 3),
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "warnings": self.said.words,
        }, paper

    def _set(self, head: dict, html: str, files: list[bytes]) -> tuple[bytes, int]:
        page = self.print.HTML(string=html, base_url="asset:/", url_fetcher=self.fetcher)
        self._prepare(page.etree_element)
        sheets = [self.sheet]
        if _COLOUR.match(head.get("accent") or ""):
            sheets.append(self._css(f":root {{ --accent: {head['accent']} }}"))
        variant = head.get("variant")
        document = page.render(
            font_config=self.fonts, counter_style=self.counters, stylesheets=sheets, pdf_variant=variant
        )
        if len(document.pages) > MOST_PAGES:
            raise Unfit("too-long", f"{len(document.pages)} pages")
        attached = [
            self.print.Attachment(
                string=content, name=each["name"], description=each["description"], relationship="Data"
            )
            for each, content in zip(head.get("attachments", ()), files, strict=True)
        ]
        return document.write_pdf(pdf_variant=variant, attachments=attached) or b"", len(document.pages)

    def _css(self, text: str):
        return self.print.CSS(
            string=text,
            base_url="asset:/",
            url_fetcher=self.fetcher,
            font_config=self.fonts,
            counter_style=self.counters,
        )

    def _prepare(self, root) -> None:
        """Every text drawable, Han and Latin a little apart, long text in pieces; nothing too deep."""
        language = "zh" if (root.get("lang") or "").startswith("zh") else "en"
        waiting = [(root, 0, False)]
        while waiting:
            element, depth, spaced = waiting.pop()
            if depth > DEEPEST:
                raise Unfit("too-deep", f"more than {DEEPEST} levels")
            if not isinstance(element.tag, str):  # a comment
                continue
            spaced = (spaced or element.tag in _SPACED or "words" in (element.get("class") or "")) and element.get(
                "translate"
            ) != "no"
            children = list(element)
            element.text = self._drawn(element.text, spaced, language)
            for child in children:
                waiting.append((child, depth + 1, spaced))
                child.tail = self._drawn(child.tail, spaced, language)
            if element.tag in _IN_PIECES:
                _put_in_pieces(element, children)

    def _drawn(self, text: str | None, spaced: bool, language: str) -> str | None:
        if not text or text.isspace():
            return text
        missing = {ord(sign) for sign in set(text)} - self.drawable - {9, 10, 13, 32}
        if missing:
            text = text.translate({code: _stand_in(code, language) for code in missing})
        return _COUNTED.sub("", _HAN_LATIN.sub(GAP, text)) if spaced else text


def _put_in_pieces(element, children: list) -> None:
    """Long text as a row of spans: the library's time for one text grows with the cube of its length."""
    for child in reversed(children):
        if child.tail and len(child.tail) > 2 * PIECE:
            child.tail, *rest = _pieces(child.tail)
            _insert(element, list(element).index(child) + 1, rest)
    if element.text and len(element.text) > 2 * PIECE:
        element.text, *rest = _pieces(element.text)
        _insert(element, 0, rest)


def _insert(element, at: int, pieces: list[str]) -> None:
    for place, piece in enumerate(pieces, at):
        span = element.makeelement("span", {})
        span.text = piece
        element.insert(place, span)


def _pieces(text: str) -> list[str]:
    """The text cut where a line may end; in a run without such a place a zero-width blank makes one."""
    pieces, start = [], 0
    while len(text) - start > PIECE:
        window = text[start : start + 2 * PIECE]
        cuts = [cut.end() for cut in _MAY_END.finditer(window, 1) if cut.end() < len(window)]
        cut = next((place for place in cuts if place >= PIECE), cuts[-1] if cuts else 0)
        piece = window[:cut] if cut else window[:PIECE] + "\u200b"
        pieces.append(piece)
        start += cut or PIECE
    return [*pieces, text[start:]]


class Unfit(Exception):
    """This page is not typeset; `reason` is one of the words of `portal.reports.pdf.REASONS`."""

    def __init__(self, reason: str, detail: str):
        super().__init__(detail)
        self.reason = reason


def _stand_in(code: int, language: str) -> str:
    """What is printed for a sign the font lacks: nothing for an invisible one, an emoji's name in the document's language, else 〓.

    Direction marks go too, so that nobody turns the words of another line around.
    """
    sign = chr(code)
    if 0x2000 <= code <= 0x200A or code == 0x202F:
        return sign  # blanks of another width need no drawing
    if code == 0x2028 or code == 0x2029:
        return "\n"
    kind = unicodedata.category(sign)
    if kind in ("Cf", "Cc", "Cs", "Mn", "Me") or 0xFE00 <= code <= 0xFE0F or 0x1F3FB <= code <= 0x1F3FF:
        return ""
    if emoji.is_emoji(sign):
        return emoji.demojize(sign, language=language, delimiters=("[", "]")).replace("_", " ")
    if kind == "So" and (name := unicodedata.name(sign, "")):
        return f"[{name.lower()}]"
    return "〓"


class _Said(logging.Handler):
    """What the printing library complained about in this document."""

    words: list[str]

    def __init__(self):
        super().__init__(logging.WARNING)
        self.words = []

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.words) < 50:
            self.words.append(record.getMessage()[:300])


def _our_own_only():
    from weasyprint.urls import URLFetcher

    class OurOwnOnly(URLFetcher):
        """Pictures we put into the page ourselves, and nothing else in this world."""

        def __init__(self):
            super().__init__(allowed_protocols=["data"], allow_redirects=False)

        def fetch(self, url, headers=None):
            if not _PICTURE.match(url):
                raise ValueError(f"a report may not fetch {url[:80]}")
            return super().fetch(url, headers)

    return OurOwnOnly()


def _only_our_fonts(place: Path) -> None:
    """Paper looks the same on every machine: fontconfig sees our own two files and nothing else."""
    settings = place / "fonts.conf"
    settings.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
        f"<fontconfig><dir>{_xml(HERE / 'fonts')}</dir>"
        f"<cachedir>{_xml(place / 'cache')}</cachedir></fontconfig>\n",
        "utf-8",
    )
    os.environ["FONTCONFIG_FILE"] = str(settings)
    os.environ["XDG_CACHE_HOME"] = str(place)


def _xml(path: Path) -> str:
    return str(path).replace("&", "&amp;").replace("<", "&lt;")


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _allow_seconds(seconds: int) -> None:
    """So much more processor time from now on; past it the system ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _pipes():
    """Standard input and output for orders; whatever else prints goes to standard error."""
    orders, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return orders, answers


def _read(pipe) -> list | None:
    """One order: a JSON head that says how long each part is, then the parts; None at the input's end."""
    size = pipe.read(4)
    if len(size) < 4:
        return None
    head = json.loads(pipe.read(struct.unpack(">I", size)[0]))
    return [head, *(pipe.read(length) for length in head["lengths"])]


def _write(pipe, answer: dict, paper: bytes) -> None:
    head = json.dumps(answer | {"length": len(paper)}).encode()
    pipe.write(struct.pack(">I", len(head)) + head + paper)
    pipe.flush()


if __name__ == "__main__":
    main()
