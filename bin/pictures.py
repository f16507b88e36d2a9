"""The two pictures of the README, taken anew from a fresh demo world: .venv/bin/python bin/pictures.py"""

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.demo_world import CHROMIUM, served, sign_in  # noqa: E402

SUBJECT = "核心系统日切时段丢包，批处理跑不完"
PICTURES = {
    "customer.png": ("org_admin", "/tickets/?group=open", (1280, 800)),
    "desk.png": ("agent", "/staff/queue/?view=open", (1440, 900)),
}


def main() -> None:
    """Both pictures, one after the other."""
    with (
        tempfile.TemporaryDirectory() as data,
        served(Path(data)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(**CHROMIUM)
        for name, picture in PICTURES.items():
            keep(ROOT / "docs" / name, taken(browser, address, *picture))
        browser.close()


def taken(browser: Browser, address: str, role: str, listed: str, size: tuple[int, int]) -> bytes:
    """The ticket's page as this role sees it, in Chinese and by daylight."""
    width, height = size
    page = browser.new_page(
        base_url=address, locale="zh-CN", viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    sign_in(page, role)
    page.goto(listed)
    page.get_by_role("link", name=SUBJECT).first.click()
    page.get_by_role("heading", level=1, name=SUBJECT).wait_for()
    page.wait_for_load_state("networkidle")
    return page.screenshot()


def keep(path: Path, picture: bytes) -> None:
    """With a palette of 128 colours: a third of the bytes, no difference to the eye."""
    path.parent.mkdir(exist_ok=True)
    Image.open(BytesIO(picture)).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
