"""Plain digests kept as bytes: they are the identifiers they were made of, or not kept."""

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engines.base import InputIdentifier
from engines.keys import count_distinct

ALGORITHMS = ("md5", "sha1", "sha256")


def digests(count, algorithm="sha256"):
    return [hashlib.new(algorithm, str(at).encode()).hexdigest() for at in range(count)]


@pytest.fixture
def build(write_inputs):
    """Write the inputs of a build whose people have these ids."""
    hashed = InputIdentifier("sha256_hashed_email", True, "id", "id")

    def built(ids, files=1, folder="build"):
        columns = {"v": [at % 3 for at in range(len(ids))]}
        roles = {"v": "categorical"}
        return write_inputs(hashed, ids, columns, roles, files, folder)[0]

    return built


def kept_files(engine):
    return list(engine.home.root.glob("profiles/*/codes/digests_*.parquet"))


def rows_of(engine, folder, relation):
    table = engine.read_table(folder, relation).sort_by("row_id")
    return table.select(["row_id", "sha256_hashed_email"]).to_pylist()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("files", [1, 3])
def test_digests_are_the_identifiers_of_the_same_rows(engine, build, algorithm, files):
    folder = build(digests(1_000, algorithm), files)

    uncoded = rows_of(engine, folder, "inputs.population_uncoded")

    assert kept_files(engine)
    assert uncoded == rows_of(engine, folder, "inputs.population")
    assert len(uncoded) == 1_000


@pytest.mark.parametrize(
    "odd",
    [None, "", "A" * 64, "g" * 64, "a" * 63, "0" * 64, " " + "a" * 64, "é" * 32],
)
@pytest.mark.parametrize("at", [0, 500])
def test_a_column_that_holds_anything_else_is_read_from_the_source(
    engine, build, odd, at
):
    ids = digests(1_000)
    ids[at] = odd
    folder = build(ids)

    uncoded = rows_of(engine, folder, "inputs.population_uncoded")

    rows = [pq.read_metadata(path).num_rows for path in kept_files(engine)]
    assert len(ids) not in rows
    assert uncoded == rows_of(engine, folder, "inputs.population")


def test_a_digest_that_two_rows_share_is_no_key_and_is_not_kept(
    engine, source, tmp_path
):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": [*digests(10), digests(1)[0]]}), path)

    (key,) = source(path, ["id"]).profile.keys

    assert (key.duplicates, key.is_plain) == (1, False)
    assert not kept_files(engine)
    assert not list(engine.home.root.glob("profiles/*/codes/.*"))


def test_damaged_digests_are_made_anew(engine, build):
    folder = build(digests(1_000))
    before = rows_of(engine, folder, "inputs.population_uncoded")
    for path in kept_files(engine):
        path.write_bytes(path.read_bytes()[::-1])

    folder = build(digests(1_000), folder="another")

    assert rows_of(engine, folder, "inputs.population_uncoded") == before


def test_the_sample_by_digests_is_the_rows_with_the_least_keys(
    engine, source, tmp_path
):
    ids = digests(50_000)
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": ids}), path)
    found = source(path, ["id"])

    sample = engine.read_sample(found, "id", ["id"])["id"].to_pylist()

    assert sample == sorted(ids, key=lambda one: (int(one[-8:], 16), one))[:20_000]


@pytest.mark.parametrize("at_once", [1, 100, 1 << 24])
def test_hashes_are_counted_alike_in_any_number_of_parts(monkeypatch, at_once):
    monkeypatch.setattr("engines.keys.SORTED_AT_ONCE", at_once)
    hashes = np.random.default_rng(0).integers(0, 1 << 64, 1_000, np.uint64)

    assert count_distinct(hashes) == 1_000
    assert count_distinct(np.append(hashes, hashes[:7])) == 1_000
    assert count_distinct(hashes[:0]) == 0
