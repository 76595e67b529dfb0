"""The scenes that the short parts share."""

import pytest

from tests.faults.published_home import published_home
from tests.faults.scene import make_scene


@pytest.fixture(scope="session")
def scene(tmp_path_factory):
    """A studio with version 1, which each trial puts back first."""
    return make_scene(tmp_path_factory.mktemp("scene") / "scene")


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A home with version 1; each try puts it back as it was."""
    return published_home(tmp_path_factory.mktemp("faults"))
