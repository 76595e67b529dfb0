"""Dagster's servers as children of the studio: watched, started again, ended with it.

Three processes: the code location, which has the graph loaded; the web server; the
daemon, which starts runs that wait and keeps the schedule. Runs are processes of their
own and outlive all three.
"""

import json
import os
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from catalog.errors import StudioError
from studio.services.child_process import Child, end_all, own_environment
from studio.services.health import Health, PartHealth, PartState
from studio.services.home_lock import LOOPBACK, free_port, refuse_taken_port

if TYPE_CHECKING:
    import dagster as dg

    from orchestration.workshop import Workshop

LOOK_SECONDS = 0.5
ASK_SECONDS = 3.0
TEND_SECONDS = 10.0
# A daemon gives a sign every 30 seconds.
SILENT_SECONDS = 60.0
# A busy web server may take its time.
PATIENCE_SECONDS = 15.0
# What does not answer for so long is killed and started again.
HUNG_SECONDS = 180.0
LONGEST_SOCKET = 100  # a name of a Unix socket may have 107 bytes


@dataclass(slots=True)
class Part:
    """A child, and what is known of its health."""

    child: Child
    health: PartHealth
    well_at: float = 0.0

    def become(self, state: PartState, cause: str = "", remedy: str = "") -> None:
        """Take on a state; the time of the change stays while it lasts."""
        now = self.health
        if (now.state, now.cause) != (state, cause):
            since = now.since if now.state is state else datetime.now(UTC)
            self.health = PartHealth(
                state=state, since=since, cause=cause, remedy=remedy
            )


class Supervisor:
    """Dagster's servers, up while the block lasts.

    Without a `port` a free one is chosen for each start of the web server. `should_end`
    is asked each half second: the servers end as soon as it says so.
    """

    def __init__(
        self,
        workshop: "Workshop",
        instance: "dg.DagsterInstance",
        *,
        port: int | None = None,
        should_end: Callable[[], bool] = lambda: False,
    ) -> None:
        from orchestration.project import ROOT, manifest_path

        if port is not None:
            refuse_taken_port(port, "--dagster-port")
        manifest_path()
        self._instance = instance
        self._should_end = should_end
        self._wanted_port = port
        self._port = port or free_port()
        # Whoever answers below this path is the server that we started: nobody else
        # has been told it.
        self._prefix = f"/{secrets.token_urlsafe(18)}"
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._watch, name="dagster", daemon=True)
        self._folder = workshop.home.dagster
        self._logs = self._folder / "servers"  # Dagster empties `logs`
        self._sockets = _folder_of_sockets(self._folder)
        homes = {
            "DAGSTER_HOME": str(self._folder),
            "LOOKALIKE_HOME": str(workshop.home.root),
        }
        # Not on the command line, which every user of the machine may read.
        secret = {"DAGSTER_WEBSERVER_PATH_PREFIX": self._prefix}
        self._parts = {
            name: Part(
                Child(
                    command, ROOT, own_environment(**told), self._logs / f"{name}.log"
                ),
                PartHealth(state=PartState.starting, since=datetime.now(UTC)),
            )
            for name, command, told in (
                ("code_location", self._code_location, homes),
                ("web_server", self._web_server, homes | secret),
                ("daemon", self._daemon, homes),
            )
        }

    def __enter__(self) -> Self:
        from orchestration.gateway import LOCATION

        self._logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        for part in self._parts.values():
            part.child.log.write_bytes(b"")
        server = {"location_name": LOCATION, "socket": str(self._socket())}
        document = json.dumps({"load_from": [{"grpc_server": server}]})  # JSON is YAML
        self._workspace().write_text(document, encoding="utf-8")
        try:
            for part in self._parts.values():
                part.child.start()
                part.well_at = time.monotonic()
        except BaseException:
            self._end()
            raise
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for part in self._parts.values():
            part.child.ask_to_end()
        self._thread.join()
        self._end()

    @property
    def port(self) -> int:
        """Where the web server listens on loopback."""
        return self._port

    @property
    def path(self) -> str:
        """The path below which the web server's screens stand."""
        return self._prefix

    def health(self) -> Health:
        """What the last look saw."""
        return Health(**{name: part.health for name, part in self._parts.items()})

    def address(self) -> str:
        """The web server's address; StudioError `dagster_down` while it cannot serve."""
        from orchestration.gateway import dagster_down

        for name in ("web_server", "code_location"):
            health = self._parts[name].health
            if health.state is not PartState.well:
                what = name.replace("_", " ")
                cause = health.cause or "is being started"
                raise dagster_down(
                    f"cannot take runs: its {what} {cause}", health.remedy
                )
        return self._address()

    def _address(self) -> str:
        return f"http://{LOOPBACK}:{self._port}{self._prefix}"

    def _watch(self) -> None:
        asked_at = tended_at = 0.0
        while not self._ended.wait(LOOK_SECONDS):
            if self._should_end():
                self._end()
                return
            self._look_at_processes()
            now = time.monotonic()
            if now - asked_at >= ASK_SECONDS:
                self._look_at_servers()
                self._end_hung()
                asked_at = now
            if now - tended_at >= TEND_SECONDS:
                self._tend()
                tended_at = now

    def _look_at_processes(self) -> None:
        for part in self._parts.values():
            try:
                has_died = part.child.look()
            except StudioError as error:
                part.child.has_given_up = True
                part.become(PartState.down, error.cause, error.remedy)
                continue
            if part.child.has_given_up:
                part.become(
                    PartState.down,
                    f"{part.child.last_end}, too often to be started again",
                    f"look into {part.child.log}, then start the studio again",
                )
            elif has_died:
                part.become(
                    PartState.down, part.child.last_end, "it is being started again"
                )
            if not part.child.is_running:
                part.well_at = time.monotonic()

    def _look_at_servers(self) -> None:
        from orchestration.gateway import look, oldest_heartbeat

        sight = look(self._address())
        patience = PATIENCE_SECONDS
        self._judge("web_server", sight.answers, "does not answer", patience)
        if sight.answers:
            cause = "has not loaded the graph"
            self._judge("code_location", sight.is_loaded, cause, patience)
        else:  # nothing can be said of it
            self._parts["code_location"].well_at = time.monotonic()
        beat = oldest_heartbeat(self._instance)
        daemon = self._parts["daemon"].child
        is_ours = beat is not None and beat >= daemon.started_at
        is_fresh = is_ours and time.time() - (beat or 0.0) < SILENT_SECONDS
        self._judge("daemon", is_fresh, "gives no sign of life", 0.0)

    def _judge(self, name: str, is_well: bool, cause: str, patience: float) -> None:
        part = self._parts[name]
        if not part.child.is_running:
            return
        now = time.monotonic()
        if is_well:
            part.well_at = now
            part.become(PartState.well)
            return
        is_new = part.health.state is PartState.starting
        if now - part.well_at > (SILENT_SECONDS if is_new else patience):
            part.become(PartState.down, cause, f"wait, or look into {part.child.log}")

    def _end_hung(self) -> None:
        now = time.monotonic()
        for part in self._parts.values():
            if part.child.is_running and now - part.well_at > HUNG_SECONDS:
                part.child.kill()

    def _tend(self) -> None:
        """Give runs whose process has died their final state, daemon or not."""
        from sqlalchemy.exc import SQLAlchemyError

        from orchestration.endings import end_abandoned_runs

        try:
            end_abandoned_runs(self._instance)
        except SQLAlchemyError:
            return  # a locked database is tried again in ten seconds

    def _end(self) -> None:
        with self._lock:
            end_all([part.child for part in self._parts.values()])
            self._workspace().unlink(missing_ok=True)
            self._socket().unlink(missing_ok=True)
            if self._sockets != self._folder:
                shutil.rmtree(self._sockets, ignore_errors=True)

    def _workspace(self) -> Path:
        return self._folder / "studio_workspace.yaml"

    def _socket(self) -> Path:
        """Where the code location listens: in a folder that is its owner's alone."""
        return self._sockets / "code.sock"

    def _code_location(self) -> list[str]:
        from orchestration.gateway import LOCATION

        self._socket().unlink(missing_ok=True)
        return [
            *(sys.executable, "-m", "dagster", "api", "grpc"),
            *("--socket", str(self._socket())),
            *("--module-name", "orchestration.definitions"),
            *("--location-name", LOCATION),
            *("--log-level", "warning"),
        ]

    def _web_server(self) -> list[str]:
        if self._wanted_port is None:
            self._port = free_port()
        return [
            *(sys.executable, "-m", "dagster_webserver"),
            *("--host", LOOPBACK, "--port", str(self._port)),
            *("--workspace", str(self._workspace())),
            *("--dagster-log-level", "warning"),
        ]

    def _daemon(self) -> list[str]:
        return [
            *(sys.executable, "-m", "dagster._daemon", "run"),
            *("--workspace", str(self._workspace())),
            *("--log-level", "warning"),
        ]


def _folder_of_sockets(folder: Path) -> Path:
    """The folder itself; one with a shorter name where its name is too long."""
    is_short = len(os.fsencode(folder / "code.sock")) <= LONGEST_SOCKET
    return folder if is_short else Path(tempfile.mkdtemp(prefix="lookalike_"))
