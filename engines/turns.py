"""Turns: what one process does at a time, while others that need it wait for its end.

Whoever has the turn writes into the lock's file who it is. It may work for long, on many
rows; one that was made to stand still would be waited for without end.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from catalog.errors import StudioError
from catalog.processes import is_stopped, pid_of, this_process

# How long whoever has the turn may stand still, and how long work may take at most.
STOPPED_SECONDS = 10.0
LONGEST_SECONDS = 3_600.0
LOOK_SECONDS = 1.0


@contextmanager
def turn(lock: Path, subject: str) -> Iterator[None]:
    """Be the only one, in all processes, who works on what the lock's file stands for.

    Raises StudioError `database_locked`, naming the process, where it is stopped or does
    not come to an end.
    """
    from filelock import FileLock, Timeout

    held = FileLock(lock, mode=0o600)
    began = moved = time.monotonic()
    while not held.is_locked:
        try:
            held.acquire(timeout=LOOK_SECONDS)
        except Timeout:
            holder, now = _read(lock), time.monotonic()
            if not is_stopped(holder):
                moved = now
            if now - moved >= STOPPED_SECONDS or now - began >= LONGEST_SECONDS:
                raise _refusal(subject, holder) from None
    try:
        with suppress(OSError):  # on a full disk things can still be removed
            lock.write_text(this_process())
        yield
    finally:
        held.release()


def _read(lock: Path) -> str:
    with suppress(OSError):
        return lock.read_text()
    return ""


def _refusal(subject: str, holder: str) -> StudioError:
    try:
        process = f"process {pid_of(holder)}"
    except ValueError:
        process = "another process"
    if is_stopped(holder):
        return StudioError(
            "database_locked",
            subject,
            f"is being worked on by {process}, which is stopped",
            "let that process go on, or end it, and try again",
        )
    return StudioError(
        "database_locked",
        subject,
        f"is still being worked on by {process} after {LONGEST_SECONDS:,g} s",
        "wait until that has ended, or end it, and try again",
    )
