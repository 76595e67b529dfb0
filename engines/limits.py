"""How much of the machine an engine may use: threads, memory, and the knobs for both."""

import os
from dataclasses import dataclass
from pathlib import Path

MEMORY_SHARE = 0.6
CGROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def available_memory() -> int:
    """Bytes this process may use: the machine's memory, or less if the cgroup says so."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in CGROUP_LIMITS:
        try:
            text = path.read_text().strip()
        except OSError:
            continue
        if text.isdigit():
            return min(machine, int(text))
    return machine


def available_threads() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Settings:
    """What an engine may use; None is the default.

    `threads` defaults to the cores, `memory_limit` (text such as `1200MiB`) to 60 % of
    what the machine or the cgroup allows. `allowed_folders` bounds where datasets may be
    read from; empty allows every folder. `lock_wait_seconds` is how long a locked
    database is waited for.
    """

    threads: int | None = None
    memory_limit: str | None = None
    allowed_folders: tuple[Path, ...] = ()
    lock_wait_seconds: float = 10.0

    @property
    def thread_count(self) -> int:
        """Threads that are used."""
        return self.threads or available_threads()

    @property
    def memory(self) -> str:
        """The memory limit that is used, as DuckDB reads it."""
        return self.memory_limit or f"{int(available_memory() * MEMORY_SHARE) >> 20}MiB"
