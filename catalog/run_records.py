"""What a person is told of a run: its state, its stages, and how it ended.

A run is one try at a build, kept by Dagster; a build may have several.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from catalog.datasets import Frozen


class RunState(StrEnum):
    """How far a run is."""

    queued = "queued"
    starting = "starting"
    running = "running"
    succeeded = "succeeded"
    failed = "failed"
    cancelled = "cancelled"

    @property
    def is_final(self) -> bool:
        """True where nothing more happens."""
        return self in FINAL


FINAL = frozenset({RunState.succeeded, RunState.failed, RunState.cancelled})


class StageState(StrEnum):
    """How far a stage is. `kept` was done by the run that this one goes on with."""

    waiting = "waiting"
    running = "running"
    succeeded = "succeeded"
    kept = "kept"
    failed = "failed"
    cancelled = "cancelled"
    skipped = "skipped"


class RunStage(Frozen):
    """One stage of a run.

    `rows` are those of the population that was read, people scored, people published;
    `detail` is the relation made last.
    """

    name: str
    state: StageState
    rows: int | None = None
    seconds: float | None = None
    detail: str = ""


class Run(Frozen):
    """A run as it is now. `audience` is the slug.

    `specification` is null until a run that takes the newest one has begun. `retry_of` is
    the run that this one goes on with, `error` that of StudioError.as_dict. `version` is
    the published version; `is_unchanged` says that it was there before. `dagster_path` is
    null where whoever asks could not follow it to Dagster's screens.
    """

    run_id: str
    audience: str
    audience_name: str
    state: RunState
    is_cancelling: bool
    stages: tuple[RunStage, ...]
    specification: int | None
    request: str | None
    retry_of: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error: Mapping[str, str] | None
    version: int | None
    is_unchanged: bool
    dagster_path: str | None

    @property
    def is_final(self) -> bool:
        """True where nothing more happens."""
        return self.state.is_final
