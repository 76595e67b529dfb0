"""My Audiences: who is found, in which order, a page at a time, and how quickly."""

import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import insert

from catalog import tables
from catalog.home import create_home
from catalog.specification import specification_of
from catalog.store import Catalog
from studio.services.audience_list import (
    LINES_A_PAGE,
    AudienceQuery,
    Order,
    State,
    list_audiences,
)
from studio.services.audiences import overview

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
MANY = 1_000
ENDED = {1: "failed", 3: "canceled"}
WHY = {
    "code": "too_few",
    "object": "dataset 'seed'",
    "cause": "has 3 rows",
    "remedy": "add people to it",
}


def audience_rows(number: int) -> tuple[dict, dict, dict | None, dict | None]:
    """An audience as the catalog's tables hold it; every fourth was never built."""
    key, build = f"{number:016x}", f"{number + (1 << 40):016x}"
    document = specification_of(
        {
            "name": f"Audience {number}",
            "seed": {"dataset": "seed"},
            "population": {"dataset": "population"},
            "output": {"top": 10},
            "refresh": {"schedule": "0 6 * * *"} if number % 2 else {},
            "owner": "Ada Øst" if number % 5 == 0 else "",
        }
    ).model_dump(mode="json")
    is_built = number % 4 != 0
    audience = {
        "id": key,
        "name": f"Audience {number}",
        "slug": f"audience_{number}",
        "description": "of the north" if number % 10 == 0 else "",
        "tags": ["Spring"] if number % 3 == 0 else ["autumn", "_nio_lookalike"],
        "created_at": NOW,
        "current_specification": 1,
        "served_version": 1 if is_built else None,
        "is_archived": number % 100 == 99,
    }
    specification = {
        "audience_id": key,
        "number": 1,
        "hash": f"{number:064x}",
        "yaml": "",
        "document": document,
        "created_at": NOW,
    }
    if not is_built:
        return audience, specification, None, None
    started = {
        "build_id": build,
        "audience_id": key,
        "specification_number": 1,
        "sequence": number,
        "state": ENDED.get(number % 50, "succeeded"),
        "root_run_id": None,
        "input_fingerprints": {},
        "code_version": "",
        "started_at": NOW,
        "ended_at": NOW,
        "error": WHY if number % 50 == 1 else None,
    }
    version = {
        "audience_id": key,
        "number": 1,
        "build_id": build,
        "specification_number": 1,
        "path": "/nowhere",
        "figures": {"delivered_people": number, "held_out_auc": 0.5 + number / 2_500},
        "state": "served",
        "tags": [],
        "published_at": NOW - timedelta(hours=number),
    }
    return audience, specification, started, version


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A catalog with a thousand audiences."""
    home = create_home(tmp_path_factory.mktemp("many") / "home")
    catalog = Catalog(home.catalog_url)
    columns = zip(*(audience_rows(number) for number in range(MANY)), strict=True)
    filled = [[row for row in rows if row] for rows in columns]
    with catalog.writing() as connection:
        for table, rows in zip(
            (
                tables.audiences,
                tables.specification_versions,
                tables.builds,
                tables.audience_versions,
            ),
            filled,
            strict=True,
        ):
            connection.execute(insert(table), rows)
    yield SimpleNamespace(catalog=catalog)
    catalog.close()


def test_a_thousand_audiences_are_listed_within_a_second(workshop):
    begin = time.process_time()
    found = list_audiences(workshop, AudienceQuery(), NOW)

    assert time.process_time() - begin < 1.0
    assert (found.found, found.there) == (990, 990)
    assert len(found.lines) == LINES_A_PAGE
    assert found.pages == 20
    assert found.tags == ("autumn", "Spring")


def test_a_line_tells_state_quality_and_times(workshop):
    (line,) = list_audiences(workshop, AudienceQuery(search="audience_667"), NOW).lines

    assert (line.state, line.people, line.version) == (State.served, 667, 1)
    assert line.quality == "good"
    assert line.refreshed_at == NOW - timedelta(hours=667)
    assert line.next_refresh_at == datetime(2026, 11, 27, 6, tzinfo=UTC)
    assert line.tags == ("autumn",)
    assert line.failure == ""


def test_an_audience_whose_newest_build_failed_says_why(workshop):
    (line,) = list_audiences(workshop, AudienceQuery(search="audience_551")).lines
    (told,) = overview(workshop, AudienceQuery(search="audience_551"))
    (well,) = overview(workshop, AudienceQuery(search="audience_667"))

    assert (line.state, line.failure) == (State.failed, "dataset 'seed' has 3 rows")
    assert (told["state"], told["error"]) == ("failed", WHY)
    assert (well["state"], well["error"]) == ("served", None)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"search": "OF THE NORTH"}, 100),
        ({"tag": "spring"}, 330),
        ({"owner": "ADA ØST"}, 200),
        ({"owner": "ada"}, 0),
        ({"search": "ada øst"}, 200),
        ({"state": "archived"}, 10),
        ({"state": "never built"}, 250),
        ({"state": "failed"}, 20),
        ({"state": "cancelled"}, 20),
        ({"state": "building"}, 0),
        ({"search": "%' or 1=1 --"}, 0),
    ],
)
def test_audiences_are_found_by_text_tag_owner_and_state(workshop, asked, count):
    assert list_audiences(workshop, AudienceQuery(**asked), NOW).found == count


@pytest.mark.parametrize("order", [Order.people, Order.quality, Order.refreshed])
def test_those_without_a_figure_stand_last_either_way(workshop, order):
    for falls in (False, True):
        query = AudienceQuery(order=order, is_falling=falls)
        first = list_audiences(workshop, query, NOW)
        last = list_audiences(
            workshop, query.model_copy(update={"page": first.pages}), NOW
        )
        assert first.lines[0].people is not None
        assert last.lines[-1].people is None


def test_a_page_beyond_the_last_is_the_last(workshop):
    found = list_audiences(workshop, AudienceQuery(page=10_000), NOW)

    assert found.page == found.pages == 20
    assert len(found.lines) == 990 - 19 * LINES_A_PAGE
