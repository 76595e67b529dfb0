"""Who works on the same files waits for its turn, not for one who stands still."""

import errno
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from threading import Event, Thread

import pandas as pd
import pytest

from catalog.errors import StudioError
from engines.turns import turn

HOLDER = """
import sys, time
from pathlib import Path
from engines.turns import turn
with turn(Path(sys.argv[1]), "the test"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr("engines.turns.STOPPED_SECONDS", 0.2)
    monkeypatch.setattr("engines.turns.LOOK_SECONDS", 0.05)


@contextmanager
def held_elsewhere(lock):
    """A process of its own that has the turn."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", HOLDER, str(lock)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_dataset_that_a_stopped_process_reads_is_not_waited_for(
    engine, register, tmp_path
):
    path = tmp_path / "people.csv"
    pd.DataFrame({"user_id": range(3)}).to_csv(path, index=False)
    dataset = register(path)
    fingerprint = engine.fingerprint(dataset)
    lock = engine.home.dataset(dataset.id) / "load.lock"

    with held_elsewhere(lock) as holder:
        os.kill(holder.pid, signal.SIGSTOP)
        told = f"'people.csv' is being worked on by process {holder.pid}, which is stop"
        with pytest.raises(StudioError, match=told) as refusal:
            engine.load(dataset, fingerprint)

    assert refusal.value.code == "database_locked"
    engine.load(dataset, fingerprint)


def test_who_works_for_long_is_waited_for(tmp_path):
    lock, is_held, steps = tmp_path / "lock", Event(), []

    def work():
        with turn(lock, "the test"):
            is_held.set()
            Event().wait(0.6)
            steps.append("worked")

    worker = Thread(target=work)
    worker.start()
    is_held.wait()
    with turn(lock, "the test"):
        steps.append("turned")
    worker.join()

    assert steps == ["worked", "turned"]


def test_a_full_disk_keeps_nobody_from_their_turn(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", refuse)

    with turn(tmp_path / "lock", "the test"):
        pass


def test_who_never_ends_is_named_in_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr("engines.turns.LONGEST_SECONDS", 0.2)
    lock = tmp_path / "lock"

    with held_elsewhere(lock) as holder:
        told = f"the test is still being worked on by process {holder.pid} after 0.2 s"
        with pytest.raises(StudioError, match=told), turn(lock, "the test"):
            pass
        lock.write_text("")
        told = "by another process after"
        with pytest.raises(StudioError, match=told), turn(lock, "the test"):
            pass
