"""The dbt project on disk: where it is, which version of the code it is, its manifest.

The manifest is parsed once for each version of the code and read afterwards: loading
the definitions and starting a build never parse.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from filelock import FileLock

from catalog.errors import StudioError
from engines.base import Settings
from engines.connection import WORK_DATABASE
from orchestration.stage_manifest import keep_stage_manifests

ROOT = Path(__file__).resolve().parent.parent
CODE_ROOMS = ("engines", "python_scoring", "orchestration")
LOCK_SECONDS = 180


@cache
def code_version() -> str:
    """Hash of the SQL and the Python that make an audience; part of a build's name."""
    digest = hashlib.sha256()
    for path in sorted(_code_files()):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _code_files() -> list[Path]:
    """Files whose change may change an audience."""
    python = [path for room in CODE_ROOMS for path in (ROOT / room).rglob("*.py")]
    return [*python, *_dbt_files()]


def _dbt_files() -> list[Path]:
    """Files that dbt parses."""
    settings = [ROOT / name for name in ("dbt_project.yml", "profiles.yml")]
    models = (ROOT / "dbt_project").rglob("*")
    return [*settings, *(path for path in models if path.suffix in {".sql", ".yml"})]


@cache
def manifest_folder() -> Path:
    """Folder with `manifest.json` of this code, and the manifests of its stages.

    Parses under a file lock where that was not done yet.
    """
    digest = hashlib.sha256()
    for path in sorted(_dbt_files()):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    folder = ROOT / "target" / f"manifest_{digest.hexdigest()[:16]}"
    if not (folder / "ready").exists():
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock", timeout=LOCK_SECONDS):
            if not (folder / "ready").exists():
                _parse(folder)
                keep_stage_manifests(folder)
                _make_readable(folder)
                (folder / "ready").touch()
    return folder


def _parse(folder: Path) -> None:
    """Parse the project with its default vars; they choose no relation's shape."""
    from dbt.cli.main import dbtRunner

    arguments = ["--quiet", "parse", "--no-partial-parse", *project_flags()]
    outcome = dbtRunner().invoke(
        [*arguments, "--target-path", str(folder), "--log-path", str(folder)]
    )
    if not outcome.success:
        raise StudioError(
            "dbt_parse_failed",
            "the dbt project",
            f"cannot be parsed ({outcome.exception})",
            "run `dbt parse` in the project's folder and mend what it names",
        )


def _make_readable(folder: Path) -> None:
    """What is parsed is code, for whoever may use this installation."""
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)


def project_flags() -> list[str]:
    """Flags that make dbt independent of the working directory."""
    return ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]


def manifest_path() -> Path:
    """The manifest's file."""
    return manifest_folder() / "manifest.json"


@cache
def manifest() -> dict[str, Any]:
    """The manifest that Dagster's assets are made from, read once."""
    found: dict[str, Any] = json.loads(manifest_path().read_bytes())
    return found


@contextmanager
def dbt_environment(build_folder: Path, settings: Settings) -> Iterator[None]:
    """Tell `profiles.yml` where the build stands; dbt reads it from the environment.

    What was there comes back, so that a build's threads are not the next one's.
    """
    told = {
        "LOOKALIKE_WORK_DATABASE": str(build_folder / WORK_DATABASE),
        "LOOKALIKE_THREADS": str(settings.thread_count),
        "LOOKALIKE_MEMORY_LIMIT": settings.memory,
    }
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
