"""The schema `inputs`, the work database and the members' file."""

from contextlib import closing

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.errors import StudioError
from engines.base import BuildInputs, InputAttribute, InputIdentifier

PAYLOADS = [
    'a"; drop table people; --',
    "it's",
    "{{ var('x') }}",
    "{% raw %}",
    "{# no #}",
    "line\nbreak",
    "é",
    "e\u0301x",
    "🙂",
    "select",
    "row_id",
    "sample_key",
    "x" * 300,
]


@pytest.fixture
def inputs_of(source, tmp_path):
    """Build inputs of two tables that share the column `id` and the named attributes."""

    def made(population, seed, attributes, key="id"):
        sides = []
        for name, table in (("population", population), ("seed", seed)):
            path = tmp_path / f"{name}.parquet"
            pq.write_table(pa.table(table), path)
            sides.append(source(path, [key]))
        identifier = InputIdentifier("user_id", False, key, key)
        return BuildInputs("build0001", *sides, (identifier,), tuple(attributes))

    return made


def rows(engine, folder, relation):
    return engine.read_table(folder, relation).to_pylist()


def test_views_have_the_names_and_types_of_the_contract(engine, inputs_of, tmp_path):
    inputs = inputs_of(
        {"id": [1, 2], "Job": ["a", None], "age": [30, 40], "ok": [True, False]},
        {"id": [2.0], "Job": ["b"]},
        [
            InputAttribute("job", "categorical", "Job", "Job"),
            InputAttribute("age", "continuous", "age", None, 35.0, 5.0, True),
            InputAttribute("ok", "categorical", "ok", None),
        ],
    )

    engine.write_inputs(tmp_path / "build", inputs)

    population = engine.read_table(tmp_path / "build", "inputs.population")
    types = {field.name: str(field.type) for field in population.schema}
    assert types == {
        "row_id": "int64",
        "user_id": "string",
        "job": "string",
        "age": "double",
        "ok": "string",
    }
    assert population.to_pylist()[0] == {
        "row_id": 0,
        "user_id": "1",
        "job": "a",
        "age": 30.0,
        "ok": "true",
    }
    assert rows(engine, tmp_path / "build", "inputs.seed") == [
        {"row_id": 0, "user_id": "2", "job": "b", "age": None, "ok": None}
    ]
    sample = engine.read_table(tmp_path / "build", "inputs.sample")
    assert sample.schema.names == [*population.schema.names, "sample_key"]
    assert sample.num_rows == 2
    attributes = rows(engine, tmp_path / "build", "inputs.attributes")
    assert [one["column_name"] for one in attributes] == ["Job", "age", "ok"]
    assert rows(engine, tmp_path / "build", "inputs.spec")[0]["smoothing"] == 30


@pytest.mark.parametrize("name", PAYLOADS)
def test_any_column_name_is_data(engine, inputs_of, tmp_path, name):
    values = ["a", "b", "c"]
    inputs = inputs_of(
        {"id": [1, 2, 3], name: values},
        {"id": [1], name: ["a"]},
        [InputAttribute("plain", "categorical", name, name)],
    )

    engine.write_inputs(tmp_path / "build", inputs)

    population = rows(engine, tmp_path / "build", "inputs.population")
    sample = rows(engine, tmp_path / "build", "inputs.sample")
    assert [row["plain"] for row in population] == values
    assert sorted(row["plain"] for row in sample) == values


def test_any_value_is_data(engine, inputs_of, tmp_path):
    inputs = inputs_of(
        {"id": PAYLOADS, "v": PAYLOADS},
        {"id": PAYLOADS[:1], "v": PAYLOADS[:1]},
        [InputAttribute("v", "categorical", "v", "v")],
    )

    engine.write_inputs(tmp_path / "build", inputs)

    population = rows(engine, tmp_path / "build", "inputs.population")
    assert [row["v"] for row in population] == PAYLOADS
    assert [row["user_id"] for row in population] == PAYLOADS


def test_two_columns_that_differ_in_case_alone_are_refused(engine, inputs_of):
    with pytest.raises(StudioError, match="differ in case"):
        inputs_of({"id": [1], "v": [1], "V": [2]}, {"id": [1]}, [])


def test_the_same_identifier_has_one_text_in_every_type(engine, inputs_of, tmp_path):
    for at, ids in enumerate(
        (
            pa.array([7, 12]),
            pa.array([7.0, 12.0]),
            pa.array(["7", "12"]),
            pa.array([7, 12], pa.decimal128(10, 2)),
        )
    ):
        inputs = inputs_of({"id": ids}, {"id": ids}, [])
        engine.write_inputs(tmp_path / f"build{at}", inputs)

        population = rows(engine, tmp_path / f"build{at}", "inputs.population")
        assert [row["user_id"] for row in population] == ["7", "12"]


@pytest.mark.parametrize("ids", [[True, False], [[1], [2]], [b"a", b"b"]])
def test_a_type_that_cannot_be_an_identifier_is_refused(inputs_of, ids):
    with pytest.raises(StudioError, match="cannot be an identifier"):
        inputs_of({"id": ids}, {"id": ids}, [])


def test_texts_that_are_not_numbers_are_counted_and_refused(
    engine, inputs_of, tmp_path
):
    inputs = inputs_of(
        {"id": [1, 2, 3], "v": ["1", "", "many"]},
        {"id": [1], "v": ["1"]},
        [InputAttribute("v", "continuous", "v", "v", 0.0, 1.0)],
    )

    with pytest.raises(StudioError, match="'v'.*1 texts that are not numbers") as told:
        engine.write_inputs(tmp_path / "build", inputs)

    assert "many" not in str(told.value)


@pytest.mark.parametrize(
    ("role", "values"),
    [("continuous", [[1.0]]), ("categorical", [{"a": 1}]), ("categorical", [b"x"])],
)
def test_an_attribute_of_a_type_without_the_role_is_refused(
    engine, inputs_of, tmp_path, role, values
):
    inputs = inputs_of(
        {"id": [1], "v": values},
        {"id": [1]},
        [InputAttribute("v", role, "v", None, 0.0, 1.0)],
    )

    with pytest.raises(StudioError, match="column 'v' is of type"):
        engine.write_inputs(tmp_path / "build", inputs)


def test_a_repeated_key_leaves_the_sample_empty(engine, inputs_of, tmp_path):
    inputs = inputs_of({"id": [1, 1]}, {"id": [1]}, [])

    engine.write_inputs(tmp_path / "build", inputs)

    sample = engine.read_table(tmp_path / "build", "inputs.sample")
    assert sample.num_rows == 0
    assert sample.schema.names == ["row_id", "user_id", "sample_key"]


def test_another_connection_reads_the_views_afterwards(engine, inputs_of, tmp_path):
    engine.write_inputs(tmp_path / "build", inputs_of({"id": [1, 2]}, {"id": [1]}, []))

    with closing(duckdb.connect(str(tmp_path / "build" / "work.duckdb"))) as connection:
        query = "select count(*) from inputs.population"
        assert connection.execute(query).fetchall() == [(2,)]


def test_the_session_reads_no_other_file(engine, inputs_of, tmp_path):
    from engines.connection import work_session

    engine.write_inputs(tmp_path / "build", inputs_of({"id": [1]}, {"id": [1]}, []))

    with work_session(engine.settings, tmp_path / "build") as connection:
        for query in (
            "select * from read_text('/etc/passwd')",
            f"copy (select 1) to '{tmp_path}/out.csv'",
            "attach 'other.duckdb'",
            "set enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(query)


def numbers(count):
    return pa.record_batch({"row_id": pa.array(range(count), pa.int64())})


def test_a_table_is_written_while_another_is_read(engine, tmp_path):
    folder = tmp_path / "build"
    schema = pa.schema([("row_id", pa.int64()), ("score", pa.float64())])
    engine.write_table(folder, "scoring", "ids", [numbers(300_000)], numbers(0).schema)

    def scored():
        for batch in engine.stream(folder, "scoring.ids", ["row_id"]):
            score = batch["row_id"].cast(pa.float64())
            yield pa.record_batch([batch["row_id"], score], schema=schema)

    assert engine.write_table(folder, "scoring", "scores", scored(), schema) == 300_000
    table = engine.read_table(folder, "scoring.scores")
    assert sorted(table["row_id"].to_pylist()) == list(range(300_000))


def test_a_write_that_fails_leaves_the_table_as_it_was(engine, tmp_path):
    folder = tmp_path / "build"
    engine.write_table(folder, "scoring", "scores", [numbers(3)], numbers(0).schema)

    def failing():
        yield numbers(5)
        raise RuntimeError("the scorer failed")

    with pytest.raises(RuntimeError, match="the scorer failed"):
        engine.write_table(folder, "scoring", "scores", failing(), numbers(0).schema)

    assert engine.read_table(folder, "scoring.scores").num_rows == 3


def test_a_stream_that_is_left_early_holds_nothing(engine, tmp_path):
    folder = tmp_path / "build"
    engine.write_table(folder, "main", "t", [numbers(300_000)], numbers(0).schema)
    batches = engine.stream(folder, "main.t", ["row_id"], batch_rows=2_048)

    next(batches)
    batches.close()

    duckdb.connect(str(folder / "work.duckdb"), config={"threads": "1"}).close()


MEMBERS = """
create schema if not exists main;
create or replace table main.audience_people as
    select * from (values (0, 'u0'), (1, 'u1'), (2, 'u2')) as t (row_id, user_id);
create or replace table main.canonical_seed_identities as
    select * from (values (0, 'user_id', 's9')) as t (seed_row_id, id_type, identifier);
create or replace table main.canonical_seed_rows as
    select * from (values (0, 'k9')) as t (row_id, person_key);
create or replace table main.audience_members as
    select * from (values
        ('k9', null, 1.0, null, null, null, true),
        ('k2', 2, 0.7, 0.5, 2, 50.0, false),
        ('k0', 0, 0.9, 1.5, 1, 100.0, false)
    ) as t (person_key, row_id, score, log_odds, rank, percentile, is_seed);
"""


@pytest.fixture
def build(tmp_path):
    folder = tmp_path / "build"
    folder.mkdir()
    with closing(duckdb.connect(str(folder / "work.duckdb"))) as connection:
        connection.execute(MEMBERS)
    return folder


def terms():
    yield pa.record_batch({"row_id": [2, 0], "contribution_job": [0.5, 1.5]})


def test_members_are_written_best_first_with_their_ids(engine, build, tmp_path):
    target = tmp_path / "members.parquet"

    written = engine.export_members(
        build, target, ["user_id"], terms(), {"audience": "a"}
    )

    table = pq.read_table(target, page_checksum_verification=True)
    assert table["user_id"].to_pylist() == ["u0", "u2", "s9"]
    assert table["rank"].to_pylist() == [1, 2, None]
    assert table["contribution_job"].to_pylist() == [1.5, 0.5, None]
    assert table.schema.metadata[b"audience"] == b"a"
    assert written.rows == 3
    assert target.stat().st_mode & 0o077 == 0


def test_contributions_that_cannot_be_stored_hold_nothing(engine, build, tmp_path):
    """Though the error, and with it every frame that it went through, is at hand."""
    batches = engine.stream(build, "main.audience_members", ["row_id", "score"])

    with pytest.raises(StudioError) as failure:
        engine.export_members(build, tmp_path / "a.parquet", ["user_id"], batches)

    assert failure.value.code == "wrong_columns"
    duckdb.connect(str(build / "work.duckdb"), config={"threads": "1"}).close()


def test_the_same_members_give_the_same_bytes(engine, build, tmp_path):
    first, second = tmp_path / "a.parquet", tmp_path / "b.parquet"

    one = engine.export_members(build, first, ["user_id"], terms())
    with closing(duckdb.connect(str(build / "work.duckdb"))) as connection:
        connection.execute(
            "create or replace table main.audience_members as "
            "select * from main.audience_members order by person_key"
        )
    two = engine.export_members(build, second, ["user_id"], terms())

    assert one == two
    assert first.read_bytes() == second.read_bytes()


def test_the_content_hash_is_over_rows_not_metadata(engine, build, tmp_path):
    target = tmp_path / "a.parquet"
    one = engine.export_members(build, target, ["user_id"], terms(), {"version": "1"})
    two = engine.export_members(build, target, ["user_id"], terms(), {"version": "2"})
    other = engine.export_members(build, target, ["user_id"])

    assert one.content_hash == two.content_hash != other.content_hash


def test_a_full_disk_is_told_with_the_bytes_that_are_free(engine, tmp_path):
    from engines.failures import explained

    with (
        pytest.raises(StudioError, match="bytes are free"),
        explained("build 'b'", tmp_path / "absent"),
    ):
        raise OSError(28, "No space left on device")
