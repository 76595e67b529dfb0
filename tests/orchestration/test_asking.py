"""Who asks for a build by itself: the schedule by the clock, the sensor by the files."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pandas as pd
import pytest

from catalog.store import Catalog
from orchestration.launch import main_job
from orchestration.resources import Studio
from orchestration.schedules import refresh_due_audiences
from orchestration.sensors import changed_inputs
from tests.orchestration.conftest import SLUG, keep, open_studio

SAVED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)  # a Monday


@pytest.fixture(scope="module")
def job():
    return main_job()


@pytest.fixture
def instance(job):  # what Dagster loads inside an instance holds on to it
    with dg.instance_for_test() as found:
        yield found


def scheduled(tmp_path, **refresh):
    """A studio whose audience has this refresh rule since SAVED."""
    workshop, audience = open_studio(tmp_path)
    specification = workshop.catalog.newest_specification(audience.id).specification
    fixed = Catalog(workshop.home.catalog_url, clock=lambda: SAVED)
    fixed.save_specification(
        specification.model_validate(
            {**specification.model_dump(exclude_unset=True), "refresh": refresh}
        )
    )
    return Studio(home=str(workshop.home.root))


def asked(instance, studio, moment):
    """The run requests of one look at the clock."""
    context = dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=moment,
        resources={"studio": studio},
    )
    return [
        each
        for each in refresh_due_audiences(context)
        if isinstance(each, dg.RunRequest)
    ]


def test_the_schedule_asks_at_the_tick_and_not_before(tmp_path, instance):
    studio = scheduled(tmp_path, schedule="@daily")

    before = asked(instance, studio, datetime(2026, 11, 2, 23, 59, tzinfo=UTC))
    (request,) = asked(instance, studio, datetime(2026, 11, 3, 0, 0, tzinfo=UTC))

    assert before == []
    assert request.partition_key == SLUG
    assert instance.get_dynamic_partitions("audiences") == [SLUG]


def test_an_audience_keeps_its_partition_in_the_archive(tmp_path, instance):
    """A run that is at work on it stores what it makes there."""
    studio = scheduled(tmp_path, schedule="@daily")
    moment = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
    asked(instance, studio, moment)

    studio.open().catalog.archive_audience(SLUG)
    asked(instance, studio, moment)

    assert instance.get_dynamic_partitions("audiences") == [SLUG]


def test_missed_ticks_are_asked_for_once(tmp_path, instance):
    """F12: after three days without a scheduler the newest tick is asked for; every
    later minute of that day asks by the same run key, which Dagster takes once."""
    studio = scheduled(tmp_path, schedule="@daily")
    noon = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)

    keys = {
        request.run_key
        for minute in range(3)
        for request in asked(instance, studio, noon + timedelta(minutes=minute))
    }

    assert keys == {f"{SLUG}:2026-11-05T00:00Z"}


def test_nobody_is_asked_for_while_a_run_is_at_it(tmp_path, instance, job):
    studio = scheduled(tmp_path, schedule="@daily")
    instance.create_run_for_job(job, tags={"dagster/partition": SLUG})

    assert asked(instance, studio, datetime(2026, 11, 3, 0, 0, tzinfo=UTC)) == []


def test_an_audience_that_grew_too_old_is_due(tmp_path, instance):
    studio = scheduled(tmp_path, max_age_hours=6)

    assert asked(instance, studio, SAVED + timedelta(hours=5.9)) == []
    assert len(asked(instance, studio, SAVED + timedelta(hours=6))) == 1


def test_an_audience_without_a_rule_is_never_due(tmp_path, instance):
    studio = scheduled(tmp_path)

    assert asked(instance, studio, SAVED + timedelta(days=900)) == []


def look(instance, studio, cursor):
    """One look of the sensor: its run requests and its new cursor."""
    context = dg.build_sensor_context(
        instance=instance, cursor=cursor, resources={"studio": studio}
    )
    found = [
        each for each in changed_inputs(context) if isinstance(each, dg.RunRequest)
    ]
    return found, context.cursor


def test_the_sensor_asks_when_an_input_has_changed(tmp_path, instance):
    workshop, _ = open_studio(tmp_path, refresh={"on_change": True})
    studio = Studio(home=str(workshop.home.root))

    first, cursor = look(instance, studio, None)
    second, cursor = look(instance, studio, cursor)
    frame = pd.read_parquet(tmp_path / "population.parquet")
    frame.head(len(frame) - 1).to_parquet(tmp_path / "population.parquet")
    (request,), cursor = look(instance, studio, cursor)
    after, _ = look(instance, studio, cursor)

    assert (first, second, after) == ([], [], [])
    assert request.partition_key == SLUG


def test_the_sensor_does_not_watch_where_nobody_asked_it_to(tmp_path, instance):
    workshop, _ = open_studio(tmp_path)
    studio = Studio(home=str(workshop.home.root))

    _, cursor = look(instance, studio, None)
    frame = pd.read_parquet(tmp_path / "population.parquet")
    frame.head(len(frame) - 1).to_parquet(tmp_path / "population.parquet")

    assert look(instance, studio, cursor)[0] == []


def test_an_input_that_is_gone_does_not_blind_the_sensor(tmp_path, instance):
    workshop, _ = open_studio(tmp_path, refresh={"on_change": True})
    other = pd.read_parquet(tmp_path / "seed.parquet")
    other.to_parquet(tmp_path / "other.parquet")
    keep(
        workshop,
        tmp_path,
        name="other",
        seed={"dataset": "other seed"},
        datasets={"other seed": {"path": "other.parquet"}},
        refresh={"on_change": True},
    )
    studio = Studio(home=str(workshop.home.root))
    _, cursor = look(instance, studio, None)

    (tmp_path / "seed.parquet").unlink()
    other.head(90).to_parquet(tmp_path / "other.parquet")
    (request,), _ = look(instance, studio, cursor)

    assert request.partition_key == "other"
