"""A command that is asked to end does so within seconds, also where nobody listens."""

import signal
import subprocess
import sys
import time

import pytest

from studio.ending import END_SECONDS, INTERRUPTED, STOPPED, was_asked
from tests.studio.conftest import ask, write_specification

# A library that has its way, and logs what the second interrupt broke off.
STUBBORN = """
import logging, time
from studio.ending import end_when_asked
end_when_asked()
interrupts = 0
while True:
    try:
        print("at work", flush=True)
        time.sleep(600)
    except KeyboardInterrupt:
        interrupts += 1
        if interrupts > 1:
            logging.exception("closing a connection")
"""


UPSET = """
import time
from studio.console import guarded
from studio.ending import end_when_asked

@guarded
def command():
    try:
        print("at work", flush=True)
        time.sleep(600)
    except KeyboardInterrupt:
        raise AttributeError("half a module")

end_when_asked()
command()
"""

# A library at work in a thread that aborts the process as the interpreter goes.
LEFT_AT_WORK = """
import atexit, os, sys, time
from studio import cli

class AtWork:
    def __del__(self, abort=os.abort):
        abort()

def command():
    try:
        print("at work", flush=True)
        time.sleep(600)
    except KeyboardInterrupt:
        print("stopped")
        sys.exit(130)

at_work = AtWork()
atexit.register(print, "tidied")
cli.app = command
cli.main()
"""


def test_what_is_left_at_work_does_not_change_how_an_interrupted_command_ends():
    process = subprocess.Popen(
        [sys.executable, "-c", LEFT_AT_WORK], stdout=subprocess.PIPE, text=True
    )
    process.stdout.readline()

    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)

    assert said.splitlines() == ["stopped", "tidied"]
    assert process.returncode == INTERRUPTED


def test_an_error_that_an_interrupt_brought_about_is_told_as_the_interrupt():
    process = subprocess.Popen(
        [sys.executable, "-c", UPSET],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()

    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert said.splitlines()[0] == STOPPED
    assert "AttributeError" not in said.splitlines()[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_whose_libraries_swallow_the_interrupt_ends_all_the_same(number):
    process = subprocess.Popen(
        [sys.executable, "-c", STUBBORN],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()

    began = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=60)

    assert time.monotonic() - began < END_SECONDS + 2
    assert process.returncode == INTERRUPTED
    assert said.splitlines() == [STOPPED]


@pytest.mark.parametrize("verb", ["build", "submit"])
def test_a_build_is_told_whether_its_command_was_asked_to_end(
    two_files, monkeypatch, verb
):
    """What fails then is a run that was cancelled, in Dagster too."""
    told = {}

    def build(*arguments, **options):
        told.update(options)
        raise KeyboardInterrupt

    monkeypatch.setattr("orchestration.launch.build_audience", build)
    path = write_specification(two_files / "a.yml", trigger_immediately=True)

    answer = ask("audience", verb, path)

    assert answer.code == INTERRUPTED, answer.err
    assert told["was_asked"] is was_asked
