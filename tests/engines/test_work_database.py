"""The work database while another connection of the same process has it."""

import threading
import time
from dataclasses import replace

import duckdb
import pytest

from catalog.errors import StudioError
from engines.connection import WORK_DATABASE, start_work, work_session
from engines.failures import explained


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "build").mkdir()
    return tmp_path / "build"


def test_one_that_closes_it_soon_is_waited_for(engine, folder):
    """dbt, interrupted with its run, may need a moment to leave."""
    held = duckdb.connect(folder / WORK_DATABASE)
    closing = threading.Timer(0.5, held.close)
    began = time.monotonic()
    closing.start()

    with work_session(replace(engine.settings, lock_wait_seconds=30), folder) as ours:
        assert ours.execute("select 1").fetchall() == [(1,)]

    closing.join()
    assert time.monotonic() - began >= 0.5


def test_one_that_keeps_it_is_told(engine, folder):
    with (
        duckdb.connect(folder / WORK_DATABASE),
        pytest.raises(StudioError, match="open elsewhere in this process") as refusal,
        work_session(engine.settings, folder),
    ):
        pass

    assert refusal.value.code == "database_locked"


def open_session(settings, folder):
    """A session that nobody closes, as one in the frames of an error."""
    session = work_session(settings, folder)
    session.__enter__()
    return session


def test_one_of_ours_that_only_garbage_holds_is_closed_before_dbt_comes(engine, folder):
    garbage = [open_session(engine.settings, folder)]
    garbage.append(garbage)
    del garbage

    engine.wait_for_work(folder)

    duckdb.connect(folder / WORK_DATABASE).close()


def test_one_of_ours_that_stays_is_told_before_dbt_comes(engine, folder):
    held = open_session(engine.settings, folder)

    with pytest.raises(StudioError, match="open elsewhere in this process"):
        engine.wait_for_work(folder)

    held.__exit__(None, None, None)


def test_what_duckdb_makes_of_a_signal_is_an_interrupt_and_no_failure():
    """It tells of one by a RuntimeError, whatever the signal's handler raised."""
    with pytest.raises(KeyboardInterrupt), explained("a long count"):
        raise RuntimeError("Query interrupted")


def test_half_a_database_of_a_try_whose_inputs_never_stood_is_made_anew(engine, folder):
    """As a disk leaves it that was full before DuckDB had written its first page."""
    with work_session(engine.settings, folder) as connection:
        connection.execute("create table t as select 1")
    whole = (folder / WORK_DATABASE).read_bytes()
    (folder / WORK_DATABASE).write_bytes(whole[:6_000])

    start_work(folder, [])

    with work_session(engine.settings, folder) as connection:
        assert connection.execute("show tables").fetchall() == []
