"""Writes runs to MLflow. The one file that imports it; `tracking` decides whether and where."""

import logging
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from orchestration.tracked import TrackedRun

if TYPE_CHECKING:
    from mlflow import MlflowClient

IDENTITY_TAG = "lookalike.id"
PARENT_TAG = "mlflow.parentRunId"
FINISHED = "FINISHED"
MOST_PARAMETER = 500
QUIET = ("mlflow", "alembic", "urllib3")


class Stopped(Exception):  # noqa: N818 - it is no error
    """Whoever waited has given up."""


def log_runs(
    uri: str,
    artifact_location: str | None,
    runs: Iterable[TrackedRun],
    stopped: threading.Event,
) -> None:
    """Log each run with those nested in it, but for those that are there already.

    Once `stopped` is set nothing more is begun. A run that was left half logged is
    closed as killed, and logged anew. Raises what MLflow raises.
    """
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    for run in runs:
        experiment = _experiment(client, run.experiment, artifact_location)
        if not _is_there(client, experiment, run.identity):
            _log(client, experiment, run, {}, stopped)


def _experiment(
    client: "MlflowClient", name: str, artifact_location: str | None
) -> str:
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    return str(client.create_experiment(name, artifact_location=artifact_location))


def _is_there(client: "MlflowClient", experiment: str, identity: str) -> bool:
    wanted = f"tags.`{IDENTITY_TAG}` = '{identity}'"
    runs = client.search_runs([experiment], wanted)
    for run in runs:
        if run.info.status == "RUNNING":
            client.set_terminated(run.info.run_id, "KILLED")
    return any(run.info.status == FINISHED for run in runs)


def _log(
    client: "MlflowClient",
    experiment: str,
    run: TrackedRun,
    tags: dict[str, str],
    stopped: threading.Event,
) -> None:
    from mlflow.entities import Metric, Param

    if stopped.is_set():
        raise Stopped
    now = int(time.time() * 1000)
    begun = client.create_run(
        experiment,
        start_time=run.began_at or now,
        run_name=run.name,
        tags={IDENTITY_TAG: run.identity, **run.tags, **tags},
    )
    run_id = begun.info.run_id
    client.log_batch(
        run_id,
        metrics=[Metric(name, value, now, 0) for name, value in run.metrics.items()]
        + [Metric(name, value, now, step) for name, step, value in run.steps],
        params=[
            Param(name, str(value)[:MOST_PARAMETER])
            for name, value in run.parameters.items()
        ],
    )
    for path, text in run.texts.items():
        if stopped.is_set():
            raise Stopped
        client.log_text(run_id, text, path)
    for each in run.nested:
        _log(client, experiment, each, {PARENT_TAG: run_id}, stopped)
    client.set_terminated(run_id, FINISHED, run.ended_at)
