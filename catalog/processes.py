"""Which process something is of, told so that others see whether it lives."""

import os
import re

import psutil

STOPPED = (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)


def this_process() -> str:
    """The place of this process."""
    return place_of(os.getpid())


def place_of(pid: int) -> str:
    """Where a process of this machine runs: host, number and the second it began in."""
    return f"{os.uname().nodename}:{pid}:{_began(psutil.Process(pid)):.2f}"


def pid_of(place: str) -> int:
    """The number of the process, on its machine."""
    return _parts(place)[1]


def is_here(place: str) -> bool:
    """True for a process of this machine."""
    return _parts(place)[0] == os.uname().nodename


def is_alive(place: str) -> bool:
    """False where the process ran on this machine and has ended."""
    _, pid, began = _parts(place)
    if not is_here(place):
        return True
    try:
        process = psutil.Process(pid)
        return (
            abs(_began(process) - began) < 1
            and process.status() != psutil.STATUS_ZOMBIE
        )
    except psutil.NoSuchProcess:
        return False


def is_stopped(place: str) -> bool:
    """True for a process of this machine that was made to stand still, by Ctrl-Z perhaps.

    >>> is_stopped("nobody")
    False
    """
    try:
        return (
            is_here(place)
            and is_alive(place)
            and psutil.Process(pid_of(place)).status() in STOPPED
        )
    except (ValueError, psutil.NoSuchProcess):
        return False


def as_name(place: str) -> str:
    """A place as part of a file's name.

    >>> as_name("my_studio.local:42:17.50")
    'my-studio.local_42_17.50'
    """
    host, pid, began = place.rsplit(":", 2)
    return "_".join([re.sub(r"[^A-Za-z0-9.-]", "-", host), pid, began])


def is_of_the_dead(name: str) -> bool:
    """True for a name by `as_name` whose process ran on this machine and has ended.

    >>> is_of_the_dead("what somebody_else called_theirs")
    False
    """
    host, *rest = name.split("_")
    place = ":".join([os.uname().nodename, *rest])
    try:
        return as_name(place).split("_")[0] == host and not is_alive(place)
    except ValueError:
        return False


def _parts(place: str) -> tuple[str, int, float]:
    host, pid, began = place.rsplit(":", 2)
    return host, int(pid), float(began)


def _began(process: psutil.Process) -> float:
    """When a process began, in seconds; a clock that is set anew does not change it.

    Linux knows it since the machine's start, and psutil adds when that was by the clock.
    """
    began = process.create_time()
    return began - psutil.boot_time() if psutil.LINUX else began
