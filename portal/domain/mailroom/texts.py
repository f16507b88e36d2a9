"""Texts of mails: whatever charset they claim, HTML as harmless plain text, what is new apart from what is quoted."""

import re
from email.errors import HeaderParseError
from email.header import decode_header
from html.parser import HTMLParser

HTML_LIMIT = 2_000_000
_CHINESE = {"gb2312", "gbk", "gb18030", "x-gbk", "cp936", "gb_2312-80", "euc-cn", "hz-gb-2312"}


def decoded(content: bytes, charset: str | None = None) -> str:
    """These bytes as text: as they claim if that can be, else as UTF-8, as Chinese, at last with marks for what is broken.

    Everything Chinese is read as GB18030, which holds the rest; NUL, which no database takes, is left out.
    """
    said = (charset or "").strip().strip("\"'").lower()
    claimed = "gb18030" if said in _CHINESE and said != "hz-gb-2312" else said
    for name in (claimed, "utf-8", "gb18030"):
        if not name or name in ("us-ascii", "ascii", "unknown-8bit", "default"):
            continue
        try:
            return content.decode(name).replace("\0", "")
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return content.decode("gb18030" if claimed in ("", "gb18030") else "utf-8", "replace").replace("\0", "")


def header(raw: str | None) -> str:
    """A header as it is meant: encoded words joined before they are decoded, bare bytes read as what they look like."""
    text = _bare(raw or "")
    text = re.sub(r"\r?\n[ \t]*", " ", text)
    text = re.sub(r"(=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)(?=\S)", r"\1 ", text)  # some forget the blank behind one
    text = re.sub(r"(\?=)\s+\"", r'\1"', text)
    try:
        parts = decode_header(text)
    except (HeaderParseError, ValueError, UnicodeError):
        parts = [(text, None)]
    said = "".join(part if isinstance(part, str) else decoded(part, charset) for part, charset in parts)
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())


def _bare(raw: str) -> str:
    """Bytes beyond ASCII that nobody encoded reach us as surrogates."""
    try:
        raw.encode("utf-8")
        return raw
    except UnicodeEncodeError:
        return decoded(raw.encode("utf-8", "surrogateescape"))


class _Plain(HTMLParser):
    """The words of a page, in lines; nothing of it is run, fetched or shown."""

    BREAKS = frozenset((
        "p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "section", "article",
        "header", "footer", "pre",
    ))  # fmt: skip
    SILENT = frozenset(("script", "style", "head", "title", "template", "noscript", "svg"))

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.silent = self.quotes = 0
        self.href = ""
        self.link = 0

    def handle_starttag(self, tag, attrs):
        if tag in self.SILENT:
            self.silent += 1
        elif tag == "body":
            self.silent = 0  # whatever was left open in the head
        elif tag == "blockquote":
            self.quotes += 1
            self._line()
        elif tag in self.BREAKS:
            self._line()
            self.out.append("- " if tag == "li" else "")
        elif tag in ("td", "th"):
            self.out.append(" ")
        elif tag == "a":
            self.href, self.link = dict(attrs).get("href") or "", len(self.out)

    def handle_endtag(self, tag):
        if tag in self.SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "blockquote":
            self.quotes = max(0, self.quotes - 1)
            self._line()
        elif tag == "a" and self.href:
            said = "".join(self.out[self.link :]).strip()
            bare = self.href.partition("://")[2].rstrip("/")
            if self.href.startswith(("http://", "https://")) and bare not in said:
                self.out.append(f" ({self.href[:300]})")
            self.href = ""
        elif tag in self.BREAKS and tag != "br":
            self._line()

    def handle_data(self, data):
        if not self.silent:
            self.out.append(re.sub(r"\s+", " ", data.replace("\xa0", " ")))

    def _line(self):
        self.out.append("\n" + "> " * self.quotes)


def from_html(html: str) -> str:
    """The words of an HTML mail as plain text. What cannot be parsed is told without its tags."""
    html = html[:HTML_LIMIT]
    page = _Plain()
    try:
        page.feed(html)
        page.close()
        text = "".join(page.out)
    except (AssertionError, ValueError, RecursionError):
        text = re.sub(r"<[^>]*>", " ", html)
    return tidy(text)


def tidy(text: str) -> str:
    """Plain line ends, no blanks at their end, never more than one empty line in a row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = "".join(c for c in text if c in "\n\t" or c.isprintable() or c == "\u3000")
    lines = [re.sub(r"[ \t]+$", "", line) for line in text.split("\n")]
    lines = [line.strip() if not line.startswith(">") else line for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


_SEPARATOR = re.compile(
    r"^\s*(>\s*)*(-{2,}|_{5,}|={5,})?\s*(original message|原始邮件|原邮件|转发的?邮件信息|forwarded message|回复的原邮件)\s*[-_=]*\s*$"
    r"|^\s*-{5,}\s*(original|原始|reply|forwarded).{0,30}-{2,}\s*$",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"^\s*(on\b.{4,200}\bwrote\s*:|于?\s*在?.{0,120}(\d{4}|<[^>]+@[^>]+>).{0,80}(写道|编写|wrote)\s*[:：])\s*$",
    re.IGNORECASE,
)
_WROTE_WORDS = re.compile(r"写道|编写|wrote", re.IGNORECASE)
_FROM = re.compile(r"^\s*\*?(发件人|寄件者|from)\s*\*?\s*[:：]", re.IGNORECASE)
_MORE = re.compile(
    r"^\s*\*?(发送时间|发件时间|日期|时间|收件人|主题|sent|date|to|subject)\s*\*?\s*[:：]", re.IGNORECASE
)


LINES, LONGEST = 5_000, 400
"""So many lines are looked through for the beginning of a quotation, which is no longer than so many characters."""


def divided(text: str) -> tuple[str, str]:
    """What is new, and what is quoted. Where nothing new stands above the quotation, all of it is taken as new."""
    lines = text.split("\n")
    looked_at = range(min(len(lines), LINES))
    at = next((n for n in looked_at if len(lines[n]) <= LONGEST and _begins_quotation(lines, n)), len(lines))
    at = min(at, _trailing_quotes(lines))
    new, old = "\n".join(lines[:at]).strip(), "\n".join(lines[at:]).strip()
    return (new, old) if new else (text.strip(), "")


def _begins_quotation(lines: list[str], n: int) -> bool:
    line, next_one = lines[n], (lines[n + 1] if n + 1 < len(lines) else "")[:LONGEST]
    if _SEPARATOR.match(line) or _has_written(line):
        return True
    if re.match(r"^\s*(on\b|在|于)", line, re.IGNORECASE) and _has_written(f"{line} {next_one}"):
        return True
    return bool(_FROM.match(line)) and any(_MORE.match(other) for other in lines[n + 1 : n + 4])


def _has_written(line: str) -> bool:
    return bool(_WROTE_WORDS.search(line) and _WROTE.match(line))


def _trailing_quotes(lines: list[str]) -> int:
    """Where the quoted lines at the end begin; answers between them keep all of it together."""
    at = len(lines)
    while at and (not lines[at - 1].strip() or lines[at - 1].lstrip().startswith((">", "＞"))):
        at -= 1
    return at
