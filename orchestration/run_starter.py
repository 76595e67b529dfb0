"""Runs as forks of a process that has loaded what they need.

A process of its own spends six to nine seconds of processor time on loading Dagster, dbt and
the graph before its run begins. The starter has done that once. It listens on a
socket in a folder of its owner's alone; a connection brings the arguments of one run and
gets the id of the process that will carry it out. That process begins at a word, and
holds the connection while it lives: who asked hears of its end, however that came.
"""

import gc
import importlib
import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ADDRESS = "LOOKALIKE_RUN_STARTER"  # in the environment of who launches runs
ANSWER_SECONDS = 5.0
LOADED = (
    "orchestration.definitions",
    "orchestration.launch",
    "orchestration.run_worker",
    "dbt.cli.main",
    "dbt.adapters.duckdb.impl",
    "dbt.task.build",
    "alembic.command",
    "dagster._core.storage.base_storage",
    "pandas",
    "pyarrow.parquet",
    "scipy.stats",
    "vl_convert",
)


@dataclass(frozen=True, slots=True)
class Fork:
    """A process that waits to begin its run."""

    pid: int
    line: socket.socket

    def begin(self) -> None:
        """Let it begin; one that has died by now is heard of by `wait`."""
        with suppress(OSError):
            self.line.sendall(b"\n")

    def wait(self) -> None:
        """Return when it has ended."""
        with suppress(OSError):
            self.line.recv(1)
        self.line.close()


def fork_for(arguments: Sequence[str]) -> Fork | None:
    """A process for Dagster's command with these arguments; None without a starter.

    One that is not told to begin ends with the connection.
    """
    address = os.environ.get(ADDRESS)
    if not address:
        return None
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(ANSWER_SECONDS)
    try:
        line.connect(address)
        line.sendall(json.dumps(arguments).encode() + b"\n")
        pid = int(line.makefile("rb").readline())
    except (OSError, ValueError):
        line.close()
        return None
    line.settimeout(None)
    return Fork(pid, line)


def main() -> None:
    """Serve until a signal ends it; a forked process carries out its run and ends."""
    load()
    arguments = serve(Path(sys.argv[1]))
    from orchestration.run_worker import main as carry_out

    sys.argv = ["dagster", *arguments]
    carry_out()


def load() -> None:
    """Load what runs need; what is frozen no fork looks through for garbage."""
    from orchestration.dbt_economy import compile_macros

    for name in LOADED:
        importlib.import_module(name)
    compile_macros()
    gc.collect()
    gc.freeze()


def serve(address: Path) -> list[str]:
    """Fork a process for each run that is asked for; returns in it alone, with its arguments."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever asked hears of their end
    unheard = address.with_suffix(".new")
    unheard.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(unheard))
        listener.listen()
        unheard.replace(address)  # where it stands, it listens
        while True:
            line, _ = listener.accept()
            line.settimeout(ANSWER_SECONDS)
            with line, suppress(OSError, ValueError):
                arguments = json.loads(line.makefile("rb").readline())
                pid = os.fork()
                if not pid:
                    line = line.dup()
                    break
                line.sendall(b"%d\n" % pid)
    _stand_alone(line)
    return list(arguments)


def _stand_alone(line: socket.socket) -> None:
    """Make the fork a process of its own, once it is told to begin."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    line.settimeout(None)
    if not line.recv(1):
        os._exit(1)  # who asked has gone
    line.detach()  # stays open until the process ends


if __name__ == "__main__":
    main()
