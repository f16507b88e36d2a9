"""Repeat the vendored copies (package, version, sha256 of its npm tarball, files) and build icons.svg."""

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "portal/static"

PACKAGES = {
    "htmx.org@2.0.11": (
        "165a2655073e9e6e55e307a7c74e8ebcdb76afb7701f9c16cfd106a13add408e",
        {"dist/htmx.min.js": STATIC / "vendor/htmx.min.js", "LICENSE": STATIC / "vendor/htmx.LICENSE"},
    ),
    "idiomorph@0.8.0": (
        "c2b48584153f0167b5c98cb815576338ccd82a97378e53fbf29d139dfd67207e",
        {
            "dist/idiomorph-ext.min.js": STATIC / "vendor/idiomorph-ext.min.js",
            "LICENSE": STATIC / "vendor/idiomorph.LICENSE",
        },
    ),
    # Reads QR codes at the forum's door where the browser has no BarcodeDetector: no dependencies, no WebAssembly that the
    # content policy would have to allow, kept up by its author, and the same interface as the browser's own.
    "qr@0.7.0": (
        "632ef43ecb74f7eb5f578e978068bcbfba0fbba36101e79c079a6d95f24d8865",
        {
            "decode.js": STATIC / "vendor/qr-0.7.0/decode.js",
            "index.js": STATIC / "vendor/qr-0.7.0/index.js",
            "LICENSE-MIT": STATIC / "vendor/qr-0.7.0/LICENSE",
        },
    ),
    "@fontsource-variable/noto-sans-sc@5.3.1": (
        "95a11c5bbacd9995d94fc8cf964ee687307aacf20957ca6a4a16077519388163",
        {"index.css": STATIC / "fonts/noto-sans-sc.css", "LICENSE": STATIC / "fonts/OFL.txt"},
    ),
    "@expo-google-fonts/noto-sans-sc@0.4.3": (
        "0d69d0f4971d2ff574e3d93cbc218dc950bf3f3f8f8e2c008d97687ed53aee59",
        {
            "400Regular/NotoSansSC_400Regular.ttf": ROOT / "portal/reports/fonts/NotoSansSC-Regular.ttf",
            "700Bold/NotoSansSC_700Bold.ttf": ROOT / "portal/reports/fonts/NotoSansSC-Bold.ttf",
            "LICENSE_FONT": ROOT / "portal/reports/fonts/OFL.txt",
        },
    ),
    "axe-core@4.14.1": (
        "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
        {"axe.min.js": ROOT / "tests/browser/axe.min.js", "LICENSE": ROOT / "tests/browser/axe.LICENSE"},
    ),
    "@tabler/icons@3.51.0": (
        "b30108713d3fa60aee862c2a133225da8e0f309be0708fe2925763ff810c766c",
        {"LICENSE": STATIC / "icons.LICENSE"},
    ),
}

# The portal's signs, by their Tabler names: what ui.icon() is given.
ICONS = """
home inbox ticket layout-dashboard headset phone phone-call users user user-circle building star
award clipboard-check clipboard-list checklist messages message message-2 report chart-bar
chart-line settings search plus minus x check point circle circle-check circle-x circle-dot
chevron-down chevron-right chevron-left arrow-left arrow-right arrow-up arrow-down arrow-back-up
arrow-forward-up trending-up trending-down clock clock-pause clock-exclamation hourglass
player-pause player-play alert-triangle alert-circle info-circle bell mail send note paperclip file
file-text photo camera upload download printer copy trash pencil eye eye-off dots filter adjustments
columns list lock shield shield-check key login logout language sun moon device-desktop keyboard
menu-2 calendar calendar-event map-pin flag flame tag link external-link refresh rotate history
git-merge tool heart bulb help-circle speakerphone world server database qrcode user-plus user-check
activity thumb-up target book news scan bug cloud-upload
"""


def tarball(package: str, sha256: str, folder: Path) -> Path:
    """The package's tarball, from the folder or by npm; refused when its bytes are others than before."""
    name, version = package.rsplit("@", 1)
    path = folder / f"{name.lstrip('@').replace('/', '-')}-{version}.tgz"
    if not path.exists():
        fetch = ["npm", "pack", "--silent", package, "--pack-destination", str(folder)]
        subprocess.run(fetch, check=True)  # noqa: S603 the list of this file
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        sys.exit(f"{package}: sha256 is {found}, not {sha256}")
    return path


def lay(source: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source)


def member(archive: tarfile.TarFile, name: str) -> bytes:
    found = archive.extractfile(f"package/{name}")
    if found is None:
        sys.exit(f"no {name} in the package")
    return found.read()


def slices(archive: tarfile.TarFile) -> None:
    """The web font: one woff2 for each slice of characters that its style sheet names."""
    shutil.rmtree(STATIC / "fonts/files", ignore_errors=True)
    for name in sorted(set(re.findall(r"files/([\w-]+\.woff2)", member(archive, "index.css").decode()))):
        lay(member(archive, f"files/{name}"), STATIC / "fonts/files" / name)


def sprite(archive: tarfile.TarFile) -> None:
    """One file with a <symbol> for each sign of the list, drawn in the colour of its text."""
    symbols = []
    for name in sorted(ICONS.split()):
        drawing = member(archive, f"icons/outline/{name}.svg").decode()
        paths = re.findall(r"<(?:path|circle|rect|line|polyline)[^>]*/>", drawing)
        paths = [path for path in paths if "M0 0h24v24H0z" not in path]
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(paths)}</symbol>')
    solid = re.findall(r"<path[^>]*/>", member(archive, "icons/filled/star.svg").decode())
    symbols.append(f'<symbol id="star-filled" viewBox="0 0 24 24">{"".join(solid)}</symbol>')
    head = '<svg xmlns="http://www.w3.org/2000/svg">'
    lay("\n".join([head, *symbols, "</svg>", ""]).encode(), STATIC / "icons.svg")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    for package, (sha256, files) in PACKAGES.items():
        with tarfile.open(tarball(package, sha256, folder)) as archive:
            for name, target in files.items():
                lay(member(archive, name), target)
            if package.startswith("@fontsource"):
                slices(archive)
            if package.startswith("@tabler"):
                sprite(archive)
        print(package)


if __name__ == "__main__":
    main()
