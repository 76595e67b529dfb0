"""One build of the example for all tests of this room, in a work database of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestration.project import manifest_folder, project_flags
from orchestration.stage_manifest import WHOLE

ROOT = Path(__file__).parents[2]


def run_dbt(folder: Path, *arguments: str, threads: int = 2) -> str:
    """Run dbt on a work database in a folder; return what it printed, or fail with it."""
    finished = subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", *arguments]
        + ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")],
        cwd=ROOT,
        env=os.environ
        | {
            "LOOKALIKE_WORK_DATABASE": str(folder / "work.duckdb"),
            "LOOKALIKE_THREADS": str(threads),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-4000:] + finished.stderr[-1000:]
    return finished.stdout


def in_process(folder: Path, *arguments: str) -> Any:
    """Run dbt here on the project as it was parsed once; what the command returns."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    manifest = Manifest.from_msgpack((manifest_folder() / WHOLE).read_bytes())
    manifest.build_flat_graph()
    done = dbtRunner(manifest).invoke(
        ["--quiet", "--no-write-json", *arguments, *project_flags()]
        + ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    )
    # Others open the work database next.
    DuckDBConnectionManager.close_all_connections()
    assert done.success, done.exception or [each.message for each in done.result]
    return done.result


@pytest.fixture(scope="session")
def dbt() -> Callable[..., str]:
    """The function that runs dbt."""
    return run_dbt


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole `dbt build` of the example, on one thread."""
    folder = tmp_path_factory.mktemp("example")
    run_dbt(folder, "build", threads=1)
    return folder
