"""`lookalike dev` as a person starts it: Dagster's own server builds an audience."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.orchestration.conftest import SLUG, open_studio
from tests.orchestration.serving import serving

pytestmark = pytest.mark.servers

# `lookalike dev` with another process as Dagster's; it tells which signals reached that.
STAND_IN = """
import os, subprocess, sys
from pathlib import Path
from catalog.home import create_home
from orchestration.workshop import open_workshop
from studio.services import dagster_dev

begin, send = subprocess.Popen, os.killpg

def begin_stand_in(command, **options):
    if "dagster" in command:
        command = [sys.executable, "-c", os.environ["DAGSTER"]]
    return begin(command, **options)

def send_and_tell(group, number):
    send(group, number)
    print("sent", int(number), flush=True)

subprocess.Popen, os.killpg = begin_stand_in, send_and_tell
dagster_dev.END_SECONDS = float(os.environ["SECONDS"])
workshop = open_workshop(create_home(Path(os.environ["LOOKALIKE_HOME"])))
print("ended with", dagster_dev.run_dagster(workshop, 0), flush=True)
"""
WILLING = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print("at work", flush=True)
while True:
    signal.pause()
"""
WITH_A_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
print("at work", flush=True)
child.wait()
"""
STUBBORN = WILLING.replace("lambda *_: sys.exit(7)", "signal.SIG_IGN")


@contextmanager
def begun(folder: Path, dagster: str, seconds: float):
    """The stand-in, once its Dagster is at work; and what that printed before."""
    told = {"DAGSTER": dagster, "SECONDS": f"{seconds}"}
    with subprocess.Popen(
        [sys.executable, "-c", STAND_IN],
        env=os.environ | told | {"LOOKALIKE_HOME": str(folder / "home")},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        said = []
        while (line := process.stdout.readline()) != "at work\n":
            assert process.poll() is None
            said.append(line)
        yield process, said


@pytest.fixture
def studio_and_server(tmp_path):
    workshop, audience = open_studio(tmp_path)
    with serving(workshop.home.root, tmp_path / "log") as server:
        yield workshop, audience, server


def test_the_server_builds_an_audience_that_is_asked_for_on_its_screen(
    studio_and_server,
):
    workshop, audience, server = studio_and_server

    final = server.end_of(server.launch(SLUG))

    assert final == "SUCCESS"
    version = workshop.catalog.served_version(audience.id)
    assert version.figures["delivered_people"] == 100
    server.process.terminate()
    assert server.process.wait(timeout=60) is not None
    with socket.socket() as probe:
        probe.settimeout(2)
        assert probe.connect_ex(("127.0.0.1", server.port)) != 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("dagster", "seconds", "end"),
    [
        (WILLING, 60, ["sent 15", "ended with 7"]),
        (STUBBORN, 0.1, ["sent 15", "sent 9", "ended with -9"]),
    ],
)
def test_dagster_is_asked_to_end_and_killed_only_where_it_does_not(
    tmp_path, number, dagster, seconds, end
):
    with begun(tmp_path, dagster, seconds) as (process, _):
        process.send_signal(number)
        said, _ = process.communicate(timeout=120)

    assert said.splitlines() == end


def test_a_command_that_is_interrupted_as_it_begins_leaves_nothing_of_dagster(tmp_path):
    begun_late = STAND_IN.replace(
        "    return begin(command, **options)",
        """    if command[0] == "/bin/sh":
        raise KeyboardInterrupt
    return begin(command, **options)""",
    )
    told = {"DAGSTER": "import time; time.sleep(600)", "SECONDS": "60"}

    done = subprocess.run(
        [sys.executable, "-c", begun_late],
        env=os.environ | told | {"LOOKALIKE_HOME": str(tmp_path / "home")},
        stdout=subprocess.PIPE,
        text=True,
        timeout=240,
        check=True,
    )

    assert done.stdout.splitlines()[-2:] == ["sent 15", "ended with -15"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
def test_nothing_of_dagster_outlives_a_command_that_is_killed_or_loses_its_terminal(
    tmp_path, number
):
    with begun(tmp_path, WITH_A_CHILD, 60) as (process, said):
        child = psutil.Process(int(said[-1]))
        family = [child, child.parent()]
        process.send_signal(number)
        process.wait(timeout=60)

        _, alive = psutil.wait_procs(family, timeout=60)

    assert alive == []
