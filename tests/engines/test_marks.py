"""Marks: by codes or by rows they are the same, and damaged ones are not read."""

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.conditions import Condition
from catalog.errors import StudioError
from engines.base import BuildInputs, InputAttribute, InputIdentifier
from engines.marks import IS_KEPT
from engines.relations import column_of

ROWS = 1_000
USER_ID = InputIdentifier("user_id", False, "id", "id")
COLUMNS = {
    "region": ["north", "south", None, "O'Hara", ""] * (ROWS // 5),
    "age": [float(at % 70) for at in range(ROWS - 1)] + [float("nan")],
    "since": [dt.date(2026, 1, 1) + dt.timedelta(at % 40) for at in range(ROWS)],
}


@pytest.fixture
def write(engine, source, tmp_path):
    """Write the inputs of a filtered build in two files; the folder."""

    def written(*conditions):
        table = pa.table({"id": [f"u{at}" for at in range(ROWS)], **COLUMNS})
        path = tmp_path / "population"
        path.mkdir()
        pq.write_table(table.slice(0, 700), path / "0.parquet")
        pq.write_table(table.slice(700), path / "1.parquet")
        pq.write_table(table.slice(0, 300), tmp_path / "seed.parquet")
        population = source(path, ["id"])
        inputs = BuildInputs(
            "build0001",
            population,
            source(tmp_path / "seed.parquet", ["id"]),
            (USER_ID,),
            (
                InputAttribute("region", "categorical", "region", "region"),
                InputAttribute("age", "continuous", "age", "age"),
            ),
            has_unique_key=True,
            conditions=tuple(
                (
                    Condition.model_validate(each),
                    column_of(population.dataset, each["column"]),
                )
                for each in conditions
            ),
        )
        engine.write_inputs(tmp_path / "build", inputs)
        return tmp_path / "build"

    return written


CONDITIONS = [
    [{"column": "region", "is_not": "O'Hara"}],
    [{"column": "region", "in": ["north", ""]}, {"column": "age", "below": 30}],
    [{"column": "age", "is_missing": True}],
    # A date has no codes: the rows themselves are read.
    [{"column": "since", "at_least": "2026-01-20"}, {"column": "age", "above": 3.5}],
]


@pytest.mark.parametrize("conditions", CONDITIONS)
def test_the_same_people_are_kept_by_rows_codes_and_sample(engine, write, conditions):
    folder = write(*conditions)
    rows = engine.read_table(folder, "inputs.population").to_pandas()
    kept = set(rows[rows["_is_kept"]]["row_id"])

    import duckdb

    with duckdb.connect(str(folder / "work.duckdb")) as connection:
        connection.execute(
            "create view main.stg_population_values as "
            "select * from inputs.population_values"
        )
    batches = engine.stream_people(folder, "main.canonical_members", ["age", "region"])
    streamed = [row for batch in batches for row in batch["row_id"].to_pylist()]
    sample = engine.read_table(folder, "inputs.sample")["row_id"].to_pylist()
    counts = engine.read_table(folder, "inputs.population_values").to_pandas()
    found = engine.read_table(folder, "inputs.population_found").to_pandas()

    assert 0 < len(kept) < ROWS
    assert sorted(streamed) == sorted(sample) == sorted(kept)
    assert counts.groupby("attribute")["row_count"].sum().to_dict() == {
        "age": len(kept),
        "region": len(kept),
    }
    # The seed's rows are all there: whom the filter leaves out is learnt from.
    assert len(found) == 300
    assert set(found[found["_is_kept"]]["row_id"]) == kept & set(range(300))


def test_huge_numbers_are_compared_as_numbers(engine, source, tmp_path):
    """What is kept of them is text, in which 9 is above 10."""
    import duckdb

    path = tmp_path / "people.duckdb"
    with duckdb.connect(str(path)) as connection:
        for table, rows in (("population", 500), ("seed", 50)):
            connection.execute(
                f"create table {table} as select 'u' || range as id, "
                "cast(range % 30 as hugeint) as total, range % 3 as few "
                f"from range({rows})"
            )
    population = source(path, ["id"], table="population")
    inputs = BuildInputs(
        "build0001",
        population,
        source(path, ["id"], table="seed"),
        (USER_ID,),
        (InputAttribute("few", "categorical", "few", "few"),),
        has_unique_key=True,
        conditions=(
            (
                Condition.model_validate({"column": "total", "at_least": 9}),
                column_of(population.dataset, "total"),
            ),
        ),
    )
    engine.write_inputs(tmp_path / "build", inputs)

    rows = engine.read_table(tmp_path / "build", "inputs.population")
    counts = engine.read_table(tmp_path / "build", "inputs.population_values")
    sample = engine.read_table(tmp_path / "build", "inputs.sample")
    kept = sum(at % 30 >= 9 for at in range(500))
    assert sum(rows["_is_kept"].to_pylist()) == kept
    assert sum(counts["row_count"].to_pylist()) == kept
    assert sample.num_rows == kept


def test_a_build_without_a_filter_has_no_marks(engine, write):
    folder = write()

    assert "_is_kept" not in engine.read_table(folder, "inputs.population").column_names
    assert not list(folder.glob("marks*"))


@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_damaged_marks_are_refused(engine, write, damage):
    folder = write(*CONDITIONS[0])
    path = folder / f"marks{IS_KEPT}.npy"
    content = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    else:
        content[-1] ^= 1
        path.write_bytes(content if damage == "flip" else content[:200])

    with pytest.raises(StudioError) as refusal:
        next(engine.stream_people(folder, "main.canonical_members", ["age"]))

    assert refusal.value.code == "build_damaged"
