"""`lookalike audience`: ask, check, plan, build, look at, explain, roll back."""

import json
from pathlib import Path

import pandas as pd
import pytest

from catalog.specification import parse_specification
from tests.report.pages import Html
from tests.studio.conftest import (
    AUDIENCE,
    DESCRIPTION,
    ask,
    assert_refused,
    write_specification,
)


def test_a_build_says_what_it_made(built):
    assert built.code == 0, built.err
    found = built.json
    members = pd.read_parquet(found["members"])
    manifest = json.loads(Path(found["manifest"]).read_text())

    assert found["name"] == AUDIENCE
    assert found["unchanged"] is False
    assert found["version"] == 1
    assert found["people"] == len(members) == manifest["people"] == 220
    assert (found["figures"]["seed_people"], found["figures"]["matched_people"]) == (
        120,
        120,
    )
    assert set(found["seconds"]) == {"inputs", "learn", "scores", "deliver", "audience"}
    assert members["is_seed"].sum() == 120


def test_the_audience_s_slug_is_safe_and_its_name_as_typed(built):
    (found,) = ask("audience", "list", "--json").json

    assert found["name"] == AUDIENCE
    assert found["audience"].isidentifier()
    assert found["audience"].isascii()
    assert found["tags"] == ["spring", "_nio_audience", "_nio_lookalike"]


def test_list_prints_the_name_as_text(built):
    printed = ask("audience", "list").out.split()

    assert {"Käufer", '"2026"', "<b>{{", "}}</b>", "'top'"} <= set(printed)


def test_show_tells_figures_and_the_specification(built):
    found = ask("audience", "show", AUDIENCE, "--json").json

    assert found["description"] == DESCRIPTION
    assert found["version"] == 1
    assert found["members"] == built.json["members"]
    assert json.loads(json.dumps(found["report"])) == json.loads(
        Path(found["members"]).with_name("figures.json").read_text()
    )
    assert parse_specification(found["specification_yaml"], "kept").name == AUDIENCE


def test_show_prints_the_report_for_people(built):
    answer = ask("audience", "show", built.json["audience"])

    assert answer.code == 0
    assert "income" in answer.out
    assert built.json["members"] in answer.out


def test_a_small_seed_is_warned_of(built):
    """I02: 120 people are fewer than the advised 500."""
    report = ask("audience", "show", AUDIENCE, "--json").json["report"]

    assert any("120" in each["message"] for each in report["warnings"])


def test_explain_gives_contributions_that_add_up(built):
    members = pd.read_parquet(built.json["members"])
    person = members.iloc[6]

    by_id = ask(
        "audience", "explain", AUDIENCE, "--id", person["user_id"], "--json"
    ).json
    by_key = ask(
        "audience", "explain", AUDIENCE, "--id", person["person_key"], "--json"
    ).json

    assert by_id == by_key
    assert by_id["rank"] == 7
    assert {each["attribute"] for each in by_id["contributions"]} == {
        "country",
        "plan",
        "age",
        "income",
        "visits",
    }
    total = sum(each["contribution"] for each in by_id["contributions"])
    assert total == pytest.approx(by_id["log_odds"], abs=1e-9)


def test_explain_says_that_a_seed_person_is_one(built):
    members = pd.read_parquet(built.json["members"])
    person = members[members["is_seed"]].iloc[0]

    answer = ask("audience", "explain", AUDIENCE, "--id", person["user_id"])

    assert answer.code == 0
    assert "seed person" in answer.out


def test_explain_of_a_stranger_does_not_repeat_the_identifier(built):
    answer = ask("audience", "explain", AUDIENCE, "--id", "ann@example.com")

    assert_refused(answer, AUDIENCE)
    assert "ann@example.com" not in answer.err + answer.out


def test_what_was_not_asked_for_is_told_as_that(two_files):
    write_specification(two_files / "a.yml", attributes=["age"], exclude=["visits"])

    plan = ask("audience", "plan", "a.yml", "--json").json

    codes = {each["attribute"]: each["code"] for each in plan["left_out"]}
    assert {codes["plan"], codes["visits"]} == {"not_asked"}
    assert all(each["reason"] and each["remedy"] for each in plan["left_out"])


def test_history_tells_build_and_version(built):
    (entry,) = ask("audience", "history", AUDIENCE, "--json").json
    head, line = ask("audience", "history", AUDIENCE).out.splitlines()[:2]

    assert entry["build"] == built.json["build"]
    assert (entry["state"], entry["version"], entry["served"]) == ("succeeded", 1, True)
    assert entry["error"] is None
    assert head.split()[-2:] == ["served", "cause"] and line.split()[-1] == "yes"


def test_the_list_says_why_a_newest_build_failed(built, monkeypatch):
    (line,) = ask("audience", "list", "--json").json
    error = {"object": "dataset 'seed'", "cause": "has 3 rows", "remedy": "add people"}
    failed = {**line, "state": "failed", "error": error, "version": None}
    failed |= {"people": None, "published_at": None}
    monkeypatch.setattr("studio.services.audiences.overview", lambda *_, **__: [failed])

    answer = ask("audience", "list")

    assert "failed" in answer.out
    assert "failed: dataset 'seed' has 3 rows; add people" in answer.err


def test_an_unknown_version_is_refused_with_those_there_are(built):
    answer = ask("audience", "serve-version", AUDIENCE, "7")

    assert_refused(answer, "version 7", "(1)")


def test_a_damaged_version_is_not_served_again(built, tmp_path):
    """The file is put back afterwards: the home is shared."""
    path = Path(built.json["members"])
    whole = path.read_bytes()
    path.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    try:
        answer = ask("audience", "serve-version", AUDIENCE, "1")
    finally:
        path.write_bytes(whole)

    assert_refused(answer, "version 1", "members.parquet")
    assert ask("audience", "serve-version", AUDIENCE, "1").code == 0


def test_an_unknown_audience_is_refused(built):
    assert_refused(ask("audience", "show", "nobody"), "'nobody'")


def test_new_writes_a_specification_that_is_valid_and_can_be_planned(two_files):
    ask("datasets", "add", "seed.csv")
    ask("datasets", "add", "population.csv")
    options = ["--name", "Ours", "--seed", "seed", "--population", "population"]

    written = ask("audience", "new", *options, "--top", "50", "--out", "ours.yml")

    assert written.code == 0, written.err
    assert ask("audience", "validate", "ours.yml").code == 0
    plan = ask("audience", "plan", "ours.yml", "--json").json
    assert plan["output"] == {"top": 50, "include_seed": False}
    assert {each["attribute"] for each in plan["attributes"]} == {
        "country",
        "plan",
        "age",
        "income",
        "visits",
    }


def test_new_does_not_write_over_a_file(two_files):
    ask("datasets", "add", "seed.csv")
    ask("datasets", "add", "population.csv")
    Path("ours.yml").write_text("mine")

    answer = ask(
        *("audience", "new", "--name", "Ours", "--seed", "seed"),
        *("--population", "population", "--out", "ours.yml"),
    )

    assert_refused(answer, "ours.yml")
    assert Path("ours.yml").read_text() == "mine"


def test_a_dry_run_is_the_plan_and_builds_nothing(two_files):
    write_specification(two_files / "a.yml")

    dry = ask("audience", "build", "a.yml", "--dry-run", "--json").json

    assert dry == ask("audience", "plan", "a.yml", "--json").json
    assert dry["seed"] == {"dataset": "seed", "rows": 120}
    assert dry["population"] == {"dataset": "population", "rows": 1_000}
    assert dry["identifiers"] == [
        {
            "identifier": "user_id",
            "seed_column": "user_id",
            "population_column": "user_id",
            "use": "joins",
        }
    ]
    assert dry["learn_from"] == "auto"
    assert ask("audience", "list", "--json").json == []
    assert list((two_files / "home" / "builds").iterdir()) == []


def test_duplicate_identifiers_are_counted_before_the_build(two_files):
    """I15: five rows of the population are there twice."""
    people = pd.read_csv("population.csv")
    pd.concat([people, people.head(5)]).to_csv("population.csv", index=False)
    write_specification(two_files / "a.yml")

    plan = ask("audience", "plan", "a.yml", "--json").json

    assert plan["resolves_people"] is True
    assert any(note.startswith("5 rows of the population") for note in plan["notes"])


def test_the_person_s_exclusions_are_honoured(two_files):
    write_specification(two_files / "a.yml", exclude=["age", "country"])

    plan = ask("audience", "plan", "a.yml", "--json").json

    assert {each["attribute"] for each in plan["attributes"]} == {
        "plan",
        "income",
        "visits",
    }


def test_an_attribute_that_is_an_id_or_a_constant_is_left_out_with_its_reason(
    two_files,
):
    """I07, B11: not proposed; the plan says why."""
    for name in ("seed", "population"):
        frame = pd.read_csv(f"{name}.csv")
        frame["nickname"] = "name of " + frame["user_id"]
        frame["planet"] = "Earth"
        frame["nothing"] = None
        frame.to_csv(f"{name}.csv", index=False)
    write_specification(two_files / "a.yml")

    plan = ask("audience", "plan", "a.yml", "--json").json

    left_out = {each["attribute"]: each["reason"] for each in plan["left_out"]}
    assert set(left_out) == {"nickname", "planet", "nothing"}
    assert all(left_out.values())


def test_a_column_of_text_is_never_scored_as_a_number(two_files):
    write_specification(
        two_files / "a.yml", attributes=[{"attribute": "country", "role": "continuous"}]
    )

    assert_refused(ask("audience", "plan", "a.yml"), "'country'")


WRONG = {
    "top of 0": ({"output": {"top": 0}}, "top"),
    "top below 0": ({"output": {"top": -5}}, "top"),
    "top of 1e18": ({"output": {"top": 10**18}}, "top"),
    "half a person": ({"output": {"top": 10.5}}, "top"),
    "top in words": ({"output": {"top": "ten"}}, "top"),
    "score below 0": ({"output": {"min_score": -0.1}}, "min_score"),
    "score above 1": ({"output": {"min_score": 1.1}}, "min_score"),
    "score in words": ({"output": {"min_score": "high"}}, "min_score"),
    "two limits": ({"output": {"top": 5, "min_score": 0.5}}, "top and min_score"),
    "no limit": ({"output": {"include_seed": True}}, "no limit"),
    "percent of 101": ({"output": {"best_percent": 101}}, "best_percent"),
    "no name": ({"name": ""}, "name"),
    "no population": ({"population": None}, "population"),
    "an unknown field": ({"outptu": {"top": 5}}, "outptu"),
    "seed and population alike": ({"population": {"dataset": "Seed"}}, "'seed'"),
    "a schedule that is none": ({"refresh": {"schedule": "@sometimes"}}, "schedule"),
    "an unknown model": ({"scoring": {"model": "oracle"}}, "model"),
    "an attribute twice": ({"attributes": ["age", "age"]}, "'age'"),
}


@pytest.mark.parametrize(("fields", "told"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_specification_is_refused_with_its_line(two_files, fields, told):
    """I19, I20: by `validate` and by `build`, which registers nothing."""
    path = write_specification(two_files / "wrong.yml", **fields)

    checked = ask("audience", "validate", path)
    refused = ask("audience", "build", path)

    assert checked.code == 3
    assert told in checked.out
    assert_refused(refused, told)
    assert ask("datasets", "list", "--json").json == []


def test_nan_is_no_score(two_files):
    """I20: YAML has a word for it, JSON has none."""
    Path("wrong.yml").write_text(
        "name: people\nseed: {dataset: seed}\npopulation: {dataset: population}\n"
        "output: {min_score: .nan}\n"
    )

    answer = ask("audience", "validate", "wrong.yml")

    assert answer.code == 3
    assert "min_score" in answer.out


def test_validate_tells_every_mistake_with_its_line(two_files):
    Path("wrong.yml").write_text(
        "name: people\nseed: {dataset: seed}\npopulation: {dataset: population}\n"
        "output:\n  top: 0\nscoring:\n  smoothing: -1\n"
    )

    found = ask("audience", "validate", "wrong.yml", "--json")

    assert found.code == 3
    assert found.json["valid"] is False
    told = [f"{each['object']} {each['cause']}" for each in found.json["errors"]]
    assert len(told) == 2
    assert any("line 5" in each for each in told)
    assert any("line 7" in each for each in told)


UNFIT = {
    "an unknown dataset": ({"datasets": {}}, "'seed'"),
    "an unknown attribute": ({"attributes": ["agee"]}, "'agee'"),
    "an unknown join key": ({"join_key": "maid"}, "maid"),
    "too few seed people": ({"limits": {"minimum_seed": 121}}, "121"),
    "nothing to score": ({"attributes": ["user_id"]}, "user_id"),
}


@pytest.mark.parametrize(("fields", "told"), UNFIT.values(), ids=UNFIT.keys())
def test_what_the_data_cannot_give_is_refused(two_files, fields, told):
    path = write_specification(two_files / "unfit.yml", **fields)

    answer = ask("audience", "build", path)

    assert_refused(answer, told)
    assert ask("audience", "list", "--json").json == []
    assert list((two_files / "home" / "builds").iterdir()) == []


def test_an_error_has_the_same_parts_in_json(two_files):
    path = write_specification(two_files / "unfit.yml", attributes=["agee"])

    answer = ask("audience", "plan", path, "--json")

    assert answer.code == 3
    assert set(answer.json["error"]) == {"code", "object", "cause", "remedy"}
    assert "'agee'" in answer.json["error"]["object"]
    assert "age" in answer.json["error"]["remedy"]


def test_the_name_of_a_dataset_is_refused_before_the_build(two_files):
    for side in ("seed", "population"):
        ask("datasets", "add", f"{side}.csv")
    sides = ("--seed", "seed", "--population", "population")

    new = ask("audience", "new", "--name", "Seed", *sides)
    ask("audience", "new", "--name", "Other", *sides, "--out", "other.yml")
    document = Path("other.yml").read_text().replace("name: Other", "name: seed")
    Path("other.yml").write_text(document)
    planned = ask("audience", "plan", "other.yml")

    assert_refused(
        new, "audience 'Seed' has the name of the dataset 'seed'", "seed.csv"
    )
    assert_refused(planned, "audience 'seed' has the name of the dataset 'seed'")


def test_datasets_that_share_no_identifier_are_refused_with_both_lists(two_files):
    """B9, I27: the seed has only a hashed e-mail, the population only a user id."""
    seed = pd.read_csv("seed.csv").drop(columns="user_id")
    seed["sha256_hashed_email"] = [f"{n:064x}" for n in range(len(seed))]
    seed.to_csv("seed.csv", index=False)
    write_specification(two_files / "a.yml")

    answer = ask("audience", "plan", "a.yml")

    assert_refused(answer, "sha256_hashed_email", "user_id")


def test_datasets_that_share_no_attribute_are_refused(two_files):
    """I27."""
    seed = pd.read_csv("seed.csv")
    seed = seed.rename(columns={n: f"other_{n}" for n in seed if n != "user_id"})
    seed.to_csv("seed.csv", index=False)
    write_specification(two_files / "a.yml", scoring={"learn_from": "seed"})

    assert_refused(ask("audience", "plan", "a.yml"))


def test_a_bare_list_of_ids_learns_from_the_population(two_files):
    """B14."""
    pd.read_csv("seed.csv")[["user_id"]].to_csv("seed.csv", index=False)
    write_specification(two_files / "a.yml")

    assert ask("audience", "plan", "a.yml", "--json").json["learn_from"] == "population"


def test_a_usage_error_has_its_own_code(two_files):
    assert ask("audience", "build").code == 2
    assert ask("audience", "build", "a.yml", "--threads", "0").code == 2
    assert ask("datasets", "map", "x", "--column", "age").code == 2


def test_a_fault_of_ours_is_one_line_without_people_s_data(two_files, monkeypatch):
    def broken(*arguments: object) -> None:
        raise KeyError("ann@example.com")

    monkeypatch.setattr("studio.services.audiences.read_request", broken)

    answer = ask("audience", "plan", "people")

    assert_refused(answer, "KeyError", code=1)
    assert "ann@example.com" not in answer.err


def test_the_report_page_is_beside_the_members(built):
    path = Path(built.json["report_page"])
    text = Html(path.read_text(encoding="utf-8")).text

    assert path.parent == Path(built.json["members"]).parent
    assert AUDIENCE in text
    assert DESCRIPTION in text
    assert " spring " in text
    assert "_nio_" not in text
    assert ask("audience", "report", AUDIENCE).out.strip() == str(path)
    assert ask("audience", "report", AUDIENCE, "--version", 1, "--json").json == {
        "report_page": str(path)
    }
    shown = ask("audience", "show", AUDIENCE, "--json").json
    assert shown["report_page"] == str(path)


def test_the_report_page_is_opened_where_there_is_a_browser(built, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)

    answer = ask("audience", "report", AUDIENCE, "--open")

    assert opened == [Path(built.json["report_page"]).as_uri()]
    assert answer.code == 0
    assert "open the file by hand" in answer.err


def test_a_report_of_no_version_or_of_a_lost_one_is_refused(built, tmp_path):
    unknown = ask("audience", "report", AUDIENCE, "--version", 7)

    assert_refused(unknown, "version 7", "is not there")
    path = Path(built.json["report_page"])
    hidden = path.rename(path.with_name("hidden"))
    lost = ask("audience", "report", AUDIENCE)
    hidden.rename(path)
    assert_refused(lost, "version 1", "has lost its report.html")
