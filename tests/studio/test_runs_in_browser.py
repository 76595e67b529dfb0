"""Builds that go wrong, seen in a browser: what failed, who went away, what comes back."""

import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from catalog.specification import specification_of
from studio.services import drafts
from tests.studio.axe import passed_by_axe
from tests.studio.builder_home import builder_home
from tests.studio.halting import (
    build_halted,
    halted,
    server_of,
    until_asked_to_end,
)
from tests.studio.served import LONG, PATIENCE, sign_in, start

pytestmark = pytest.mark.browser

CHOICES = {
    "seed": {"dataset": "seed"},
    "population": {"dataset": "population"},
    "output": {"top": 90},
}


class Studio:
    """A served studio, which may be killed and started again on the same home."""

    def __init__(self, folder):
        self.folder, self.workshop = folder, builder_home(folder)
        self.start()

    def start(self):
        self.process, self.address = start(
            self.workshop.home.root, self.folder, with_dagster=True
        )

    def open(self, browser):
        """A new browser window of somebody who has signed in."""
        page = browser.new_context().new_page()
        page.set_default_timeout(LONG)
        sign_in(page, self.address, self.workshop.home)
        return page

    def go_to_last_step(self, page, name):
        """A draft of this name at the builder's last step."""
        begun = drafts.begin(self.workshop)
        drafts.change(self.workshop, begun.id, {**CHOICES, "name": name})
        page.goto(f"{self.address}/builder/{begun.id}/finalise")

    @contextmanager
    def halted(self, server):
        """One of Dagster's servers stands still while the block lasts."""
        with halted(server_of(self.process.pid, server), self.workshop.home):
            yield

    def create(self, page, name):
        """Ask for a build at the builder's last step; the dialog that tells of it."""
        self.go_to_last_step(page, name)
        page.get_by_role("button", name="Create audience").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("Learn what sets the seed apart").wait_for()
        return dialog

    @contextmanager
    def building(self, page, name):
        """The dialog of a build, and its run, which stands still while the block lasts."""
        with self.halted("dagster._daemon"):
            dialog = self.create(page, name)
        with build_halted(self.workshop.home) as run_id:
            yield dialog, run_id

    def served_people(self, name):
        catalog = self.workshop.catalog
        version = catalog.served_version(catalog.get_audience(name).id)
        return None if version is None else version.figures["delivered_people"]


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    found = Studio(tmp_path_factory.mktemp("runs"))
    yield found
    found.process.terminate()
    found.process.wait(timeout=PATIENCE)


def test_a_failed_build_says_why_and_a_retry_builds(studio, chromium):
    page = studio.open(chromium)
    file = studio.folder / "population.csv"
    with studio.halted("dagster._daemon"):
        dialog = studio.create(page, "comes back")
        meanwhile = dialog.get_by_text("You can close this. The build goes on")
        assert meanwhile.is_visible()
        aside = file.rename(studio.folder / "aside")

    why = dialog.get_by_role("alert")
    why.wait_for()
    assert "population.csv" in why.inner_text()
    assert "Traceback" not in why.inner_text()
    assert meanwhile.is_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    passed_by_axe(page)
    assert studio.served_people("comes back") is None
    beside = page.context.new_page()
    beside.set_default_timeout(LONG)
    beside.goto(f"{studio.address}/audiences")
    line = beside.get_by_role("row", name="comes back").inner_text()
    assert "Failed" in line
    assert "population.csv" in line
    beside.close()
    aside.rename(file)
    dialog.get_by_role("button", name="Retry").click()
    page.wait_for_url("**/audiences/*")

    assert studio.served_people("comes back") == 90
    page.context.close()


def test_a_build_outlives_the_browser_and_the_studio(studio, chromium):
    page = studio.open(chromium)
    with studio.building(page, "outlives"):
        page.context.close()
        studio.process.kill()
        studio.process.wait()
        assert studio.served_people("outlives") is None
    studio.start()
    page = studio.open(chromium)
    page.goto(f"{studio.address}/runs")

    run = page.locator("section", has=page.get_by_role("link", name="outlives"))
    expect(run.first).to_contain_text("Built", timeout=LONG)  # tells what it says else
    run.get_by_text("Built", exact=True).first.wait_for()

    page.goto(f"{studio.address}/audiences")
    page.get_by_role("link", name="outlives").wait_for()
    assert studio.served_people("outlives") == 90
    page.context.close()


def test_a_build_that_is_cancelled_in_the_dialog_leaves_no_version(studio, chromium):
    page = studio.open(chromium)

    with studio.building(page, "cancelled") as (dialog, run_id):
        dialog.get_by_role("button", name="Cancel the build").click()
        until_asked_to_end(studio.workshop.home, run_id)

    dialog.get_by_text("Cancelled", exact=True).first.wait_for()
    time.sleep(1)
    assert studio.served_people("cancelled") is None
    page.goto(f"{studio.address}/audiences/cancelled")
    page.get_by_role("heading", name="The newest build was cancelled").wait_for()
    page.get_by_role("button", name="Retry").click()
    page.get_by_role("link", name="Download people").wait_for()
    assert studio.served_people("cancelled") == 90
    page.context.close()


def test_an_audience_is_built_and_built_again_on_its_own_page(studio, chromium):
    workshop = studio.workshop
    specification = specification_of({"name": "from its page", **CHOICES})
    workshop.catalog.save_specification(specification)
    slug = workshop.catalog.get_audience("from its page").slug
    page = studio.open(chromium)
    page.goto(f"{studio.address}/audiences/{slug}")

    with studio.halted("dagster._daemon"):
        page.get_by_role("button", name="Build it now").click()
        page.get_by_role("dialog").get_by_role("button", name="Close").click()
        page.get_by_role("heading", name="It is being built").wait_for()
    page.get_by_role("link", name="Download people").wait_for()
    assert studio.served_people("from its page") == 90
    page.get_by_role("button", name="Build again").click()
    page.get_by_text("Nothing has changed: version 1 has the same people").wait_for()
    with page.expect_navigation():  # what is clicked before it has ended is lost
        page.get_by_role("dialog").get_by_role("button", name="Close").click()
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download people").click()

    assert begun.value.suggested_filename == f"{slug}_1.csv"
    lines = Path(begun.value.path()).read_text().splitlines()
    assert len(lines) == 1 + 90
    page.context.close()


def test_the_foot_says_when_dagster_stands_still_and_when_it_is_back(studio, chromium):
    page = studio.open(chromium)
    studio.go_to_last_step(page, "in spite of it")
    foot = page.locator("footer")
    create = page.get_by_role("button", name="Create audience")
    foot.get_by_text("Dagster is running").wait_for()

    with studio.halted("dagster_webserver"):
        foot.get_by_text("Dagster's web server does not answer").wait_for()
        create.click()
        why = page.get_by_role("alert")
        why.wait_for()
        assert "Dagster cannot take runs: its web server does not answer" in (
            why.inner_text()
        )
        assert page.get_by_role("dialog").count() == 0

    foot.get_by_text("Dagster is running").wait_for()
    create.click()
    page.wait_for_url("**/audiences/*")
    assert studio.served_people("in spite of it") == 90
    page.context.close()


def test_a_build_waits_while_the_daemon_stands_still_and_then_begins(studio, chromium):
    page = studio.open(chromium)
    studio.go_to_last_step(page, "waits for it")

    with studio.halted("dagster._daemon"):
        page.get_by_role("button", name="Create audience").click()
        page.get_by_role("dialog").get_by_text("Waits for its turn").wait_for()
        assert "aria-dialog-name" in passed_by_axe(page)
        page.wait_for_timeout(2_000)
        assert page.get_by_role("dialog").get_by_text("Waits for its turn").is_visible()

    page.wait_for_url("**/audiences/*")
    assert studio.served_people("waits for it") == 90
    page.context.close()
