"""Runs that end from outside, and what dies with them."""

import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import dagster as dg
import psutil
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.storage.tags import ROOT_RUN_ID_TAG

from catalog.errors import StudioError
from catalog.home import create_home
from catalog.records import BuildState, Lease
from catalog.store import Catalog
from orchestration.endings import (
    WORKER_TAG,
    end_abandoned_runs,
    end_unheard_builds,
    queue_stranded_runs,
    stop_if_cancelled,
    worker_of,
)
from orchestration.faults import RETRY_POLICY
from orchestration.leases import LEASE_SECONDS, as_it_stands, lease_owner
from orchestration.publishing import remove_drafts
from orchestration.steps import failures_recorded, told_to_dagster

ORIGIN = RemoteJobOrigin(
    RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "repository"), "job"
)
PARENT = """
import subprocess, sys
from orchestration.endings import ends_with_us
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with ends_with_us(child):
    print(child.pid, flush=True)
    sys.stdin.readline()
child.kill()
"""


@dg.job
def a_job():
    pass


@pytest.fixture
def catalog(tmp_path):
    """A catalog without an audience."""
    catalog = Catalog(create_home(tmp_path / "home").catalog_url)
    yield catalog
    catalog.close()


@pytest.fixture
def dead_worker():
    """The owner of a lease whose process has ended."""
    place, _, _ = lease_owner("command").rpartition(":")
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return f"{place.rpartition(':')[0]}:{process.pid}:1"


def run_of(instance, tags, **fields):
    return instance.create_run_for_job(
        job_def=dg.job(name="job")(lambda: None),
        status=dg.DagsterRunStatus.STARTED,
        tags=tags,
        **fields,
    )


def test_a_run_whose_command_died_failed_and_no_other(catalog, dead_worker):
    instance = dg.DagsterInstance.ephemeral()
    died = run_of(instance, {WORKER_TAG: dead_worker})
    lives = run_of(instance, {WORKER_TAG: lease_owner("command")})
    of_dagster = run_of(instance, {})
    goes_on = run_of(
        instance,
        {WORKER_TAG: dead_worker},
        parent_run_id=died.run_id,
        root_run_id=died.run_id,
    )

    assert end_abandoned_runs(catalog, instance) == 1

    states = {
        run.run_id: instance.get_run_by_id(run.run_id).status
        for run in (died, lives, of_dagster, goes_on)
    }
    assert states.pop(died.run_id) is dg.DagsterRunStatus.FAILURE
    assert {*states.values()} == {dg.DagsterRunStatus.STARTED}


@pytest.mark.parametrize("cancel", ["report_run_canceling", "report_run_canceled"])
def test_a_run_that_was_cancelled_before_it_began_stops_at_its_next_step(cancel):
    """Its beginning makes it STARTED again, so its state alone does not tell."""
    instance = dg.DagsterInstance.ephemeral()
    run = run_of(instance, {})
    stop_if_cancelled(instance, run)
    getattr(instance, cancel)(run)
    instance.report_dagster_event(
        dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "job"), run.run_id
    )
    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.STARTED

    with pytest.raises(KeyboardInterrupt):
        stop_if_cancelled(instance, run)

    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.CANCELING


@pytest.mark.parametrize("begins_after", [False, True])
def test_a_run_that_died_of_being_cancelled_is_cancelled(
    catalog, dead_worker, begins_after
):
    """The signal may end it before its process could tell, and its beginning be told last."""
    instance = dg.DagsterInstance.ephemeral()
    run = run_of(instance, {WORKER_TAG: dead_worker})
    instance.report_run_canceling(run)
    if begins_after:
        instance.report_dagster_event(
            dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "job"), run.run_id
        )

    assert end_abandoned_runs(catalog, instance) == 1

    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.CANCELED


def test_a_run_that_told_of_its_end_just_before_its_process_ended_keeps_it(
    catalog, dead_worker, monkeypatch
):
    instance = dg.DagsterInstance.ephemeral()
    run = run_of(instance, {WORKER_TAG: dead_worker})

    def ends_meanwhile(owner):
        event = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, "job")
        instance.report_dagster_event(event, run.run_id)
        return False

    monkeypatch.setattr("orchestration.leases.owner_is_alive", ends_meanwhile)
    end_abandoned_runs(catalog, instance)

    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.SUCCESS


@pytest.mark.parametrize(
    ("end", "state"),
    [
        ("report_run_failed", BuildState.failed),
        ("report_run_canceled", BuildState.canceled),
        (None, BuildState.running),
    ],
)
def test_a_build_whose_run_ended_without_a_word_is_at_work_no_more(
    studio, dead_worker, end, state
):
    workshop, audience = studio
    instance, catalog = dg.DagsterInstance.ephemeral(), workshop.catalog
    run = run_of(instance, {})

    def build_of(run_id):
        return catalog.start_build(
            audience.id,
            1,
            input_fingerprints={"seed": "a"},
            code_version="b",
            root_run_id=run_id,
        )

    def state_now(build):
        end_unheard_builds(catalog, instance)
        return catalog.get_build(build.build_id).state

    lives = lease_owner(run.run_id)
    lease = catalog.acquire_lease(audience.id, lives, LEASE_SECONDS)
    build = build_of(run.run_id)
    if end is not None:
        getattr(instance, end)(run)

    assert state_now(build) is BuildState.running
    catalog.release_lease(lease)
    assert state_now(build) is state

    retry = run_of(instance, {}, parent_run_id=run.run_id, root_run_id=run.run_id)
    instance.add_run_tags(retry.run_id, {ROOT_RUN_ID_TAG: run.run_id})
    again = build_of(run.run_id)
    assert state_now(again) is BuildState.running


def taken_from_the_queue(instance, worker=None):
    """A run that is being started, with the process that shall carry it out."""
    run = run_of(
        instance,
        {},
        remote_job_origin=ORIGIN,
        job_code_origin=dg.reconstructable(a_job).get_python_origin(),
    )
    for kind in (dg.DagsterEventType.RUN_ENQUEUED, dg.DagsterEventType.RUN_STARTING):
        instance.report_dagster_event(dg.DagsterEvent(kind.value, "job"), run.run_id)
    if worker is not None:
        instance.add_run_tags(run.run_id, {WORKER_TAG: worker})
    return run


def test_a_run_that_was_being_started_as_the_daemon_died_is_queued_again(
    catalog, dead_worker
):
    instance = dg.DagsterInstance.ephemeral()
    nobody_has_it = taken_from_the_queue(instance)
    has_not_begun = taken_from_the_queue(instance, dead_worker)
    begins = taken_from_the_queue(instance, lease_owner("run"))
    was_asked_to_end = taken_from_the_queue(instance)
    instance.report_run_canceling(was_asked_to_end)
    instance.report_dagster_event(
        dg.DagsterEvent(dg.DagsterEventType.RUN_STARTING.value, "job"),
        was_asked_to_end.run_id,
    )
    runs = (nobody_has_it, has_not_begun, begins, was_asked_to_end)

    assert end_abandoned_runs(catalog, instance) == 0
    assert queue_stranded_runs(instance) == 2
    assert queue_stranded_runs(instance) == 0
    assert end_abandoned_runs(catalog, instance) == 0

    found = [instance.get_run_by_id(run.run_id) for run in runs]
    assert [run.status for run in found] == [
        dg.DagsterRunStatus.QUEUED,
        dg.DagsterRunStatus.QUEUED,
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.CANCELED,
    ]
    assert [worker_of(run) for run in found[:2]] == [None, None]


def test_a_run_that_no_queue_held_is_not_queued(catalog, dead_worker):
    instance = dg.DagsterInstance.ephemeral()
    run = run_of(instance, {WORKER_TAG: dead_worker})
    instance.report_dagster_event(
        dg.DagsterEvent(dg.DagsterEventType.RUN_STARTING.value, "job"), run.run_id
    )

    assert queue_stranded_runs(instance) == 0
    assert end_abandoned_runs(catalog, instance) == 1

    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE


@pytest.mark.parametrize("number", [signal.SIGKILL, None])
def test_a_child_does_not_outlive_its_parent(number):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    child = psutil.Process(int(parent.stdout.readline()))
    watchers = psutil.Process(parent.pid).children()
    if number:
        os.kill(parent.pid, number)
    parent.communicate("\n", timeout=60)

    gone, alive = psutil.wait_procs([child, *watchers], timeout=60)

    assert alive == []
    assert child in gone


def test_only_drafts_of_older_leases_are_removed(tmp_path):
    lease = Lease(
        audience_id="a", owner="run@here:1:1", token=9, expires_at="2026-11-01T00:00Z"
    )
    for name in (".draft_x_8", ".draft_y_10", ".draft_killed", "1"):
        (tmp_path / name).mkdir()

    remove_drafts(tmp_path, lease)

    assert sorted(path.name for path in tmp_path.iterdir()) == [".draft_y_10", "1"]


class Context:
    retry_number = 1


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (StudioError("database_locked", "a", "b", "c"), dg.RetryRequested),
        (StudioError("disk_full", "a", "b", "c"), dg.Failure),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_a_step_is_tried_again_for_a_lock_and_not_where_a_person_ended_it(error, told):
    with pytest.raises(told) as raised, told_to_dagster(Context()):
        raise error

    if told is dg.RetryRequested:
        assert raised.value.max_retries == RETRY_POLICY.max_retries
        assert raised.value.__cause__.metadata["code"].value == "database_locked"


def test_no_step_has_a_policy_that_would_try_again_what_was_interrupted():
    from orchestration.launch import main_job

    assert [node.name for node in main_job().nodes if node.retry_policy] == []


def test_an_interrupt_stays_one_where_the_catalog_cannot_be_told():
    def refuse(build_id):
        raise StudioError("catalog_locked", "the catalog", "stayed locked", "wait")

    workshop = SimpleNamespace(catalog=SimpleNamespace(cancel_build=refuse))

    with (
        pytest.raises(KeyboardInterrupt),
        failures_recorded(workshop, "build0001", tries=0),
    ):
        raise KeyboardInterrupt


@pytest.mark.parametrize(("seconds", "ends"), [(LEASE_SECONDS, 0), (-1, 1)])
def test_a_run_of_a_machine_that_is_no_more_ends_once_its_lease_has_run_out(
    studio, seconds, ends
):
    workshop, audience = studio
    catalog, instance = workshop.catalog, dg.DagsterInstance.ephemeral()
    elsewhere = "run@a-container-that-was:7:12.50"
    run = run_of(instance, {WORKER_TAG: elsewhere, "dagster/partition": audience.slug})
    assert end_abandoned_runs(catalog, instance) == 0
    catalog.acquire_lease(audience.id, elsewhere, seconds)
    build = catalog.start_build(
        audience.id,
        1,
        input_fingerprints={"seed": "a"},
        code_version="b",
        root_run_id=run.run_id,
    )

    assert end_abandoned_runs(catalog, instance) == ends
    end_unheard_builds(catalog, instance)

    assert instance.get_run_by_id(run.run_id).is_finished is bool(ends)
    states = (BuildState.running, BuildState.failed)
    assert catalog.get_build(build.build_id).state is states[ends]
    assert as_it_stands(catalog, build).state is states[ends]
