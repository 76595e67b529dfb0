"""Dagster's three servers: how each is started, and what can be seen of it.

The code location has the graph loaded; the web server takes requests; the daemon starts
runs that wait and keeps the schedule. A helper has loaded what a run's process needs. Who keeps them running is not said here.
"""

import json
import os
import secrets
import shutil
import socket
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from catalog.errors import StudioError
from orchestration import run_starter
from orchestration.endings import (
    end_abandoned_runs,
    end_unheard_builds,
    queue_stranded_runs,
)
from orchestration.gateway import LOCATION, Sight, look
from orchestration.instance import Instance
from orchestration.project import ROOT, manifest_path
from orchestration.workshop import Workshop

LOOPBACK = "127.0.0.1"
LONGEST_SOCKET = 100  # a name of a Unix socket may have 107 bytes
# A database that is locked, or a disk that is full.
NO_HISTORY = (SQLAlchemyError, StudioError)


class Servers:
    """The servers of one home. Without a `port` each start of the web server draws one.

    Whoever answers below `path` is the web server that was started here: nobody else has
    been told it.
    """

    names = ("code_location", "web_server", "daemon")
    helpers = ("run_starter",)  # without which all goes on, only slower
    folder = ROOT

    def __init__(
        self, workshop: Workshop, instance: Instance, port: int | None
    ) -> None:
        manifest_path()
        self._home, self._catalog = workshop.home, workshop.catalog
        self._instance = instance
        self._wanted_port = port
        self.port = port or free_port()
        self.path = f"/{secrets.token_urlsafe(18)}"
        self.logs = self._home.dagster / "servers"  # Dagster empties `logs`
        self._sockets = _folder_of_sockets(self._home.dagster)

    def prepare(self) -> None:
        """Write what the servers read, and empty their logs."""
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in (*self.names, *self.helpers):
            self.log(name).write_bytes(b"")
        self._socket.unlink(missing_ok=True)
        server = {"location_name": LOCATION, "socket": str(self._socket)}
        document = json.dumps({"load_from": [{"grpc_server": server}]})  # JSON is YAML
        self._workspace.write_text(document, encoding="utf-8")

    def clear(self) -> None:
        """Remove what `prepare` wrote, but for the logs."""
        self._workspace.unlink(missing_ok=True)
        self._socket.unlink(missing_ok=True)
        self._starter.unlink(missing_ok=True)
        if self._sockets != self._home.dagster:
            shutil.rmtree(self._sockets, ignore_errors=True)

    def log(self, name: str) -> Path:
        """Where a server writes what it has to say."""
        return self.logs / f"{name}.log"

    def command(self, name: str) -> list[str]:
        """The command that starts a server; asked anew for each start."""
        if name == "code_location":
            self._socket.unlink(missing_ok=True)
            return [
                *(sys.executable, "-m", "dagster", "api", "grpc"),
                *("--socket", str(self._socket), "--location-name", LOCATION),
                *("--module-name", "orchestration.definitions"),
                *("--log-level", "warning"),
            ]
        if name == "run_starter":
            return [sys.executable, "-m", run_starter.__name__, str(self._starter)]
        shared = ("--workspace", str(self._workspace))
        if name == "daemon":
            self._queue_stranded_runs()  # while none is at work
            module = ("dagster._daemon", "run", "--log-level", "warning")
            return [sys.executable, "-m", *module, *shared]
        if self._wanted_port is None:
            self.port = free_port()
        return [
            *(sys.executable, "-m", "dagster_webserver", "--host", LOOPBACK),
            *("--port", str(self.port), "--dagster-log-level", "warning", *shared),
        ]

    def environment(self, name: str) -> dict[str, str]:
        """What a server finds in its environment."""
        told = {
            "DAGSTER_HOME": str(self._home.dagster),
            "LOOKALIKE_HOME": str(self._home.root),
            run_starter.ADDRESS: str(self._starter),
        }
        if name == "web_server":
            # Not on the command line, which every user of the machine may read.
            told["DAGSTER_WEBSERVER_PATH_PREFIX"] = self.path
        return {**os.environ, **told}

    @property
    def address(self) -> str:
        """The web server's address."""
        return f"http://{LOOPBACK}:{self.port}{self.path}"

    @property
    def listens(self) -> bool:
        """True once the code location has loaded the graph and listens."""
        return self._socket.exists()

    def look(self) -> Sight:
        """Whether the web server answers, and whether it has the graph."""
        return look(self.address)

    def oldest_heartbeat(self) -> float | None:
        """When that part of the daemon last gave a sign of which that is longest ago.

        In seconds of the epoch; None while a part that is needed has never given one,
        and where the database cannot be read.
        """
        try:
            statuses = self._instance.get_daemon_statuses().values()
        except SQLAlchemyError:
            return None
        needed = [each.last_heartbeat for each in statuses if each.required]
        beats = [each.timestamp for each in needed if each is not None]
        return min(beats) if beats and len(beats) == len(needed) else None

    def end_abandoned_runs(self) -> None:
        """Give runs whose process has died, and their builds, their final state."""
        with suppress(*NO_HISTORY):  # asked again soon
            end_abandoned_runs(self._catalog, self._instance)
            end_unheard_builds(self._catalog, self._instance)

    def _queue_stranded_runs(self) -> None:
        with suppress(*NO_HISTORY):  # Dagster fails them after a while
            queue_stranded_runs(self._instance)

    @property
    def _workspace(self) -> Path:
        return self._home.dagster / "studio_workspace.yaml"

    @property
    def _socket(self) -> Path:
        """Where the code location listens: in a folder that is its owner's alone."""
        return self._sockets / "code.sock"

    @property
    def _starter(self) -> Path:
        """Where processes for runs are asked for."""
        return self._sockets / "runs.sock"


def _folder_of_sockets(folder: Path) -> Path:
    """The folder itself; one with a shorter name where its name is too long."""
    is_short = len(os.fsencode(folder / "code.sock")) <= LONGEST_SOCKET
    return folder if is_short else Path(tempfile.mkdtemp(prefix="lookalike_"))


def free_port() -> int:
    """A port of this machine's that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
