"""Profiles: what is counted, and that order and threads do not matter."""

import hashlib
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from engines.base import KeyColumn
from engines.unknown_values import texts_of


def people(count=30_000):
    rng = np.random.default_rng(1)
    return pa.table(
        {
            "id": [f"u{at}" for at in range(count)],
            "age": rng.integers(18, 90, count),
            "balance": rng.normal(1000, 300, count).round(2),
            "income": np.where(
                rng.random(count) < 0.3, 0.0, rng.lognormal(8, 1, count)
            ),
            "job": rng.choice(["clerk", "driver", "nurse"], count),
        }
    )


def written(path, table):
    pq.write_table(table, path, row_group_size=7_000)
    return path


def numbers(profile):
    return [column.model_dump() for column in profile.columns], profile.keys


def test_missing_and_non_finite_values_are_counted(source, tmp_path):
    values = [1.0, float("nan"), float("inf"), float("-inf"), None, 1.0]
    path = written(tmp_path / "a.parquet", pa.table({"v": values, "n": [None] * 6}))

    column, nothing = source(path).profile.columns

    assert (column.missing, column.non_finite, column.distinct) == (1, 3, 1)
    assert (column.centre, column.scale) == (1.0, 1.0)
    assert (nothing.missing, nothing.distinct) == (6, 0)


def test_centre_scale_and_frequent_values_are_from_the_sample(source, tmp_path):
    path = written(
        tmp_path / "a.parquet",
        pa.table({"id": range(2_000), "v": [0.0] * 1_000 + list(range(1, 1_001))}),
    )

    column = source(path, ["id"]).profile.column("v")

    assert column.centre == 0.5
    assert column.scale == 500.25
    assert column.frequent_values == (0.0,)


def test_shuffled_rows_and_threads_give_the_same_profile(engine, source, tmp_path):
    table = people()
    order = np.random.default_rng(2).permutation(table.num_rows)
    plain = source(written(tmp_path / "a.parquet", table), ["id"])
    shuffled = source(written(tmp_path / "b.parquet", table.take(order)), ["id"])
    for threads in (1, 4):
        engine.settings = replace(engine.settings, threads=threads)
        again = source(
            written(tmp_path / f"c{threads}.parquet", table.take(order)), ["id"]
        )
        assert numbers(again.profile) == numbers(plain.profile)

    assert numbers(shuffled.profile) == numbers(plain.profile)
    columns = ["id", "balance"]
    assert engine.read_sample(shuffled, "id", columns).equals(
        engine.read_sample(plain, "id", columns)
    )


def test_repeated_keys_shuffled_give_the_same_profile(source, tmp_path):
    table = people()
    table = pa.concat_tables([table, table.slice(0, 5_000)])
    order = np.random.default_rng(2).permutation(table.num_rows)

    plain = source(written(tmp_path / "a.parquet", table), ["id"])
    shuffled = source(written(tmp_path / "b.parquet", table.take(order)), ["id"])

    assert plain.profile.keys[0].duplicates == 5_000
    assert numbers(shuffled.profile) == numbers(plain.profile)


def test_csv_and_parquet_give_the_same_statistics(source, tmp_path):
    table = people()
    pyarrow.csv.write_csv(table, tmp_path / "a.csv")

    of_text = source(tmp_path / "a.csv", ["id"])
    of_parquet = source(written(tmp_path / "a.parquet", table), ["id"])

    assert numbers(of_text.profile) == numbers(of_parquet.profile)


def test_the_sample_is_the_people_with_the_least_keys(engine, source, tmp_path):
    table = people()
    found = source(written(tmp_path / "a.parquet", table), ["id"])

    sample = engine.read_sample(found, "id", ["id"])["id"].to_pylist()

    keys = {
        one: hashlib.md5(one.encode(), usedforsecurity=False).hexdigest()[:8]
        for one in table["id"].to_pylist()
    }
    assert sample == sorted(keys, key=lambda one: (int(keys[one], 16), one))[:20_000]


def test_a_column_called_sample_key_does_not_choose_the_sample(
    engine, source, tmp_path
):
    table = people()
    plain = source(written(tmp_path / "a.parquet", table), ["id"])
    names = pa.table(
        {
            "id": table["id"],
            "sample_key": range(table.num_rows),
            "__row_id": [0] * table.num_rows,
        }
    )
    odd = source(written(tmp_path / "b.parquet", names), ["id"])

    assert engine.read_sample(odd, "id", ["id"]).equals(
        engine.read_sample(plain, "id", ["id"])
    )


def test_hashes_are_known_and_compared_in_lower_case(engine, source, tmp_path):
    digests = [hashlib.sha256(str(at).encode()).hexdigest() for at in range(100)]
    ids = [*digests, digests[0].upper(), f" {digests[1]} ", "", None]
    path = written(tmp_path / "a.parquet", pa.table({"id": ids}))

    (key,) = source(path, ["id"]).profile.keys

    assert (key.is_hash, key.duplicates, key.missing) == (True, 2, 2)


@pytest.mark.parametrize(
    ("ids", "duplicates"),
    [
        (pa.array([1.0, 2.0, 2.0]), 1),
        (pa.array(["1", "1 ", "\u00a01\t"]), 2),
        (pa.array([1, 2, 3], pa.int8()), 0),
    ],
)
def test_identifiers_are_compared_as_trimmed_text(source, tmp_path, ids, duplicates):
    path = written(tmp_path / "a.parquet", pa.table({"id": ids}))

    assert source(path, ["id"]).profile.keys[0].duplicates == duplicates


@pytest.mark.parametrize("limit", [10, 1_024, 10_000])
@pytest.mark.parametrize("off", [0, 1])
def test_distinct_values_are_exact_at_the_limits(source, tmp_path, limit, off):
    values = np.arange(60_000) % (limit + off)
    path = written(tmp_path / "a.parquet", pa.table({"v": values.astype(str)}))

    assert source(path).profile.columns[0].distinct == limit + off


def test_nested_and_binary_columns_are_profiled_as_far_as_they_go(source, tmp_path):
    table = pa.table(
        {
            "id": [1, 2, 3],
            "list": [[1], None, [2, 3]],
            "struct": [{"a": 1}, None, {"a": 2}],
            "blob": [b"x", None, b"y"],
            "decimal": pa.array([1, None, 3], pa.decimal128(10, 2)),
            "day": pa.array([1, None, 2], pa.date32()),
            "flag": [True, None, False],
            "span": pa.array([1, None, 2], pa.duration("s")),
            "time": pa.array([1, None, 2], pa.time32("s")),
        }
    )

    profile = source(written(tmp_path / "a.parquet", table), ["id"]).profile

    assert [column.missing for column in profile.columns] == [0] + [1] * 8
    assert profile.column("decimal").centre == 2.0


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        (["ann@example.com"] * 9 + ["?"], "email"),
        (["ann@example.com"] * 8 + ["?"] * 2, None),
        (["+49 30 1234567"] * 3, "phone"),
        (["192.168.0.1"] * 3, "ip"),
        (["a" * 64] * 3, "sha256"),
        (["a" * 40] * 3, "sha1"),
        (["a" * 32] * 3, "md5"),
        (["123e4567-e89b-12d3-a456-426614174000"] * 3, "uuid"),
        (["2024-01-02"] * 3, None),
        (["1234567890"] * 3, None),
        (["10:30:00"] * 3, None),
        (["clerk"] * 3, None),
    ],
)
def test_personal_data_is_known_by_its_shape(source, tmp_path, values, shape):
    path = written(
        tmp_path / "a.parquet", pa.table({"id": range(len(values)), "v": values})
    )

    assert source(path, ["id"]).profile.column("v").looks_like == shape


def test_a_profile_is_made_once(engine, source, tmp_path, monkeypatch):
    path = written(tmp_path / "a.parquet", people(100))
    first = source(path, ["id"])

    monkeypatch.setattr("engines.duckdb.memory_session", None)

    again = engine.profile(first.dataset, first.fingerprint, [KeyColumn("id")])
    assert again == first.profile


def test_the_statistics_do_not_depend_on_the_keys_asked_before(
    engine, source, tmp_path
):
    table = people().append_column("other", [[f"x{at}" for at in range(30_000)]])
    path = written(tmp_path / "a.parquet", table)
    found = source(path, ["id"])

    engine.profile(found.dataset, found.fingerprint, [KeyColumn("other")])

    assert (
        engine.profile(found.dataset, found.fingerprint, [KeyColumn("id")])
        == found.profile
    )


def test_the_share_of_unknown_values(engine, source, tmp_path):
    seed = source(
        written(tmp_path / "s.parquet", pa.table({"v": ["1", "2", "x", None]}))
    )
    population = source(
        written(tmp_path / "p.parquet", pa.table({"w": [1.0, 2.0, None]}))
    )

    assert engine.unknown_shares(seed, population, [("v", "w")]) == [
        pytest.approx(1 / 3)
    ]


@pytest.mark.parametrize("is_kept", [True, False])
def test_the_share_of_unknown_values_of_a_large_population_is_from_its_lists(
    engine, source, tmp_path, monkeypatch, is_kept
):
    seed = source(
        written(
            tmp_path / "s.parquet",
            pa.table({"v": ["-1", "0", "x", None], "b": [True, False, None, True]}),
        )
    )
    rows = 100_000
    table = {"w": pa.array([-1.0, -0.0] * (rows // 2)), "b": pa.array([True] * rows)}
    population = source(written(tmp_path / "p.parquet", pa.table(table)))
    lists = engine.home.profile(population.profile.id) / "codes"
    if not is_kept:
        for each in lists.glob("values_*.parquet"):
            each.write_bytes(b"damaged")

    rows_read = []
    monkeypatch.setattr(
        "engines.duckdb.texts_of",
        lambda files, column: rows_read.append(column.name) or texts_of(files, column),
    )
    found = engine.unknown_shares(seed, population, [("v", "w"), ("b", "b")])

    assert rows_read == (["v", "b"] if is_kept else ["v", "w", "b", "b"])
    assert len(list(lists.glob("values_*.parquet"))) == 2
    assert found == [pytest.approx(1 / 3), pytest.approx(1 / 3)]
