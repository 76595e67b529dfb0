"""dbt inside the run's own process, told as Dagster events while it goes.

Starting dbt's command line costs five times what a small build needs, so the run calls
dbt's own Python entry point. Only public parts are used: `dbtRunner` with callbacks,
`DagsterDbtTranslator` for keys, `MaterializeResult` and `AssetCheckResult` from
results. Where the settings say so, the CLI resource of dagster-dbt runs instead.
"""

import json
import queue
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.errors import StudioError
from engines.base import Engine
from engines.failures import of_message
from orchestration.builds import Build
from orchestration.project import (
    dbt_environment,
    manifest_folder,
    project_flags,
)
from orchestration.stage_manifest import Stage, stage_manifest

# dbt keeps its adapter, flags and environment in globals: one invocation at a time.
ONE_AT_A_TIME = threading.Lock()
FINISHED = "NodeFinished"
FAILED = frozenset({"error", "fail", "runtime error"})
# By scorer with relations of its own, and so with a selector in `selectors.yml`: the tag
# that the selector leaves out of `learn`. The others do without OTHER_SCORERS.
UNNEEDED_TAGS = {
    "documented": "published_sql",
    "published_sql": "documented",
}
OTHER_SCORERS = "other_scorers"
UNLIKE = "unlike"  # the tag of what only builds with a negative seed run
END_SECONDS = 8.0
# How DuckDB begins the text of an error, at the start of a line.
ERROR = re.compile(r"^\s*([A-Z][A-Za-z ]* Error)\b", re.MULTILINE)
DBT_ERRORS = frozenset({"Runtime Error", "Database Error", "Compilation Error"})
NOT_OF_THE_SQL = frozenset(
    (
        "damaged_file",
        "database_damaged",
        "database_locked",
        "disk_full",
        "not_a_database",
        "out_of_memory",
    )
)


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What became of one model or test.

    `refusal` tells a failure that is no fault of the SQL, such as a full disk.
    """

    unique_id: str
    resource_type: str
    name: str
    status: str
    seconds: float
    failures: int
    message: str
    refusal: StudioError | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an invocation of dbt ended: in words, since its errors hold the work database."""

    is_whole: bool
    message: str


def build_relations(
    stage: Stage, build: Build, engine: Engine, selection: Sequence[str]
) -> Iterator[NodeResult]:
    """Build models of a stage and run their data tests, yielding each as it ends.

    `selection` is dbt's arguments for the stage or a part of it.

    Raises StudioError `database_locked`, or `dbt_failed` naming the first model or test that failed, after
    everything that could run has been yielded.
    """
    arguments = _arguments(selection, build)
    events: queue.Queue[NodeResult | None] = queue.Queue()
    outcome: list[Outcome | Exception] = []
    is_abandoned = threading.Event()
    worker = threading.Thread(
        target=_invoke,
        args=(
            stage,
            build.folder,
            arguments,
            events,
            is_abandoned,
            outcome,
            dbt_environment(build.folder, engine.settings),
        ),
        name="dbt",
        daemon=True,
    )
    failed: list[NodeResult] = []
    # dbt does not wait for a work database that another process holds, and names no one.
    engine.wait_for_work(build.folder)
    manifest_folder()  # a project that cannot be parsed is told here, not in the thread
    worker.start()
    try:
        while (result := events.get()) is not None:
            if result.status in FAILED:
                failed.append(result)
            yield result
    finally:
        is_abandoned.set()
        end_worker(worker)
    if failed:
        raise dbt_failure(failed[0])
    ended = outcome[-1]
    if isinstance(ended, Exception):
        raise ended
    if not ended.is_whole:
        told = of_database(ended.message, "the build", build.folder)
        raise told or StudioError(
            "dbt_failed",
            "dbt",
            f"could not run ({_kind_of_error(ended.message)})",
            "run the build again, and report it where it fails again",
        )


def whole_stage(stage: Stage, build: Build) -> list[str]:
    """dbt's arguments for all that this build needs of a stage.

    `learn` has a selector for each scorer with relations of its own, so that no other
    pays for them; those that learn from people read what `naive_bayes` reads. So has a
    negative seed.
    """
    if stage != "learn":
        return ["--selector", stage]
    return learn_of([build.model], build)


def learn_of(models: Iterable[str], build: Build) -> list[str]:
    """dbt's arguments for all that these scorers need of `learn` in a build."""
    if build.has_unlike:
        return ["--selector", f"learn_{UNLIKE}"]
    own = [model for model in UNNEEDED_TAGS if model in set(models)]
    if len(own) > 1:
        return ["--selector", "learn"]
    return ["--selector", f"learn_{own[0] if own else 'naive_bayes'}"]


def end_worker(worker: threading.Thread) -> None:
    """Wait for dbt; one that is still at work, since nobody listens, is interrupted."""
    until = time.monotonic() + END_SECONDS
    worker.join(timeout=0.5)
    while worker.is_alive() and time.monotonic() < until:
        from dbt.adapters.factory import FACTORY

        adapters: list[Any] = list(FACTORY.adapters.values())
        for adapter in adapters:
            # Its queries are running on other threads; what is closed already is fine.
            with suppress(Exception):
                list(adapter.cancel_open_connections())
        worker.join(timeout=0.2)


def _arguments(selection: Sequence[str], build: Build) -> list[str]:
    """The command line as dbtRunner takes it."""
    return [
        "--quiet",
        "--no-use-colors",
        "--log-level",
        "none",
        "--no-write-json",
        "build",
        *project_flags(),
        "--target-path",
        str(build.folder / "target"),
        "--log-path",
        str(build.folder / "logs"),
        "--vars",
        json.dumps(build.dbt_variables()),
        *selection,
        "--exclude-resource-type=unit_test",
    ]


def _invoke(
    stage: Stage,
    folder: Path,
    arguments: list[str],
    events: "queue.Queue[NodeResult | None]",
    is_abandoned: threading.Event,
    outcome: list[Outcome | Exception],
    environment: AbstractContextManager[None],
) -> None:
    """Run dbt on a fresh copy of the stage's manifest; ends the queue with None.

    `outcome` gets how dbt ended, or what kept it from running.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    from orchestration.dbt_economy import economise

    try:
        packed = stage_manifest(manifest_folder(), stage).read_bytes()
        with ONE_AT_A_TIME, environment:
            economise({FINISHED})
            try:
                manifest = Manifest.from_msgpack(packed)
                manifest.build_flat_graph()  # what macros see as `graph`
                listener = _listener(events.put, is_abandoned, folder)
                runner = dbtRunner(manifest, callbacks=[listener])
                result = runner.invoke(arguments)
                outcome.append(Outcome(result.success, str(result.exception)))
                del result  # its errors go before anybody hears of the end
            finally:
                # The work database is opened by others next; dbt would keep it open.
                DuckDBConnectionManager.close_all_connections()
    except Exception as error:
        outcome.append(error)
    finally:
        events.put(None)


def _listener(
    tell: Callable[[NodeResult], None], is_abandoned: threading.Event, folder: Path
) -> Callable[[Any], None]:
    """Turns dbt's structured log events into results.

    A message may quote people's rows: only what it tells of goes on. `folder` is where
    the work writes. Once nobody listens, each node that ends is made one that failed: dbt then skips all
    that builds on it, and leaves the work database soon.
    """

    def listen(event: Any) -> None:
        if event.info.name != FINISHED:
            return
        if is_abandoned.is_set():
            raise RuntimeError("the run has ended")
        node = event.data.node_info
        result = event.data.run_result
        subject = f"{node.resource_type} '{node.node_name}'"
        has_failed = str(result.status) in FAILED
        tell(
            NodeResult(
                unique_id=node.unique_id,
                resource_type=node.resource_type,
                name=node.node_name,
                status=str(result.status),
                seconds=float(result.execution_time),
                failures=int(result.num_failures),
                message=_kind_of_error(result.message),
                refusal=of_database(str(result.message), subject, folder)
                if has_failed
                else None,
            )
        )

    return listen


def dbt_failure(result: NodeResult) -> StudioError:
    """The sentence for a model or a test that failed."""
    if result.refusal is not None:
        return result.refusal
    if result.resource_type == "test":
        return StudioError(
            "data_test_failed",
            f"data test '{result.name}'",
            f"found {result.failures:,} rows that break it",
            "run `lookalike doctor`, or look at the check in Dagster for its query",
        )
    return StudioError(
        "model_failed",
        f"model '{result.name}'",
        f"failed ({result.message})",
        "run the build again; its statement stands below the build's target/run",
    )


def _kind_of_error(text: Any) -> str:
    """Which sort of error a message tells of; its text may quote people's rows.

    >>> _kind_of_error("Runtime Error in model a\\n  Conversion Error: 'x@y.eu' is no number")
    'Conversion Error'
    """
    kinds = [kind for kind in ERROR.findall(str(text)) if kind not in DBT_ERRORS]
    return kinds[0] if kinds else "an error of dbt"


def of_database(message: str, subject: str, folder: Path) -> StudioError | None:
    """The sentence for what is no fault of the SQL; None where it may be one."""
    told = of_message(message, "DuckDB", subject, folder)
    return told if told.code in NOT_OF_THE_SQL else None
