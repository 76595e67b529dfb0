"""`lookalike audience versions`, `diff`, `serve-version`, with all files and without."""

import json
from pathlib import Path

import pandas as pd
import pytest

from catalog.specification import read_specification
from studio.services.opening import open_studio
from studio.services.version_changes import version_changes
from tests.pipeline.building import build_specification
from tests.studio.conftest import ask, assert_refused, write_people, write_specification


@pytest.fixture(scope="module")
def two_versions(tmp_path_factory):
    """A folder with the audience `ours` in two versions; everybody aged meanwhile."""
    folder = tmp_path_factory.mktemp("versions")
    write_people(folder)
    path = write_specification(folder / "ours.yml", name="Ours", tags=["spring"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_HOME", str(folder / "home"))
        patch.chdir(folder)
        specification = read_specification(path)
        build_specification(folder, specification, with_report=True)
        population = pd.read_csv("population.csv")
        population["age"] += 8
        population.to_csv("population.csv", index=False)
        build_specification(folder, specification, with_report=True)
    return folder


@pytest.fixture
def ours(two_versions, monkeypatch):
    """Its versions, newest first; version 2 is served."""
    monkeypatch.setenv("LOOKALIKE_HOME", str(two_versions / "home"))
    monkeypatch.chdir(two_versions)
    return ask("audience", "versions", "ours", "--json").json


def hidden(path: str) -> Path:
    """Take a version's folder away; `rename` of what this gives brings it back."""
    return Path(path).rename(f"{path}_away")


def test_versions_are_told_with_their_state(ours):
    assert [(each["version"], each["state"]) for each in ours] == [
        (2, "served"),
        (1, "available"),
    ]
    assert all(each["on_disk"] for each in ours)
    assert ours[1]["entered_people"] is None
    assert ours[0]["entered_people"] + ours[0]["kept_people"] == 100
    printed = ask("audience", "versions", "ours").out
    assert "served" in printed
    assert "available" in printed


def test_diff_counts_people_and_drift(ours):
    found = ask("audience", "diff", "ours", "--json").json

    before, after = (
        set(pd.read_parquet(f"{each['folder']}/members.parquet")["person_key"])
        for each in reversed(ours)
    )
    assert (found["from"], found["to"]) == (1, 2)
    assert found["entered"] == len(after - before) > 0
    assert found["left"] == len(before - after)
    assert found["kept"] == len(before & after)
    psi = {each["attribute"]: each["psi"] for each in found["attributes"]}
    assert psi["age"] == max(psi.values()) > 0.1
    report = json.loads(Path(ours[0]["folder"], "figures.json").read_text())
    assert report["refresh"]["entered"] == found["entered"]


def test_a_screen_is_told_what_moved_and_what_was_asked_otherwise(ours, monkeypatch):
    workshop = open_studio()

    found = version_changes(workshop, "ours", 1, 2)
    first = workshop.catalog.newest_specification(
        workshop.catalog.get_audience("ours").id
    )
    yaml = first.yaml.replace("spring", "<b>autumn</b>").replace("top: 100", "top: 90")
    changed = first.model_copy(update={"yaml": yaml})
    monkeypatch.setattr(type(workshop.catalog), "specification", lambda *_: next(asked))
    asked = iter([first, changed])
    edited = version_changes(workshop, "ours", 1, 2)

    assert (found.older, found.newer, found.audience) == (1, 2, "Ours")
    assert found.sentences[0].startswith("Since version 1")
    assert {row[0] for row in found.drift.rows} >= {"score", "age"}
    assert found.specification == ()
    assert [line for line in edited.specification if line[0] != " "] == [
        "-  - spring",
        "+  - <b>autumn</b>",
        "…",
        "-  top: 100",
        "+  top: 90",
    ]


def test_diff_goes_either_way(ours):
    forth = ask("audience", "diff", "ours", "--from", "1", "--to", "2", "--json").json
    back = ask("audience", "diff", "ours", "--from", "2", "--to", "1", "--json").json

    assert (forth["entered"], forth["left"]) == (back["left"], back["entered"])


def test_diff_and_show_say_it_in_words(ours):
    diff = ask("audience", "diff", "ours").out
    show = ask("audience", "show", "ours").out

    entered = ours[0]["entered_people"]
    for printed in (diff, show):
        assert f"Since version 1, {entered} people entered" in printed
        assert "age (" in printed
    assert "PSI" in diff
    assert "spring" in show


@pytest.mark.parametrize("options", [["--from", "2"], ["--to", "1"]])
def test_a_version_is_not_compared_with_itself_or_nothing(ours, options):
    assert_refused(ask("audience", "diff", "ours", *options), "no other version")


def test_an_unknown_version_is_refused(ours):
    assert_refused(ask("audience", "diff", "ours", "--from", "9"), "version 9")


def test_a_version_that_was_deleted_from_disk_is_told(ours):
    """Each command says so in one sentence, or does what it can without it."""
    away = hidden(ours[0]["folder"])
    try:
        for command in ("show", "diff"):
            assert_refused(ask("audience", command, "ours"), "version 2", "build")
        assert_refused(
            ask("audience", "explain", "ours", "--id", "user 1"), "version 2"
        )
        assert_refused(ask("audience", "serve-version", "ours", "2"), "version 2")
        assert ask("audience", "history", "ours").code == 0
        assert ask("audience", "list").code == 0
        assert "gone" in ask("audience", "versions", "ours").out.replace("\n", " ")
        gone = ask("audience", "versions", "ours", "--json").json
        assert [each["on_disk"] for each in gone] == [False, True]
        assert ask("audience", "serve-version", "ours", "1").code == 0
        assert ask("audience", "show", "ours", "--json").json["version"] == 1
    finally:
        away.rename(ours[0]["folder"])
        ask("audience", "serve-version", "ours", "2")


@pytest.mark.parametrize("name", ["members.parquet", "figures.json", "manifest.json"])
def test_a_file_that_is_gone_or_damaged_is_told(ours, name):
    path = Path(ours[0]["folder"]) / name
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[: len(whole) // 2])
        assert_refused(ask("audience", "serve-version", "ours", "2"), name)
        assert_refused(ask("audience", "diff", "ours"), name)
        path.unlink()
        assert_refused(ask("audience", "serve-version", "ours", "2"), name)
    finally:
        path.write_bytes(whole)
    assert ask("audience", "serve-version", "ours", "2").code == 0


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("figures.json", ["show", "ours"]),
        ("members.parquet", ["explain", "ours", "--id", "user 1"]),
    ],
)
def test_reading_a_damaged_file_is_one_sentence(ours, name, command):
    path = Path(ours[0]["folder"]) / name
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[: len(whole) // 2])
        assert_refused(ask("audience", *command), "version 2", name)
    finally:
        path.write_bytes(whole)


def test_a_build_that_finds_an_older_version_says_which_one_stays_in_use(ours):
    """After a roll back the version in use is the one that was chosen."""
    ask("audience", "serve-version", "ours", "1")
    try:
        found = ask("audience", "build", "ours.yml", "--json").json
        printed = ask("audience", "build", "ours.yml")
    finally:
        ask("audience", "serve-version", "ours", "2")

    assert (found["version"], found["unchanged"], found["served"]) == (2, True, 1)
    assert "Version 1 stays in use" in printed.err
