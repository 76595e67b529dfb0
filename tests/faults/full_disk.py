"""F07: the disk fills up at each stage, leaving more or less; room made, the rerun works.

The home stands on a small file system in memory. Where this process may not mount one,
every call of ours that writes fails for want of space instead.
"""

import errno
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from catalog.errors import StudioError
from orchestration.progress import STAGES, Progress
from tests.faults.fault_plan import FAULTS, FaultPlan, faults
from tests.faults.outcome import Outcome
from tests.faults.published_home import PublishedHome, published_home

SIZE = "48m"
PLACES = ("opening", "planning", *STAGES)
LEFT_BYTES = (0, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20)
WRITING = frozenset(FAULTS) - {"read", "remove", "parquet read"}


def campaign(count: int | None, seed: int) -> list[Outcome]:
    """Each stage with each amount of room that is left, or the first `count` of them."""
    outcome = Outcome("full_disk")
    tries = [(place, left) for left in LEFT_BYTES for place in PLACES]
    with tempfile.TemporaryDirectory(prefix="full_disk_") as folder:
        home = published_home(Path(folder))
        with small_disk(home) as is_mounted:
            outcome.figures["disk"] = "tmpfs" if is_mounted else "interposed"
            for place, left in tries[seed:][: count or len(tries)]:
                fill_disk(home, outcome, place, left, is_mounted=is_mounted)
    return [outcome]


@contextmanager
def small_disk(home: PublishedHome) -> Iterator[bool]:
    """Have the home on a small disk; whether it really is small."""
    is_mounted = mounted(home.root)
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", home.root], check=True)


def mounted(folder: Path) -> bool:
    """Mount a small file system in memory, where this process may."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "small", folder]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def fill_disk(
    home: PublishedHome, outcome: Outcome, place: str, left: int, *, is_mounted: bool
) -> None:
    """Fill the disk at one place, look at the refusal, make room, build again."""
    reference = home.second_hash
    home.put_back()
    told = f"{left:,} bytes left at {place}"
    outcome.tried += 1
    with filling(home, left, is_mounted=is_mounted) as fill:
        error = failure_of(home, place, fill)
    if error is None:
        outcome.figures["fitted"] = int(outcome.figures.get("fitted", 0)) + 1
    elif not isinstance(error, StudioError):
        outcome.broken.append(f"{told}: a bare {type(error).__name__}: {error}")
    elif error.code != "disk_full" or "bytes are free" not in str(error):
        outcome.broken.append(f"{told}: is told as {error.code}: {error}")
    workshop = home.open()
    try:
        broken = home.broken_promises(workshop, served=1 if error else 2)
        version = home.build(workshop).version
        if version.figures["content_hash"] != reference:
            broken.append("the rerun made other people")
        broken += home.broken_promises(workshop, served=2)
    except StudioError as failure:
        broken = [f"the rerun failed: {failure}"]
    finally:
        workshop.catalog.close()
    outcome.broken += [f"{told}: {each}" for each in broken]


def failure_of(
    home: PublishedHome, place: str, fill: Callable[[], None]
) -> BaseException | None:
    """Build with the disk filling up at that place; what it raised."""

    def listen(progress: Progress) -> None:
        if progress.stage == place and progress.seconds is None:
            fill()

    workshop = None
    try:
        if place == "opening":
            fill()
        workshop = home.open()
        if place == "planning":
            fill()
        home.build(workshop, listener=listen)
    except Exception as error:
        return error
    finally:
        if workshop is not None:
            workshop.catalog.close()
    return None


@contextmanager
def filling(
    home: PublishedHome, left: int, *, is_mounted: bool
) -> Iterator[Callable[[], None]]:
    """What fills the disk when it is called; there is room again at the end."""
    if not is_mounted:
        with faults(FaultPlan(0, is_armed=False, only=WRITING, chosen=_refuse)) as plan:
            yield lambda: setattr(plan, "is_armed", True)
            plan.is_armed = False
        return
    filler = home.root / "filler"

    def fill() -> None:
        free = os.statvfs(home.root)
        room = free.f_bavail * free.f_frsize - left
        with filler.open("wb") as file, suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, max(room, 1))

    try:
        yield fill
    finally:
        filler.unlink(missing_ok=True)


def _refuse(plan: FaultPlan, kind: str, site: str) -> None:
    """No room for any call that writes; the engines say so in words of their own."""
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    own = {"duckdb": FAULTS["duckdb"][1], "dbt": FAULTS["dbt"][1]}
    own["catalog"] = FAULTS["catalog"][2]
    plan.fired.append((site, plan.calls[site], kind))
    raise own[kind]() if kind in own else full
