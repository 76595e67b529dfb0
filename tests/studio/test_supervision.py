"""Keeping servers running, with small processes in place of Dagster's."""

import errno
import http.server
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from catalog.errors import StudioError
from catalog.home import create_home
from orchestration.gateway import Sight, look
from studio.services import child_process, supervisor
from studio.services.home_lock import only_one, refuse_taken_port
from studio.services.runs import address_of
from studio.services.supervisor import Supervisor

SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]
FAILS = [sys.executable, "-c", "raise SystemExit(3)"]


@dataclass
class SmallServers:
    """Three processes, and what a look at them shows."""

    folder: Path
    commands: dict[str, list[str]] = field(default_factory=dict)
    sight: Sight = Sight(answers=True, is_loaded=True)
    beats: bool = True
    names = ("code_location", "web_server", "daemon")
    helpers = ("run_starter",)
    listens = True
    port, path, address = 1, "/x", "http://127.0.0.1:1/x"

    def prepare(self) -> None: ...

    def clear(self) -> None: ...

    def end_abandoned_runs(self) -> None: ...

    def log(self, name: str) -> Path:
        return self.folder / name

    def command(self, name: str) -> list[str]:
        return self.commands.get(name, SLEEPS)

    def environment(self, name: str) -> dict[str, str]:
        return {}

    def look(self) -> Sight:
        return self.sight

    def oldest_heartbeat(self) -> float | None:
        return time.time() if self.beats else None


@pytest.fixture
def quick(monkeypatch):
    """Looks that follow each other at once, and no patience."""
    monkeypatch.setattr(supervisor, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(supervisor, "ASK_SECONDS", 0.02)
    monkeypatch.setattr(supervisor, "SILENT_SECONDS", 0.3)
    monkeypatch.setattr(supervisor, "PATIENCE_SECONDS", 0.3)


def started(process: "subprocess.Popen[bytes]"):
    return nullcontext()


@contextmanager
def supervised(servers):
    with Supervisor(servers, started) as found:
        yield found


def until(look, seconds=60.0):
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.02)


def test_a_server_that_stops_answering_is_red_and_the_others_are_not(
    tmp_path, quick, monkeypatch
):
    monkeypatch.setattr(supervisor, "SILENT_SECONDS", 60.0)
    servers = SmallServers(tmp_path)
    with supervised(servers) as found:
        until(lambda: found.health().is_well)
        well_since = found.health().daemon.since
        servers.sight = Sight(answers=False, is_loaded=False)
        until(lambda: found.health().web_server.state == "down")
        health = found.health()
        servers.sight = Sight(answers=True, is_loaded=True)
        until(lambda: found.health().is_well)

    assert health.web_server.cause == "does not answer"
    assert str(tmp_path / "web_server") in health.web_server.remedy
    assert health.code_location.state == "well"
    assert health.daemon.since == well_since


def test_runs_are_asked_for_only_while_server_and_graph_are_well(tmp_path, quick):
    servers = SmallServers(tmp_path, beats=False)
    servers.listens = False
    with supervised(servers) as found:
        with pytest.raises(StudioError) as early:
            address_of(found)
        servers.listens = True
        until(lambda: found.health().code_location.state == "well")
        assert address_of(found) == servers.address
        servers.sight = Sight(answers=True, is_loaded=False)
        until(lambda: found.health().code_location.state == "down")
        with pytest.raises(StudioError) as late:
            address_of(found)

    assert early.value.code == late.value.code == "dagster_down"
    assert early.value.cause == "cannot take runs: its web server is being started"
    assert late.value.cause.endswith("its code location has not loaded the graph")


def test_a_daemon_that_gives_no_sign_of_life_is_red(tmp_path, quick):
    servers = SmallServers(tmp_path, beats=False)
    with supervised(servers) as found:
        until(lambda: found.health().daemon.state == "down")
        assert found.health().daemon.cause == "gives no sign of life"


def test_a_server_that_hangs_is_killed_and_started_again(tmp_path, quick, monkeypatch):
    monkeypatch.setattr(supervisor, "HUNG_SECONDS", 0.5)
    servers = SmallServers(tmp_path, beats=False)
    with supervised(servers) as found:
        until(lambda: found.health().daemon.cause == "was ended by signal 9")
        servers.beats = True
        until(lambda: found.health().is_well)


def test_a_server_that_dies_again_and_again_is_left(tmp_path, quick, monkeypatch):
    monkeypatch.setattr(child_process, "MOST_DEATHS", 2)
    servers = SmallServers(tmp_path, {"web_server": FAILS})
    with supervised(servers) as found:
        until(lambda: "too often" in found.health().web_server.cause)
        health = found.health().web_server

    assert health.state == "down"
    assert health.cause.startswith("ended with exit code 3")
    assert str(tmp_path / "web_server") in health.remedy


def test_servers_end_as_soon_as_they_are_told_to(tmp_path, quick):
    told = threading.Event()
    processes = []

    def noted(process):
        processes.append(process)
        return nullcontext()

    with Supervisor(SmallServers(tmp_path), noted, told.is_set) as found:
        until(lambda: found.health().is_well)
        assert len(processes) >= 3
        assert all(process.poll() is None for process in processes)
        told.set()
        until(lambda: all(process.poll() is not None for process in processes))


@pytest.mark.parametrize(
    "error",
    [
        StudioError("file_failure", "Dagster's history", "could not be read", "look"),
        RuntimeError("a fault"),
    ],
)
def test_a_look_that_fails_ends_no_watch(tmp_path, quick, monkeypatch, error):
    """A full disk, where an abandoned run is to be told: it is asked again."""
    monkeypatch.setattr(supervisor, "TEND_SECONDS", 0.02)
    servers, asked = SmallServers(tmp_path), []

    def fail():
        asked.append(len(asked))
        raise error

    servers.end_abandoned_runs = fail
    with supervised(servers) as found:
        until(lambda: len(asked) > 1)
        servers.sight = Sight(answers=False, is_loaded=False)
        until(lambda: found.health().web_server.state == "down")


def test_a_server_that_nobody_can_end_with_us_does_not_begin(tmp_path):
    begun = []

    def unguarded(process):
        begun.append(process)
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    child = child_process.Child(
        lambda: SLEEPS,
        folder=tmp_path,
        environment={},
        log=tmp_path / "x",
        guarded=unguarded,
    )

    with pytest.raises(StudioError, match="temporarily unavailable"):
        child.start()

    (process,) = begun
    assert process.returncode is not None
    assert not child.is_running


def test_a_program_that_cannot_be_started_is_told_without_a_traceback(tmp_path, quick):
    servers = SmallServers(tmp_path, {"daemon": ["/nosuch/program"]})
    with supervised(servers) as found:
        until(lambda: found.health().daemon.state == "down")
        assert "cannot be started" in found.health().daemon.cause


@pytest.fixture
def stranger():
    """A web server of somebody else's, which answers everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"data": {"workspaceOrError": null}}')

        def log_message(self, *arguments: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_a_stranger_on_the_port_is_not_taken_for_ours(stranger):
    assert look(f"http://127.0.0.1:{stranger}/x") == Sight(False, False)
    assert look("http://127.0.0.1:9/x") == Sight(False, False)


def test_a_taken_port_names_who_has_it(stranger):
    """F16."""
    with pytest.raises(StudioError) as refusal:
        refuse_taken_port(stranger, "--dagster-port")

    assert refusal.value.code == "port_taken"
    assert f"port {stranger}" in str(refusal.value)
    assert "is in use by" in refusal.value.cause
    assert "--dagster-port" in refusal.value.remedy


def test_a_home_is_held_by_one_and_free_after(tmp_path):
    """F16."""
    home = create_home(tmp_path / "home")
    with (
        only_one(home, "lookalike up"),
        pytest.raises(StudioError) as refusal,
        only_one(home, "lookalike dev"),
    ):
        pass
    with only_one(home, "lookalike dev"):
        pass

    assert refusal.value.code == "home_in_use"
    assert "`lookalike up`, process" in refusal.value.cause
