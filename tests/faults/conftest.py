"""A published home that the short parts of the campaigns share."""

import pytest

from tests.faults.published_home import published_home


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A home with version 1; each try puts it back as it was."""
    return published_home(tmp_path_factory.mktemp("faults"))
