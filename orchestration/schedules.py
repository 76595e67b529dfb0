"""The one schedule: every minute it asks for the audiences that are due.

Which are due follows from each audience's own cron and freshness rule in the catalog
and from the runs that Dagster knows; so a change of the specification is all it takes.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from catalog.records import Audience
from orchestration.due import RefreshState, due_tick
from orchestration.endings import UNFINISHED, end_abandoned_runs, end_unheard_builds
from orchestration.jobs import TICK_TAG, build_audience
from orchestration.partitions import add_partitions
from orchestration.resources import Studio
from orchestration.workshop import Workshop


@dg.schedule(
    name="refresh_due_audiences",
    job=build_audience,
    cron_schedule="* * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Asks for each audience that is due by its own cron or freshness rule.",
)
def refresh_due_audiences(
    context: dg.ScheduleEvaluationContext, studio: Studio
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """One run request an audience that is due."""
    workshop = studio.open()
    instance = context.instance
    now = context.scheduled_execution_time
    end_abandoned_runs(workshop.catalog, instance)
    end_unheard_builds(workshop.catalog, instance)
    found = workshop.catalog.list_audiences()
    add_partitions(instance, [audience.slug for audience in found])
    asked = 0
    for audience in found:
        tick = _due(workshop, instance, audience, now)
        if tick is not None:
            asked += 1
            yield refresh_request(audience, f"{tick:%Y-%m-%dT%H:%MZ}")
    if not asked:
        yield dg.SkipReason(f"none of {len(found)} audiences is due")


def refresh_request(audience: Audience, reason: str) -> dg.RunRequest:
    """The request for one audience; the same reason never asks twice."""
    return dg.RunRequest(
        run_key=f"{audience.slug}:{reason}",
        partition_key=audience.slug,
        tags={TICK_TAG: reason},
    )


def _due(
    workshop: Workshop, instance: dg.DagsterInstance, audience: Audience, now: datetime
) -> datetime | None:
    """The tick this audience is due for, if it is and no run is at it."""
    version = workshop.catalog.newest_specification(audience.id)
    refresh = version.specification.refresh
    if audience.is_archived or not (refresh.schedule or refresh.max_age_hours):
        return None
    if newest_run(instance, audience.slug, UNFINISHED) is not None:
        return None
    state = RefreshState(
        registered_at=version.created_at,
        requested_at=_created(newest_run(instance, audience.slug)),
        fresh_at=_created(
            newest_run(instance, audience.slug, [dg.DagsterRunStatus.SUCCESS])
        ),
    )
    return due_tick(
        now, state, cron=refresh.schedule, max_age_hours=refresh.max_age_hours
    )


def newest_run(
    instance: dg.DagsterInstance,
    slug: str,
    statuses: list[dg.DagsterRunStatus] | None = None,
) -> dg.RunRecord | None:
    """The newest run of one audience, of these statuses where they are given."""
    records = instance.get_run_records(
        dg.RunsFilter(tags={"dagster/partition": slug}, statuses=statuses or []),
        limit=1,
    )
    return records[0] if records else None


def _created(record: dg.RunRecord | None) -> datetime | None:
    """When the run was asked for."""
    return None if record is None else record.create_timestamp.astimezone(UTC)
