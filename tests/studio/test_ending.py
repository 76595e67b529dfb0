"""A command that is asked to end does so within seconds, also where nobody listens."""

import signal
import subprocess
import sys
import time

import pytest

from studio.ending import END_SECONDS, INTERRUPTED, STOPPED

STUBBORN = """
import time
from studio.ending import end_when_asked
end_when_asked()
print("at work", flush=True)
while True:
    try:
        time.sleep(600)
    except KeyboardInterrupt:
        pass
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_whose_libraries_swallow_the_interrupt_ends_all_the_same(number):
    process = subprocess.Popen(
        [sys.executable, "-c", STUBBORN],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    time.sleep(0.5)  # until it sleeps
    began = time.monotonic()

    process.send_signal(number)
    _, said = process.communicate(timeout=30)

    assert process.returncode == INTERRUPTED
    assert said.splitlines() == [STOPPED]
    assert time.monotonic() - began < END_SECONDS + 2
