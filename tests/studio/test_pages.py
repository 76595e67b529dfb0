"""Pages as they answer without a browser: strange addresses, roles, files to be kept."""

import asyncio
import threading

import pytest

from studio.web.app import MOST_WAITING
from tests.studio.rest import copy_home
from tests.studio.visits import visited


@pytest.fixture(scope="module")
def visits(built_home, tmp_path_factory):
    folder, _ = built_home
    with visited(copy_home(folder, tmp_path_factory.mktemp("visits"))) as found:
        yield found


@pytest.fixture(scope="module")
def slug(built_home):
    return built_home[1].json["audience"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/drafts?page=x", "'x' as page in the address is not a whole number"),
        ("/audiences?page=1.5", "'1.5' as page"),
        ("/audiences?page=", "'' as page"),
        ("/audiences?page=" + "9" * 5_000, "as page in the address"),
        ("/audiences?falling=maybe", "'maybe' as falling in the address is not true"),
        ("/audiences/{slug}?version=newest", "'newest' as version"),
        ("/audiences/{slug}/versions/one/report", "'one' as number"),
        ("/audiences/{slug}/versions/1e3/files/members.parquet", "'1e3' as number"),
        ("/audiences/{slug}/versions/x/pictures/reach.svg", "'x' as number"),
        ("/builder?duplicate=perhaps", "'perhaps' as duplicate"),
    ],
)
def test_an_address_with_nonsense_is_answered_by_a_page_in_a_sentence(
    visits, slug, path, said
):
    answer = visits.get(path.format(slug=slug))

    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    assert said in answer.text
    assert "mend it in the address" in answer.text.lower()


def test_as_many_pages_wait_at_once_as_are_let(visits):
    everybody = threading.Barrier(MOST_WAITING)

    async def wait_for_all():
        waiting = (asyncio.to_thread(everybody.wait, 20) for _ in range(MOST_WAITING))
        return await asyncio.gather(*waiting)

    places = visits.client.portal.call(wait_for_all)

    assert sorted(places) == list(range(MOST_WAITING))
