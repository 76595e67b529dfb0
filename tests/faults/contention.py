"""Several at one audience, one home or one file (F04, F05, F06, F10)."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from catalog.store import Catalog
from studio.console import ExitCode
from tests.faults.borders import BORDERS, Border, plant
from tests.faults.commands import Command, left_running, start
from tests.faults.outcome import Outcome
from tests.faults.scene import (
    FIRST,
    SECOND,
    Scene,
    harm,
    make_scene,
    unfinished,
    write_specification,
)

FULL_COUNT = 10
TOGETHER = 8
SECONDS = 900.0
# How long a waiting command waits in these trials, in place of ten seconds.
WAIT_SECONDS = 1.0
LEASE_SECONDS = 2.0
LONGEST_WAIT = 60.0
HOLD = {
    "catalog.db": "import sqlite3; c = sqlite3.connect({path!r}, isolation_level=None);"
    "c.execute('begin immediate')",
    "work.duckdb": "import duckdb; c = duckdb.connect({path!r})",
}
SLEEPS = (
    "before learn is marked as done",
    "after deliver is marked as done",
    "the draft is written, not checked",
    "before the rename",
)


def campaign(count: int | None, seed: int) -> Iterator[Outcome]:
    """`count` pairs of one name, and a share of it of the others."""
    pairs = FULL_COUNT if count is None else count
    few = max(1, pairs // 3)
    with tempfile.TemporaryDirectory(prefix="contention-") as folder:
        scene = make_scene(Path(folder) / "scene")
        yield two_of_one_name(scene, pairs, seed)
        yield eight_together(scene, few)
        yield late_workers(scene, SLEEPS)
        yield locked_files(scene, few)


def two_of_one_name(scene: Scene, count: int, seed: int) -> Outcome:
    """F04: two commands build one audience; the second begins while the first works."""
    rng = random.Random(seed)  # noqa: S311
    outcome = Outcome("two builds of one name")
    refused = 0
    for _ in range(count):
        scene.put_back()
        first = scene.build(SECOND)
        moment = rng.uniform(0.0, 1.0)
        first.work_until(moment * scene.work)
        second = scene.build(SECOND)
        first.end(SECONDS)
        second.end(SECONDS)
        codes = sorted((first.exit_code or 0, second.exit_code or 0))
        refused += codes[-1] == ExitCode.busy
        found = harm(scene, has_version=True) + unfinished(scene, SECOND, count=2)
        if codes not in ([0, 0], [0, ExitCode.busy]):
            found.append(f"exit codes: {codes}: {second.printed[-300:]}")
        elif codes[-1] and "already building" not in first.printed + second.printed:
            found.append("message: it does not say that the audience is being built")
        outcome.tried += 1
        outcome.broken += [f"{each} (second at {moment:.2f})" for each in found]
    outcome.figures["told that it is already building"] = refused
    return outcome


def eight_together(scene: Scene, count: int) -> Outcome:
    """F05: eight audiences at once, in a home where nothing is registered yet."""
    outcome = Outcome("eight builds at once")
    names = [f"people {number}" for number in range(TOGETHER)]
    for name in names:
        write_specification(scene.folder / f"{name}.yml", name, 100)
    for _ in range(count):
        scene.put_back(has_version=False)
        commands = [scene.build(f"{name}.yml") for name in names]
        for name, command in zip(names, commands, strict=True):
            command.end(SECONDS)
            if command.exit_code != 0:
                outcome.broken.append(
                    f"{name}: exit code {command.exit_code}: {command.printed[-300:]}"
                )
        for name in names:
            served = served_hash(scene, name)
            if served != scene.hashes[FIRST]:
                outcome.broken.append(f"mixed: {name} has {served}")
        outcome.tried += TOGETHER
    return outcome


def served_hash(scene: Scene, name: str) -> str | None:
    """The content hash of the audience's version in use."""
    catalog = scene.catalog()
    known = [audience.name for audience in catalog.list_audiences()]
    version = catalog.served_version(name) if name in known else None
    catalog.close()
    return None if version is None else str(version.figures["content_hash"])


def late_workers(scene: Scene, sleeps: tuple[str, ...]) -> Outcome:
    """F06: a worker sleeps at a border, a newer build publishes, the worker wakes.

    The newer one is another build, or the same one begun again.
    """
    outcome = Outcome("a late worker")
    for border in (each for each in BORDERS if each.name in sleeps):
        for is_same in (False, True):
            found = woken(scene, border, is_same=is_same)
            newer = "same" if is_same else "other"
            outcome.tried += 1
            outcome.broken += [f"{each} ({border.name}; {newer})" for each in found]
    return outcome


def woken(scene: Scene, border: Border, *, is_same: bool) -> list[str]:
    """What broke once a worker that slept at the border was woken."""
    scene.put_back()
    late = scene.build(SECOND, prepare=sleep_at, prepared_with=(border,))
    while late.is_running and not late.is_asleep:
        time.sleep(0.02)
    time.sleep(LEASE_SECONDS)
    arguments = [SECOND] if is_same else [FIRST, "--force"]
    newer = start(scene.folder, "audience", "build", *arguments, prepare=hurry)
    newer.end(SECONDS)
    if newer.exit_code == ExitCode.busy and f"by process {late.pid}" in newer.printed:
        # It sleeps over the catalog's write lock, or over the build's open database.
        late.send(signal.SIGKILL)
        late.end()
        return []
    if newer.exit_code != 0:
        late.send(signal.SIGKILL)
        return [f"not finished: the newer one said {newer.printed[-300:]}"]
    before = scene.versions()
    late.send(signal.SIGCONT)
    late.end(SECONDS)
    found = harm(scene, has_version=True) + left_running(late)
    if scene.versions() != before:
        found.append("fenced: the late worker published")
    if late.exit_code != ExitCode.busy and not (is_same and late.exit_code == 0):
        last = late.printed.strip().splitlines()[-1:]
        found.append(f"exit code: {late.exit_code}, and it said {last}")
    specification = SECOND if is_same else FIRST
    return found + unfinished(scene, specification, count=2)


def sleep_at(border: Border) -> None:
    """Have this process stop itself at the border, with a lease that soon ends."""
    import orchestration.leases

    orchestration.leases.LEASE_SECONDS = LEASE_SECONDS
    plant(border, signal.SIGSTOP)


def hurry() -> None:
    """Have this process wait a second for what is locked, in place of ten."""
    from orchestration import workshop

    workshop.Catalog = partial(Catalog, wait_seconds=WAIT_SECONDS)  # type: ignore
    workshop.Settings = partial(  # type: ignore
        workshop.Settings, lock_wait_seconds=WAIT_SECONDS
    )


def locked_files(scene: Scene, count: int) -> Outcome:
    """F10: another process holds the catalog, or the work database of the build."""
    outcome = Outcome("a file locked by another process")
    longest = 0.0
    for _ in range(count):
        for name in HOLD:
            scene.put_back()
            path = scene.home.root / name
            if name == "work.duckdb":
                path = begun_build(scene) / name
            with held(name, path) as holder:
                command = start(
                    scene.folder, "audience", "build", SECOND, prepare=hurry
                )
                seconds = command.end(SECONDS)
            longest = max(longest, seconds)
            outcome.tried += 1
            outcome.broken += [
                f"{each} ({name})" for each in told_of_lock(command, holder, seconds)
            ]
            again = scene.build(SECOND)
            again.end(SECONDS)
            found = harm(scene, has_version=True) + unfinished(scene, SECOND, count=2)
            outcome.broken += [f"{each} ({name}, once it was free)" for each in found]
    outcome.figures["longest wait"] = f"{longest:.1f} s"
    return outcome


def begun_build(scene: Scene) -> Path:
    """The folder of a build that was killed once its inputs were written."""
    (border,) = (
        each for each in BORDERS if each.name == "after inputs is marked as done"
    )
    known = {*(scene.home.root / "builds").iterdir()}
    killed = scene.build(SECOND, prepare=plant, prepared_with=(border,))
    killed.end(SECONDS)
    (folder,) = {*(scene.home.root / "builds").iterdir()} - known
    return folder


@contextmanager
def held(name: str, path: Path) -> Iterator[int]:
    """A process of its own that holds the file's lock; its id."""
    code = HOLD[name].format(path=str(path)) + "; print(flush=True); input()"
    process: Any = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ.copy(),
    )
    process.stdout.readline()
    try:
        yield process.pid
    finally:
        process.communicate(b"\n")


def told_of_lock(command: Command, holder: int, seconds: float) -> list[str]:
    """What the command that met a lock said wrongly."""
    found = []
    last = command.printed.strip().splitlines()[-1:]
    if command.exit_code != ExitCode.busy:
        found.append(f"exit code: {command.exit_code}, and it said {last}")
    if str(holder) not in "".join(last):
        found.append(f"message: process {holder} is not named: {last}")
    if seconds > LONGEST_WAIT:
        found.append(f"slow: it waited for {seconds:.0f} s")
    return found + left_running(command)
