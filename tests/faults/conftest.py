"""The scenes that the short parts share."""

import pytest

from tests.faults import commands, kills
from tests.faults.published_home import published_home
from tests.faults.scene import make_scene


@pytest.fixture(autouse=True)
def any_machine(monkeypatch):
    """How soon a process must be gone is what a campaign says, on a machine of its own."""
    monkeypatch.setattr(commands, "ORPHAN_SECONDS", 60.0)
    monkeypatch.setattr(kills, "END_SECONDS", 60.0)
    monkeypatch.setattr(kills, "AT_ONCE", 60.0)


@pytest.fixture(scope="session")
def scene(tmp_path_factory):
    """A studio with version 1, which each trial puts back first."""
    return make_scene(tmp_path_factory.mktemp("scene") / "scene")


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A home with version 1; each try puts it back as it was."""
    return published_home(tmp_path_factory.mktemp("faults"))
