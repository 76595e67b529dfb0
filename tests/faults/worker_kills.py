"""Dagster's workers, killed alone or cancelled, while its server stays (F02, F03, F18).

A run is asked for on Dagster's screens. Its worker is a process of Dagster's own code
server, and dbt a part of it or, as a setting has it, a child.
"""

import os
import random
import signal
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from catalog.records import AudienceVersion, BuildState
from orchestration.checks import files_match_their_manifest
from orchestration.jobs import FORCE_TAG
from orchestration.launch import build_directly
from tests.faults.commands import ORPHAN_SECONDS
from tests.faults.outcome import Outcome
from tests.faults.scene import digests
from tests.orchestration.conftest import SLUG, open_studio
from tests.orchestration.serving import Server, serving

FULL_COUNT = 20
SECONDS = 600.0
CANCEL_SECONDS = 10.0
# A worker's death must be seen, by the run's state, after so long.
SEEN_SECONDS = 60.0
# Processor time of a worker: it loads first, and is through after about the latter.
EARLIEST, LATEST = 1.0, 14.0
BY_COMMAND_LINE = {
    "resources": {"studio": {"config": {"dbt_by_command_line": True}}},
    "loggers": {},
}


@dataclass(slots=True)
class Watched:
    """A studio with version 1, its Dagster server, and what was seen so far."""

    workshop: Any
    audience_id: str
    server: Server
    first: AudienceVersion
    files: dict[str, str]
    seen_after: list[float] = field(default_factory=list)

    @property
    def content(self) -> str:
        """The content hash of every version: all are built of the same."""
        return str(self.first.figures["content_hash"])


def campaign(count: int | None, seed: int) -> Iterator[Outcome]:
    """`count` kills of the worker, and a share of it with dbt a child, or cancelled."""
    kills = FULL_COUNT if count is None else count
    few = max(1, kills // 5)
    rng = random.Random(seed)  # noqa: S311
    with tempfile.TemporaryDirectory(prefix="workers-") as folder:
        workshop, audience = open_studio(Path(folder))
        first = build_directly(workshop, audience).version
        with serving(workshop.home.root, Path(folder) / "log") as server:
            watched = Watched(
                workshop, audience.id, server, first, digests(Path(first.path))
            )
            moments = [rng.uniform(EARLIEST, LATEST) for _ in range(kills)]
            yield killed("kill -9 of Dagster's worker", watched, moments)
            yield killed_with_a_child(watched, few)
            begun = [rng.uniform(EARLIEST, LATEST / 2) for _ in range(few)]
            yield cancelled(watched, begun)


def killed(name: str, watched: Watched, moments: list[float]) -> Outcome:
    """Each run's worker is killed after a time of work, then the run goes on."""
    outcome = Outcome(name)
    for moment in moments:
        before = versions(watched)
        run_id, worker = launched(watched)
        work_until(worker, moment)
        when = f"after {moment:.1f} s of work"
        tell_of(outcome, watched, run_id, worker, when, before)
    return counted(outcome, watched)


def killed_with_a_child(watched: Watched, count: int) -> Outcome:
    """The same where dbt is a child of the worker: it must not outlive it."""
    outcome = Outcome("kill -9 of a worker whose dbt is a child")
    for _ in range(count):
        before = versions(watched)
        run_id, worker = launched(watched, BY_COMMAND_LINE)
        dbt = None
        while dbt is None and worker.is_running():
            dbt = next((each for each in children(worker) if is_dbt(each)), None)
            time.sleep(0.02)
        time.sleep(1.0)
        tell_of(outcome, watched, run_id, worker, "while dbt runs", before)
    return counted(outcome, watched)


def cancelled(watched: Watched, moments: list[float]) -> Outcome:
    """Runs that are cancelled on Dagster's screens."""
    outcome = Outcome("cancelled in Dagster")
    longest = 0.0
    for moment in moments:
        run_id, worker = launched(watched)
        work_until(worker, moment)
        family = [worker, *children(worker)]
        while not watched.server.terminate(run_id):
            time.sleep(0.2)
        began = time.monotonic()
        final = watched.server.end_of(run_id, SECONDS)
        gone = time.monotonic() - began
        longest = max(longest, gone)
        found = harmed(watched) + still_there(family)
        if final != "CANCELED":
            found.append(f"state: the run is {final}")
        if gone > CANCEL_SECONDS:
            found.append(f"slow: it took {gone:.1f} s")
        if watched.workshop.catalog.list_builds(BuildState.running):
            found.append("state: the catalog says that a build is running")
        outcome.tried += 1
        outcome.broken += [f"{each} (after {moment:.1f} s of work)" for each in found]
    outcome.figures["longest time to end"] = f"{longest:.1f} s"
    return outcome


def launched(watched: Watched, config: object = None) -> tuple[str, psutil.Process]:
    """A run of the same audience as another build, and its worker."""
    before = {each.pid for each in workers(watched)}
    run_id = watched.server.launch(SLUG, config, **{FORCE_TAG: uuid.uuid4().hex})
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        new = [each for each in workers(watched) if each.pid not in before]
        if new:
            return run_id, new[0]
        time.sleep(0.05)
    raise AssertionError("no worker came")


def workers(watched: Watched) -> list[psutil.Process]:
    """The processes that carry out runs: children of the daemon that started them."""
    server = psutil.Process(watched.server.process.pid)
    return [each for each in children(server) if "api execute_run" in command_of(each)]


def children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def is_dbt(process: psutil.Process) -> bool:
    return "dbt build" in command_of(process)


def work_until(worker: psutil.Process, seconds: float) -> None:
    """Wait until the worker has used so much processor time, or has ended."""
    while True:
        try:
            times = worker.cpu_times()
        except psutil.NoSuchProcess:
            return
        if times.user + times.system >= seconds:
            return
        time.sleep(0.01)


def versions(watched: Watched) -> int:
    """How many versions there are."""
    return len(watched.workshop.catalog.versions(watched.audience_id))


def tell_of(
    outcome: Outcome,
    watched: Watched,
    run_id: str,
    worker: psutil.Process,
    when: str,
    before: int,
) -> None:
    """Kill the worker, look, retry from failure, look again.

    `before` the run there were so many versions: it may have published one already.
    """
    family = [worker, *children(worker)]
    began = time.monotonic()
    if worker.is_running():
        os.kill(worker.pid, signal.SIGKILL)
    found = still_there(family) + harmed(watched)
    final = watched.server.end_of(run_id, SECONDS)
    watched.seen_after.append(time.monotonic() - began)
    if watched.seen_after[-1] > SEEN_SECONDS:
        found.append(f"slow: seen after {watched.seen_after[-1]:.0f} s")
    if final == "FAILURE":
        final = watched.server.end_of(watched.server.retry(run_id), SECONDS)
    if final != "SUCCESS":
        found.append(f"not finished: the retry is {final}")
    found += harmed(watched)
    after = versions(watched)
    if after != before + 1 and final == "SUCCESS":
        found.append(f"not finished: {after} versions after {before}")
    folder = watched.workshop.home.audience(watched.audience_id)
    found += [f"leftovers: {each.name}" for each in folder.glob(".*")]
    outcome.tried += 1
    outcome.broken += [f"{each} ({when})" for each in found]


def harmed(watched: Watched) -> list[str]:
    """What a reader sees that must not be."""
    found = []
    versions = watched.workshop.catalog.versions(watched.audience_id)
    for version in versions:
        if not files_match_their_manifest(Path(version.path)).passed:
            found.append(f"half published: version {version.number} is not whole")
        if version.figures["content_hash"] != watched.content:
            found.append(f"mixed: version {version.number} has other people")
    first = {each.number: each for each in versions}.get(1)
    if first is None or digests(Path(first.path)) != watched.files:
        found.append("lost: version 1 is gone, or has other files")
    return found


def still_there(family: list[psutil.Process]) -> list[str]:
    """Those of a worker's family who outlive it."""
    psutil.wait_procs(family, timeout=ORPHAN_SECONDS)
    return [
        f"orphans: {command_of(each)[:100]}"
        for each in family
        if each.is_running() and each.status() != psutil.STATUS_ZOMBIE
    ]


def counted(outcome: Outcome, watched: Watched) -> Outcome:
    """The figures of the report."""
    kinds = Counter(sentence.partition(":")[0] for sentence in outcome.broken)
    names = ("lost", "mixed", "half published", "orphans", "leftovers", "not finished")
    outcome.figures |= {kind: kinds[kind] for kind in names}
    longest = max(watched.seen_after, default=0.0)
    outcome.figures["death seen after at most"] = f"{longest:.1f} s"
    return outcome
