"""Takes the pictures of docs/therapists.md from the demo people: `make screenshots` (needs Chromium)."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from app.db.engine import open_database
from migrations import migrate
from seeds.demo.personas import DEMO_PASSWORD, THERAPIST_EMAIL, load_demo
from seeds.load import load_all
from tests.builders.servers import ROOT, product_environment, start_server

PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 200_000
SECRET = "a secret of the pictures, thirty-two long"
WHO_WRITES = "Jonas"


@dataclass(frozen=True)
class Picture:
    """A page of a demo patient (None: of nobody), how wide, light or dark, and how much of it is taken."""

    name: str
    who: str | None
    path: str
    width: int = 1200
    height: int = 860
    scheme: str = "light"


TAKEN = (
    Picture("caseload", None, "/console/caseload", height=960),
    Picture("patient", "Jonas", "", height=1120),
    Picture("course", "Mara", "/course", height=1180),
    Picture("programme", "Mara", "/programme", height=900),
    Picture("review", "Elif", "/review", height=860),
    Picture("settings", None, "/console/settings", height=960),
    Picture("narrow-and-dark", "Noor", "", width=390, height=1180, scheme="dark"),
    # The last: who looks at a thread has read it.
    Picture("messages", WHO_WRITES, "/messages", height=800),
)


def main() -> None:
    """Take every picture; exit 1 where one is too large to be looked at on a train."""
    path = shutil.which("chromium")
    if path is None:
        sys.exit("no Chromium is installed (Debian: apt-get install chromium)")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'demo.sqlite3'}"
        _fill(url)
        server = start_server(product_environment(url, folder, SECRET), folder, workers=1)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
                context = browser.new_context(locale="en-GB", reduced_motion="reduce")
                _take_all(context.new_page(), server.url)
                browser.close()
        finally:
            server.stop()
    large = [file.name for file in PICTURES.glob("*.png") if file.stat().st_size > MOST_BYTES]
    if large:
        sys.exit(f"larger than {MOST_BYTES} bytes: {', '.join(large)}")


def _fill(url: str) -> None:
    database = open_database(url)
    migrate(database.writer)
    with database.writing.begin() as db:
        load_all(db)
    load_demo(database)
    database.dispose()


def _take_all(page: Page, base: str) -> None:
    page.goto(f"{base}/console/login")
    page.fill("#email", THERAPIST_EMAIL)
    page.fill("#password", DEMO_PASSWORD)
    page.click("main button")
    rows = page.locator("[data-rows] th a")
    paths = {rows.nth(place).inner_text(): rows.nth(place).get_attribute("href") for place in range(rows.count())}
    for picture in TAKEN:
        found = next((at for name, at in paths.items() if picture.who and name.startswith(picture.who)), "")
        page.set_viewport_size({"width": picture.width, "height": picture.height})
        page.emulate_media(color_scheme="dark" if picture.scheme == "dark" else "light")
        page.goto(f"{base}{found}{picture.path}")
        page.screenshot(path=str(PICTURES / f"{picture.name}.png"))


if __name__ == "__main__":
    main()
