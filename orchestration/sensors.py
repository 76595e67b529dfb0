"""The sensor: asks for an audience anew when its seed or population has changed."""

import json
from collections.abc import Iterator

import dagster as dg

from catalog.errors import StudioError
from catalog.records import Audience
from orchestration.endings import UNFINISHED
from orchestration.jobs import TICK_TAG, build_audience
from orchestration.resources import Studio
from orchestration.schedules import newest_run
from orchestration.seeds import seed_stamp
from orchestration.workshop import Workshop

LOOK_EVERY_SECONDS = 60


@dg.sensor(
    name="changed_inputs",
    job=build_audience,
    minimum_interval_seconds=LOOK_EVERY_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for audiences with `on_change` whose files differ from last time.",
)
def changed_inputs(
    context: dg.SensorEvaluationContext, studio: Studio
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """One run request an audience whose inputs changed; the cursor keeps what was seen.

    The first look only remembers. A change while a run is at work is asked for after.
    """
    workshop = studio.open()
    seen: dict[str, str] = json.loads(context.cursor or "{}")
    asked = 0
    for audience in workshop.catalog.list_audiences():
        try:
            stamp = _stamp(workshop, audience)
        except StudioError as error:
            # One unreadable input must not blind the sensor to the others.
            context.log.warning(str(error))
            continue
        if stamp is None or stamp == seen.get(audience.slug):
            continue
        if audience.slug in seen:
            if newest_run(context.instance, audience.slug, UNFINISHED) is not None:
                continue
            asked += 1
            # No run key: a file that changes to and fro is a change each time.
            yield dg.RunRequest(
                partition_key=audience.slug, tags={TICK_TAG: f"change {stamp[:16]}"}
            )
        seen[audience.slug] = stamp
    context.update_cursor(json.dumps(seen))
    if not asked:
        yield dg.SkipReason("no input of an audience with `on_change` has changed")


def _stamp(workshop: Workshop, audience: Audience) -> str | None:
    """Sign of both inputs' content; None where changes are not watched."""
    specification = workshop.catalog.newest_specification(audience.id).specification
    if audience.is_archived or not specification.refresh.on_change:
        return None
    population = workshop.catalog.get_dataset(specification.population.dataset)
    seed = specification.seed
    people = (seed,) if seed.unlike is None else (seed, seed.unlike)
    stamps = (
        *(seed_stamp(workshop, each) for each in people),
        workshop.engine.stamp(population),
    )
    return "".join(stamp[:16] for stamp in stamps)
