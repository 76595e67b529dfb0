"""A studio of its own for each file about the builder, and a browser that is let in."""

import pytest

from studio.services import drafts
from tests.studio.builder_home import builder_home
from tests.studio.served import served

MS = 1_000 * 60
CHOICES = {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """The home that is served."""
    return builder_home(tmp_path_factory.mktemp("builder"))


@pytest.fixture(scope="module")
def address(request, workshop):
    """The studio in a process of its own, with its runs where the file builds any."""
    root, builds = workshop.home.root, getattr(request.module, "BUILDS", True)
    with served(root, root.parent, with_dagster=builds) as found:
        yield found


@pytest.fixture
def page(browser):
    """A page of the studio for who has signed in, with what it said."""
    page = browser.new_page()
    page.set_default_timeout(MS)
    page.said = []
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on(
        "console",
        lambda message: message.type == "error" and page.said.append(message.text),
    )
    yield page
    page.close()


@pytest.fixture
def draft(workshop):
    """A draft with seed and population, to open at any step."""
    begun = drafts.begin(workshop)
    return drafts.change(workshop, begun.id, CHOICES)
