"""Processes that stand still while a test looks, and keep nobody from a database meanwhile."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import dagster as dg
import psutil

from catalog.home import Home
from orchestration.endings import worker_of
from orchestration.instance import open_instance
from orchestration.leases import pid_of
from tests.studio.served import until


def halt(process: psutil.Process, home: Home) -> None:
    """Stop a process at a moment at which it writes into none of the home's databases."""

    def stands_aside() -> bool:
        process.suspend()
        databases = (home.root / "catalog.db", *home.dagster.rglob("*.db"))
        if all(_takes_writes(each) for each in databases):
            return True
        process.resume()
        return False

    until(stands_aside, pause=0.02)


@contextmanager
def halted(process: psutil.Process, home: Home) -> Iterator[psutil.Process]:
    """It stands still while the block lasts, unless it is killed there."""
    halt(process, home)
    try:
        yield process
    finally:
        with suppress(psutil.NoSuchProcess):
            process.resume()


def server_of(studio: int, words: str) -> psutil.Process:
    """The one child of the studio with this process id whose command has these words."""
    children = psutil.Process(studio).children(recursive=True)
    (found,) = [each for each in children if words in command_of(each)]
    return found


def worker_at_work(home: Home, run_id: str) -> psutil.Process:
    """The process that carries a run out, as soon as there is one."""

    def known() -> str | None:
        with open_instance(home) as instance:
            return worker_of(instance.get_run_by_id(run_id))

    return psutil.Process(pid_of(until(known, pause=0.02)))


@contextmanager
def build_halted(home: Home) -> Iterator[str]:
    """The newest run, whose process stands still while the block lasts."""
    with open_instance(home) as instance:
        (run_id,) = [run.run_id for run in instance.get_runs(limit=1)]
    with halted(worker_at_work(home, run_id), home):
        yield run_id


def until_asked_to_end(home: Home, run_id: str) -> None:
    """Wait until somebody has cancelled the run."""

    def is_asked() -> bool:
        with open_instance(home) as instance:
            run = instance.get_run_by_id(run_id)
        return run.status is dg.DagsterRunStatus.CANCELING

    until(is_asked)


def command_of(process: psutil.Process) -> str:
    """Empty where the process is gone."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _takes_writes(database: Path) -> bool:
    try:
        address = f"file:{database}?mode=rw"
        with closing(sqlite3.connect(address, timeout=0.5, uri=True)) as connection:
            connection.execute("begin immediate")
            connection.rollback()
    except sqlite3.OperationalError:
        return False
    return True
