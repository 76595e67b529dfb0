"""The lease of an audience, where the end of a run can be told to nobody."""

import dagster as dg
import pytest
from sqlalchemy.exc import OperationalError

from catalog.errors import StudioError
from orchestration.event_storage import KeptSqliteEventLogStorage
from orchestration.instance import open_instance
from orchestration.launch import build_audience
from orchestration.leases import at_work, leased


def refuse(*arguments, **options):
    raise StudioError("catalog_unreachable", "the catalog", "failed", "try again")


def store_until_the_second_step(storage, event):
    """What Dagster is told from there on is never written, the run's end neither."""
    told = event.dagster_event
    is_of_later_step = event.step_key not in (None, "build_inputs")
    if told is not None and (told.is_step_start and is_of_later_step):
        storage.is_broken = True
    if getattr(storage, "is_broken", False):
        raise OperationalError("insert", {}, Exception("disk I/O error"))
    STORE(storage, event)


STORE = KeptSqliteEventLogStorage.store_event


def test_a_run_whose_end_nobody_could_be_told_is_over_for_its_own_process(
    studio, monkeypatch
):
    workshop, audience = studio
    with monkeypatch.context() as patch:
        patch.setattr(
            KeptSqliteEventLogStorage, "store_event", store_until_the_second_step
        )
        patch.setattr(type(workshop.catalog), "release_lease", refuse)
        with pytest.raises(StudioError, match="Dagster's history"):
            build_audience(workshop, audience)
    left = workshop.catalog.lease_of(audience.id)
    assert left is not None

    outcome = build_audience(workshop, audience)

    assert outcome.version.number == 1
    with open_instance(workshop.home) as instance:
        states = [run.status for run in instance.get_runs()]
    assert states == [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
    with leased(workshop, audience.id, "next") as lease:
        assert lease.token > left.token


def test_a_run_at_work_in_the_same_process_keeps_its_lease_between_its_steps(studio):
    workshop, audience = studio

    with at_work(workshop, "worker"):
        with leased(workshop, audience.id, "first"):
            pass
        with (
            pytest.raises(StudioError, match="already building, run first"),
            leased(workshop, audience.id, "second"),
        ):
            pass

    with leased(workshop, audience.id, "second") as lease:
        assert lease.token == 2
