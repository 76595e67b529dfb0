"""`lookalike` commands as processes that can be killed, and what such a process leaves.

A command starts as a fork of a process that has loaded everything already, which saves
the seconds that loading takes; or, with `is_real`, as the installed script. Either
leads a session of its own, so that a child it leaves behind is found by the session.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from orchestration.run_starter import LOADED

LOADED_BEFORE = ["studio.cli", *LOADED, "tests.faults.borders", "tests.faults.loaded"]
END_SECONDS = 60.0
# A process that got its signal must be gone, with all its children, after so long.
ORPHAN_SECONDS = 5.0


@dataclass(slots=True)
class Command:
    """A running `lookalike` command. What it printed is in `log`."""

    process: Any
    log: Path

    @property
    def pid(self) -> int:
        """The process id, which is also its session's."""
        return int(self.process.pid)

    @property
    def is_running(self) -> bool:
        """False once it has ended."""
        return self.exit_code is None

    @property
    def exit_code(self) -> int | None:
        """Negative for the signal that ended it; None while it runs."""
        if isinstance(self.process, subprocess.Popen):
            return self.process.poll()
        code: int | None = self.process.exitcode
        return code

    @property
    def printed(self) -> str:
        """All it printed so far, results and errors."""
        return self.log.read_text(errors="replace")

    def send(self, number: int) -> None:
        """Send a signal, unless the command has ended."""
        if self.is_running:
            os.kill(self.pid, number)

    @property
    def is_asleep(self) -> bool:
        """True while SIGSTOP holds it."""
        return psutil.Process(self.pid).status() == psutil.STATUS_STOPPED

    @property
    def work(self) -> float:
        """Seconds of processor time it has used: a clock that other load does not move."""
        try:
            times = psutil.Process(self.pid).cpu_times()
        except psutil.NoSuchProcess:
            return float("inf")
        return float(times.user + times.system)

    def work_until(self, seconds: float) -> None:
        """Wait until it has worked for so long, or has ended."""
        while self.is_running and self.work < seconds:
            time.sleep(0.005)

    def end(self, seconds: float = END_SECONDS) -> float:
        """Wait for the end; the seconds it took. AssertionError where it never came."""
        began = time.monotonic()
        while self.is_running:
            if time.monotonic() - began > seconds:
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError(f"still running after {seconds:.0f} s")
            time.sleep(0.005)
        return time.monotonic() - began


def start(
    folder: Path,
    *arguments: str,
    is_real: bool = False,
    prepare: Callable[..., None] | None = None,
    prepared_with: tuple[Any, ...] = (),
) -> Command:
    """Start `lookalike` with these arguments on the home in `folder`.

    `prepare` is called in the new process first, with `prepared_with`.
    """
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    log = folder / f"log_{time.monotonic_ns()}.txt"
    environment = {
        "LOOKALIKE_HOME": str(folder / "home"),
        "LOOKALIKE_THREADS": "2",
        "LOOKALIKE_MEMORY_LIMIT": "1GB",
        "TMPDIR": str(temporary),
        "COLUMNS": "200",
    }
    if is_real:
        script = Path(sys.executable).with_name("lookalike")
        with log.open("w") as file:
            process = subprocess.Popen(
                [script, *arguments],
                cwd=folder,
                env=os.environ | environment,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        return Command(process, log)
    forked = _forks().Process(
        target=_run,
        args=(arguments, folder, environment, log, prepare, prepared_with),
    )
    forked.start()
    return Command(forked, log)


@cache
def _forks() -> Any:
    """Where forks come from: a process that has loaded what a build needs."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED_BEFORE)
    return context


def _run(
    arguments: tuple[str, ...],
    folder: Path,
    environment: dict[str, str],
    log: Path,
    prepare: Callable[..., None] | None,
    prepared_with: tuple[Any, ...],
) -> None:
    """The command, in the fork: a session, an environment and an output of its own."""
    from studio.cli import main

    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    os.chdir(folder)
    os.environ.update(environment)
    tempfile.tempdir = None
    if prepare is not None:
        prepare(*prepared_with)
    sys.argv = ["lookalike", *arguments]
    main()


def orphans(session: int) -> list[str]:
    """Processes of the session that are still there after ORPHAN_SECONDS."""
    until = time.monotonic() + ORPHAN_SECONDS
    while left := _alive_in(session):
        if time.monotonic() > until:
            break
        time.sleep(0.05)
    return left


def left_running(command: Command) -> list[str]:
    """Processes that the ended command left behind."""
    return [f"orphans: {line}" for line in orphans(command.pid)]


def _alive_in(session: int) -> list[str]:
    found = []
    for process in psutil.process_iter():
        try:
            is_there = os.getsid(process.pid) == session
            if is_there and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline())[:120])
        except (ProcessLookupError, PermissionError, psutil.Error):
            continue
    return found
