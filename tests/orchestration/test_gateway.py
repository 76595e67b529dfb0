"""Runs that are asked for and ended, with Dagster's web server in what it answers alone."""

import subprocess
import sys
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from catalog.errors import StudioError
from orchestration import gateway
from orchestration.endings import WORKER_TAG
from orchestration.gateway import Gateway
from orchestration.jobs import FORCE_TAG, SPECIFICATION_TAG
from orchestration.leases import owner_of

ORIGIN = RemoteJobOrigin(
    RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "repository"), "job"
)
TAGS = {"dagster/partition": "people", SPECIFICATION_TAG: "3", FORCE_TAG: "salt"}


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def asked(monkeypatch):
    """What was asked for. `kinds` are the answers to come; then all is taken."""
    asked = SimpleNamespace(parameters=[], kinds=[])

    def answer(address, query, seconds, parameters):
        asked.parameters.append(parameters)
        kind = asked.kinds.pop(0) if asked.kinds else "LaunchRunSuccess"
        return {"answer": {"__typename": kind, "run": {"runId": "the new one"}}}

    monkeypatch.setattr(gateway, "ask", answer)
    return asked


def made(instance):
    return Gateway(SimpleNamespace(tracking=None), instance, lambda: "http://here")


def run_of(instance, **fields):
    return instance.create_run_for_job(
        job_def=dg.job(name="job")(lambda: None),
        tags={**TAGS, **fields.pop("tags", {})},
        **fields,
    )


def from_the_queue(instance, **fields):
    return run_of(
        instance,
        remote_job_origin=ORIGIN,
        job_code_origin=dg.reconstructable(a_job).get_python_origin(),
        **fields,
    )


@dg.job
def a_job():
    pass


def test_a_retry_begins_at_what_failed_or_where_nothing_did_at_the_first_step(
    instance, asked
):
    run = from_the_queue(instance)

    assert made(instance).retry(run.run_id, from_failure=True) == "the new one"
    asked.kinds = ["PythonError"]
    assert made(instance).retry(run.run_id, from_failure=True) == "the new one"
    made(instance).retry(run.run_id, from_failure=False)
    asked.kinds = ["PythonError"] * 2
    with pytest.raises(StudioError, match="was refused by Dagster") as refused:
        made(instance).retry(run.run_id, from_failure=True)

    strategies = [each["strategy"] for each in asked.parameters]
    assert strategies == [
        *("FROM_FAILURE", "FROM_FAILURE", "ALL_STEPS", "ALL_STEPS"),
        *("FROM_FAILURE", "ALL_STEPS"),
    ]
    assert refused.value.code == "launch_refused"


def test_a_retry_of_what_a_command_carried_out_is_a_new_run_of_the_same_build(
    instance, asked
):
    """Dagster has kept no code location of it to go on with."""
    run = run_of(instance, tags={WORKER_TAG: "a command's"})

    made(instance).retry(run.run_id, from_failure=True)

    (parameters,) = asked.parameters
    told = parameters["executionMetadata"]
    assert told["parentRunId"] == told["rootRunId"] == run.run_id
    assert {each["key"]: each["value"] for each in told["tags"]} == {
        **TAGS,
        "dagster/parent_run_id": run.run_id,
        "dagster/root_run_id": run.run_id,
    }
    assert instance.get_dynamic_partitions("audiences") == ["people"]


def test_a_run_that_is_cancelled_while_a_daemon_begins_it_ends_with_its_process():
    """Dagster takes it for one that waits, and tells its process nothing."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        with dg.DagsterInstance.ephemeral() as instance:
            run = from_the_queue(instance, status=dg.DagsterRunStatus.QUEUED)
            worker = {WORKER_TAG: owner_of(run.run_id, process.pid)}

            def cancel_run(run_id):
                instance.report_run_canceling(run)
                instance.report_run_canceled(run)
                instance.add_run_tags(run_id, worker)

            instance.run_coordinator.cancel_run = cancel_run
            made(instance).cancel(run.run_id)

        assert process.wait(timeout=60) != 0
    finally:
        process.kill()
        process.wait()
