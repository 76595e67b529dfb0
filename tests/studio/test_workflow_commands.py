"""`lookalike audience workflow`, `submit`, `edit`, `duplicate`; lists, tags, archive."""

import json
from pathlib import Path

import pandas as pd
import pytest

from catalog.specification import parse_specification, read_specification
from catalog.workflow import stage_list
from tests.studio.conftest import AUDIENCE, ask, assert_refused, write_specification


@pytest.fixture
def documents(two_files):
    """A specification and its workflow document beside it."""
    write_specification(two_files / "a.yml", name="Ours", tags=["Spring", "vip"])
    answer = ask("audience", "workflow", "a.yml", "--out", "flow.yml")
    assert answer.code == 0, answer.err
    return two_files


def test_a_workflow_is_written_without_a_home(documents):
    assert not (documents / "home" / "catalog.db").exists()
    assert ask("audience", "validate", "flow.yml").code == 0
    assert read_specification("flow.yml") == read_specification("a.yml")
    text = Path("flow.yml").read_text()
    assert "trigger_immediately: false" in text
    assert text.count("  - name: ") == len(stage_list())


def test_the_workflow_plans_as_its_specification_does(documents):
    plain = ask("audience", "plan", "a.yml", "--json").json

    assert ask("audience", "plan", "flow.yml", "--json").json == plain


def test_submit_keeps_and_says_how_to_build(documents):
    answer = ask("audience", "submit", "flow.yml")

    assert answer.code == 0, answer.err
    assert "specification 1 of 'Ours'" in answer.out
    assert "lookalike audience build ours" in answer.out
    (listed,) = ask("audience", "list", "--json").json
    assert listed["version"] is None
    again = ask("audience", "submit", "a.yml", "--json").json
    assert (again["specification"], again["trigger_immediately"]) == (1, False)


def test_submit_builds_what_is_triggered_and_a_build_finds_it_unchanged(documents):
    ask("audience", "workflow", "a.yml", "--trigger-immediately", "--out", "now.yml")

    submitted = ask("audience", "submit", "now.yml", "--json").json
    by_workflow = ask("audience", "build", "flow.yml", "--json").json
    by_specification = ask("audience", "build", "a.yml", "--json").json

    assert submitted["trigger_immediately"] is True
    assert (submitted["version"], submitted["unchanged"]) == (1, False)
    for each in (by_workflow, by_specification):
        assert (each["version"], each["unchanged"]) == (1, True)
        assert (each["specification"], each["build"]) == (1, submitted["build"])


def test_an_edited_stage_list_is_refused_by_every_command(documents):
    text = Path("flow.yml").read_text().replace("- name: scores", "- name: mine")
    Path("flow.yml").write_text(text)

    for command in ("plan", "build", "submit"):
        assert_refused(ask("audience", command, "flow.yml"), "'mine'", "leave stages")
    assert "'mine'" in ask("audience", "validate", "flow.yml").out
    assert not list((documents / "home" / "builds").iterdir())


def test_a_workflow_of_an_audience_is_written_by_its_name(built):
    text = ask("audience", "workflow", built.json["audience"]).out

    kept = ask("audience", "show", AUDIENCE, "--json").json["specification_yaml"]
    assert parse_specification(text, "flow") == parse_specification(kept, "kept")


def test_what_is_edited_comes_back_as_it_was(documents):
    """B22: every choice, and from any folder: the same specification version."""
    ask("audience", "submit", "a.yml")
    Path("elsewhere").mkdir()

    written = ask("audience", "edit", "OURS", "--out", "elsewhere/edit.yml")

    assert written.code == 0, written.err
    assert read_specification("elsewhere/edit.yml") == read_specification("a.yml")
    again = ask("audience", "submit", "elsewhere/edit.yml", "--json")
    assert again.json["specification"] == 1, again.err


def test_an_older_specification_can_be_edited(documents):
    ask("audience", "submit", "a.yml")
    write_specification(documents / "b.yml", name="Ours", output={"top": 7})
    assert ask("audience", "submit", "b.yml", "--json").json["specification"] == 2

    older = ask("audience", "edit", "Ours", "--specification", "1").out
    newest = ask("audience", "edit", "Ours").out

    assert parse_specification(older, "older") == read_specification("a.yml")
    assert parse_specification(newest, "newest") == read_specification("b.yml")
    assert_refused(
        ask("audience", "edit", "Ours", "--specification", "3"),
        "specification version 3",
    )


def test_a_duplicate_has_every_choice_under_a_new_name(documents):
    ask("audience", "submit", "a.yml")

    written = ask("audience", "duplicate", "Ours", "--name", "Theirs", "--out", "b.yml")

    assert written.code == 0, written.err
    theirs = read_specification("b.yml")
    assert theirs.name == "Theirs"
    assert theirs.model_copy(update={"name": "Ours"}) == read_specification("a.yml")
    assert ask("audience", "submit", "b.yml", "--json").json["audience"] == "theirs"


@pytest.mark.parametrize("name", ["ours", "OURS", "Seed", "", "a\x00b", "x" * 201])
def test_a_duplicate_s_name_must_be_free_and_a_name(documents, name):
    ask("audience", "submit", "a.yml")

    answer = ask("audience", "duplicate", "Ours", "--name", name, "--out", "b.yml")

    assert_refused(answer)
    assert not Path("b.yml").exists()


# Lists, tags, archive


def names(answer) -> list[str]:
    return [each["name"] for each in answer.json]


@pytest.fixture
def three(documents):
    """Ours (Spring, vip), Autumn (vip) and Plain, kept and not built."""
    ask("audience", "submit", "a.yml")
    write_specification(documents / "b.yml", name="Autumn", tags=["vip"])
    write_specification(
        documents / "c.yml", name="Plain", description="after the Spring fair"
    )
    ask("audience", "submit", "b.yml")
    ask("audience", "submit", "c.yml")


def test_audiences_are_found_by_tag_and_text(three):
    by_tag = ask("audience", "list", "--tag", "VIP", "--json")
    by_text = ask("audience", "list", "--search", "spring", "--json")
    by_both = ask("audience", "list", "--tag", "vip", "--search", "spring", "--json")

    assert names(by_tag) == ["Autumn", "Ours"]
    assert names(by_text) == ["Ours", "Plain"]
    assert names(by_both) == ["Ours"]
    assert names(ask("audience", "list", "--tag", "vi", "--json")) == []
    assert "No audience fits" in ask("audience", "list", "--tag", "vi").out


def test_the_person_s_tags_are_listed(three):
    printed = ask("audience", "list").out

    assert "Spring, vip" in printed
    assert "_nio_" not in printed


def test_an_archived_audience_is_in_no_list_until_it_is_back(three):
    assert ask("audience", "archive", "Ours").code == 0

    assert names(ask("audience", "list", "--json")) == ["Autumn", "Plain"]
    everybody = ask("audience", "list", "--all", "--json").json
    assert [each["is_archived"] for each in everybody] == [False, True, False]
    assert "(archived)" in ask("audience", "list", "--all").out
    assert ask("audience", "show", "Ours", "--json").json["is_archived"] is True

    assert ask("audience", "archive", "Ours", "--undo").code == 0
    assert "Ours" in names(ask("audience", "list", "--json"))


def test_a_build_s_work_database_is_no_dataset(built):
    """B21: what a build has in progress is in no list and cannot be registered."""
    home = Path(built.json["members"]).parents[3]
    work = home / "builds" / built.json["build"] / "work.duckdb"
    assert work.exists()

    answer = ask("datasets", "add", work, "--table", "main.audience_cut")

    assert_refused(answer, "work.duckdb", "members.parquet")
    listed = {each["name"] for each in ask("datasets", "list", "--json").json}
    assert listed == {"seed", "population"}


# The plan in words


def test_the_plan_says_in_words_what_would_be_built(two_files):
    """B25."""
    people = pd.read_csv("seed.csv").drop(columns="plan")
    people.to_csv("seed.csv", index=False)
    write_specification(
        two_files / "a.yml",
        output={"top": 5_000, "include_seed": True},
        refresh={"schedule": "@daily"},
    )

    printed = ask("audience", "build", "a.yml", "--dry-run")
    found = ask("audience", "plan", "a.yml", "--json").json

    summary = found["summary"]
    assert summary["seed"] == "120 rows of 'seed'"
    assert summary["population"] == "1,000 rows of 'population'"
    assert "user_id" in summary["joined by"]
    assert summary["scores by"].startswith("4 attributes: ")
    assert summary["left out"] == "1 column: plan"
    assert summary["delivers"] == "the 5,000 most alike people"
    assert summary["seed people"].startswith("are added")
    assert summary["built again"] == "by the schedule @daily (UTC)"
    assert summary["recommends"].startswith("the largest size whose last people surely")
    for text in summary.values():
        assert text in printed.out
    assert any("5,000 people are asked for" in each for each in found["caveats"])
    assert any("the studio runs" in each for each in found["caveats"])
    for text in found["caveats"]:
        assert text in printed.err
    assert json.dumps(found)


def test_asking_for_more_than_there_are_is_said_after_the_build(two_files):
    """B15."""
    write_specification(two_files / "a.yml", output={"top": 5_000})

    answer = ask("audience", "build", "a.yml")

    assert answer.code == 0
    assert "5,000 people were asked for; there are 880 candidates." in answer.err
    assert "880 of 880 candidates are in the audience." in answer.out
