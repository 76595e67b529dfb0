"""Seeds at the command line: filters, lists of ids, audiences as seeds."""

import json
from pathlib import Path

import pandas as pd
import pytest

from catalog.specification import read_specification
from tests.studio.conftest import AUDIENCE, ask, assert_refused, write_specification

FILTER = ["--seed", "population", "--population", "population", "--name", "x"]


@pytest.fixture
def marked(two_files):
    """The population with the mark of the seed, and with columns of odd names."""
    chosen = set(pd.read_csv("seed.csv")["user_id"])
    everybody = pd.read_csv("population.csv")
    marks = ["yes" if each in chosen else "no" for each in everybody["user_id"]]
    everybody.assign(**{"converted": marks, "a>=b; '\"": marks}).to_csv(
        "population.csv", index=False
    )
    assert ask("datasets", "add", "population.csv").code == 0
    return two_files


def test_a_filter_is_written_planned_and_built(marked):
    written = ask(
        "audience", "new", *FILTER, "--seed-where", "converted=yes",
        "--seed-where", "age>=20", "--top", "50", "--out", "a.yml",
    )  # fmt: skip

    assert written.code == 0, written.err
    where = read_specification(Path("a.yml")).seed.where
    assert [each.model_dump() for each in where] == [
        {"column": "converted", "is": "yes"},
        {"column": "age", "at_least": "20"},
    ]
    plan = ask("audience", "plan", "a.yml")
    assert "of 1,000 rows of 'population' where 'converted' is 'yes'" in plan.out
    built = ask("audience", "build", "a.yml", "--json")
    assert built.json["people"] == 50


def test_a_weight_people_to_avoid_and_a_population_filter_are_written(marked):
    written = ask(
        "audience", "new", *FILTER, "--seed-where", "converted=yes",
        "--seed-weight", "age", "--unlike", "population",
        "--unlike-where", "converted=no", "--unlike-where", "age<30",
        "--where", "age>=25", "--out", "a.yml",
    )  # fmt: skip

    assert written.code == 0, written.err
    found = read_specification(Path("a.yml"))
    assert found.seed.weight == "age"
    assert found.seed.unlike.dataset == "population"
    assert [each.model_dump() for each in found.seed.unlike.where] == [
        {"column": "converted", "is": "no"},
        {"column": "age", "below": "30"},
    ]
    assert [each.model_dump() for each in found.population.where] == [
        {"column": "age", "at_least": "25"}
    ]
    assert "age" not in [each.attribute for each in found.attributes]


def test_which_rows_to_avoid_needs_their_dataset(marked):
    answer = ask(
        "audience", "new", *FILTER, "--seed-where", "converted=yes",
        "--unlike-where", "age<30",
    )  # fmt: skip

    assert_refused(answer, "--unlike-where", "name the dataset")


def test_what_the_filter_is_made_of_is_told_as_not_scored(marked):
    text = ask("audience", "new", *FILTER, "--seed-where", "converted=yes").out

    assert "# not scored: converted is what the seed is chosen by" in text
    assert "\n  - converted" not in text


def test_a_column_whose_name_holds_a_sign_is_found_by_its_whole_name(marked):
    text = ask("audience", "new", *FILTER, "--seed-where", "a>=b; '\"=yes").out

    Path("b.yml").write_text(text)
    (condition,) = read_specification(Path("b.yml")).seed.where
    assert condition.model_dump() == {"column": "a>=b; '\"", "is": "yes"}


@pytest.mark.parametrize(
    ("where", "named"),
    [
        ("converted=maybe", "selects nobody: 0 of 1,000 rows"),
        ("convertd=yes", "did you mean 'converted'"),
        ("converted", "write it like converted=yes"),
        ("age>=old", "'old' does not fit"),
        ("converted>no", "has no order"),
        ("user_id!=", "selects everybody"),
        ("converted={{ 7 * 7 }}", "{{ 7 * 7 }}"),
        ("converted='; drop table x; --", "selects nobody"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_in_one_line(marked, where, named):
    assert_refused(ask("audience", "new", *FILTER, "--seed-where", where), named)


def test_the_population_as_its_own_seed_needs_a_filter(marked):
    assert_refused(ask("audience", "new", *FILTER), "seed.where")


def test_a_scored_column_in_the_filter_is_refused(marked):
    write_specification(
        marked / "a.yml",
        datasets=None,
        seed={"dataset": "population", "where": [{"column": "converted", "is": "yes"}]},
        attributes=["age", "converted"],
    )

    assert_refused(ask("audience", "plan", "a.yml"), "attribute 'converted'")


def test_a_list_of_ids_that_nobody_has_is_refused_with_both_shapes(two_files):
    pd.DataFrame({"user_id": [f"{n:016x}" for n in range(100)]}).to_csv(
        "seed.csv", index=False
    )
    write_specification(two_files / "a.yml")

    answer = ask("audience", "build", "a.yml")

    assert_refused(answer, "0 of its 100 people", "16 hex digits in lower case")


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--seed", "seed", "--seed-audience", "x"],
        ["--seed-audience", "x", "--seed-where", "a=b"],
        ["--seed", "population", "--seed-version", "2"],
    ],
)
def test_a_seed_is_asked_for_in_one_way(marked, options):
    answer = ask(
        "audience", "new", "--name", "x", "--population", "population", *options
    )

    assert_refused(answer)


def test_audiences_are_listed_as_seeds_when_asked_for(built):
    without = ask("datasets", "list", "--json").json
    with_audiences = ask("datasets", "list", "--show-audiences", "--json").json

    (added,) = [each for each in with_audiences if each not in without]
    assert {each["kind"] for each in without} == {"csv"}
    assert (added["name"], added["kind"]) == (AUDIENCE, "audience")
    assert (added["rows"], added["identifiers"]) == (built.json["people"], ["user_id"])


def test_an_audience_is_a_seed_of_another(built, tmp_path):
    text = ask(
        "audience", "new", "--name", "More of them", "--seed-audience", AUDIENCE,
        "--seed-version", "1", "--population", "population", "--top", "30",
    ).out  # fmt: skip
    path = tmp_path / "more.yml"
    path.write_text(text)

    plan = ask("audience", "plan", path, "--json").json

    assert plan["seed"] == {
        "audience": AUDIENCE,
        "version": 1,
        "rows": built.json["people"],
    }
    assert plan["learn_from"] == "population"
    assert json.dumps(plan)


def test_an_audience_of_no_version_is_refused_as_a_seed(built):
    answer = ask(
        "audience", "new", "--name", "x", "--seed-audience", AUDIENCE,
        "--seed-version", "9", "--population", "population",
    )  # fmt: skip

    assert_refused(answer, "version 9 of the seed audience")
