"""Runs that are forked from what is loaded: begun at a word, heard of at their end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest

from orchestration import run_starter
from orchestration.run_starter import ADDRESS, fork_for

# The starter without what it loads; a fork writes what it was asked into a file.
STARTER = """
import os, sys, time
from pathlib import Path
from orchestration import run_starter
run_starter.ANSWER_SECONDS = 60.0
asked = run_starter.serve(Path(sys.argv[1]))
Path(asked[0]).write_text(f"{asked[1]} {os.getsid(0) == os.getpid()}")
time.sleep(float(asked[2]))
"""


@pytest.fixture
def starter(tmp_path, monkeypatch):
    address = tmp_path / "runs.sock"
    process = subprocess.Popen([sys.executable, "-c", STARTER, str(address)])
    until(address.exists)
    monkeypatch.setattr(run_starter, "ANSWER_SECONDS", 60.0)
    monkeypatch.setenv(ADDRESS, str(address))
    yield process
    process.kill()
    process.wait()


def until(look, seconds=60.0):
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.02)


def test_a_fork_begins_at_a_word_in_a_session_of_its_own(tmp_path, starter):
    told = tmp_path / "told"
    fork = fork_for([str(told), "käufer's\n", "0"])

    time.sleep(0.2)
    assert not told.exists()
    fork.begin()
    fork.wait()

    assert told.read_text(encoding="utf-8") == "käufer's\n True"
    until(lambda: not psutil.pid_exists(fork.pid))


def test_one_that_is_never_told_to_begin_ends_with_who_asked(tmp_path, starter):
    fork = fork_for([str(tmp_path / "told"), "x", "0"])
    fork.line.close()

    until(lambda: not psutil.pid_exists(fork.pid))

    assert not (tmp_path / "told").exists()


def test_the_death_of_a_fork_is_heard_of(tmp_path, starter):
    fork = fork_for([str(tmp_path / "told"), "x", "600"])
    fork.begin()
    until((tmp_path / "told").exists)

    os.kill(fork.pid, signal.SIGKILL)
    fork.wait()

    until(lambda: not psutil.pid_exists(fork.pid))


def test_a_fork_outlives_the_starter(tmp_path, starter):
    fork = fork_for([str(tmp_path / "told"), "x", "600"])
    fork.begin()
    until((tmp_path / "told").exists)

    starter.kill()
    starter.wait()

    assert psutil.pid_exists(fork.pid)
    assert fork_for(["a run"]) is None
    os.kill(fork.pid, signal.SIGKILL)
    fork.wait()


@pytest.mark.parametrize("said", [b"\n", b"{", b""])
def test_whoever_asks_for_nothing_gets_nothing_and_harms_nobody(
    tmp_path, starter, said
):
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(os.environ[ADDRESS])
        line.sendall(said)
        line.shutdown(socket.SHUT_WR)
        line.recv(64)

    fork = fork_for([str(tmp_path / "told"), json.dumps({}), "0"])
    fork.begin()
    fork.wait()

    assert (tmp_path / "told").read_text() == "{} True"


def test_without_a_starter_there_is_no_fork(tmp_path, monkeypatch):
    assert fork_for(["a run"]) is None
    monkeypatch.setenv(ADDRESS, str(tmp_path / "nosuch"))
    assert fork_for(["a run"]) is None
