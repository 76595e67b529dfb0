"""Conditions on rows of every type, what they keep and what they refuse."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.conditions import Condition
from catalog.errors import StudioError
from engines.base import KeyColumn
from engines.relations import column_of

HOSTILE = [
    "it's",
    'a "quoted" b',
    "a; drop table seed; --",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "line\nbreak",
    "😀",
    "select",
    "%s ${HOME}",
]


@pytest.fixture
def kept(engine, source, tmp_path):
    """The ids of the rows that one condition on the column `x` keeps."""

    def keep(values, *, column="x", ending="parquet", **comparison):
        path = tmp_path / f"rows.{ending}"
        table = pa.table({"id": range(len(values)), column: values})
        if ending == "csv":
            table.to_pandas().to_csv(path, index=False)
        else:
            pq.write_table(table, path)
        rows = source(path)
        condition = Condition.model_validate({"column": column, **comparison})
        found = engine.keep_rows(
            rows, [(condition, column_of(rows.dataset, column))], ["id"]
        )
        return pq.read_table(found.dataset.path).column("id").to_pylist()

    return keep


@pytest.mark.parametrize(
    ("values", "comparison", "ids"),
    [
        (["yes", "no", None, "Yes"], {"is": "yes"}, [0]),
        (["yes", "no", None, "Yes"], {"is_not": "yes"}, [1, 2, 3]),
        (["a", "b", None, "c"], {"in": ["a", "c"]}, [0, 3]),
        (["a", "b", None, "c"], {"not_in": ["a", "c"]}, [1, 2]),
        (["a", None, ""], {"is_missing": True}, [1]),
        (["a", None, ""], {"is_missing": False}, [0, 2]),
        (["a", None, ""], {"is": ""}, [2]),
        ([1, 2, 3, None], {"at_least": "2"}, [1, 2]),
        ([1, 2, 3, None], {"at_least": "1.5"}, [1, 2]),
        ([1, 2, 3, None], {"above": "1.5"}, [1, 2]),
        ([1, 2, 3, None], {"below": "2.5"}, [0, 1]),
        ([1, 2, 3, None], {"at_most": "2.5"}, [0, 1]),
        ([1, 2, 3, None], {"is": "2.0"}, [1]),
        ([-5, 2, 3], {"is": "-5"}, [0]),
        ([2**62, 2**62 + 1], {"is": str(2**62 + 1)}, [1]),
        ([0.1, 0.2, float("nan"), float("inf")], {"is": "0.1"}, [0]),
        ([0.1, 0.2, float("nan"), float("inf")], {"at_least": "0.15"}, [1]),
        ([0.1, float("nan"), None], {"is_missing": True}, [1, 2]),
        ([True, False, None], {"is": "TRUE"}, [0]),
        ([True, False, None], {"is_not": "true"}, [1, 2]),
    ],
)
def test_rows_are_kept_by_value(kept, values, comparison, ids):
    assert kept(values, **comparison) == ids


def test_decimals_are_compared_exactly(kept):
    values = pa.array(
        [Decimal("0.10"), Decimal("0.11"), None], type=pa.decimal128(10, 2)
    )

    assert kept(values, **{"is": "0.1"}) == [0]
    assert kept(values, above="0.1") == [1]


def test_single_precision_numbers_are_compared_in_their_own_precision(kept):
    values = pa.array([0.1, 0.2], type=pa.float32())

    assert kept(values, **{"is": "0.1"}) == [0]


DAYS = [dt.date(2026, 1, 30), dt.date(2026, 1, 31), None]
MOMENTS = [dt.datetime(2026, 1, 31, 0, 0), dt.datetime(2026, 1, 31, 23, 30), None]


@pytest.mark.parametrize(
    ("values", "comparison", "ids"),
    [
        (DAYS, {"at_least": "2026-01-31"}, [1]),
        (DAYS, {"is": "2026-01-30"}, [0]),
        (DAYS, {"below": "2026-01-31"}, [0]),
        (MOMENTS, {"at_most": "2026-01-31"}, [0, 1]),
        (MOMENTS, {"is": "2026-01-31"}, [0, 1]),
        (MOMENTS, {"above": "2026-01-31T12:00"}, [1]),
        (MOMENTS, {"at_least": "2026-02-01T01:00:00+02:00"}, [1]),
    ],
)
def test_a_day_means_the_whole_day(kept, values, comparison, ids):
    assert kept(values, **comparison) == ids


def test_moments_of_a_time_zone_are_compared_in_utc(kept):
    zone = dt.timezone(dt.timedelta(hours=2))
    values = pa.array(
        [
            dt.datetime(2026, 2, 1, 1, tzinfo=zone),
            dt.datetime(2026, 2, 1, 3, tzinfo=zone),
        ],
        type=pa.timestamp("us", tz="UTC"),
    )

    assert kept(values, **{"is": "2026-01-31"}) == [0]


@pytest.mark.parametrize("ending", ["parquet", "csv"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_values_are_data(kept, text, ending):
    assert kept(["plain", text, "other"], ending=ending, **{"is": text}) == [1]


@pytest.mark.parametrize("name", [*HOSTILE, "x" * 300, "é", "e\u0301"])
def test_hostile_column_names_are_data(kept, name):
    assert kept(["a", "b"], column=name, **{"in": ["b", "it's"]}) == [1]


@pytest.mark.parametrize(
    ("values", "comparison", "told"),
    [
        (["a"], {"above": "5"}, "has no order"),
        ([True], {"at_least": "true"}, "has no order"),
        ([True], {"is": "yes"}, "'yes' does not fit"),
        ([1], {"is": "one"}, "'one' does not fit"),
        ([1], {"is": "1.5"}, "whole numbers"),
        ([1], {"at_most": "1e400"}, "usual size"),
        ([1.0], {"at_least": "nan"}, "'nan' does not fit"),
        ([1.0], {"at_least": "1; drop table x"}, "does not fit"),
        (DAYS, {"at_least": "31/01/2026"}, "'31/01/2026' does not fit"),
        (DAYS, {"at_least": "2026-01-31T12:00"}, "days without a time"),
        (MOMENTS, {"above": "0001-01-01T00:00:00+14:00"}, "+14:00' does not fit"),
        (MOMENTS, {"below": "9999-12-31T23:59:59-14:00"}, "-14:00' does not fit"),
        ([dt.time(9)], {"is": "09:00"}, "time"),
        ([[1, 2]], {"is": "1"}, "name a plain column"),
    ],
)
def test_a_value_that_does_not_fit_its_column_is_refused_by_name(
    kept, values, comparison, told
):
    with pytest.raises(StudioError, match="column 'x' of a filter") as error:
        kept(values, **comparison)

    assert told in str(error.value)


def test_a_filter_that_selects_nobody_names_the_condition_and_near_values(kept):
    values = ["converted"] * 30 + ["lost"] * 30 + ["convert me"] * 3

    with pytest.raises(StudioError) as error:
        kept(values, **{"is": "Converted"})

    assert error.value.code == "filter_selects_nobody"
    assert "0 of 63 rows have 'x' is 'Converted'" in error.value.cause
    assert "'converted'" in error.value.remedy
    assert "convert me" not in error.value.remedy


def test_values_that_look_personal_are_not_named(kept):
    values = [f"p{number % 2}@example.com" for number in range(100)]

    with pytest.raises(StudioError) as error:
        kept(values, **{"is": "p9@example.org"})

    assert "example.com" not in str(error.value)


def test_conditions_that_only_together_select_nobody_are_all_named(
    engine, source, tmp_path
):
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"id": [1, 2], "x": ["a", "b"], "y": [1, 2]}), path)
    rows = source(path)
    conditions = [
        (Condition.model_validate(each), column_of(rows.dataset, each["column"]))
        for each in ({"column": "x", "is": "a"}, {"column": "y", "is": 2})
    ]

    with pytest.raises(StudioError, match="together"):
        engine.keep_rows(rows, conditions, ["id"])

    assert list(engine.home.dataset(rows.dataset.id).glob("*")) == []


def test_a_selection_is_made_once_and_again_for_other_rows(engine, source, tmp_path):
    path = tmp_path / "rows.parquet"
    condition = Condition.model_validate({"column": "x", "is": "a"})
    found = []
    for values in (["a", "b"], ["a", "b"], ["a", "a"]):
        pq.write_table(pa.table({"id": [1, 2], "x": values}), path)
        rows = source(path)
        pair = (condition, column_of(rows.dataset, "x"))
        found.append(engine.keep_rows(rows, [pair], ["id"]))

    assert found[0].fingerprint == found[1].fingerprint != found[2].fingerprint
    kept = found[2]
    assert engine.profile(kept.dataset, kept.fingerprint, [KeyColumn("id")]).rows == 2


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        (["12345", "67890"], "5 digits"),
        (["ab12", "cd3456"], "4 to 6 hex digits in lower case"),
        (["AB12"], "4 hex digits in upper case"),
        (["123e4567-e89b-12d3-a456-426614174000"], "36 hex digits with hyphens"),
        (["user_1"], "6 characters"),
        (["me@example.com"], "14 characters with an @"),
        ([123, 4567], "3 to 4 digits"),
    ],
)
def test_the_shape_of_identifiers_is_told_without_them(
    engine, source, tmp_path, values, shape
):
    path = tmp_path / "ids.parquet"
    pq.write_table(pa.table({"id": values}), path)

    assert engine.identifier_shape(source(path), "id") == shape
