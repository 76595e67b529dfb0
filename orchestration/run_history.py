"""Runs as Dagster keeps them, read in this process, whether its servers are up or not.

Screens ask every second: a run's events are read once each, and those of a run that has
ended not again, unless it is told to have ended otherwise.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from catalog.errors import StudioError
from catalog.names import shown
from catalog.run_records import FINAL, Run, RunState
from catalog.store import Catalog
from orchestration.endings import (
    UNFINISHED,
    end_abandoned_runs,
    ended_in_the_queue,
    was_broken_off,
)
from orchestration.jobs import REQUEST_TAG, SPECIFICATION_TAG
from orchestration.run_stages import READ, STEPS, RunStages

PARTITION_TAG = "dagster/partition"
STATUSES = {
    RunState.queued: (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED),
    RunState.starting: (dg.DagsterRunStatus.STARTING,),
    RunState.running: (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING),
    RunState.succeeded: (dg.DagsterRunStatus.SUCCESS,),
    RunState.failed: (dg.DagsterRunStatus.FAILURE,),
    RunState.cancelled: (dg.DagsterRunStatus.CANCELED,),
}
STATES = {status: state for state, found in STATUSES.items() for status in found}
KEPT_READINGS = 500


@dataclass(slots=True)
class Reading:
    """What was read of a run: up to which event, and the run itself once it ended."""

    stages: RunStages
    cursor: str | None = None
    ended: Run | None = None


class RunHistory:
    """Every run of the studio, made by whomever: studio, command, schedule, Dagster."""

    def __init__(self, catalog: Catalog, instance: dg.DagsterInstance) -> None:
        self._catalog = catalog
        self._instance = instance
        self._readings: OrderedDict[str, Reading] = OrderedDict()
        self._names: dict[str, str] = {}
        self._lock = threading.Lock()

    def get(self, run_id: str) -> Run:
        """One run as it is now; StudioError `unknown_run` where there is none."""
        record = self._instance.get_run_record_by_id(run_id)
        if record is None or PARTITION_TAG not in record.dagster_run.tags:
            raise StudioError(
                "unknown_run",
                f"run {shown(run_id)}",
                "is not known here",
                "choose one of the list of runs",
            )
        return self._read(record)

    def newest(
        self,
        *,
        audience: str | None = None,
        request: str | None = None,
        state: RunState | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Run]:
        """The newest runs first; of this slug, of this request, in this state."""
        records = self._instance.get_run_records(
            _asked(audience, request, state), limit=offset + limit
        )
        return [
            self._read(record)
            for record in records[offset:]
            if PARTITION_TAG in record.dagster_run.tags
        ]

    def count(
        self, *, audience: str | None = None, state: RunState | None = None
    ) -> int:
        """How many runs there are; of this slug, in this state."""
        return self._instance.get_runs_count(_asked(audience, None, state))

    def at_work(self, audience: str) -> str | None:
        """The run that is at work on an audience, or waits to be.

        One that was cancelled while it was being started is not: it ends before it
        does anything.
        """
        found = self._unfinished(audience)
        if found is not None and end_abandoned_runs(self._catalog, self._instance):
            found = self._unfinished(audience)
        return found

    def _unfinished(self, audience: str) -> str | None:
        runs = self._instance.get_runs(
            dg.RunsFilter(tags={PARTITION_TAG: audience}, statuses=UNFINISHED)
        )
        at_work = (run for run in runs if not ended_in_the_queue(self._instance, run))
        found = next(at_work, None)
        return None if found is None else found.run_id

    def _read(self, record: dg.RunRecord) -> Run:
        run = record.dagster_run
        with self._lock:
            reading = self._readings.get(run.run_id)
            if reading is None:
                reading = self._readings[run.run_id] = Reading(_stages_of(record))
                while len(self._readings) > KEPT_READINGS:
                    self._readings.popitem(last=False)
            if reading.ended is None or _ended_otherwise(record, reading.ended):
                # A run's state is told after the event that makes it so.
                self._take_events(run.run_id, reading)
                found = self._told(record, reading.stages)
                if not found.is_final:
                    return found
                reading.ended = found
            return reading.ended

    def _take_events(self, run_id: str, reading: Reading) -> None:
        found = self._instance.get_records_for_run(
            run_id, cursor=reading.cursor, of_type=set(READ)
        )
        for record in found.records:
            reading.stages.take(record.event_log_entry)
        if found.records:
            reading.cursor = found.cursor

    def _told(self, record: dg.RunRecord, stages: RunStages) -> Run:
        run = record.dagster_run
        state = STATES[run.status]
        if stages.was_asked_to_end and was_broken_off(run):
            state = RunState.cancelled
        slug = run.tags[PARTITION_TAG]
        number = run.tags.get(SPECIFICATION_TAG, "")
        failed = state is RunState.failed and stages.error is not None
        return Run(
            run_id=run.run_id,
            audience=slug,
            audience_name=self._name_of(slug),
            state=state,
            is_cancelling=stages.was_asked_to_end and state not in FINAL,
            stages=stages.told(
                is_final=state in FINAL, is_cancelled=state is RunState.cancelled
            ),
            specification=int(number) if number.isdecimal() else stages.specification,
            request=run.tags.get(REQUEST_TAG),
            retry_of=run.parent_run_id,
            created_at=record.create_timestamp.astimezone(UTC),
            started_at=_moment(record.start_time),
            ended_at=_moment(record.end_time),
            error=stages.error.as_dict() if failed and stages.error else None,
            version=stages.version,
            is_unchanged=stages.is_unchanged,
            dagster_path=f"/runs/{run.run_id}",
        )

    def _name_of(self, slug: str) -> str:
        """The audience's name; the slug where the audience is gone."""
        if slug not in self._names:
            found = self._catalog.list_audiences(include_archived=True)
            self._names = {each.slug: each.name for each in found}
        return self._names.get(slug, slug)


def _stages_of(record: dg.RunRecord) -> RunStages:
    """The stages of a run of which no event was taken yet."""
    run = record.dagster_run
    own = run.step_keys_to_execute
    kept = frozenset(STEPS.values()) - set(own) if own and run.parent_run_id else ()
    return RunStages(run.run_id, record.create_timestamp.timestamp(), frozenset(kept))


def _ended_otherwise(record: dg.RunRecord, ended: Run) -> bool:
    """True where the run has another end by now.

    A command that a person interrupts has failed first, and is cancelled right after.
    """
    state = STATES[record.dagster_run.status]
    return state in FINAL and state is not ended.state


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _asked(
    audience: str | None, request: str | None, state: RunState | None
) -> dg.RunsFilter:
    tags = {PARTITION_TAG: audience, REQUEST_TAG: request}
    return dg.RunsFilter(
        tags={name: value for name, value in tags.items() if value},
        statuses=list(() if state is None else STATUSES[state]),
    )
