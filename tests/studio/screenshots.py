"""`make screenshots`: a picture of every page, light, dark and on a phone.

The pages are those of the home in use, else of a fresh one with the demo's audience.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from catalog.home import Home
from studio.services import drafts
from studio.services.access import LOCAL_NAME
from studio.services.audit import acting_as
from studio.services.draft_store import Step
from studio.services.opening import open_studio
from tests.studio.served import served, sign_in

FOLDER = Path("docs/screenshots")
LOOKS = {"light": (1280, "light"), "dark": (1280, "dark"), "phone": (390, "light")}
ADDRESSES = ("/audiences", "/drafts", "/runs", "/datasets", "/datasets/add")
LOADED = {
    "builder_attributes": "in the population",
    "builder_output": "times a random draw",
    "builder_finalise": "Joined by",
}


def pages_of(home: Path) -> dict[str, str]:
    """The addresses by the names of their pictures."""
    workshop = open_studio(Home(home))
    catalog = workshop.catalog
    first = [
        *(f"/audiences/{each.slug}" for each in catalog.list_audiences()[:1]),
        *(f"/datasets/{each.slug}" for each in catalog.list_datasets()[-1:]),
    ]
    named = {address.strip("/").replace("/", "_"): address for address in ADDRESSES}
    named |= {address.split("/")[1].rstrip("s"): address for address in first}
    for audience in catalog.list_audiences()[:1]:
        with acting_as(LOCAL_NAME):
            draft = drafts.copy_of_audience(workshop, audience.name)
        named |= {f"builder_{each}": f"/builder/{draft.id}/{each}" for each in Step}
    return named


def take(browser: Browser, address: str, path: str, name: str, home: Home) -> None:
    """The first screen of a page in every look; a page that is not there has none."""
    for look, (width, scheme) in LOOKS.items():
        page = browser.new_page(
            viewport={"width": width, "height": 844 if width < 500 else 800},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        sign_in(page, address, home)
        answer = page.goto(address + path)
        if answer is not None and answer.ok:
            page.locator("h1").wait_for()
            if name in LOADED:
                page.get_by_text(LOADED[name]).first.wait_for()
            page.wait_for_function("[...document.images].every(each => each.complete)")
            page.screenshot(path=FOLDER / f"{name}_{look}.png")
        page.close()


def main() -> None:
    """Serve a home and take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as scratch:
        home = Path(os.environ.get("LOOKALIKE_HOME", f"{scratch}/.lookalike"))
        if not (home / "catalog.db").exists():
            subprocess.run(
                [sys.executable, "-c", "from studio.cli import main; main()", "demo"],
                check=True,
                env={**os.environ, "LOOKALIKE_HOME": str(home)},
            )
        with served(home, home.parent) as address, sync_playwright() as started:
            browser = started.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-gpu"],
            )
            for name, path in pages_of(home).items():
                take(browser, address, path, name, Home(home))
            browser.close()


if __name__ == "__main__":
    main()
