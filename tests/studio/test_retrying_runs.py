"""Runs that are gone on with, whatever becomes of Dagster's answer."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from catalog.errors import StudioError
from catalog.home import create_home
from catalog.run_records import Run, RunState
from orchestration.gateway import dagster_down
from studio.services.runs import Runs

FAILED = Run(
    run_id="first",
    audience="people",
    audience_name="People",
    state=RunState.failed,
    is_cancelling=False,
    stages=(),
    specification=1,
    request=None,
    retry_of=None,
    created_at=datetime(2026, 11, 2, tzinfo=UTC),
    started_at=None,
    ended_at=None,
    error=None,
    version=None,
    is_unchanged=False,
    dagster_path="/runs/first",
)
RETRY = {"run_id": "second", "retry_of": "first", "state": RunState.queued}


@pytest.mark.parametrize("is_there", [True, False])
def test_a_retry_whose_answer_is_lost_is_found(tmp_path, is_there):
    """The server died, or took too long, after it had made the run."""
    runs = {"first": FAILED}

    def retry(run_id, *, from_failure):
        if is_there:
            runs["second"] = FAILED.model_copy(update=RETRY)
        raise dagster_down("did not answer (ReadTimeout)")

    workshop = SimpleNamespace(
        home=create_home(tmp_path / "home"),
        catalog=SimpleNamespace(get_audience=lambda _: SimpleNamespace(slug="people")),
    )
    history = SimpleNamespace(
        get=runs.get,
        at_work=lambda _: None,
        newest=lambda **_: [list(runs.values())[-1]],
    )
    found = Runs(workshop, history, SimpleNamespace(retry=retry))

    if is_there:
        assert found.retry("first").run_id == "second"
    else:
        with pytest.raises(StudioError, match="did not answer"):
            found.retry("first")
