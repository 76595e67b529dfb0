"""dbt in a thread of its own: whatever keeps it from running is told, and nobody waits."""

import threading
import weakref
from types import SimpleNamespace

import pytest

from catalog.errors import StudioError
from engines.limits import Settings
from orchestration import dbt_runner


def test_what_keeps_dbt_from_running_is_raised_where_it_is_waited_for(
    tmp_path, monkeypatch
):
    def unreadable(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(dbt_runner, "stage_manifest", unreadable)
    build = SimpleNamespace(folder=tmp_path, dbt_variables=dict)
    engine = SimpleNamespace(settings=Settings(), wait_for_work=lambda _: None)

    with pytest.raises(OSError, match="Input/output error"):
        list(dbt_runner.build_relations("learn", build, engine, []))


class Handle:
    """Stands for a connection that holds the work database while it is referred to."""


def test_an_error_of_dbt_does_not_hold_what_it_was_at_work_on(tmp_path, monkeypatch):
    held = []

    class FailingRunner:
        def __init__(self, *_, **__):
            pass

        def invoke(self, _):
            handle = Handle()
            held.append(weakref.ref(handle))
            try:
                raise OSError("IO Error: No space left on device")
            except OSError as error:
                return SimpleNamespace(success=False, exception=error)

    monkeypatch.setattr("dbt.cli.main.dbtRunner", FailingRunner)
    build = SimpleNamespace(folder=tmp_path, dbt_variables=dict)
    engine = SimpleNamespace(settings=Settings(), wait_for_work=lambda _: None)

    with pytest.raises(StudioError) as told:
        list(dbt_runner.build_relations("learn", build, engine, []))

    assert told.value.code == "disk_full"
    assert held[0]() is None


FULL = """Runtime Error in model scored_people (models/scored_people.sql)
  IO Error: Could not write file "/home/work.duckdb": No space left on device"""


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (FULL, "disk_full"),
        ("[Errno 28] No space left on device: 'target/run/a.sql'", "disk_full"),
        ("Out of Memory Error: failed to allocate", "out_of_memory"),
        ("Conversion Error: 'anna@example.org' is no number", "model_failed"),
    ],
)
def test_a_model_that_fails_for_no_fault_of_the_sql_is_told_as_what_it_is(
    tmp_path, message, code
):
    told = []
    listen = dbt_runner._listener(told.append, threading.Event(), tmp_path)
    node = SimpleNamespace(
        unique_id="model.a", resource_type="model", node_name="scored_people"
    )
    result = SimpleNamespace(
        status="error", execution_time=0.1, num_failures=0, message=message
    )

    listen(
        SimpleNamespace(
            info=SimpleNamespace(name=dbt_runner.FINISHED),
            data=SimpleNamespace(node_info=node, run_result=result),
        )
    )

    failure = dbt_runner.dbt_failure(told[0])
    assert failure.code == code
    assert "model 'scored_people'" in str(failure)
    assert "anna" not in repr(told)
