"""dbt in a thread of its own: whatever keeps it from running is told, and nobody waits."""

from types import SimpleNamespace

import pytest

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
