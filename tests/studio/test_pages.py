"""Pages as they answer without a browser: strange addresses, lists, what is beside what."""

import asyncio
import io
import threading
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pandas as pd
import pytest

from catalog.errors import StudioError
from catalog.records import BuildState
from catalog.run_records import RunState
from catalog.specification import read_specification
from studio.services import audit, dataset_sources
from studio.services.access import Access
from studio.services.audience_list import AudienceQuery
from studio.services.overlap import overlap
from studio.web.app import MOST_WAITING
from studio.web.pages.audiences import address_of
from tests.pipeline.building import build_specification
from tests.studio.conftest import write_specification
from tests.studio.rest import ADDRESS, API, copy_home
from tests.studio.served import add_version
from tests.studio.visits import ELSEWHERE, shown, visited

ROLES = ("viewer", "builder")
QUOTAS = {"attribute": "country", "at_most": {"DE": 0.4}}


@pytest.fixture(scope="module")
def visits(built_home, tmp_path_factory):
    """A studio with an audience, and one that is divided and has two versions."""
    home = copy_home(built_home[0], tmp_path_factory.mktemp("visits"))
    path = write_specification(
        home.parent / "divided.yml",
        name="Divided",
        datasets=None,
        output={"top": 100, "tiers": [40, 100], "quotas": QUOTAS},
        fairness={"protected": ["plan"]},
    )
    built = build_specification(home.parent, read_specification(path), with_report=True)
    built.workshop.catalog.close()
    with visited(home) as found:
        add_version(found.studio.workshop, "divided")
        yield found


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


@pytest.mark.parametrize("field", ["owner", "tag"])
def test_an_owner_or_a_tag_that_may_name_somebody_stays_out_of_addresses(field):
    def address(words):
        return address_of(AudienceQuery.model_validate({field: words}))

    assert address("ann@example.org") == address("+44 20 7946-0000") == "/audiences"
    assert address("Ada") == f"/audiences?{field}=Ada"


def test_the_list_says_why_the_newest_build_of_an_audience_failed(visits, monkeypatch):
    catalog = visits.studio.workshop.catalog
    error = StudioError("too_few", "dataset 'seed'", "has 3 rows", "add people")
    standings = [
        each.model_copy(
            update={
                "version": None,
                "build": each.build.model_copy(
                    update={"state": BuildState.failed, "error": error.as_dict()}
                ),
            }
        )
        for each in catalog.standings()
        if each.build is not None
    ]
    monkeypatch.setattr(catalog, "standings", lambda: standings)

    async def look(user):
        await user.open("/audiences")
        await user.should_see("Failed")
        await user.should_see("The newest build failed: dataset 'seed' has 3 rows.")

    visits.as_("viewer", look)


@pytest.mark.usefixtures("failed_run")
def test_a_build_that_failed_is_told_with_the_version_that_stays_in_use(visits):
    page = visits.get("/audiences/divided", "viewer").text
    older = visits.get("/audiences/divided?version=1", "viewer").text

    assert "The newest build failed" in page and "The newest build failed" in older
    assert "Version 2 stays in use, and is what this page shows." in page
    assert "stays in use" not in older


def test_an_archived_audience_is_not_said_to_be_built_again(visits, monkeypatch):
    catalog, path = visits.studio.workshop.catalog, "/audiences/divided"
    before = visits.get(path, "viewer").text
    audience = catalog.get_audience("divided")

    catalog.archive_audience(audience.id)
    archived = visits.get(path, "viewer").text
    catalog.archive_audience(audience.id, is_archived=False)

    assert "Not while it is archived" in archived
    assert "Not while it is archived" not in before


def test_words_in_the_last_column_of_a_table_stand_where_words_stand(visits):
    """And what stands for a number, or for few people, where numbers do."""
    seen = {}

    async def look(user):
        client = await user.open("/audiences/divided/changes?older=1&newer=2")
        for each in client.elements.values():
            if each.tag == "th" and each.props.get("scope") == "col":
                seen[each.text] = "number" in each.classes

    visits.as_("viewer", look)

    assert seen == {"Distribution": False, "PSI": True, "Verdict": False}


def test_audiences_are_put_beside_each_other_by_who_is_in_both(visits, slug):
    both = visits.get(f"/overlap?audiences={slug},divided", "viewer").text
    tiers = visits.get("/overlap?audiences=divided&tiers=true").text
    alone = visits.get(f"/overlap?audiences={slug},nobody").text
    whole = visits.get(f"/overlap?audiences={slug}&tiers=true").text

    (pair,) = overlap(visits.studio.workshop, [slug, "divided"])["pairs"]
    assert pair["people_of_first"] >= 25
    assert f"{pair['people_of_first']} (" in both
    assert "Compared by" in both and "person_key" in both
    assert "Divided: 1-40" in tiers
    assert "Choose two or more." in alone
    assert "has no tiers to compare" in whole
    assert "/overlap" in shown(visits, "viewer", "/audiences")


def test_two_versions_are_put_beside_each_other(visits):
    page = visits.get("/audiences/divided/changes?older=1&newer=2", "viewer").text
    same = visits.get("/audiences/divided/changes?older=1&newer=1", "viewer")

    by_rest = visits.get(f"{API}/audiences/divided/changes?from=1&to=2").json()
    assert by_rest["sentences"] and all(each in page for each in by_rest["sentences"])
    assert by_rest["drift"]["rows"] and by_rest["specification"] == []
    assert "Version 2 beside version 1" in page
    assert "Since version 1, 0 people entered" in page
    assert "Both were built by the same specification." in page
    assert same.status_code == 400 and "--from" not in same.text
    assert "has no other version to be compared with" in same.text
    assert "What has changed" in shown(visits, "viewer", "/audiences/divided")


def test_people_are_taken_as_a_table_by_builders_and_leave_no_file(visits, slug):
    path, home = f"/audiences/{slug}/versions/1/people.csv", visits.studio.workshop.home
    members = visits.get(f"/audiences/{slug}/versions/1/files/members.parquet")
    before = audit.read(home)

    viewer, builder = (shown(visits, role, f"/audiences/{slug}") for role in ROLES)
    refused = visits.get(path, "viewer")
    people = visits.get(path, "builder")

    assert path in builder - viewer
    assert refused.status_code == 403
    assert people.headers["content-disposition"].endswith(f'{slug}_1.csv"')
    taken = pd.read_csv(io.StringIO(people.text), dtype={"user_id": str})
    kept = pd.read_parquet(io.BytesIO(members.content))
    assert list(taken["user_id"]) == list(kept["user_id"])
    assert [each.verb for each in audit.read(home)[len(before) :]] == ["exported"]
    assert list((home.root / "exports").iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "status"), [("bytes=0-9", 206), ("bytes=99999999-", 416), ("people", 400)]
)
def test_a_part_of_a_table_of_people_leaves_no_file_either(visits, slug, asked, status):
    home, headers = visits.studio.workshop.home, visits.named("builder")

    answer = visits.client.get(
        f"/audiences/{slug}/versions/1/people.csv", headers={**headers, "range": asked}
    )

    assert answer.status_code == status
    assert list((home.root / "exports").iterdir()) == []


def test_the_table_for_people_is_for_spreadsheets_and_that_of_rest_for_programs(
    visits, slug
):
    people = visits.get(f"/audiences/{slug}/versions/1/people.csv", "builder")

    def by_rest(**asked):
        return visits.client.post(
            f"{API}/audiences/{slug}/export",
            json={"kind": "csv", **asked},
            headers={**visits.named("builder"), "origin": ADDRESS},
        ).text

    assert people.text.startswith('"person_key","user_id",')
    assert by_rest().startswith("person_key,user_id,")
    assert by_rest(for_spreadsheets=True) == people.text


def test_a_dataset_whose_file_changed_says_so_and_shows_the_last_reading(
    visits, tmp_path
):
    path = tmp_path / "leads.csv"
    path.write_text("user_id,job\n" + "".join(f"u{n},baker\n" for n in range(60)))
    dataset_sources.add(visits.studio.workshop, path, "Leads")

    before = visits.get("/datasets/leads", "viewer").text
    path.write_bytes(path.read_bytes()[:300] + b'"cut')
    after = visits.get("/datasets/leads", "viewer").text
    beside = visits.get("/datasets/seed", "viewer").text

    for page in (before, beside):
        assert "of the last reading" not in page and "as last read" not in page
    assert "What stands here is of the last reading." in after
    assert "has changed since it was read: read it anew" in after
    assert "Rows, as last read" in after


@pytest.fixture
def failed_run(visits):
    """A newer run, of the divided audience, in Dagster's own records."""
    instance = visits.studio.runs._history._instance
    failed = dg.DagsterRun(
        job_name="build",
        tags={"dagster/partition": "divided"},
        status=dg.DagsterRunStatus.FAILURE,
    )
    instance.add_run(failed)
    yield
    instance.delete_run(failed.run_id)


@pytest.mark.usefixtures("failed_run")
def test_runs_come_in_pages_of_one_audience_or_state(visits, slug, monkeypatch):
    monkeypatch.setattr("studio.web.pages.runs.RUNS_A_PAGE", 1)

    def told(query):
        found = shown(visits, "viewer", f"/runs{query}")
        return {each for each in found if each and each.startswith("/audiences/")}

    first, last = {"/audiences/divided"}, {f"/audiences/{slug}"}
    assert told("") == first and told("?page=2") == told("?page=99") == last
    assert told(f"?audience={slug}") == told("?state=succeeded") == last
    assert told("?audience=divided&state=failed") == first
    assert told("?state=queued") == told(f"?audience={slug}&state=failed") == set()
    assert visits.get("/runs?audience=nobody").status_code == 404
    by_rest = visits.get(f"{API}/runs?limit=1&offset=1").json()
    assert [each["audience"] for each in by_rest["items"]] == [slug]
    assert by_rest["total"] == 2


def test_the_sign_of_a_run_follows_it_in_place(visits, monkeypatch):
    runs = visits.studio.runs
    (run,) = runs.overview(limit=1)
    going_on = run.model_copy(update={"state": RunState.running})
    told = []

    def signs(client):
        (head,) = (e for e in client.elements.values() if "group-head" in e.classes)
        return [each for each in head.default_slot.children if each.tag == "span"]

    async def look(user):
        client = await user.open("/runs")
        (sign,) = signs(client)
        told.append((sign.text, *sign.classes))
        monkeypatch.setattr(runs, "get", lambda _: run)
        await user.should_see("Open the audience")
        assert signs(client) == [sign]
        told.append((sign.text, *sign.classes))

    monkeypatch.setattr(runs, "overview", lambda **_: [going_on])
    monkeypatch.setattr(runs, "get", lambda _: going_on)
    visits.as_("builder", look)

    assert told == [("Is being built", "state", "warn"), ("Built", "state", "good")]


# The way to Dagster


@pytest.mark.parametrize("path", ["/runs", "/audiences/{slug}"])
def test_a_run_leads_to_dagsters_screens_on_the_machine_that_they_are_on(
    visits, slug, monkeypatch, path
):
    runs, off = visits.studio.runs, visits.studio.runs.health()
    path, (run,) = path.format(slug=slug), runs.overview(limit=1)
    without = shown(visits, "viewer", path)
    supervisor = SimpleNamespace(port=3999, path="/drawn", health=lambda: off)
    monkeypatch.setattr(runs, "_supervisor", supervisor)

    by_login = shown(visits, "admin", path)
    monkeypatch.setattr("studio.web.components.dagster_link.access", Access)
    with_dagster = shown(visits, "viewer", path)
    elsewhere = {**visits.named("viewer"), "host": ELSEWHERE}
    afar = visits.client.get(path, headers=elsewhere)

    (address,) = with_dagster - without
    # Dagster asks nobody for a role.
    assert address not in by_login
    assert address == f"http://127.0.0.1:3999/drawn/runs/{run.run_id}"
    assert address in visits.get(path, "viewer").text
    assert afar.status_code == 200 and address not in afar.text


def test_rest_names_the_way_to_dagster_only_to_those_who_can_follow_it(
    visits, monkeypatch
):
    runs, off = visits.studio.runs, visits.studio.runs.health()
    (run,) = runs.overview(limit=1)
    supervisor = SimpleNamespace(port=3999, path="/drawn", health=lambda: off)
    place = f"{API}/runs/{run.run_id}"

    def told(**headers):
        asked = (f"{API}/runs", place, f"{place}/events")
        answers = [visits.client.get(each, headers=headers).text for each in asked]
        assert all("dagster_path" in each for each in answers)
        return {f"/drawn/runs/{run.run_id}" in each for each in answers}

    assert run.dagster_path is None  # Dagster is off
    monkeypatch.setattr(runs, "_supervisor", supervisor)
    by_login = {told(**visits.named(role)) == {False} for role in ("viewer", "admin")}
    monkeypatch.setattr("studio.api.dependencies.settings", lambda _: Access())
    at_the_machine = told(**visits.named("viewer"))
    afar = told(**visits.named("viewer"), host=ELSEWHERE)

    assert by_login == {True}
    assert (at_the_machine, afar) == ({True}, {False})


# What divides an audience


def test_tiers_quotas_and_groups_are_told_with_their_figures(visits):
    catalog = visits.studio.workshop.catalog
    version = Path(catalog.served_version("divided").path)
    told = {}

    async def look(user):
        client = await user.open("/audiences/divided")
        for each in client.elements.values():
            if each.tag == "section" and "id" in each.props:
                words = [
                    inner.text
                    for inner in each.descendants()
                    if hasattr(inner, "text") and inner.text
                ]
                told[each.props["id"]] = words

    visits.as_("viewer", look)

    members = pd.read_parquet(version / "members.parquet")
    everybody = pd.read_csv(visits.studio.workshop.home.root.parent / "population.csv")
    plans = everybody.set_index("user_id").loc[members["user_id"], "plan"]
    assert told["tiers"][told["tiers"].index("1-40") + 1] == "40"
    assert told["tiers"][told["tiers"].index("41-100") + 1] == "60"
    germans = told["quotas"].index("“DE”")
    assert told["quotas"][germans + 1 : germans + 3] == ["at most 40 %", "40"]
    basic = told["fairness"].index("basic")
    assert told["fairness"][basic + 1] == str(sum(plans == "basic"))
    fairness = " ".join(told["fairness"])
    assert "below 0.8" in fairness
    assert "one of at least 2 % of the candidates" in fairness
    assert "The score as a whole" in told["fairness"]
