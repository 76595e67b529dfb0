"""Runs in processes of their own: who lives, who is asked to end, what is left."""

import os
import subprocess
import sys

import dagster as dg
import psutil
import pytest
from dagster._core.launcher import WorkerStatus

from orchestration.endings import WORKER_TAG, end_abandoned_runs
from orchestration.leases import owner_is_alive, owner_of
from orchestration.run_launcher import WORKER, Alone, OwnProcessRunLauncher


@pytest.fixture
def instance():
    return dg.DagsterInstance.ephemeral()


@pytest.fixture
def launcher(instance):
    found = OwnProcessRunLauncher()
    found.register_instance(instance)
    return found


@pytest.fixture
def process():
    """A process that would go on for long."""
    found = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield found
    found.kill()
    found.wait()


def run_of(instance, process=None, run_id="run", **fields) -> dg.DagsterRun:
    tags = {} if process is None else {WORKER_TAG: owner_of(run_id, process.pid)}
    return instance.create_run_for_job(
        job_def=dg.job(name="job")(lambda: None),
        status=dg.DagsterRunStatus.STARTED,
        tags=tags,
        **fields,
    )


def state_of(instance, run) -> dg.DagsterRunStatus:
    return instance.get_run_by_id(run.run_id).status


def test_a_run_is_judged_by_its_own_process_alone(instance, launcher, process):
    at_work = run_of(instance, process)
    unknown = run_of(instance)
    retry = run_of(
        instance, process, parent_run_id=at_work.run_id, root_run_id=at_work.run_id
    )

    def states():
        runs = (at_work, unknown, retry)
        return [launcher.check_run_worker_health(run).status for run in runs]

    alive = states()
    process.kill()
    process.wait()

    assert alive == [WorkerStatus.RUNNING] * 3
    assert states() == [WorkerStatus.FAILED, WorkerStatus.RUNNING, WorkerStatus.RUNNING]


def test_a_run_at_work_is_asked_to_end(studio, instance, launcher, process):
    catalog = studio[0].catalog
    run = run_of(instance, process)

    assert launcher.terminate(run.run_id)

    assert process.wait(timeout=20) != 0
    assert state_of(instance, run) is dg.DagsterRunStatus.CANCELING
    assert end_abandoned_runs(catalog, instance) == 1
    assert state_of(instance, run) is dg.DagsterRunStatus.CANCELED


def test_a_process_of_another_machine_is_not_asked_to_end(instance, launcher, process):
    """Here another may have its number. The run hears of it before its next step."""
    run = run_of(instance, process)
    owner = run.tags[WORKER_TAG].replace(f"@{os.uname().nodename}:", "@elsewhere:")
    instance.add_run_tags(run.run_id, {WORKER_TAG: owner})

    assert launcher.terminate(run.run_id)

    assert state_of(instance, run) is dg.DagsterRunStatus.CANCELING
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.5)


def test_a_clock_that_is_set_anew_ends_no_process(process, monkeypatch):
    owner = owner_of("run", process.pid)
    system = psutil._psplatform
    booted = system.boot_time()

    monkeypatch.setattr(system, "boot_time", lambda: booted + 3600)

    assert owner_is_alive(owner)


def test_a_run_without_a_process_is_cancelled_at_once_and_once(instance, launcher):
    run = run_of(instance)

    assert launcher.terminate(run.run_id)

    assert state_of(instance, run) is dg.DagsterRunStatus.CANCELED
    assert not launcher.terminate(run.run_id)
    assert not launcher.terminate("nosuch")


def test_the_process_of_a_run_does_not_look_for_garbage_as_it_ends():
    """There is a great deal, and the process is to be gone soon after its run."""
    script = (
        "import atexit, gc, sys;"
        "atexit.register(lambda: print(gc.get_freeze_count() > 0));"
        "sys.argv = ['dagster', '--version'];"
        f"from {WORKER} import main; main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "True"


@pytest.mark.parametrize(("word", "code"), [(b"\n", 2), (b"", 0)])
def test_a_process_begins_at_a_word_and_ends_without_one(word, code):
    """Without one, whoever asked for it has died, and it may have been asked for again."""
    command = [sys.executable, "-m", WORKER, "--nosuch"]

    done = subprocess.run(command, input=word, capture_output=True, check=False)

    assert done.returncode == code


def test_a_process_that_is_told_to_begin_is_waited_for():
    process = Alone(["--nosuch"])

    process.begin()
    process.wait()

    assert not psutil.pid_exists(process.pid)
