"""Starting builds from outside Dagster: through its job, or step by step without it.

Commands, screens and notebooks come in here; nothing else in this room is called by
them but `plan`, `workshop` and `progress`.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import StudioError
from catalog.records import Audience, AudienceVersion, SpecificationVersion
from catalog.specification import AudienceSpecification
from engines.base import Engine
from orchestration.builds import Build
from orchestration.dbt_runner import build_relations, whole_stage
from orchestration.faults import cause_told, history_told, told
from orchestration.intake import prepare_build
from orchestration.leases import at_work, give_back, lease_owner, leased
from orchestration.plan import plan_build, register_declared
from orchestration.progress import Listener, Progress, listening, tell
from orchestration.publishing import publish
from orchestration.scoring import score_population
from orchestration.stage_manifest import Stage
from orchestration.steady import refuse_changed_inputs, steady
from orchestration.tracking import track_build
from orchestration.workshop import Workshop

if TYPE_CHECKING:
    import dagster as dg


@dataclass(frozen=True, slots=True)
class Outcome:
    """A built audience; `run_id` is Dagster's, or None for a build without it."""

    audience: Audience
    specification: SpecificationVersion
    version: AudienceVersion
    is_unchanged: bool
    run_id: str | None
    seconds: dict[str, float]
    warnings: tuple[str, ...] = ()


def keep_specification(
    workshop: Workshop, specification: AudienceSpecification, folder: Path | None
) -> tuple[Audience, SpecificationVersion]:
    """Register what the document declares, then keep it as the audience's current one.

    Without its folder only what is registered counts. Refused, and not kept, where it
    cannot be built on the data as they are now.
    """
    with told(workshop.home.root):
        if folder is not None:
            register_declared(workshop, specification, folder)
        plan_build(workshop, specification)
        return workshop.catalog.save_specification(specification)


def build_audience(
    workshop: Workshop,
    audience: Audience,
    *,
    force: bool = False,
    listener: Listener | None = None,
    was_asked: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Build the audience's newest specification through Dagster's job, in this process.

    The run, its events and materialisations are in the studio's Dagster as if they had
    been started there. Raises StudioError with the cause of a failure, and
    KeyboardInterrupt where a signal ended it; `was_asked` is true once one came, whatever
    became of it.
    """
    import dagster as dg

    from orchestration.endings import (
        WORKER_TAG,
        end_abandoned_runs,
        interrupts_told,
        was_interrupted,
    )
    from orchestration.instance import open_instance
    from orchestration.jobs import FORCE_TAG, SPECIFICATION_TAG, TRACKING_TAG
    from orchestration.partitions import add_partitions

    version = workshop.catalog.newest_specification(audience.id)
    stages = Stages(listener)
    worker = lease_owner(uuid.uuid4().hex)
    with (
        history_told(),
        open_instance(workshop.home) as instance,
        listening(stages.take),
        interrupts_told(workshop, instance, worker, was_asked),
        at_work(workshop, worker),
    ):
        end_abandoned_runs(workshop.catalog, instance)
        add_partitions(instance, [audience.slug])
        tags = {
            "dagster/partition": audience.slug,
            SPECIFICATION_TAG: str(version.number),
            WORKER_TAG: worker,
            **({FORCE_TAG: uuid.uuid4().hex} if force else {}),
            **({TRACKING_TAG: workshop.tracking} if workshop.tracking else {}),
        }
        with dg.execute_job(
            dg.reconstructable(main_job),
            instance=instance,
            tags=tags,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        ) as result:
            if not result.success:
                if was_interrupted(result):
                    raise KeyboardInterrupt
                raise failure_of(workshop, result)
            run_id = result.run_id
    build = workshop.catalog.build_of_run(run_id)
    published = (
        None if build is None else workshop.catalog.version_of_build(build.build_id)
    )
    if published is None:
        raise StudioError(
            "build_failed",
            f"audience '{audience.name}'",
            "was built and not published",
            "run `lookalike audience history` and look at the run in Dagster",
        )
    return Outcome(
        audience=workshop.catalog.get_audience(audience.id),
        specification=version,
        version=published,
        is_unchanged=published.published_at < stages.began_at,
        run_id=run_id,
        seconds=stages.seconds,
        warnings=tuple(stages.warnings),
    )


def build_directly(
    workshop: Workshop,
    audience: Audience,
    *,
    listener: Listener | None = None,
    with_report: bool = True,
    with_contributions: bool = True,
) -> Outcome:
    """Build the audience by the same steps without Dagster: no run, no history of it."""
    stages = Stages(listener)
    run_id = uuid.uuid4().hex
    engine = workshop.engine
    with (
        told(workshop.home.root),
        listening(stages.take),
        at_work(workshop, lease_owner(run_id)),
    ):
        tell(Progress("inputs"))
        prepared = prepare_build(workshop, audience.slug, root_run_id=run_id)
        tell(Progress("inputs", seconds=prepared.seconds))
        build = prepared.build
        with (
            leased(workshop, audience.id, run_id) as lease,
            steady(workshop, build),
        ):
            with stages.timed("learn"):
                _build_stage("learn", build, engine)
            with stages.timed("scores"):
                summary = score_population(engine, build)
                refuse_changed_inputs(workshop, build)
                build.finish("scores", summary.as_figures())
            with stages.timed("deliver"):
                _build_stage("deliver", build, engine)
            with stages.timed("audience"):
                published = publish(
                    workshop,
                    build,
                    lease,
                    with_report=with_report,
                    with_contributions=with_contributions,
                )
            give_back(workshop, lease)
            track_build(workshop, build, published.version)
    return Outcome(
        audience=workshop.catalog.get_audience(audience.id),
        specification=workshop.catalog.specification(
            audience.id, build.specification_number
        ),
        version=published.version,
        is_unchanged=published.is_unchanged,
        run_id=None,
        seconds=stages.seconds,
        warnings=tuple(stages.warnings),
    )


def _build_stage(stage: Stage, build: Build, engine: Engine) -> None:
    for _ in build_relations(stage, build, engine, whole_stage(stage, build)):
        pass


def main_job() -> "dg.JobDefinition":
    """The job, for processes that have to find it again."""
    from orchestration.definitions import defs
    from orchestration.jobs import BUILD_AUDIENCE

    return defs.resolve_job_def(BUILD_AUDIENCE)


def failure_of(workshop: Workshop, result: "dg.JobExecutionResult") -> StudioError:
    """The cause of a failed run in one sentence."""
    failures = result.filter_events(lambda each: each.is_step_failure)
    for event in failures:
        told = cause_told(event)
        if told is not None:
            return told
    cause = failures[0].step_failure_data.error if failures else None
    return StudioError(
        "unexpected",
        "the build",
        f"met an unexpected {cause.cls_name if cause else 'end'}",
        f"look at run {result.run_id} in Dagster (`lookalike dev`) and report it",
    )


@dataclass(slots=True)
class Stages:
    """Seconds and warnings of the stages, and the listener they are passed on to."""

    listener: Listener | None
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def take(self, progress: Progress) -> None:
        """Note a warning, and the seconds of a stage that ended; pass the rest on."""
        if progress.warning:
            self.warnings.append(progress.warning)
            return
        if progress.seconds is not None and not progress.detail:
            self.seconds[progress.stage] = round(progress.seconds, 3)
        if self.listener is not None:
            self.listener(progress)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Tell when a stage begins and when it ended."""
        began = time.monotonic()
        tell(Progress(stage))
        yield
        tell(Progress(stage, seconds=time.monotonic() - began))
