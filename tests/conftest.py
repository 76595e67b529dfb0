"""What every test starts from: an environment that no other test has touched."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from tests.cheap_builds import make_builds_cheap, profiles_made_once

TESTS = Path(__file__).parent
WAITING = ("browser", "servers")
# Tests that are not about how a dataset is profiled, or what becomes of it meanwhile.
PROFILED_ONCE = ("orchestration", "pipeline", "studio")
OURS = ("LOOKALIKE_", "DAGSTER_")
QUIETLY = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Several modules of one name cannot be searched for doctests; they hold none.
collect_ignore_glob = ["conftest.py", "*/conftest.py"]


def pytest_configure():
    make_builds_cheap()
    # How long an example takes says how busy the machine is.
    settings.register_profile("any machine", deadline=None)
    settings.load_profile("any machine")


def pytest_collection_modifyitems(items):
    """Files that wait for servers and browsers first: they are long, and leave room beside."""
    items.sort(key=lambda item: not any(map(item.get_closest_marker, WAITING)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A skip says what a machine lacks; what CI runs on must lack nothing."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def own_environment():
    """A build tells dbt and Dagster where it stands; the next test must not hear it."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(OURS):
            del os.environ[name]
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module", autouse=True)
def known_profiles(request, tmp_path_factory):
    """The same people are profiled once, whichever home they are in."""
    room, *_ = request.path.relative_to(TESTS).parts
    if room not in PROFILED_ONCE:
        yield
        return
    with profiles_made_once(tmp_path_factory.getbasetemp() / "profiles"):
        yield


@pytest.fixture(scope="module")
def chromium():
    """A browser without a screen; skipped where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs chromium (apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect.set_options(timeout=60_000)
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=QUIETLY)
        yield browser
        browser.close()
