"""A bare `dbt build` runs every model and test on the example, the same way every time."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.dbt_project.conftest import in_process

# Relations with one row a person: their row ids follow the order of the population.
BY_PERSON = {
    "stg_population": None,
    "stg_seed": None,
    "stg_population_found": None,
    "stg_sample": None,
    "canonical_identities": None,
    "canonical_members": None,
    "canonical_merged_people": None,
    "canonical_sample": None,
    "weight_sample_terms": None,
    "canonical_identified_rows": None,
    "canonical_matched_seed": "* exclude (row_id)",
    "canonical_seed_matches": "* exclude (row_id)",
    "audience_attributes": None,
    "audience_people": "* exclude (row_id)",
    "audience_candidates": "* exclude (row_id)",
    "audience_members": "* exclude (row_id)",
}


def relations(folder: Path) -> duckdb.DuckDBPyConnection:
    """Open the work database of a build for reading."""
    return duckdb.connect(str(folder / "work.duckdb"), read_only=True)


def models(folder: Path) -> list[dict]:
    """The models as the manifest has them."""
    manifest = json.loads((folder / "target" / "manifest.json").read_text())
    return [
        node for node in manifest["nodes"].values() if node["resource_type"] == "model"
    ]


def test_every_stage_has_rows(example: Path) -> None:
    empty_by_design = {
        "audience_identities",
        "canonical_linked_rows",
        "canonical_merged_people",
        "canonical_repeated_identities",
        "canonical_unlike",
        "canonical_unlike_identities",
        "distribution_unlike_counts",
        "stg_unlike",
    }
    with relations(example) as connection:
        empty = {
            model["name"]
            for model in models(example)
            if not connection.sql(f"select 1 from {model['name']} limit 1").fetchall()
        }
    assert empty == empty_by_design


def test_every_model_says_what_a_row_and_each_column_is(example: Path) -> None:
    with relations(example) as connection:
        attributes = {
            name
            for (name,) in connection.sql(
                "select attribute from inputs.attributes union all select 'user_id'"
            ).fetchall()
        }
        for model in models(example):
            columns = set(
                connection.sql(f"select * from {model['name']} limit 0").columns
            )
            described = {
                name
                for name, column in model["columns"].items()
                if column["description"]
            }
            assert "one row" in model["description"].lower(), model["name"]
            assert columns - attributes == described, model["name"]
            assert model["raw_code"].startswith(("-- One row", "-- One row:")), model[
                "name"
            ]


def test_no_number_is_infinite_or_not_a_number(example: Path) -> None:
    with relations(example) as connection:
        for model in models(example):
            relation = connection.sql(f"select * from {model['name']}")
            doubles = [
                name
                for name, kind in zip(relation.columns, relation.types, strict=True)
                if str(kind) == "DOUBLE"
            ]
            for column in doubles:
                wrong = connection.sql(
                    f'select count(*) from {model["name"]} where not isfinite("{column}")'
                ).fetchall()
                assert wrong == [(0,)], (model["name"], column)


@pytest.fixture(scope="module")
def shuffled(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same example with the population in another order, on four threads."""
    folder = tmp_path_factory.mktemp("shuffled")
    with duckdb.connect(str(folder / "work.duckdb")) as connection:
        connection.execute(
            f"attach '{example / 'work.duckdb'}' as original (read_only)"
        )
        connection.execute("create schema inputs; create schema scoring")
        connection.execute(
            "create table new_rows as select row_id as old_row_id, "
            "row_number() over (order by md5(user_id || 'x')) - 1 as row_id "
            "from original.inputs.population"
        )
        for relation in (
            "inputs.population",
            "inputs.population_found",
            "inputs.population_uncoded",
            "inputs.sample",
            "scoring.scores",
        ):
            connection.execute(
                f"create table {relation} as select new_rows.row_id, "
                f"people.* exclude (row_id) from original.{relation} as people "
                "inner join new_rows on people.row_id = new_rows.old_row_id "
                "order by new_rows.row_id"
            )
        connection.execute("drop table new_rows; detach original")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_WORK_DATABASE", str(folder / "work.duckdb"))
        patch.setenv("LOOKALIKE_THREADS", "4")
        in_process(folder, "run")
    return folder


def test_order_and_threads_change_not_a_bit(example: Path, shuffled: Path) -> None:
    with relations(example) as one, relations(shuffled) as other:
        for model in models(example):
            columns = BY_PERSON.get(model["name"], "*")
            if columns is not None:
                query = f"select {columns} from {model['name']} order by all"
                assert one.sql(query).fetchall() == other.sql(query).fetchall(), model[
                    "name"
                ]


def test_recall_is_the_share_of_held_out_seed_people_above_the_cut(
    example: Path,
) -> None:
    with relations(example) as connection:
        seed = connection.sql("select log_odds from scoring.seed_scores").fetchnumpy()
        people = connection.sql(
            "select log_odds from scoring.scores anti join canonical_matched_seed using (row_id)"
        ).fetchnumpy()
        curve = connection.sql(
            "select audience_share, recall from report_curve order by audience_share"
        ).fetchall()
    for audience_share, recall in curve:
        cut = np.quantile(people["log_odds"], 1 - audience_share)
        assert recall == pytest.approx((seed["log_odds"] >= cut).mean(), abs=0.003)
    assert curve[-1] == (1.0, 1.0)


def test_a_real_build_never_meets_example_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_WORK_DATABASE", str(tmp_path / "work.duckdb"))
    with pytest.raises(
        AssertionError, match="input inputs.seed of build abcd1234 is absent"
    ):
        in_process(
            tmp_path,
            *("run", "--select", "stg_seed", "--vars", "{build_id: abcd1234}"),
        )
    with relations(tmp_path) as connection:
        assert not connection.sql("show all tables").fetchall()


def test_sqlfmt_is_the_law_for_layout() -> None:
    root = Path(__file__).parents[2]
    subprocess.run(
        [Path(sys.executable).parent / "sqlfmt", "--check", "dbt_project"],
        cwd=root,
        check=True,
        capture_output=True,
    )


@pytest.mark.parametrize(
    "damage",
    [
        "delete from scoring.score_steps where step = (select max(step) from scoring.score_steps)",
        "delete from scoring.scores where row_id in (select row_id from canonical_matched_seed)",
        "update scoring.scores set score = 1.5 where row_id = (select min(row_id) from scoring.scores)",
        "update scoring.scores set log_odds = null, score = null"
        " where row_id = (select min(row_id) from scoring.scores)",
    ],
)
def test_scores_that_leave_somebody_out_end_a_build(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    guard = ("test", "--select", "input_scores_and_steps_are_everyone")
    shutil.copy(example / "work.duckdb", tmp_path)
    monkeypatch.setenv("LOOKALIKE_WORK_DATABASE", str(tmp_path / "work.duckdb"))
    in_process(tmp_path, *guard)
    with duckdb.connect(str(tmp_path / "work.duckdb")) as connection:
        for name in ("scores", "score_steps"):
            connection.execute(
                f"create table copied as from scoring.{name}; drop view scoring.{name};"
                f"create table scoring.{name} as from copied; drop table copied"
            )
        connection.execute(damage)

    with pytest.raises(AssertionError, match="Got 1 result"):
        in_process(tmp_path, *guard)
