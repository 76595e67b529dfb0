"""How a build stands whose process could tell nobody of its end."""

import os
import subprocess
import sys

import pytest

from catalog.records import BuildState
from orchestration.leases import LEASE_SECONDS, lease_owner
from studio.services.audience_list import AudienceQuery
from studio.services.audience_page import summary
from studio.services.audiences import history, overview, show
from studio.services.opening import open_studio
from tests.studio.conftest import ask, write_specification

UNHEARD = "ended without a word: its process was killed, or overtaken"


@pytest.fixture
def dead():
    """An owner whose process has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return f"run@{os.uname().nodename}:{process.pid}:0.00"


@pytest.fixture
def workshop(here):
    """The studio of a folder of its own."""
    return open_studio()


@pytest.fixture
def at_work(workshop, two_files):
    """An audience with a build that the catalog has at work."""
    assert ask("audience", "submit", write_specification(two_files / "s.yml")).code == 0
    audience = workshop.catalog.get_audience("people")
    workshop.catalog.start_build(
        audience.id, 1, input_fingerprints={"seed": "a"}, code_version="b"
    )
    return audience


def told(workshop, audience):
    """The states that the list, the builds, the command and the page tell, and why."""
    (line,) = overview(workshop, AudienceQuery())
    (build,) = history(workshop, audience.id)
    command, page = show(workshop, audience.id), summary(workshop, audience.id)
    causes = {
        each["error"] and each["error"]["cause"] for each in (line, build, command)
    }
    causes.add(
        page.failure and page.failure.cause.removeprefix(f"build {build['build']} ")
    )
    states = {line["state"], command["state"], page.state.value}
    return states, build["state"], causes


def test_a_build_whose_process_was_killed_is_told_as_failed_at_once(
    workshop, at_work, dead
):
    workshop.catalog.acquire_lease(at_work.id, dead, LEASE_SECONDS)

    assert told(workshop, at_work) == ({"failed"}, "failed", {UNHEARD})
    (build,) = workshop.catalog.list_builds()
    assert build.state is BuildState.running


def test_it_is_told_so_long_after_its_lease_has_run_out(workshop, at_work, dead):
    workshop.catalog.acquire_lease(at_work.id, dead, -LEASE_SECONDS)

    assert told(workshop, at_work) == ({"failed"}, "failed", {UNHEARD})


@pytest.mark.parametrize("is_held", [True, False])
def test_one_that_lives_or_of_whose_process_nothing_is_known_is_at_work(
    workshop, at_work, is_held
):
    lease = workshop.catalog.acquire_lease(
        at_work.id, lease_owner("run"), LEASE_SECONDS
    )
    if not is_held:
        workshop.catalog.release_lease(lease)

    assert told(workshop, at_work) == ({"building"}, "running", {None})
