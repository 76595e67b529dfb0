"""The short part of the campaign `markers`, and that it sees what should not be there."""

import base64
import json

import pandas as pd
import pytest

from catalog.errors import StudioError
from orchestration.instance import open_instance
from orchestration.launch import build_audience
from tests.faults.marker_texts import email, hits, marks
from tests.faults.markers import few_commands, is_no_data, open_to_others, story
from tests.orchestration.conftest import open_studio


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("markers")
    return story(folder, 0o000, few_commands(folder))


def test_no_file_but_the_data_holds_a_marked_person_or_secret(outcomes):
    marks_found, _ = outcomes

    assert marks_found.tried > 100
    assert marks_found.broken == []


def test_the_whole_home_is_its_owner_s_alone_under_any_mask(outcomes):
    _, modes = outcomes

    assert modes.tried > 150
    assert modes.broken == []


@pytest.mark.parametrize("coding", ["utf-8", "utf-16", "json", "base64"])
def test_a_mark_is_found_however_it_was_written(tmp_path, coding):
    for number, mark in enumerate(marks()):
        text = f"row {number}: '{mark}', and more"
        if coding == "json":
            content = json.dumps({"text": text}).encode()
        elif coding == "base64":
            content = base64.b64encode(text.encode())
        else:
            content = text.encode(coding)
        (tmp_path / str(number)).write_bytes(content)

    found = [each.partition(" holds ")[2] for each in hits(sorted(tmp_path.iterdir()))]

    assert sorted(found) == sorted(marks())


def test_what_others_may_read_is_found(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "log").touch(mode=0o600)
    (tmp_path / "log").chmod(0o640)

    found = [*open_to_others([tmp_path, tmp_path / "log"])]

    assert [each.rpartition(" ")[2] for each in found] == ["0755", "0640"]


@pytest.fixture
def studio(tmp_path, monkeypatch):
    monkeypatch.setenv("LOOKALIKE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home" / "dagster"))
    return open_studio(tmp_path)


def kept_of(workshop):
    """Everything but the data that a failed run has left."""
    files = [each for each in workshop.home.root.rglob("*") if is_no_data(each)]
    assert any("history/runs" in str(each) for each in files)
    return files


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"could not convert string to float: '{email(1)}'"),
        RuntimeError(f"a row of {email(1)}"),
        OSError(5, "Input/output error"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_failed_step_leaves_nothing_of_what_its_error_quoted(
    studio, monkeypatch, capfd, error
):
    workshop, audience = studio

    def fail(*arguments, **options):
        raise error from KeyError(email(2))

    monkeypatch.setattr("orchestration.assets.scores.score_population", fail)

    with pytest.raises(StudioError) as caught:
        build_audience(workshop, audience)

    said = capfd.readouterr()
    assert "marker.person" not in f"{caught.value} {said.out} {said.err}"
    assert [*hits(kept_of(workshop))] == []


def test_a_model_that_fails_leaves_nothing_of_the_rows_that_it_read(
    studio, tmp_path, monkeypatch, capfd
):
    """The population turns to texts after its inputs were written, before dbt reads it."""
    from orchestration import intake

    workshop, audience = studio
    write_inputs = intake.write_inputs
    path = tmp_path / "population.parquet"

    def and_spoil(*arguments, **options):
        written = write_inputs(*arguments, **options)
        people = pd.read_parquet(path)
        people.assign(age=[email(each) for each in people.index]).to_parquet(path)
        return written

    monkeypatch.setattr(intake, "write_inputs", and_spoil)

    with pytest.raises(StudioError) as caught:
        build_audience(workshop, audience)

    said = capfd.readouterr()
    assert caught.value.code == "input_changed"
    assert "marker.person" not in f"{caught.value} {said.out} {said.err}"
    assert [*hits(kept_of(workshop))] == []
    with open_instance(workshop.home) as instance:
        assert len(instance.get_runs()) == 1
