"""The Chinese words of the portal: find what is marked, merge translations, compile, name what is missing."""

import fcntl
import json
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "portal/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
METHODS = [
    ("**/templates/**.html", "jinja2.ext:babel_extract"),
    ("**/templates/**.txt", "jinja2.ext:babel_extract"),
    ("**.py", "python"),
]
OPTIONS = {
    "**/templates/**.html": {"silent": "false", "trimmed": "true"},
    "**/templates/**.txt": {"silent": "false", "trimmed": "true"},
}
KEYWORDS = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}


def marked() -> Catalog:
    """Every word marked in code and templates, with the places it stands in."""
    found = Catalog()
    for name, line, message, comments, context in extract_from_dir(
        ROOT / "portal", METHODS, OPTIONS, KEYWORDS, comment_tags=["Translators:"]
    ):
        found.add(message, None, [(f"portal/{name}", line)], auto_comments=comments, context=context)
    return found


def translated() -> Catalog:
    if not PO.exists():
        return Catalog(locale="zh_Hans_CN", project="portal", charset="utf-8")
    return read_po(BytesIO(PO.read_bytes()), locale="zh_Hans_CN", charset="utf-8")


def keep(catalog: Catalog) -> None:
    PO.parent.mkdir(parents=True, exist_ok=True)
    out = BytesIO()
    write_po(out, catalog, omit_header=False, sort_output=True, no_location=True, width=0, ignore_obsolete=True)
    fresh = PO.with_suffix(".po.new")
    fresh.write_bytes(
        b"\n".join(
            line
            for line in out.getvalue().split(b"\n")
            if not line.startswith((b'"POT-Creation', b'"PO-Revision', b'"Generated-By'))
        )
    )
    fresh.replace(PO)
    compile_mo(catalog)


def compile_mo(catalog: Catalog) -> None:
    with PO.with_suffix(".mo").open("wb") as out:
        write_mo(out, catalog)


def missing(catalog: Catalog) -> list[str]:
    """What is marked in the code and has no Chinese."""
    said = {message.id: message.string for message in catalog if message.id}
    lacking = []
    for message in marked():
        if not message.id:
            continue
        string = said.get(message.id)
        if not string or (isinstance(string, tuple) and not all(string)):
            lacking.append(message.id[0] if isinstance(message.id, tuple) else message.id)
    return lacking


def add(path: str) -> None:
    catalog = translated()
    for msgid, msgstr in json.loads(Path(path).read_text("utf-8")).items():
        if isinstance(msgstr, list):  # plural: {"{n} ticket|{n} tickets": ["{n} 件"]}
            catalog.add(tuple(msgid.split("|", 1)), tuple(msgstr))
        else:
            existing = catalog.get(msgid)
            if existing is not None:
                existing.string = msgstr
            else:
                catalog.add(msgid, msgstr)
    keep(catalog)


def tidy() -> None:
    """Leave only the words that are still marked somewhere."""
    ids = {message.id for message in marked() if message.id}
    fresh = Catalog(locale="zh_Hans_CN", project="portal", charset="utf-8")
    for message in translated():
        if message.id in ids:
            fresh.add(message.id, message.string)
    keep(fresh)


def main() -> int:
    verb, *rest = sys.argv[1:] or ["missing"]
    PO.parent.mkdir(parents=True, exist_ok=True)
    with (PO.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if verb == "add":
            add(rest[0])
        elif verb == "tidy":
            tidy()
        elif verb == "compile":
            compile_mo(translated())
        elif verb == "missing":
            lacking = missing(translated())
            for text in lacking:
                print(json.dumps(text, ensure_ascii=False))
            print(f"{len(lacking)} words without Chinese", file=sys.stderr)
            return 1 if lacking else 0
        else:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
