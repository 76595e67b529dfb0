"""How far a run is, stage by stage, from the events that Dagster has recorded of it."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from catalog.errors import StudioError
from catalog.run_records import RunStage, StageState
from orchestration.faults import cause_told
from orchestration.progress import STAGES

STARTING = "starting"
STEPS = {"inputs": "build_inputs"} | {name: name for name in STAGES if name != "inputs"}
STAGE_OF_STEP = {step: stage for stage, step in STEPS.items()}
# Which figure of which asset says how many rows a stage had.
ROWS = {
    "build_inputs": "population rows",
    "scores": "dagster/row_count",
    "audience": "dagster/row_count",
}
OF_STEPS = {
    dg.DagsterEventType.STEP_START,
    dg.DagsterEventType.STEP_SUCCESS,
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.ASSET_MATERIALIZATION,
}
READ = OF_STEPS | {
    dg.DagsterEventType.RUN_START,
    dg.DagsterEventType.RUN_FAILURE,
    dg.DagsterEventType.RUN_CANCELING,
}


class RunStages:
    """The stages of one run; takes its events in their order, each once.

    `asked_at` is when the run was asked for, in seconds of the epoch. `kept_steps` are
    those that the run leaves to the one that it goes on with.
    """

    def __init__(
        self, run_id: str, asked_at: float, kept_steps: frozenset[str] = frozenset()
    ) -> None:
        self.run_id = run_id
        self.has_begun = self.was_asked_to_end = False
        self.error: StudioError | None = None
        self.version: int | None = None
        self.is_unchanged = False
        self.specification: int | None = None
        self._began = {STARTING: asked_at}
        self._stages = {STARTING: RunStage(name=STARTING, state=StageState.running)}
        for name, step in STEPS.items():
            state = StageState.kept if step in kept_steps else StageState.waiting
            self._stages[name] = RunStage(name=name, state=state)

    def take(self, entry: dg.EventLogEntry) -> None:
        """Note what one event says; those of no stage say nothing."""
        event = entry.dagster_event
        if event is None:
            return
        kind = event.event_type
        stage = STAGE_OF_STEP.get(event.step_key or "")
        if kind is dg.DagsterEventType.RUN_START:
            self.has_begun = True
            self._end(STARTING, StageState.succeeded, entry.timestamp)
        elif kind is dg.DagsterEventType.RUN_CANCELING:
            self.was_asked_to_end = True
        elif kind is dg.DagsterEventType.RUN_FAILURE:
            self.error = self.error or self._without_a_cause()
        elif stage is None:
            return
        elif kind is dg.DagsterEventType.STEP_START:
            self._began[stage] = entry.timestamp
            self._change(stage, state=StageState.running)
        elif kind is dg.DagsterEventType.STEP_SUCCESS:
            self._end(stage, StageState.succeeded, entry.timestamp)
        elif kind is dg.DagsterEventType.STEP_FAILURE:
            self._end(stage, StageState.failed, entry.timestamp)
            self.error = self.error or cause_told(event)
        elif kind is dg.DagsterEventType.ASSET_MATERIALIZATION:
            self._note(stage, event)

    def told(self, *, is_final: bool, is_cancelled: bool) -> tuple[RunStage, ...]:
        """The stages in order; of a run that has ended none waits or runs.

        Dagster tells of a step that a person has interrupted as of one that failed.
        """
        if not is_final:
            return tuple(self._stages.values())
        broken = StageState.cancelled if is_cancelled else StageState.failed
        ends = {
            StageState.running: broken,
            StageState.failed: broken,
            StageState.waiting: StageState.skipped,
        }
        return tuple(
            each.model_copy(update={"state": ends.get(each.state, each.state)})
            for each in self._stages.values()
        )

    def _note(self, stage: str, event: dg.DagsterEvent) -> None:
        materialization = event.step_materialization_data.materialization
        name = materialization.asset_key.path[-1]
        figures = materialization.metadata
        self._change(stage, detail=name)
        rows = _figure(figures, ROWS.get(name, ""))
        if rows is not None:
            self._change(stage, rows=int(rows))
        if name == "build_inputs":
            self.specification = _figure(figures, "specification")
        if name == "audience":
            self.version = _figure(figures, "version")
            self.is_unchanged = bool(_figure(figures, "unchanged"))

    def _end(self, stage: str, state: StageState, moment: float) -> None:
        seconds = max(0.0, moment - self._began.get(stage, moment))
        self._change(stage, state=state, seconds=round(seconds, 3), detail="")

    def _change(self, stage: str, **changes: object) -> None:
        self._stages[stage] = self._stages[stage].model_copy(update=changes)

    def _without_a_cause(self) -> StudioError:
        subject = f"run {self.run_id}"
        if not self.has_begun:
            return StudioError(
                "run_not_started",
                subject,
                "could not be started",
                "try it again; if it stays so, look at the run in Dagster",
            )
        if any(one.state is StageState.failed for one in self._stages.values()):
            return StudioError(
                "unexpected",
                subject,
                "met an unexpected failure",
                "look at the run in Dagster and report it",
            )
        return StudioError(
            "build_ended_unheard",
            subject,
            "ended without a word: its process was killed",
            "retry it; what is finished is not done again",
        )


def _figure(figures: Mapping[str, Any], name: str) -> Any:
    """The value of one figure of a materialisation; None where it is not there."""
    return figures[name].value if name in figures else None
