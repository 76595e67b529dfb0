"""What is seen of Dagster's servers where its own databases fail."""

import pytest
from sqlalchemy.exc import OperationalError

from orchestration import servers
from orchestration.faults import HistoryError
from orchestration.instance import open_instance

LOCKED = OperationalError("update", {}, Exception("database is locked"))


@pytest.mark.parametrize("error", [HistoryError(), LOCKED])
def test_runs_that_cannot_be_told_of_now_are_told_of_later(studio, monkeypatch, error):
    workshop, _ = studio

    def fail(*_):
        raise error

    monkeypatch.setattr(servers, "end_abandoned_runs", fail)
    monkeypatch.setattr(servers, "queue_stranded_runs", fail)
    with open_instance(workshop.home) as instance:
        found = servers.Servers(workshop, instance, None)

        found.end_abandoned_runs()

        assert found.command("daemon")
