"""The scene that the short parts share."""

import pytest

from tests.faults.scene import make_scene


@pytest.fixture(scope="session")
def scene(tmp_path_factory):
    """A studio with version 1, which each trial puts back first."""
    return make_scene(tmp_path_factory.mktemp("scene") / "scene")
