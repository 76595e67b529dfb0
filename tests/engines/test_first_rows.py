"""The first rows of a source: of whatever can be registered, as the engine reads it."""

import datetime
import decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engines.first_rows import first_rows

DAY = datetime.date(2024, 1, 2)
FAR = 2**60
ARRAYS = {
    "truth": (pa.array([True]), "true"),
    "number": (pa.array([1.5]), "1.5"),
    "moment": (pa.array([datetime.datetime(2024, 1, 2, 3)]), "2024-01-02 03:00:00"),
    "nothing": (pa.array([""]), None),
    "days": (pa.array([[DAY]]), "[2024-01-02]"),
    "moments": (pa.array([{"a": DAY}]), "{'a': 2024-01-02}"),
    "decimals": (pa.array([[decimal.Decimal("1.5")]]), "[1.5]"),
    "bytes": (pa.array([{"a": b"\xff"}]), r"{'a': '\\xFF'}"),
    "far-moment": (
        pa.array([FAR]).cast(pa.timestamp("us")),
        "38504-08-17 21:30:06.846976",
    ),
    "far-day": (pa.array([5_000_000], pa.int32()).cast(pa.date32()), "15659-07-15"),
    "no-such-zone": (
        pa.array([0], pa.timestamp("us", "Mars/Olympus")),
        "1970-01-01 00:00:00+00",
    ),
    "name-twice": (
        pa.StructArray.from_arrays([pa.array([1])] * 2, names=["a", "a"]),
        "{'a': 1, 'a_1': 1}",
    ),
}


def first_value(engine, path):
    found = engine.inspect(path)
    ((*_, cell),) = first_rows(engine.home, engine.settings, path, found, 1)
    return cell.read


@pytest.mark.parametrize(("array", "read"), ARRAYS.values(), ids=list(ARRAYS))
def test_any_column_of_parquet_is_shown(engine, tmp_path, array, read):
    path = tmp_path / "people.parquet"
    pq.write_table(pa.table({"user_id": ["a"], "v": array}), path)

    assert first_value(engine, path) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("true", "true"),
        ("2.5", "2.5"),
        ("null", None),
        ('[1,"b"]', '[1,"b"]'),
        ("2,", "2"),
        ("[" * 5000 + "]" * 5000, "[" * 200),
        ("7" * 5000, "7" * 200),
    ],
    ids=["truth", "number", "null", "list", "comma", "deep", "long"],
)
def test_any_value_of_json_lines_is_shown(engine, tmp_path, value, read):
    path = tmp_path / "people.jsonl"
    path.write_text(f'{{"user_id": "a", "v": {value}}}\n')

    assert first_value(engine, path) == read


def test_rows_of_a_folder_stand_in_the_order_of_its_files(engine, tmp_path):
    for name, values in (("b", [3, 4]), ("a", [1, 2])):
        pq.write_table(pa.table({"v": values}), tmp_path / f"{name}.parquet")
    found = engine.inspect(tmp_path)

    rows = first_rows(engine.home, engine.settings, tmp_path, found, 3)

    assert [row[0].read for row in rows] == ["1", "2", "3"]
