"""`lookalike audience suggest`: which attributes to take, told before a build."""

import json

import numpy as np
import pandas as pd
import pytest

from catalog.specification import parse_specification, read_specification
from tests.pipeline import people
from tests.studio.conftest import ask, assert_refused, write_specification


def write_frames(folder, seed, population):
    seed.to_csv(folder / "seed.csv", index=False)
    population.to_csv(folder / "population.csv", index=False)


def seed_of(everybody, count=500):
    """People who are older, richer and more of them German, each to a degree."""
    odds = np.exp(0.04 * everybody["age"].to_numpy())
    odds *= np.where(everybody["country"] == "DE", 4.0, 1.0)
    odds *= np.where(everybody["income"].fillna(0) > 30_000, 4.0, 1.0)
    rng = np.random.default_rng(2)
    rows = rng.choice(len(everybody), count, replace=False, p=odds / odds.sum())
    return everybody.iloc[np.sort(rows)]


def with_odd_columns(everybody, chosen):
    """Both sides with a copy, a mark of the seed, a column of the others, a number."""
    rng = np.random.default_rng(3)
    is_seed = everybody["user_id"].isin(chosen["user_id"]).to_numpy()
    count = len(everybody)
    mark = np.where(
        is_seed, rng.choice(["s1", "s2"], count), rng.choice(["p1", "p2"], count)
    )
    reason = np.where(is_seed, None, rng.choice(["price", "other"], count))
    return everybody.assign(
        age_in_months=everybody["age"] * 12,
        mark=mark,
        reason=np.where(
            np.arange(count) == np.flatnonzero(is_seed)[0], "price", reason
        ),
        number=rng.permutation(count) + 10_000,
        noise=rng.choice(list("abc"), count),
    )


@pytest.fixture(scope="module")
def advised(tmp_path_factory):
    """The folder, and what `suggest` says of a population with every oddity."""
    folder = tmp_path_factory.mktemp("advice")
    everybody = people.population(3_000)
    everybody = with_odd_columns(everybody, seed_of(everybody))
    chosen = everybody[everybody["mark"].isin(["s1", "s2"])]
    write_frames(folder, chosen, everybody)
    path = write_specification(folder / "audience.yml", seed={"dataset": "seed"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_HOME", str(folder / "home"))
        answer = ask(
            *("audience", "suggest", path, "--json"),
            *("--output", folder / "advised.yml"),
        )
    assert answer.code == 0, answer.err
    return folder, answer.json


@pytest.fixture
def advice(advised, monkeypatch):
    """What it said, its home in use."""
    folder, found = advised
    monkeypatch.setenv("LOOKALIKE_HOME", str(folder / "home"))
    return found


def of(advice, attribute):
    (found,) = (e for e in advice["attributes"] if e["attribute"] == attribute)
    return found


def test_the_advised_set_is_of_3_to_8_that_tell_the_seed(advice):
    chosen = [each["attribute"] for each in advice["chosen"]]

    assert advice["can_be_told"]
    assert 3 <= len(chosen) <= 8
    assert {"country", "income"} < set(chosen)
    # one of the two that are the same, and nothing that says nothing
    assert len({"age", "age_in_months"} & set(chosen)) == 1
    assert not {"mark", "reason"} & set(chosen)
    steps = [each["step"] for each in advice["attributes"] if each["is_advised"]]
    assert steps == list(range(1, len(chosen) + 1))


def test_a_column_that_tells_the_seed_by_itself_is_no_proposal(advice):
    found = of(advice, "mark")

    assert (found["kind"], found["is_advised"]) == ("leak", False)
    assert found["auc"]["value"] >= 0.98
    assert "before the seed was chosen" in found["remedy"]


def test_a_column_that_the_seed_alone_lacks_is_a_leak_too(advice):
    found = of(advice, "reason")

    assert found["kind"] == "leak"
    assert "having a value, or none" in found["reason"]


def test_copies_are_named_as_a_pair_and_count_half(advice):
    pair = advice["repetitions"][0]

    assert {pair["attribute"], pair["other_attribute"]} == {"age", "age_in_months"}
    assert pair["correlation"] == pytest.approx(1.0, abs=1e-6)
    assert "each counts half" in pair["meaning"]
    left = next(e for e in advice["attributes"] if e["kind"] == "repeats")
    assert left["attribute"] in {"age", "age_in_months"}


def test_whole_numbers_that_hardly_repeat_are_asked_about(advice):
    assert "given in order" in of(advice, "number")["question"]
    assert of(advice, "age")["question"] == ""


def test_every_attribute_has_its_reason(advice):
    names = [each["attribute"] for each in advice["attributes"]]

    assert len(set(names)) == len(names) == 10
    assert all(each["reason"] for each in advice["attributes"])
    assert "held out" in advice["estimated_from"]


def test_the_yaml_can_be_pasted_and_the_copy_is_a_specification(advised):
    folder, advice = advised
    chosen = tuple(each["attribute"] for each in advice["chosen"])

    written = read_specification(folder / "advised.yml")
    original = (folder / "audience.yml").read_text()
    pasted = {**json.loads(original), "attributes": list(chosen)}

    assert tuple(each.attribute for each in written.attributes) == chosen
    assert parse_specification(json.dumps(pasted)) == written
    lines = advice["attributes_yaml"].splitlines()
    assert [line.strip(' -"') for line in lines] == ["attributes:", *chosen]


def test_a_file_that_is_there_is_not_written_over(advised, advice):
    folder, _ = advised
    before = (folder / "audience.yml").read_text()

    answer = ask(
        *("audience", "suggest", folder / "audience.yml"),
        *("--output", folder / "audience.yml"),
    )

    assert_refused(answer, "audience.yml", "is there already")
    assert (folder / "audience.yml").read_text() == before


def test_what_none_can_tell_is_a_plain_result(here):
    everybody = people.population(1_500)
    random = everybody.sample(200, random_state=4)
    write_frames(here, random, everybody)
    path = write_specification(here / "audience.yml")

    answer = ask("audience", "suggest", path, "--output", "advised.yml")

    assert answer.code == 0, answer.err
    assert "None of the attributes tells the seed from the population" in answer.out
    assert "advised.yml is not written" in answer.out
    assert not (here / "advised.yml").exists()


def test_a_seed_that_is_everybody_leaves_nobody_to_compare_with(here):
    everybody = people.population(400)
    write_frames(here, everybody, everybody)

    answer = ask("audience", "suggest", write_specification(here / "audience.yml"))

    assert_refused(answer, "the population", "0 people outside the seed")


def test_a_name_that_is_no_attribute_comes_with_those_that_may_be_meant(two_files):
    path = write_specification(two_files / "audience.yml", attributes=["incme"])

    assert_refused(ask("audience", "suggest", path), "incme", "income")


def test_a_seed_of_25_is_advised_and_one_of_24_refused(here):
    everybody = people.population(600)
    frames = people.seed_of(everybody, 25)
    write_frames(here, frames, everybody)
    path = write_specification(here / "audience.yml")

    answer = ask("audience", "suggest", path, "--json")

    assert answer.code == 0, answer.err
    assert answer.json["seed_people"] == 25
    pd.DataFrame(frames.iloc[:24]).to_csv(here / "seed.csv", index=False)
    assert_refused(ask("audience", "suggest", path), "24", "25")
