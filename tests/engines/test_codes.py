"""Columns in codes: they stand for the rows they were made of, or are not there."""

import json
from pathlib import Path

import numpy as np
import pytest

from catalog.errors import StudioError
from engines.base import BATCH_ROWS, InputIdentifier

USER_ID = InputIdentifier("user_id", False, "id", "id")
VALUES = {
    "text": ["a", None, "ä\n", "", "a"],
    "number": [1.5, None, float("nan"), float("-inf"), -0.0],
    "whole": [2**53 + 1, None, -1, 0, 7],
    "flag": [True, None, False, True, True],
}


@pytest.fixture
def build(write_inputs):
    """Write the inputs of a build whose population has these columns and unique ids."""

    def built(columns, roles, files=1, folder="build"):
        ids = [f"u{at}" for at in range(len(next(iter(columns.values()))))]
        return write_inputs(USER_ID, ids, columns, roles, files, folder)

    return built


def stage(engine, folder):
    """What staging makes of the listed values, and the members it reads."""
    import duckdb

    with duckdb.connect(str(folder / "work.duckdb")) as connection:
        connection.execute(
            "create or replace view main.stg_population_values as "
            "select * from inputs.population_values"
        )
        connection.execute(
            "create or replace view main.canonical_members as "
            "select * from inputs.population"
        )


def people_of(engine, folder, columns):
    batches = engine.stream_people(folder, "main.canonical_members", columns)
    rows = [row for batch in batches for row in batch.to_pylist()]
    return sorted(rows, key=lambda row: row["row_id"])


@pytest.mark.parametrize("role", ["categorical", "continuous"])
@pytest.mark.parametrize("files", [1, 2])
def test_codes_stand_for_the_population_as_it_is_read(engine, build, role, files):
    names = [name for name in VALUES if role == "categorical" or name != "text"]
    columns = {name: VALUES[name] for name in names}
    folder, coded = build(columns, dict.fromkeys(names, role), files)
    stage(engine, folder)

    people = people_of(engine, folder, names)

    expected = engine.read_table(folder, "inputs.population").sort_by("row_id")
    assert coded == tuple(names)
    assert repr(people) == repr(
        expected.select(["row_id", *names]).to_pylist()
    ).replace("-0.0", "0.0")


def test_codes_and_other_columns_are_of_the_same_rows(engine, build, monkeypatch):
    monkeypatch.setattr("engines.population_index.MOST_VALUES", 100)
    rows = BATCH_ROWS + 1_000
    columns = {"few": np.arange(rows) % 7, "many": np.arange(rows) / 2}
    folder, coded = build(columns, dict.fromkeys(columns, "continuous"), files=3)
    stage(engine, folder)

    people = people_of(engine, folder, ["many", "few"])

    assert coded == ("few",)
    assert len(people) == rows
    assert all(person["many"] * 2 % 7 == person["few"] for person in people)


def test_rows_of_the_seed_are_found_and_no_others(engine, build):
    columns = {"text": [f"t{at % 5}" for at in range(3_000)]}
    folder, _ = build(columns, {"text": "categorical"}, files=2)

    found = engine.read_table(folder, "inputs.population_found").to_pylist()

    assert found == [
        {"row_id": at, "user_id": f"u{at}", "text": f"t{at}"} for at in range(3)
    ]


def test_listed_values_count_every_row(engine, build):
    folder, _ = build({"text": VALUES["text"]}, {"text": "categorical"})

    listed = engine.read_table(folder, "inputs.population_values").to_pylist()

    assert [(row["code"], row["text_value"], row["row_count"]) for row in listed] == [
        (0, "", 1),
        (1, "a", 2),
        (2, "ä\n", 1),
        (3, None, 1),
    ]


def test_codes_are_made_once(engine, build, monkeypatch):
    build({"text": VALUES["text"]}, {"text": "categorical"})
    monkeypatch.setattr("engines.codes._write_codes", None)

    _, coded = build(
        {"text": VALUES["text"]}, {"text": "categorical"}, folder="another"
    )

    assert coded == ("text",)


@pytest.mark.parametrize("place", [0, 3, -1])
def test_a_changed_code_is_noticed(engine, build, place):
    folder, _ = build({"text": VALUES["text"]}, {"text": "categorical"})
    stage(engine, folder)
    codes = json.loads((folder / "codes.json").read_text())["columns"]["text"]["codes"]
    content = bytearray(Path(codes).read_bytes())
    content[place] ^= 1
    Path(codes).write_bytes(content)

    with pytest.raises(StudioError, match="is not as it was written") as caught:
        people_of(engine, folder, ["text"])

    assert caught.value.code == "damaged_codes"


def test_a_damaged_list_of_values_is_made_anew(engine, build):
    folder, _ = build({"text": VALUES["text"]}, {"text": "categorical"})
    kept = json.loads((folder / "codes.json").read_text())["columns"]["text"]["values"]
    Path(kept).write_bytes(b"damaged")

    another, _ = build(
        {"text": VALUES["text"]}, {"text": "categorical"}, folder="another"
    )

    assert engine.read_table(another, "inputs.population_values").num_rows == 4
