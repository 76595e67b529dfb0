import os
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from catalog.attributes import propose_mappings
from catalog.build_identity import build_id_of
from catalog.datasets import Column, CsvSchema, DatasetKind
from catalog.errors import StudioError
from catalog.home import create_home
from catalog.names import is_slug
from catalog.records import BuildState, VersionState
from catalog.specification import AudienceSpecification, parse_specification
from catalog.store import Catalog
from tests.catalog.examples import DOCUMENT, PAYLOADS, a_profile, profile_column

COLUMNS = (Column(name="user_id", type="BIGINT"), Column(name="job", type="VARCHAR"))


def add(catalog, name, **values):
    return catalog.add_dataset(
        name, DatasetKind.parquet, f"/data/{name}", COLUMNS, **values
    )


def code_of(call, *arguments, **values):
    with pytest.raises(StudioError) as caught:
        call(*arguments, **values)
    return caught.value.code


def start(catalog, specification, *, seed="s1", run="run1", force=""):
    audience, version = catalog.save_specification(specification)
    build = catalog.start_build(
        audience.id,
        version.number,
        input_fingerprints={"seed": seed, "population": "p1"},
        code_version="0.1.0",
        root_run_id=run,
        force=force,
    )
    return audience, build


def publish(catalog, specification, *, seed="s1", run="run1", **figures):
    audience, build = start(catalog, specification, seed=seed, run=run)
    lease = catalog.acquire_lease(audience.id, run, 60)
    version = catalog.publish_version(
        lease, build.build_id, figures, lambda number: f"/versions/{number}"
    )
    catalog.release_lease(lease)
    return version


# Datasets


def test_a_dataset_is_found_by_name_slug_and_id(catalog):
    added = add(catalog, "Our Customers", description="all of them")

    for name in ("Our Customers", "our_customers", added.id, "OUR CUSTOMERS"):
        assert catalog.get_dataset(name) == added


def test_a_dataset_without_a_profile_was_never_registered_to_its_end(catalog):
    added = add(catalog, "people")
    assert catalog.unfinished_dataset("people") == added

    profile = a_profile(added, 10, profile_column("user_id"), profile_column("job"))
    catalog.save_profile(profile)

    assert catalog.unfinished_dataset("people") is None
    assert catalog.unfinished_dataset("others") is None


def test_own_profiles_are_those_of_every_content_that_nobody_else_has(catalog):
    ours, theirs = add(catalog, "ours"), add(catalog, "theirs")
    for dataset, content in ((ours, "a"), (ours, "b"), (theirs, "b"), (theirs, "c")):
        found = a_profile(dataset, 10, profile_column("user_id"))
        update = {"id": content * 16, "fingerprint": content * 64}
        catalog.save_profile(found.model_copy(update=update))

    assert catalog.own_profiles("ours") == ("a" * 16,)
    assert catalog.own_profiles("theirs") == ("c" * 16,)


def test_one_process_at_a_time_is_alone_and_the_other_is_told_who(
    catalog, tmp_path, monkeypatch
):
    monkeypatch.setattr("catalog.database.ALONE_SECONDS", 0.1)
    other = Catalog(create_home(tmp_path / "home"))

    with catalog.alone(), catalog.alone():
        told = pytest.raises(StudioError, match=f"by process {os.getpid()}")
        with told as refusal, other.alone():
            pass
        assert other.is_alone_elsewhere() and not catalog.is_alone_elsewhere()

    assert not other.is_alone_elsewhere()
    assert refusal.value.code == "catalog_in_use"
    with other.alone():
        pass


def test_everything_of_a_dataset_is_kept(catalog):
    schema = CsvSchema(delimiter=";", null_tokens=("", "N/A"), columns=COLUMNS)
    added = add(catalog, "people", csv_schema=schema, tags=["a"], table="main.t")

    assert catalog.get_dataset("people") == added
    assert catalog.list_datasets() == (added,)


def test_an_unknown_dataset_is_refused_with_candidates_and_their_rows(catalog):
    added = add(catalog, "customers", description="all of them")
    columns = [profile_column("user_id")]
    catalog.save_profile(a_profile(added, 1_950, *columns))

    with pytest.raises(StudioError) as caught:
        catalog.get_dataset("custmers")

    assert (
        caught.value.remedy == "did you mean 'customers' (1,950 rows, 'all of them')?"
    )


def test_a_name_is_unique_whatever_its_case_and_across_kinds(catalog, specification):
    add(catalog, "Customers")
    catalog.save_specification(specification)

    assert code_of(add, catalog, "CUSTOMERS") == "name_taken"
    assert code_of(add, catalog, specification.name.upper()) == "name_taken"
    renamed = specification.model_copy(update={"name": "customers"})
    assert code_of(catalog.save_specification, renamed) == "name_taken"
    assert [a.name for a in catalog.list_audiences()] == [specification.name]


def test_two_names_of_one_slug_get_two_slugs(catalog):
    assert add(catalog, "new users").slug == "new_users"
    assert add(catalog, "new-users!").slug == "new_users_2"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_names_are_data(catalog, payload):
    added = catalog.add_dataset(
        payload,
        DatasetKind.parquet,
        f"/data/{payload}",
        [Column(name=payload, type="VARCHAR"), Column(name="user_id", type="BIGINT")],
        description=payload,
        tags=[payload],
    )
    catalog.set_mappings(added.id, propose_mappings(added))

    assert catalog.get_dataset(payload) == added
    assert is_slug(added.slug)
    assert catalog.mappings(payload)[0].column == payload
    assert len(catalog.list_datasets()) == 1


def test_a_dataset_in_use_is_not_removed(catalog, specification):
    add(catalog, "customers")
    add(catalog, "converters")
    catalog.save_specification(specification)

    assert code_of(catalog.remove_dataset, "customers") == "dataset_in_use"
    catalog.archive_audience(specification.name)
    catalog.remove_dataset("customers")
    assert [d.name for d in catalog.list_datasets()] == ["converters"]


def test_a_removed_datasets_name_is_free_again(catalog):
    added = add(catalog, "customers")
    catalog.set_mappings("customers", propose_mappings(added))
    catalog.remove_dataset("customers")

    again = add(catalog, "customers")

    assert again.id != added.id
    assert catalog.mappings("customers") == ()


def test_mappings_are_kept_in_order_and_replaced_whole(catalog):
    mappings = propose_mappings(add(catalog, "customers"))
    catalog.set_mappings("customers", mappings)
    catalog.set_mappings("customers", mappings[:1])

    assert catalog.mappings("customers") == mappings[:1]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"column": "jobb"}, "unknown_column"),
        ({"attribute": "user_id"}, "attribute_repeated"),
        ({"identifier_type": "user_id"}, "identifier_type_invalid"),
    ],
)
def test_mappings_that_contradict_the_dataset_are_refused(catalog, change, code):
    first, second = propose_mappings(add(catalog, "customers"))
    wrong = second.model_copy(update=change)

    assert code_of(catalog.set_mappings, "customers", [first, wrong]) == code
    assert catalog.mappings("customers") == ()


def test_a_changed_source_keeps_its_name_and_has_changed_mappings_and_a_profile(
    catalog,
):
    added = add(catalog, "customers")
    catalog.set_mappings("customers", propose_mappings(added))
    changed = added.model_copy(update={"columns": COLUMNS[:1], "name": "other"})
    profile = a_profile(changed, 10, profile_column("user_id"))

    catalog.update_dataset(changed, lambda known: known[:1], profile)

    assert catalog.get_dataset("customers").columns == COLUMNS[:1]
    assert [m.column for m in catalog.mappings("customers")] == ["user_id"]
    assert catalog.newest_profile("customers") == profile


def test_of_a_changed_source_nothing_is_kept_where_a_part_fails(catalog):
    added = add(catalog, "customers")
    catalog.set_mappings("customers", propose_mappings(added))
    changed = added.model_copy(update={"columns": COLUMNS[:1]})
    profile = a_profile(changed, 10, profile_column("user_id"))

    refused = code_of(catalog.update_dataset, changed, lambda known: known, profile)

    assert refused == "unknown_column"
    assert catalog.get_dataset("customers") == added
    assert len(catalog.mappings("customers")) == len(COLUMNS)
    assert catalog.newest_profile("customers") is None


def test_the_profile_saved_last_is_the_newest(catalog):
    added = add(catalog, "customers")
    first = a_profile(added, 10, profile_column("job"))
    second = first.model_copy(update={"fingerprint": "e" * 64, "rows": 11})
    catalog.save_profile(first)
    catalog.save_profile(second)
    catalog.save_profile(first)

    assert catalog.newest_profile("customers") == first
    assert catalog.profile_of("customers", "e" * 64) == second
    assert catalog.profile_of("customers", "0" * 64) is None
    assert catalog.mapped_dataset("customers").profile == first


@pytest.mark.parametrize("columns", [(), (COLUMNS[0], COLUMNS[0])])
def test_a_dataset_has_columns_of_different_names(catalog, columns):
    with pytest.raises(StudioError):
        catalog.add_dataset("x", DatasetKind.parquet, "/x", columns)

    assert catalog.list_datasets() == ()


@pytest.mark.parametrize("texts", [{"description": "a\x00b"}, {"tags": ["a\nb"]}])
def test_text_that_cannot_be_shown_is_refused(catalog, texts):
    with pytest.raises(StudioError):
        add(catalog, "people", **texts)

    assert catalog.list_datasets() == ()


# Audiences


def test_an_equal_specification_is_the_same_version(catalog, specification):
    audience, first = catalog.save_specification(specification)
    _, second = catalog.save_specification(parse_specification(DOCUMENT + "# same"))

    assert (first.number, second.number) == (1, 1)
    assert catalog.newest_specification(audience.slug) == first
    assert parse_specification(first.yaml) == specification


def test_a_specification_taken_up_again_is_current_under_its_old_number(catalog):
    for document in (DOCUMENT, DOCUMENT.replace("2000", "9"), DOCUMENT):
        catalog.save_specification(parse_specification(document))

    newest = catalog.newest_specification("likely_depositors")

    assert newest.number == 1
    assert catalog.specification("likely_depositors", 2).specification.output.top == 9


def test_an_unknown_audience_or_number_is_refused(catalog, specification):
    catalog.save_specification(specification)

    assert code_of(catalog.get_audience, "likely") == "unknown_audience"
    assert (
        code_of(catalog.specification, specification.name, 7) == "unknown_specification"
    )


# Builds


def test_the_build_id_is_of_specification_inputs_and_code():
    def build_id(*, seed="s", spec="h", code="c", force=""):
        return build_id_of("a", spec, {"seed": seed, "population": "p"}, code, force)

    different = {
        build_id(),
        build_id(seed="t"),
        build_id(spec="i"),
        build_id(code="d"),
        build_id(force="1"),
    }

    assert build_id() == build_id()
    assert len(different) == 5
    assert all(len(found) == 16 and found.isalnum() for found in different)


def test_a_retry_finds_its_build_by_its_run(catalog, specification):
    audience, build = start(catalog, specification)
    catalog.fail_build(build.build_id, StudioError("c", "o", "failed", "retry"))
    assert catalog.get_build(build.build_id).error["cause"] == "failed"

    _, again = start(catalog, specification)

    assert again.build_id == build.build_id
    assert (again.state, again.error) == (BuildState.running, None)
    assert catalog.build_of_run("run1") == again
    assert catalog.newest_build(audience.id) == again
    assert catalog.build_of_run("other") is None


def test_the_newest_build_is_the_last_one_started_whatever_the_clock(tmp_path):
    times = iter(datetime(2026, 1, 31 - day, tzinfo=UTC) for day in range(30))
    catalog = Catalog(create_home(tmp_path), clock=lambda: next(times))
    specification = parse_specification(DOCUMENT)
    audience, _ = start(catalog, specification, seed="s1")
    _, second = start(catalog, specification, seed="s2")

    assert catalog.newest_build(audience.id).build_id == second.build_id
    assert [e.build for e in catalog.history(audience.id)][0] == second


# Leases


def test_two_builders_of_one_audience_do_not_meet(catalog, specification):
    audience, _ = catalog.save_specification(specification)
    catalog.acquire_lease(audience.id, "run1@host:1", 60)

    with pytest.raises(StudioError, match="already building, run run1:"):
        catalog.acquire_lease(audience.id, "run2", 60)


def test_a_retry_of_the_same_run_takes_its_lease_over(catalog, specification):
    audience, _ = catalog.save_specification(specification)
    first = catalog.acquire_lease(audience.id, "run1", 60)
    second = catalog.acquire_lease(audience.id, "run1", 60)

    assert second.token > first.token
    assert code_of(catalog.renew_lease, first, 60) == "fenced"
    assert catalog.renew_lease(second, 90).expires_at > second.expires_at


def test_a_dead_owner_is_passed_over(catalog, specification):
    audience, _ = catalog.save_specification(specification)
    catalog.acquire_lease(audience.id, "run1", 60)

    lease = catalog.acquire_lease(audience.id, "run2", 60, is_alive=lambda owner: False)

    assert catalog.lease_of(audience.id) == lease


def test_an_expired_lease_is_free_and_its_late_owner_publishes_nothing(
    tmp_path, specification
):
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    catalog = Catalog(create_home(tmp_path), clock=lambda: now[0])
    audience, build = start(catalog, specification)
    late = catalog.acquire_lease(audience.id, "run1", 60)
    now[0] += timedelta(seconds=61)
    placed = []

    assert catalog.lease_of(audience.id) is None
    catalog.acquire_lease(audience.id, "run2", 60)
    assert (
        code_of(catalog.publish_version, late, build.build_id, {}, placed.append)
        == "fenced"
    )
    assert placed == []
    assert catalog.versions(audience.id) == ()


def test_a_lease_given_back_is_free_and_no_longer_publishes(catalog, specification):
    audience, build = start(catalog, specification)
    first = catalog.acquire_lease(audience.id, "run1", 60)
    catalog.release_lease(first)

    assert code_of(catalog.check_lease, first) == "fenced"
    second = catalog.acquire_lease(audience.id, "run2", 60)
    catalog.release_lease(first)
    catalog.check_lease(second)
    assert second.token > first.token


def test_of_many_threads_on_two_catalogs_one_gets_the_lease(tmp_path, specification):
    home = create_home(tmp_path)
    catalogs = [Catalog(home), Catalog(home)]
    audience, _ = catalogs[0].save_specification(specification)
    barrier = threading.Barrier(8)

    def take(number: int) -> str:
        barrier.wait()
        try:
            owner = f"run{number}"
            return catalogs[number % 2].acquire_lease(audience.id, owner, 60).owner
        except StudioError as error:
            return error.code

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(take, range(8)))

    assert results.count("already_building") == 7


def test_versions_published_by_many_threads_are_numbered_without_gaps(
    tmp_path, specification
):
    home = create_home(tmp_path)
    catalogs = [Catalog(home) for _ in range(4)]
    catalogs[0].save_specification(specification)

    def build(number: int) -> int:
        mine = specification.model_copy(update={"name": f"Audience {number % 4}"})
        catalog = catalogs[number % 4]
        return publish(catalog, mine, seed=f"s{number}", run=f"r{number}").number

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(build, range(4)))
        numbers = [build(number) for number in range(4, 12)]

    assert numbers == [2, 2, 2, 2, 3, 3, 3, 3]


# Versions


def test_a_published_version_is_served_and_tagged(catalog):
    specification = parse_specification(DOCUMENT + "tags: [spring]")

    version = publish(catalog, specification, people=2_000)

    audience = catalog.get_audience(specification.name)
    assert (version.number, version.state) == (1, VersionState.served)
    assert version.path == "/versions/1"
    assert audience.tags == ("spring", "_nio_audience", "_nio_lookalike")
    assert catalog.served_version(audience.id) == version
    assert catalog.newest_build(audience.id).state is BuildState.succeeded


def test_a_build_publishes_once(catalog, specification):
    first = publish(catalog, specification, people=1)
    again = publish(catalog, specification, people=2)

    assert again == first
    assert catalog.version_of_build(first.build_id) == first


def test_a_forced_build_is_a_new_version(catalog, specification):
    first = publish(catalog, specification)
    audience, build = start(catalog, specification, run="run2", force="2")
    lease = catalog.acquire_lease(audience.id, "run2", 60)
    second = catalog.publish_version(lease, build.build_id, {}, lambda number: "/2")

    assert (second.number, first.number) == (2, 1)
    assert [v.state for v in catalog.versions(audience.id)] == ["served", "available"]


def test_nothing_is_published_where_the_folder_cannot_be_placed(catalog, specification):
    audience, build = start(catalog, specification)
    lease = catalog.acquire_lease(audience.id, "run1", 60)

    def fail(number: int) -> str:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        catalog.publish_version(lease, build.build_id, {}, fail)

    assert catalog.versions(audience.id) == ()
    assert "_nio_audience" not in catalog.get_audience(audience.id).tags


def test_a_worker_that_slept_while_a_newer_build_was_published_is_fenced(
    catalog, specification
):
    """Its lease is new, since the newer one gave its own back; its request is not."""
    audience, slept = start(catalog, specification, seed="s1", run="slept")
    newer = publish(catalog, specification, seed="s2", run="newer")
    lease = catalog.acquire_lease(audience.id, "slept", 60)

    late = code_of(catalog.publish_version, lease, slept.build_id, {}, "/{}".format)

    catalog.release_lease(lease)
    assert late == "fenced"
    assert catalog.served_version(audience.id) == newer
    assert publish(catalog, specification, seed="s1", run="asked again").number == 2


def test_a_build_that_ended_without_a_word_failed(catalog, specification):
    _, killed = start(catalog, specification, seed="s1", run="killed")

    _, next_one = start(catalog, specification, seed="s2", run="next")

    found = catalog.get_build(killed.build_id)
    assert (found.state, found.error["code"]) == ("failed", "build_ended_unheard")
    assert catalog.get_build(next_one.build_id).state is BuildState.running


def test_figures_are_kept_as_plain_finite_json(catalog, specification):
    figures = {"auc": np.float64("nan"), "n": np.int64(3), "curve": np.array([1.5, 2])}

    version = publish(catalog, specification, **figures)

    assert version.figures == {"auc": None, "n": 3, "curve": [1.5, 2.0]}


def test_an_older_version_is_served_again_but_not_a_withdrawn_one(
    catalog, specification
):
    for seed in ("s1", "s2", "s3"):
        publish(catalog, specification, seed=seed)
    name = specification.name

    catalog.withdraw_version(name, 1)
    served = catalog.serve_version(name, 2)

    assert served.state is VersionState.served
    assert catalog.served_version(name) == served
    assert code_of(catalog.serve_version, name, 1) == "version_withdrawn"
    assert code_of(catalog.withdraw_version, name, 2) == "version_served"
    assert code_of(catalog.serve_version, name, 9) == "unknown_version"
    assert [v.state for v in catalog.versions(name)] == [
        "available",
        "served",
        "withdrawn",
    ]
    assert publish(catalog, specification, seed="s4").number == 4


def test_history_has_failed_builds_beside_versions(catalog, specification):
    publish(catalog, specification)
    audience, build = start(catalog, specification, seed="s2", run="run2")
    catalog.cancel_build(build.build_id)

    newest, oldest = catalog.history(audience.id)

    assert (newest.build.state, newest.version) == (BuildState.canceled, None)
    assert oldest.version is not None


def test_a_published_build_does_not_fail_afterwards(catalog, specification):
    version = publish(catalog, specification)
    catalog.fail_build(version.build_id, StudioError("c", "o", "x", "y"))

    assert catalog.get_build(version.build_id).state is BuildState.succeeded


# The file


def test_only_its_owner_reads_the_catalog(tmp_path, specification):
    home = create_home(tmp_path / "home")
    Catalog(home).save_specification(specification)

    for file in home.root.glob("catalog.db*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_what_one_process_writes_another_reads(tmp_path, specification):
    home = create_home(tmp_path)
    one, other = Catalog(home), Catalog(home.catalog_url)
    one.save_specification(specification)

    assert other.get_audience(specification.name).created_at.tzinfo is UTC


def test_a_newer_catalog_is_refused(tmp_path):
    home = create_home(tmp_path)
    Catalog(home).close()
    with sqlite3.connect(home.root / "catalog.db") as file:
        file.execute("update schema_versions set version = 99")

    assert code_of(Catalog, home) == "catalog_newer"


def test_a_locked_catalog_is_told_after_a_bounded_wait(tmp_path, specification):
    home = create_home(tmp_path)
    catalog = Catalog(home, wait_seconds=0.2)
    holder = sqlite3.connect(home.root / "catalog.db")
    holder.execute("begin immediate")

    with pytest.raises(StudioError) as caught:
        catalog.save_specification(specification)
    holder.rollback()

    assert caught.value.code == "catalog_locked"
    assert "stayed locked for 0.2 s" in caught.value.cause
    catalog.save_specification(specification)


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="Linux tells who locks")
def test_a_locked_catalog_names_the_process_that_holds_it(tmp_path):
    home = create_home(tmp_path)
    catalog = Catalog(home, wait_seconds=0.2)
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        " c.execute('begin immediate'); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(home.root / "catalog.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "held\n"

        with pytest.raises(StudioError) as caught:
            add(catalog, "people")
        holder.stdin.close()

    assert str(holder.pid) in caught.value.cause


def test_readers_do_not_wait_for_a_writer(tmp_path):
    home = create_home(tmp_path)
    catalog = Catalog(home, wait_seconds=0.2)
    holder = sqlite3.connect(home.root / "catalog.db")
    holder.execute("begin immediate")

    assert catalog.list_datasets() == ()
    holder.rollback()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    home = create_home(tmp_path)
    (home.root / "catalog.db").write_text("not a database at all, " * 100)

    assert code_of(Catalog, home) == "catalog_damaged"


def test_a_folder_that_may_not_be_written_is_named():
    # Not even root may make a file there.
    assert code_of(Catalog, "sqlite:////proc/catalog.db") == "catalog_not_writable"


def test_an_address_that_is_none_is_refused_without_showing_it():
    with pytest.raises(StudioError) as caught:
        Catalog("user:secret@somewhere")

    assert "secret" not in str(caught.value)


def test_a_specification_with_any_value_is_stored_exactly(catalog):
    document = parse_specification(DOCUMENT).model_dump() | {
        "scoring": {"smoothing": 0.1, "variance_pooling": 0.5},
        "exclude": ["\u2028 odd", "tab\there"],
    }
    specification = AudienceSpecification.model_validate(document)

    _, version = catalog.save_specification(specification)

    assert version.specification == specification
    assert parse_specification(version.yaml) == specification
