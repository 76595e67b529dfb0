"""Runs that end from outside: interrupted by a person, or killed without a word.

A run carries in a tag the process that works for it, by which others see that it died.
"""

import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg
from dagster._core.events import RunFailureReason
from dagster._core.storage.tags import (
    PARTITION_NAME_TAG,
    ROOT_RUN_ID_TAG,
    RUN_FAILURE_REASON_TAG,
)

from catalog.build_store import ended_unheard
from catalog.records import BuildState
from catalog.store import Catalog
from orchestration.leases import holder_has_died, owner_is_alive, worker_has_died
from orchestration.workshop import Workshop

# The process that carries out a run, as the owner of a lease is told.
WORKER_TAG = "lookalike/worker"
# What Dagster raises at a signal while a step is at work, and Python elsewhere.
INTERRUPTS = (KeyboardInterrupt, dg.DagsterExecutionInterruptedError)
STARTING = dg.DagsterRunStatus.STARTING
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def end_abandoned_runs(catalog: Catalog, instance: dg.DagsterInstance) -> int:
    """Tell Dagster of the runs whose process has died; how many there were.

    Such a run would count as at work for ever, and its audience never be due again.
    One that has not begun is left to `queue_stranded_runs`.
    """
    ended = 0
    for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)):
        worker = worker_of(run)
        audience = run.tags.get(PARTITION_NAME_TAG)
        is_dead = worker is not None and worker_has_died(catalog, worker, audience)
        if is_dead and not _can_be_queued(instance, run):
            report_death(instance, run)
            ended += 1
    return ended


def queue_stranded_runs(instance: dg.DagsterInstance) -> int:
    """Queue the runs again whose daemon died while it was starting them; how many.

    To be asked while no daemon is at work on the home: a run that it took from the queue
    and gave to no process would wait for one until Dagster fails it.
    """
    queued = 0
    for starting in instance.get_runs(dg.RunsFilter(statuses=[STARTING])):
        worker = worker_of(starting)
        if worker is not None and owner_is_alive(worker):
            continue
        run = instance.get_run_by_id(starting.run_id)  # may have ended meanwhile
        if run is None or not _can_be_queued(instance, run):
            continue
        if was_cancelled(instance, run):
            instance.report_run_canceled(run)
            continue
        instance.add_run_tags(run.run_id, {WORKER_TAG: ""})
        instance.report_dagster_event(dg.DagsterEvent.job_enqueue(run), run.run_id)
        queued += 1
    return queued


def end_unheard_builds(catalog: Catalog, instance: dg.DagsterInstance) -> None:
    """Tell the catalog of builds whose run has ended, and whose process could not.

    It was killed, or interrupted between two steps. The list of audiences would have
    them as being built until the next build.
    """
    for build in catalog.list_builds(BuildState.running):
        held = catalog.last_lease(build.audience_id)
        is_held = held is not None and not holder_has_died(catalog, held)
        if build.root_run_id is None or is_held:
            continue
        run = _newest_try(instance, build.root_run_id)
        if run is None:
            continue
        if run.status is dg.DagsterRunStatus.CANCELED:
            catalog.cancel_build(build.build_id)
        elif run.status is dg.DagsterRunStatus.FAILURE:
            catalog.fail_build(build.build_id, ended_unheard(build.build_id))


def _newest_try(instance: dg.DagsterInstance, root_run_id: str) -> dg.DagsterRun | None:
    retries = instance.get_runs(
        dg.RunsFilter(tags={ROOT_RUN_ID_TAG: root_run_id}), limit=1
    )
    return retries[0] if retries else instance.get_run_by_id(root_run_id)


def _can_be_queued(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """True where the run came from the queue and has not begun."""
    if run.status is not STARTING:
        return False
    kinds = {dg.DagsterEventType.PIPELINE_ENQUEUED}
    return bool(instance.all_logs(run.run_id, of_type=kinds))


def worker_of(run: dg.DagsterRun) -> str | None:
    """The process that works for a run, as an owner; None where none is known yet.

    A run that goes on with another has that one's tags, and for a while its worker.
    """
    worker = run.tags.get(WORKER_TAG)
    if worker and run.parent_run_id and worker.partition("@")[0] != run.run_id:
        return None
    return worker or None


def report_end(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Give a run whose process has ended its final state, as a person asked for it."""
    if not run.is_finished:
        report_death(instance, run)
    elif was_broken_off(run) and was_cancelled(instance, run):
        instance.report_run_canceled(run)


def was_broken_off(run: dg.DagsterRun) -> bool:
    """True for a run that failed of an interrupt for which Dagster knew no reason.

    It was asked to end just before it began, and that it began hid the request.
    """
    reason = run.tags.get(RUN_FAILURE_REASON_TAG)
    return (
        run.status is dg.DagsterRunStatus.FAILURE
        and reason == RunFailureReason.UNEXPECTED_TERMINATION.value
    )


def report_death(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Give a run whose process has died its final state, unless it told of its end."""
    now = instance.get_run_by_id(run.run_id)
    if now is None or now.is_finished:
        return
    if was_cancelled(instance, run):
        instance.report_run_canceled(run)
    else:
        instance.report_run_failed(
            run,
            "The process that carried out this run has died, or could not tell its end.",
        )


def stop_if_cancelled(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Interrupt a run that was cancelled and whose worker did not hear of it.

    Dagster marks a run that is being started as cancelled and does not end its worker.
    A signal may be swallowed too.
    """
    if was_cancelled(instance, run):
        instance.report_run_canceling(run)
        raise KeyboardInterrupt


def was_cancelled(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """True where somebody asked for the run's end.

    The beginning of a run that was cancelled while it was being started hides that from
    its state, not from its events.
    """
    kinds = {
        dg.DagsterEventType.PIPELINE_CANCELING,
        dg.DagsterEventType.PIPELINE_CANCELED,
    }
    return bool(instance.all_logs(run.run_id, of_type=kinds))


def ended_in_the_queue(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """True for a run that was told as cancelled while a daemon was starting it.

    Its process is heard of after that, and stops before its first step.
    """
    kinds = {dg.DagsterEventType.PIPELINE_CANCELED}
    return bool(instance.all_logs(run.run_id, of_type=kinds))


@contextmanager
def interrupts_told(
    workshop: Workshop,
    instance: dg.DagsterInstance,
    worker: str,
    was_asked: Callable[[], bool],
) -> Iterator[None]:
    """Tell Dagster and the catalog where a person interrupts the worker's run.

    A library may turn an interrupt into a failure of its own: whatever fails once
    `was_asked` is true is an interrupt, and goes on as KeyboardInterrupt.
    """
    try:
        yield
    except BaseException as error:
        if not (isinstance(error, INTERRUPTS) or was_asked()):
            raise
        with undisturbed():
            for run in instance.get_runs(dg.RunsFilter(tags={WORKER_TAG: worker})):
                if run.status is not dg.DagsterRunStatus.SUCCESS:
                    instance.report_run_canceled(run, "The command was interrupted.")
                build = workshop.catalog.build_of_run(run.run_id)
                if build is not None:
                    workshop.catalog.cancel_build(build.build_id)
        if isinstance(error, KeyboardInterrupt):
            raise
        raise KeyboardInterrupt from error


@contextmanager
def undisturbed() -> Iterator[None]:
    """No second signal interrupts what a first one brings to its end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def ends_with_us(
    process: "subprocess.Popen[bytes]", *, with_group: bool = False
) -> Iterator[None]:
    """Have a child killed where this process dies, which would leave it at work.

    A shell waits for a line from us; the end of its input without one is our death.
    `with_group` has all of the group killed that the child leads.
    """
    watch = 'read -r over || kill -9 "$0"'
    whom = -process.pid if with_group else process.pid
    with subprocess.Popen(  # noqa: S603
        ["/bin/sh", "-c", watch, str(whom)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    ) as watcher:
        try:
            yield
        finally:
            watcher.communicate(b"\n")


def was_interrupted(result: dg.JobExecutionResult) -> bool:
    """True where a run failed because its process was asked to end."""
    reasons = [
        event.job_failure_data.failure_reason
        for event in result.filter_events(lambda each: each.is_job_failure)
    ]
    return any(
        str(reason and reason.value) == "UNEXPECTED_TERMINATION" for reason in reasons
    )
