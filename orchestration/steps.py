"""What every step of a run does around its work: find its build, hold the lease, tell.

A step knows its build by the root run, so a retry from any step goes on where the run
stopped. While it works, the lease is renewed; a worker that lost it cannot publish.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from catalog.errors import StudioError
from catalog.records import Build as BuildRecord
from catalog.records import Lease
from orchestration.builds import Build, load_build
from orchestration.endings import stop_if_cancelled
from orchestration.faults import (
    RETRY_POLICY,
    WORTH_A_RETRY,
    another_try,
    as_failure,
    as_studio_error,
)
from orchestration.leases import give_back, leased
from orchestration.progress import Progress, tell
from orchestration.project import code_version
from orchestration.resources import Studio
from orchestration.steady import refuse_changed_inputs, steady
from orchestration.workshop import Workshop


@dataclass(slots=True)
class Step:
    """One step at work on one build."""

    name: str
    workshop: Workshop
    build: Build
    lease: Lease
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """True where an earlier try finished this step of this build."""
        return self.build.done(self.name) is not None

    def finish(self, figures: dict[str, Any] | None = None) -> None:
        """Mark the step as finished, if what it read is still the same."""
        refuse_changed_inputs(self.workshop, self.build)
        self.build.finish(self.name, figures or {})


@contextmanager
def step(
    context: dg.AssetExecutionContext, studio: Studio, name: str
) -> Iterator[Step]:
    """The step `name` of the run's build, under the audience's lease."""
    began = time.monotonic()
    tell(Progress(name))
    with told_to_dagster(context):
        stop_if_cancelled(context.instance, context.run)
        workshop = studio.open()
        build = build_of_run(workshop, context)
        with (
            failures_recorded(workshop, build.build_id, context.retry_number),
            leased(workshop, build.audience_id, root_run_id(context)) as lease,
            steady(workshop, build),
        ):
            workshop.engine.clear_spill(build.folder)
            yield Step(name, workshop, build, lease)
    tell(Progress(name, seconds=time.monotonic() - began))


@contextmanager
def told_to_dagster(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Turn what fails inside into one sentence; only locks and I/O are tried again.

    The tries are asked for here: a policy of Dagster's would try again what a person
    has interrupted. Dagster would keep the text of every error that led to it, and with
    it what DuckDB or pandas quote of people's rows.
    """
    try:
        yield
    except (dg.Failure, dg.RetryRequested):
        raise
    except Exception as error:
        failure = as_failure(as_studio_error(error))
        if failure.allow_retries:
            raise another_try(context.retry_number) from failure
        raise failure from None


@contextmanager
def failures_recorded(workshop: Workshop, build_id: str, tries: int) -> Iterator[None]:
    """Leave the cause of a failure in the catalog, where the screens look for it.

    After so many `tries` that were in vain, one that is worth another has the last word.
    """
    try:
        yield
    except Exception as error:
        cause = as_studio_error(error, workshop.home.root)
        is_last = tries >= RETRY_POLICY.max_retries
        if is_last or cause.code not in WORTH_A_RETRY:
            # A catalog that fails as well must not hide what failed first.
            with suppress(StudioError):
                workshop.catalog.fail_build(build_id, cause)
        if cause is error:
            raise
        raise cause from error
    except BaseException:
        # Ctrl-C, a signal, or the generator of an interrupted step that is closed. A
        # catalog that fails must not make a failure of it.
        with suppress(StudioError):
            workshop.catalog.cancel_build(build_id)
        raise


@contextmanager
def refusals_recorded(
    workshop: Workshop,
    slug: str,
    specification_number: int | None,
    run_id: str,
    tries: int,
) -> Iterator[None]:
    """The same while a build is planned and gets its inputs; `run_id` is the root run's.

    One that is refused before it has a name gets one of its run's own, so that lists and
    history tell of it as of others. That another run is at work is no failure.
    """
    catalog = workshop.catalog
    try:
        yield
    except Exception as error:
        cause = as_studio_error(error, workshop.home.root)
        is_last = tries >= RETRY_POLICY.max_retries
        if cause.code != "already_building" and (
            is_last or cause.code not in WORTH_A_RETRY
        ):
            with suppress(StudioError):
                known = catalog.build_of_run(run_id) or _refused_build(
                    workshop, slug, specification_number, run_id
                )
                catalog.fail_build(known.build_id, cause)
        raise
    except BaseException:
        with suppress(StudioError):
            begun = catalog.build_of_run(run_id)
            if begun is not None:
                catalog.cancel_build(begun.build_id)
        raise


def _refused_build(
    workshop: Workshop, slug: str, specification_number: int | None, run_id: str
) -> BuildRecord:
    """A build without inputs, begun under the lease as any other."""
    audience = workshop.catalog.get_audience(slug)
    number = specification_number or audience.current_specification
    with leased(workshop, audience.id, run_id) as lease:
        begun = workshop.catalog.start_build(
            audience.id,
            number,
            input_fingerprints={},
            code_version=code_version(),
            force=run_id,
        )
    give_back(workshop, lease)
    return begun


def root_run_id(context: dg.AssetExecutionContext) -> str:
    """The first run of a chain of retries."""
    return context.run.root_run_id or context.run.run_id


def build_of_run(workshop: Workshop, context: dg.AssetExecutionContext) -> Build:
    """The build this run works on: its own, else the partition's newest.

    Raises StudioError `no_build` where a run starts at a later step of an audience that
    has none.
    """
    catalog = workshop.catalog
    known = catalog.build_of_run(root_run_id(context))
    if known is None:
        audience = catalog.get_audience(context.partition_key)
        history = [entry.build for entry in catalog.history(audience.id)]
        known = next((build for build in history if build.is_planned), None)
        if known is None:
            raise StudioError(
                "no_build",
                f"audience '{audience.name}'",
                "has no build to go on with",
                "materialise `build_inputs` first, or run the whole job",
            )
        catalog.record_run(root_run_id(context), known.build_id)
    return load_build(workshop.home, known.build_id)
