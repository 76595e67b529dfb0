"""`make screenshots`: a picture of every page, light, dark and on a phone.

The pages are those of the home in use. Without one they are those of a fresh home with
the demo's audience, a second version of it and an audience that is built before the eyes
of the run dialog.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from catalog.home import Home
from studio.services import drafts
from studio.services.access import LOCAL_NAME
from studio.services.audit import acting_as
from studio.services.draft_store import Step
from studio.services.opening import open_studio
from tests.studio.served import add_version, served, sign_in

FOLDER = Path("docs/screenshots")
SETTLED = 400  # milliseconds in which what opens has not its colours yet
LONGEST_BUILD = 180_000
LOOKS = {"light": (1280, "light"), "dark": (1280, "dark"), "phone": (390, "light")}
ADDRESSES = (
    *("/sign-in", "/audiences", "/overlap", "/drafts", "/runs"),
    *("/datasets", "/datasets/add", "/nowhere"),
)
LOADED = {
    "builder_attributes": "attributes are advised",
    "builder_output": "times a random draw",
    "builder_finalise": "Joined by",
}


def pages_of(home: Path) -> dict[str, str]:
    """The addresses by the names of their pictures."""
    workshop = open_studio(Home(home))
    catalog = workshop.catalog
    audiences = catalog.list_audiences()
    named = {address.strip("/").replace("/", "_"): address for address in ADDRESSES}
    for dataset in catalog.list_datasets()[-1:]:
        named["dataset"] = f"/datasets/{dataset.slug}"
    named["overlap"] = f"/overlap?audiences={','.join(e.slug for e in audiences[:2])}"
    if audiences:
        audience = max(audiences, key=lambda each: len(catalog.versions(each.id)))
        with acting_as(LOCAL_NAME):
            draft = drafts.copy_of_audience(workshop, audience.name)
            put_away = drafts.duplicate(workshop, draft.id)
            drafts.start_over(workshop, put_away.id)
        named["audience"] = f"/audiences/{audience.slug}"
        named["changes"] = f"/audiences/{audience.slug}/changes"
        named |= {f"builder_{each}": f"/builder/{draft.id}/{each}" for each in Step}
        named["done"] = f"/builder/{put_away.id}/done"
    return named


def take(browser: Browser, address: str, path: str, name: str, home: Home) -> None:
    """The first screen of a page in every look; one that is refused has none.

    What is not there has a page of its own.
    """
    for look in LOOKS:
        page = browser.new_page()
        show_as(page, look)
        if name != "sign-in":
            sign_in(page, address, home)
        answer = page.goto(address + path)
        if answer is not None and (answer.ok or answer.status == 404):
            page.locator("h1").wait_for()
            picture(page, name, look)
        page.close()


def take_run_dialog(browser: Browser, address: str, home: Home) -> None:
    """A copy of the demo's audience is created, and seen while it is built."""
    workshop = open_studio(home)
    with acting_as(LOCAL_NAME):
        audience = workshop.catalog.list_audiences()[0].name
        draft = drafts.copy_of_audience(workshop, audience, "Half as many")
        draft = drafts.change(workshop, draft.id, {"output": {"top": 2_000}})
    page = browser.new_page()
    page.set_default_timeout(LONGEST_BUILD)
    sign_in(page, address, home)
    page.goto(f"{address}/builder/{draft.id}/finalise")
    page.get_by_role("button", name="Create audience").click()
    page.get_by_role("dialog").get_by_text(" rows").first.wait_for()
    for look in LOOKS:
        show_as(page, look)
        picture(page, "run_dialog", look)
    page.wait_for_url("**/audiences/*")
    page.close()


def show_as(page: Page, look: str) -> None:
    """Give a page the width and the colours of a look."""
    width, scheme = LOOKS[look]
    page.set_viewport_size({"width": width, "height": 844 if width < 500 else 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")


def picture(page: Page, name: str, look: str) -> None:
    """Keep what is in sight, once it is all there."""
    if name in LOADED:
        page.get_by_text(LOADED[name]).first.wait_for()
    page.wait_for_function("[...document.images].every(each => each.complete)")
    page.wait_for_timeout(SETTLED)
    page.screenshot(path=FOLDER / f"{name}_{look}.png")


def make_demo(home: Path) -> None:
    """The demo's audience in two versions."""
    subprocess.run(
        [sys.executable, "-c", "from studio.cli import main; main()", "demo"],
        check=True,
        env={**os.environ, "LOOKALIKE_HOME": str(home)},
    )
    workshop = open_studio(Home(home))
    add_version(workshop, workshop.catalog.list_audiences()[0].slug)


def main() -> None:
    """Serve a home and take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as scratch:
        home = Path(os.environ.get("LOOKALIKE_HOME", f"{scratch}/.lookalike"))
        is_fresh = not (home / "catalog.db").exists()
        if is_fresh:
            make_demo(home)
        with (
            served(home, home.parent, with_dagster=is_fresh) as address,
            sync_playwright() as started,
        ):
            browser = started.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-gpu"],
            )
            if is_fresh:
                take_run_dialog(browser, address, Home(home))
            for name, path in pages_of(home).items():
                take(browser, address, path, name, Home(home))
            browser.close()


if __name__ == "__main__":
    main()
