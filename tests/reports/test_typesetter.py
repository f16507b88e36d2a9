"""The process that prints: alone, poor, impatient, and replaced when it dies."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from portal.reports import pdf

PAGE = '<!doctype html><html lang="zh-CN"><head><title>标题</title></head><body>{}</body></html>'


def typeset(body: str, **more) -> bytes:
    return pdf.typeset(PAGE.format(body), title="标题", language="zh-CN", **more)


@pytest.fixture(autouse=True)
def _tidy():
    yield
    pdf.close()


def process_of_the_press() -> int:
    assert pdf._press is not None
    assert pdf._press.process is not None
    return pdf._press.process.pid


def test_a_page_becomes_a_pdf():
    assert typeset("<p>你好</p>").startswith(b"%PDF-")


def test_one_process_sets_one_document_after_another():
    typeset("<p>一</p>")
    first = process_of_the_press()
    typeset("<p>二</p>")
    assert process_of_the_press() == first


def test_after_many_documents_a_fresh_process_takes_over(monkeypatch):
    monkeypatch.setattr(pdf, "DOCUMENTS_A_PROCESS", 2)
    typeset("<p>一</p>")
    first = process_of_the_press()
    typeset("<p>二</p>")
    assert process_of_the_press() == first
    typeset("<p>三</p>")
    assert process_of_the_press() != first


def test_a_killed_process_is_reported_and_the_next_document_works():
    typeset("<p>一</p>")
    busy = threading.Timer(0.3, lambda: os.kill(process_of_the_press(), signal.SIGKILL))
    busy.start()
    rows = "".join(f"<tr><td>{n}</td><td>行</td></tr>" for n in range(3000))
    with pytest.raises(pdf.CannotTypeset) as refused:
        typeset(f"<table>{rows}</table>")
    busy.join()
    assert refused.value.reason == "died"
    assert typeset("<p>二</p>").startswith(b"%PDF-")


def test_a_process_that_died_while_idle_is_replaced_unseen():
    typeset("<p>一</p>")
    os.kill(process_of_the_press(), signal.SIGKILL)
    pdf._press.process.wait()  # type: ignore[union-attr]
    assert typeset("<p>二</p>").startswith(b"%PDF-")


def test_a_document_that_takes_too_long_is_given_up_and_the_next_works(monkeypatch):
    typeset("<p>一</p>")
    monkeypatch.setattr(pdf, "PATIENCE", 1.5)
    rows = "".join(f"<tr><td>{n}</td><td>行</td></tr>" for n in range(6000))
    with pytest.raises(pdf.CannotTypeset) as refused:
        typeset(f"<table>{rows}</table>")
    assert refused.value.reason == "too-slow"
    monkeypatch.setattr(pdf, "PATIENCE", 60)
    assert typeset("<p>二</p>").startswith(b"%PDF-")


def test_nesting_without_end_is_refused_cleanly():
    with pytest.raises(pdf.CannotTypeset) as refused:
        typeset("<div>" * 5000)
    assert refused.value.reason == "too-deep"
    assert typeset("<p>二</p>").startswith(b"%PDF-")


def test_a_page_beyond_all_measure_is_refused_before_it_is_sent():
    with pytest.raises(pdf.CannotTypeset) as refused:
        typeset("x" * (pdf.LARGEST + 1))
    assert refused.value.reason == "too-big"


def test_too_many_pages_are_refused():
    with pytest.raises(pdf.CannotTypeset) as refused:
        typeset("<p style='break-after: page'>x</p>" * 210)
    assert refused.value.reason == "too-long"


def test_every_refusal_has_words_for_people():
    for reason in pdf.REASONS:
        assert pdf.CannotTypeset(reason).text == pdf.REASONS[reason]
    assert pdf.CannotTypeset("unheard of").text == pdf.REASONS["broken"]


@pytest.mark.parametrize(
    "element",
    [
        '<img src="{}" alt="">',
        '<link rel="stylesheet" href="{}">',
        '<link rel="attachment" href="{}">',
        '<a rel="attachment" href="{}">x</a>',
        '<style>@import url("{}");</style>',
        '<p style="background: url({})">x</p>',
        '<style>@font-face {{ font-family: x; src: url("{}") }} p {{ font-family: x }}</style><p>x</p>',
        '<object data="{}"></object>',
        '<embed src="{}">',
        '<svg width="9" height="9"><image href="{}" width="9" height="9"/></svg>',
    ],
)
def test_nothing_is_fetched_from_anywhere(element, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of this machine", "utf-8")
    for address in (
        secret.as_uri(),
        "http://127.0.0.1:9/x.png",
        "asset:/sheet.css",
        "data:text/css,p{color:red}",
    ):
        content = typeset(element.format(address))
        assert b"the secret of this machine" not in content
        assert b"/EmbeddedFile" not in content


def test_the_process_knows_no_secret_and_no_address_of_ours(monkeypatch):
    monkeypatch.setenv("PORTAL_SECRET_KEY", "s3cr3t")
    monkeypatch.setenv("PORTAL_DATABASE_URL", "postgresql://secret")
    typeset("<p>一</p>")
    environment = Path(f"/proc/{process_of_the_press()}/environ").read_bytes()
    assert b"PORTAL" not in environment
    assert b"secret" not in environment


def test_the_process_ends_when_we_do():
    script = (
        "from portal.reports import pdf\n"
        f"pdf.typeset({PAGE.format('x')!r}, title='t', language='en')\n"
        "print(pdf._press.process.pid, flush=True)\n"
        "import os; os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    child = int(done.stdout)
    for _ in range(200):
        if not Path(f"/proc/{child}").exists() or b"\nState:\tZ" in Path(f"/proc/{child}/status").read_bytes():
            return
        threading.Event().wait(0.02)
    pytest.fail("the typesetter outlived its owner")


def test_its_memory_is_limited():
    typeset("<p>一</p>")
    limits = Path(f"/proc/{process_of_the_press()}/limits").read_text("ascii")
    line = next(line for line in limits.splitlines() if line.startswith("Max address space"))
    assert int(line.split()[3]) == 1_536 * 1024 * 1024


def test_web_and_reports_never_import_the_printing_library():
    script = (
        "import sys, portal.reports.registry, portal.reports.pdf\n"
        "assert not [m for m in sys.modules if m.split('.')[0] in ('weasyprint', 'fontTools', 'pydyf')]\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_only_the_typesetter_names_the_printing_library():
    house = Path(pdf.__file__).resolve().parents[1]
    naming = [p.name for p in house.rglob("*.py") if "import weasyprint" in p.read_text("utf-8")]
    assert naming == ["typesetter.py"]
