"""One process that is kept running: started again when it dies, ended with us."""

import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path

from catalog.errors import StudioError

Guard = Callable[["subprocess.Popen[bytes]"], AbstractContextManager[None]]

MOST_DEATHS = 5
WITHIN_SECONDS = 300.0
LONGEST_WAIT = 30.0
END_SECONDS = 3.0


class Restarts:
    """How long to wait before the next start; longer each time, and not for ever.

    >>> restarts = Restarts()
    >>> [restarts.after_death(at) for at in (0.0, 1.0, 2.0, 3.0, 4.0)]
    [1.0, 2.0, 4.0, 8.0, None]
    """

    def __init__(self) -> None:
        self._deaths: deque[float] = deque()

    def after_death(self, now: float) -> float | None:
        """Seconds to wait; None where it died too often within a few minutes."""
        self._deaths.append(now)
        while self._deaths[0] < now - WITHIN_SECONDS:
            self._deaths.popleft()
        if len(self._deaths) >= MOST_DEATHS:
            return None
        return float(min(2 ** (len(self._deaths) - 1), LONGEST_WAIT))


class Child:
    """A process with its log; `command` is asked anew for each start.

    `guarded` has the process killed where this one dies.
    """

    def __init__(
        self,
        command: Callable[[], list[str]],
        *,
        folder: Path,
        environment: Mapping[str, str],
        log: Path,
        guarded: Guard,
    ) -> None:
        self.log = log
        self.started_at = 0.0
        self.last_end = ""
        self.has_given_up = False
        self._command = command
        self._folder = folder
        self._environment = environment
        self._guarded = guarded
        self._process: subprocess.Popen[bytes] | None = None
        self._guard = ExitStack()
        self._restarts = Restarts()
        self._start_at: float | None = None

    @property
    def is_running(self) -> bool:
        """True while the process lives, as far as the last look saw."""
        return self._process is not None

    def start(self) -> None:
        """Start the process; raises StudioError `not_startable`."""
        self._start_at = None
        try:
            with self.log.open("ab") as log:
                process = subprocess.Popen(  # noqa: S603
                    self._command(),
                    cwd=self._folder,
                    env=dict(self._environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            self._watch_over(process)
        except OSError as error:
            raise StudioError(
                "not_startable",
                f"process '{self.log.stem}'",
                f"cannot be started ({error.strerror})",
                "free memory and disk, then start the studio again",
            ) from error
        self._process, self.started_at = process, time.time()

    def _watch_over(self, process: "subprocess.Popen[bytes]") -> None:
        """Have it die with us; where that cannot be had, it does not go on."""
        try:
            self._guard.enter_context(self._guarded(process))
        except OSError:
            process.kill()
            process.wait()
            raise

    def start_first(self) -> None:
        """Have the next look start it, where it was never started."""
        if not self.started_at:
            self._start_at = time.monotonic()

    def look(self) -> bool:
        """Start the process again where it has died and its time has come.

        True where this look saw it die.
        """
        now = time.monotonic()
        if self._process is not None:
            if self._process.poll() is None:
                return False
            self.last_end = _end_of(self._process.returncode)
            self._forget()
            wait = self._restarts.after_death(now)
            self.has_given_up = wait is None
            self._start_at = None if wait is None else now + wait
            return True
        if self._start_at is not None and now >= self._start_at:
            self.start()
        return False

    def kill(self) -> None:
        """End it at once, so that the next look starts it again."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def ask_to_end(self) -> None:
        """Ask the process to end, and start it no more."""
        self._start_at = None
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.terminate()

    def end(self, until: float) -> None:
        """Wait for the end until that time of the monotonic clock, then kill it."""
        if self._process is not None:
            try:
                self._process.wait(timeout=max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.kill()
            self._forget()

    def _forget(self) -> None:
        self._process = None
        self._guard.close()


def end_all(children: list[Child]) -> None:
    """Ask all to end, wait a little, kill who has not heard."""
    for child in children:
        child.ask_to_end()
    until = time.monotonic() + END_SECONDS
    for child in children:
        child.end(until)


def _end_of(code: int) -> str:
    """How a process ended, in words.

    >>> _end_of(1), _end_of(-9)
    ('ended with exit code 1', 'was ended by signal 9')
    """
    return (
        f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
    )
