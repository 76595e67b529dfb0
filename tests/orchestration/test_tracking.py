"""Tracking with MLflow: what is told, to a real server and to a folder, and what never is."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from catalog.errors import StudioError
from catalog.home import create_home
from orchestration.builds import load_build
from orchestration.tracked import TrackedRun, runs_of_trials
from orchestration.tracking import Destination, destination_of, track, track_build
from orchestration.workshop import open_workshop
from python_scoring.scorers.neighbours import OF_PEOPLE
from python_scoring.shareable import without_people
from tests.studio.conftest import (
    ask,
    assert_refused,
    write_people,
    write_specification,
)

START_SECONDS = 90


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A real MLflow server on loopback; ended with its children."""
    pytest.importorskip("mlflow", reason="the extra `tracking` is not installed")
    pytest.importorskip("flask_cors", reason="an MLflow server needs Flask")
    folder = tmp_path_factory.mktemp("server")
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--workers", "1"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    quiet = {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **quiet},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process, folder / "log")
        yield address
    finally:
        # a session of its own, so that its workers end with it
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def wait_for(address, process, log):
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()[-2_000:]
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=1):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text()[-2_000:])


@pytest.fixture(scope="module")
def tracked(server, tmp_path_factory):
    """An audience that was built and compared with the server listening."""
    folder = tmp_path_factory.mktemp("tracked")
    _, everybody = write_people(folder)
    path = write_specification(
        folder / "audience.yml",
        scoring={"model": "weighted_bayes", "learn_from": "seed"},
    )
    down = f"http://127.0.0.1:{free_port()}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_HOME", str(folder / "home"))
        untold = ask("audience", "build", path, "--track", down, "--json")
        built = ask("audience", "build", path, "--track", server, "--json")
        compared = ask(
            *("audience", "compare", path, "--track", server, "--json"),
            *("--models", "naive_bayes,boosted"),
        )
    assert built.code == compared.code == 0, built.err + compared.err
    return {
        "home": folder / "home",
        "down": down,
        "untold": untold,
        "built": built.json,
        "compared": compared.json,
        "people": everybody,
    }


@pytest.fixture(scope="module")
def client(server):
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=server)


def runs_of(client, wanted=""):
    (experiment,) = client.search_experiments(filter_string="name LIKE 'lookalike/%'")
    return client.search_runs([experiment.experiment_id], wanted)


def texts_of(client, run, path=""):
    """Every artefact of a run, by path."""
    found = {}
    for each in client.list_artifacts(run.info.run_id, path):
        if each.is_dir:
            found |= texts_of(client, run, each.path)
        else:
            file = client.download_artifacts(run.info.run_id, each.path)
            found[each.path] = Path(file).read_text(encoding="utf-8")
    return found


def test_a_build_is_one_run_with_choices_figures_scorer_plots_and_report(
    tracked, client
):
    (run,) = runs_of(client, f"tags.`lookalike.id` = '{tracked['built']['build']}'")
    folder = Path(tracked["built"]["members"]).parent
    quality = json.loads((folder / "quality.json").read_text())
    texts = texts_of(client, run)

    assert run.info.status == "FINISHED"
    assert run.data.params["model"] == "weighted_bayes"
    assert run.data.params["smoothing"] == "30.0"
    assert "age" in run.data.params["attributes"]
    metrics = run.data.metrics
    assert metrics["held_out_auc"] == pytest.approx(quality["auc"]["value"])
    assert metrics["held_out_auc_low"] == pytest.approx(quality["auc"]["low"])
    assert metrics["calibration_error"] == pytest.approx(quality["calibration_error"])
    assert metrics["lift_asked"] == pytest.approx(quality["chosen"]["lift"])
    assert metrics["lift_10_percent"] > 1
    assert metrics["delivered_people"] == 100
    assert texts["report.html"] == (folder / "report.html").read_text()
    document = json.loads(texts["scorer/parameters.json"])
    assert document == json.loads((folder / "parameters.json").read_text())
    assert {"plots/reach.svg", "plots/reliability.svg"} <= set(texts)
    assert tracked["built"]["warnings"] == []


def test_each_compared_scorer_is_a_run_inside_the_comparison(tracked, client):
    (parent,) = runs_of(client, "params.model = 'compared'")
    inside = runs_of(client, f"tags.`mlflow.parentRunId` = '{parent.info.run_id}'")
    by_model = {run.data.params["model"]: run for run in inside}
    lines = {each["model"]: each for each in tracked["compared"]["scorers"]}

    assert set(by_model) == {"naive_bayes", "boosted"}
    got = by_model["naive_bayes"].data.metrics
    assert got["held_out_auc"] == pytest.approx(lines["naive_bayes"]["auc"]["value"])
    assert got["log_loss"] == pytest.approx(lines["naive_bayes"]["log_loss"])
    assert "scorer/parameters.json" in texts_of(client, by_model["naive_bayes"])
    assert "at least 1,000" in by_model["boosted"].data.params["reason"]
    assert "plots/comparison.svg" in texts_of(client, parent)


def test_no_row_identifier_or_key_of_a_person_is_told(tracked, client):
    import pandas as pd

    members = pd.read_parquet(tracked["built"]["members"])
    secrets = {*tracked["people"]["user_id"], *members["person_key"]}

    for run in runs_of(client):
        told = json.dumps([dict(run.data.params), dict(run.data.tags)])
        told += "".join(texts_of(client, run).values())
        assert not [
            each for each in secrets if f'"{each}"' in told or f">{each}<" in told
        ]
        assert not [each for each in members["person_key"] if each in told]


def test_what_is_told_already_is_not_told_again(tracked, server, client):
    workshop = open_workshop(create_home(tracked["home"]), tracking=server)
    build = load_build(workshop.home, tracked["built"]["build"])
    version = workshop.catalog.version_of_build(build.build_id)
    before = len(runs_of(client))

    assert track_build(workshop, build, version) is None

    assert len(runs_of(client)) == before


def test_a_build_for_a_server_that_is_down_is_whole_and_says_so(tracked):
    answer = tracked["untold"]

    assert answer.code == 0
    assert answer.json["version"] == 1
    (told,) = answer.json["warnings"]
    assert told.startswith(f"MLflow at '{tracked['down']}' was not told of version 1")
    assert "nothing of it is lost" in told
    assert answer.err.count("warning: ") == 1
    assert "Traceback" not in answer.err
    assert answer.json["seconds"]["tracking"] < 30
    # the same command told it once a server was there
    assert tracked["built"]["unchanged"]


def test_a_server_that_never_answers_is_given_up(monkeypatch):
    pytest.importorskip("mlflow")
    monkeypatch.setattr("orchestration.tracking.SERVER_SECONDS", 1.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        run = TrackedRun("lookalike/a", "a", "a")
        import mlflow  # noqa: F401 - its import is not what is waited for

        began = time.monotonic()
        told = track(Destination(address, address, None), "it", lambda: [run])

    assert "no end within 1 seconds" in told
    assert time.monotonic() - began < 60
    assert "MLFLOW_HTTP_REQUEST_TIMEOUT" not in os.environ


def test_a_folder_is_a_database_and_its_artefacts(tmp_path):
    pytest.importorskip("mlflow")
    from mlflow import MlflowClient

    workshop = open_workshop(create_home(tmp_path / "home"), tracking="home")
    destination = destination_of(workshop)
    inner = TrackedRun(
        "lookalike/a",
        "trial 0",
        "b trial 0",
        metrics={"validation_loss": 0.5},
        steps=(("by_trees", 25, 0.6), ("by_trees", 50, 0.5)),
    )
    run = TrackedRun(
        "lookalike/a",
        "a",
        "b",
        {"model": "boosted"},
        texts={"x/y.txt": "z"},
        nested=(inner,),
    )

    assert track(destination, "it", lambda: [run]) is None

    folder = tmp_path / "home" / "tracking"
    assert destination.uri == f"sqlite:///{folder / 'mlflow.db'}"
    assert (folder / "mlflow.db").stat().st_mode & 0o077 == 0
    client = MlflowClient(tracking_uri=destination.uri)
    runs = {each.info.run_name: each for each in runs_of(client)}
    parent = runs["trial 0"].data.tags["mlflow.parentRunId"]
    assert parent == runs["a"].info.run_id
    assert texts_of(client, runs["a"]) == {"x/y.txt": "z"}
    losses = client.get_metric_history(runs["trial 0"].info.run_id, "by_trees")
    assert [(each.step, each.value) for each in losses] == [(25, 0.6), (50, 0.5)]


def test_two_that_look_at_a_folder_at_once_may_both_write_to_it(tmp_path, monkeypatch):
    workshop = open_workshop(create_home(tmp_path / "home"))
    unlink = Path.unlink

    def unlink_as_another_did(path, **named):
        unlink(path)
        unlink(path, **named)

    monkeypatch.setattr(Path, "unlink", unlink_as_another_did)

    found = destination_of(workshop, f"file://{tmp_path}/runs")

    assert found.folder == tmp_path / "runs"


def test_what_goes_wrong_with_the_figures_stops_nothing():
    def runs():
        raise KeyError("anna@example.org")

    told = track(Destination("'x'", "http://127.0.0.1:9", None), "it", runs)

    assert "(KeyError)" in told
    assert "anna" not in told


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("mlflow", ("'mlflow'", "http://… or https://…")),
        ("ftp://host/x", ("'ftp://host/x'", "file:///…")),
        ("http://", ("'http://'",)),
        ("http://host:port/", ("'http://host:port/'",)),
        (
            "http://anna:secret@host:5000",
            ("the tracking address", "a user or a password"),
        ),
        ("file:///proc/nowhere", ("'/proc/nowhere'", "cannot be written")),
    ],
)
def test_what_cannot_be_tracked_is_refused_before_anything_is_built(
    tmp_path, monkeypatch, place, named
):
    monkeypatch.setenv("LOOKALIKE_HOME", str(tmp_path / "home"))
    answer = ask("audience", "build", "nothing.yml", "--track", place)

    assert_refused(answer, *named)
    assert "secret" not in answer.err


def test_a_missing_extra_is_one_sentence_with_its_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr("orchestration.tracking.find_spec", lambda name: None)
    workshop = open_workshop(create_home(tmp_path), tracking="home")

    with pytest.raises(StudioError) as error:
        destination_of(workshop)

    assert str(error.value) == (
        "tracking needs the extra `tracking`: pip install 'lookalike-studio[tracking]'"
    )
    assert destination_of(open_workshop(create_home(tmp_path))) is None


def test_the_trials_of_a_search_are_runs_of_their_own(tracked):
    optuna = pytest.importorskip("optuna")
    from python_scoring.tuning import STUDY

    workshop = open_workshop(create_home(tracked["home"]))
    build = load_build(workshop.home, tracked["built"]["build"])
    study = optuna.create_study(
        storage=f"sqlite:///{build.folder / 'trials.db'}", study_name=STUDY
    )
    state = optuna.trial.TrialState
    for ended, value in (
        (state.COMPLETE, 0.5),
        (state.FAIL, None),
        (state.PRUNED, 0.7),
    ):
        study.add_trial(
            optuna.trial.create_trial(
                state=ended,
                value=value,
                params={"max_depth": 3},
                distributions={"max_depth": optuna.distributions.IntDistribution(2, 6)},
                intermediate_values={25: 0.8},
            )
        )

    first, second = runs_of_trials(build, "lookalike/people")

    (build.folder / "trials.db").unlink()
    assert first.parameters == {"max_depth": 3, "state": "complete"}
    assert first.metrics == {"validation_loss": 0.5}
    assert first.steps == (("validation_loss_by_trees", 25, 0.8),)
    assert second.parameters["state"] == "pruned"
    assert first.began_at <= first.ended_at


def test_what_scorers_keep_of_single_people_is_left_out():
    trees = {"scorer": "boosted", "parameters": {"models": ["m"], "half_rows": ["h"]}}
    near = {"scorer": "neighbours", "parameters": {"slope": 1}}
    near["parameters"] |= dict.fromkeys(OF_PEOPLE, "people")
    joined = {
        "scorer": "auto",
        "parameters": {"factors": [1], "scorers": [trees, near]},
    }

    told = json.loads(without_people(json.dumps(joined)))

    inside = told["parameters"]["scorers"]
    assert [each["parameters"] for each in inside] == [{"models": ["m"]}, {"slope": 1}]
