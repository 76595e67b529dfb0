"""Dagster's servers as children of the studio: watched, started again, ended with it."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Self

from catalog.errors import StudioError
from studio.services.child_process import Child, Guard, end_all
from studio.services.health import Health, PartHealth, PartState

if TYPE_CHECKING:
    from orchestration.servers import Servers

LOG = logging.getLogger("lookalike.studio")
LOOK_SECONDS = 0.5
ASK_SECONDS = 3.0
TEND_SECONDS = 10.0
# A daemon gives a sign every 30 seconds.
SILENT_SECONDS = 60.0
# A busy web server may take its time.
PATIENCE_SECONDS = 15.0
# What does not answer for so long is killed and started again.
HUNG_SECONDS = 180.0


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

    def judge(self, is_well: bool, cause: str, patience: float) -> None:
        """Take note of a look at a running server; what is new has a minute."""
        if not self.child.is_running:
            return
        now = time.monotonic()
        if is_well:
            self.well_at = now
            self.become(PartState.well)
            return
        is_new = self.health.state is PartState.starting
        if now - self.well_at > (SILENT_SECONDS if is_new else patience):
            self.become(PartState.down, cause, f"wait, or look into {self.child.log}")

    def look(self) -> None:
        """See whether the process lives; start it again when its time has come."""
        try:
            has_died = self.child.look()
        except StudioError as error:
            self.child.has_given_up = True
            self.become(PartState.down, error.cause, error.remedy)
            return
        if self.child.has_given_up:
            self.become(
                PartState.down,
                f"{self.child.last_end}, too often to be started again",
                f"look into {self.child.log}, then start the studio again",
            )
        elif has_died:
            self.become(
                PartState.down, self.child.last_end, "it is being started again"
            )
        if not self.child.is_running:
            self.well_at = time.monotonic()


class Supervisor:
    """Dagster's servers, up while the block lasts.

    `guarded` has a child killed where this process dies. `should_end` is asked each half
    second: the servers end as soon as it says so.
    """

    def __init__(
        self,
        servers: "Servers",
        guarded: Guard,
        should_end: Callable[[], bool] = lambda: False,
    ) -> None:
        self._servers = servers
        self._should_end = should_end
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="dagster", daemon=True)
        now = datetime.now(UTC)
        children = {
            name: Child(
                partial(servers.command, name),
                folder=servers.folder,
                environment=servers.environment(name),
                log=servers.log(name),
                guarded=guarded,
            )
            for name in (*servers.names, *servers.helpers)
        }
        self._parts = {
            name: Part(
                children[name],
                PartHealth(state=PartState.starting, since=now),
                time.monotonic(),
            )
            for name in servers.names
        }
        self._asked_at = self._tended_at = 0.0
        self._helpers = [children[name] for name in servers.helpers]

    def __enter__(self) -> Self:
        self._servers.prepare()
        self._parts["code_location"].child.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for child in self._children:
            child.ask_to_end()
        self._thread.join()
        self._end()

    @property
    def port(self) -> int:
        """Where the web server listens on loopback."""
        return self._servers.port

    @property
    def path(self) -> str:
        """The path below which the web server's screens stand."""
        return self._servers.path

    @property
    def address(self) -> str:
        """The web server's address, whether it answers or not."""
        return self._servers.address

    def health(self) -> Health:
        """What the last look saw."""
        return Health(**{name: part.health for name, part in self._parts.items()})

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            if self._should_end():
                self._end()
                return
            try:
                self._look()
            except Exception:
                # Who watches no more starts nothing again, and tells of health as it was.
                LOG.exception("Dagster's servers could not be looked at.")

    def _look(self) -> None:
        # The others begin once the graph is loaded: without it they would err a while.
        for part in self._parts.values():
            if self._servers.listens:
                part.child.start_first()
            part.look()
        self._look_at_helpers()
        now = time.monotonic()
        if now - self._asked_at >= ASK_SECONDS:
            self._asked_at = now
            self._look_at_servers()
        if now - self._tended_at >= TEND_SECONDS:
            self._tended_at = now
            self._servers.end_abandoned_runs()

    def _look_at_servers(self) -> None:
        code, web, daemon = (self._parts[name] for name in self._servers.names)
        sight = self._servers.look()
        web.judge(sight.answers, "does not answer", PATIENCE_SECONDS)
        if sight.answers:
            code.judge(sight.is_loaded, "has not loaded the graph", PATIENCE_SECONDS)
        else:  # nothing can be said of it
            code.well_at = time.monotonic()
        beat = self._servers.oldest_heartbeat() or 0.0
        is_ours = beat >= daemon.child.started_at
        is_fresh = is_ours and time.time() - beat < SILENT_SECONDS
        daemon.judge(is_fresh, "gives no sign of life", 0.0)
        for part in self._parts.values():
            is_hung = time.monotonic() - part.well_at > HUNG_SECONDS
            if part.child.is_running and is_hung:
                part.child.kill()

    def _look_at_helpers(self) -> None:
        """Keep up what nobody waits for, once the servers are."""
        if self.health().is_well:
            for child in self._helpers:
                child.start_first()
        for child in self._helpers:
            with suppress(StudioError):
                child.look()

    @property
    def _children(self) -> list[Child]:
        return [*(part.child for part in self._parts.values()), *self._helpers]

    def _end(self) -> None:
        end_all(self._children)
        self._servers.clear()
