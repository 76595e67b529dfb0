"""Connections to DuckDB: their limits, their lock-down, and the work database.

DuckDB refuses two connections of different settings to one file in one process, and
dbt opens the work database with settings of its own. So a connection lives as long as
one call of the engine and no longer.
"""

import gc
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from engines.failures import build_damaged, explained
from engines.limits import Settings
from engines.quoting import escape_pattern, quote_list, quote_literal
from engines.scratch import SPILL, scratch_folder
from engines.sealed import read_sealed, write_sealed

if TYPE_CHECKING:
    import duckdb

WORK_DATABASE = "work.duckdb"
SOURCES = "sources.json"
# How DuckDB says that another process, or another connection here, has the file.
SIGNS_OF_A_HOLDER = (
    "Could not set lock on file",
    "Unique file handle conflict",
    "with a different configuration",
)
# A setting that changes nothing but that no other connection has.
ALONE = {"custom_user_agent": "alone"}

T = TypeVar("T")

_opening = Lock()


def _configuration(settings: Settings, spill: Path) -> dict[str, str]:
    return {
        "threads": str(settings.thread_count),
        "memory_limit": settings.memory,
        "temp_directory": str(spill),
        "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


def _lock_down(
    connection: "duckdb.DuckDBPyConnection",
    files: Iterable[Path | str],
    folders: Iterable[Path],
) -> None:
    """From here on the session reads and writes the named files and folders only."""
    answer = connection.execute("select current_setting('lock_configuration')")
    if answer.fetchall()[0][0]:
        return
    # Both spellings are checked: the pattern as written and the file that it finds.
    paths = [text for path in files for text in (str(path), escape_pattern(path))]
    connection.execute(f"set allowed_paths = {quote_list(paths)}")
    names = quote_list(f"{folder}/" for folder in folders)
    connection.execute(f"set allowed_directories = {names}")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


@contextmanager
def memory_session(
    settings: Settings,
    spill: Path,
    *,
    files: Iterable[Path | str] = (),
    folders: Iterable[Path] = (),
    attach: Path | None = None,
    keep_order: bool = False,
) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A database in memory that reads `files` and writes to `folders`, nothing else.

    `attach` is a DuckDB file, opened read-only as `source`. `keep_order` keeps the rows
    of a result in the order of the source.
    """
    import duckdb

    with (
        scratch_folder(spill) as own,
        closing(
            duckdb.connect(config=dict(_configuration(settings, own)))
        ) as connection,
    ):
        if keep_order:
            connection.execute("set preserve_insertion_order = true")
        if attach is not None:
            attaching = f"attach {quote_literal(str(attach))} as source (read_only)"
            with explained(f"file '{attach.name}'"):
                patiently(
                    lambda: connection.execute(attaching), settings.lock_wait_seconds
                )
        _lock_down(connection, files, [*folders, own])
        yield connection


@contextmanager
def work_session(
    settings: Settings, build_folder: Path, *, alone: bool = False
) -> Iterator["duckdb.DuckDBPyConnection"]:
    """The build's work database, locked down to the files that its inputs name.

    Several may be open at once in one process: they share their settings. One that is
    `alone` waits until no other is open here, as dbt needs it, and so does not meet
    the database of a folder that was removed meanwhile. Raises StudioError
    `database_locked`, naming the holder, after a bounded wait.
    """
    connection = _open_work(settings, build_folder, ALONE if alone else {})
    try:
        yield connection
    finally:
        connection.close()


def _open_work(
    settings: Settings, build_folder: Path, own: Mapping[str, str]
) -> "duckdb.DuckDBPyConnection":
    """Open the work database with the settings of all connections, and its own."""
    import duckdb

    spill = build_folder / SPILL
    path = build_folder / WORK_DATABASE
    with explained(f"work database of build '{build_folder.name}'", build_folder):
        spill.mkdir(mode=0o700, parents=True, exist_ok=True)
        files = _readable_files(build_folder)
        configuration = {**_configuration(settings, spill), **own}
        with _opening:
            connection = patiently(
                lambda: duckdb.connect(str(path), config=dict(configuration)),
                settings.lock_wait_seconds,
            )
            try:
                _lock_down(connection, files, [])
                path.chmod(0o600)
            except BaseException:
                connection.close()
                raise
        return connection


def clear_work_spill(build_folder: Path) -> None:
    """Remove what a killed worker's DuckDB spilled: ours, and dbt's beside the database."""
    for left in (SPILL, f"{WORK_DATABASE}.tmp"):
        shutil.rmtree(build_folder / left, ignore_errors=True)


def _readable_files(build_folder: Path) -> list[str]:
    """The files that the build's views may read; none before its inputs are written."""
    sources = build_folder / SOURCES
    if not sources.exists():
        return []
    noted = read_sealed(sources)
    if noted is None:
        raise build_damaged(f"file '{SOURCES}' of build '{build_folder.name}'")
    return list(noted["files"])


def start_work(build_folder: Path, files: Iterable[Path]) -> None:
    """Make the build's folder, empty its spill and note which files its views may read.

    A work database that is there is of a try that was ended before its inputs stood, by
    a full disk perhaps: it may be half a file, and goes.
    """
    build_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    clear_work_spill(build_folder)
    for left in (WORK_DATABASE, f"{WORK_DATABASE}.wal"):
        (build_folder / left).unlink(missing_ok=True)
    write_sealed(build_folder / SOURCES, {"files": [str(path) for path in files]})


def patiently(call: Callable[[], T], seconds: float) -> T:
    """Call until the database file is free, for so many seconds at most.

    A connection of work that failed may stand in a cycle of references, with the error
    that ended it: it holds the file until such cycles are looked for.
    """
    import duckdb

    until = time.monotonic() + seconds
    while True:
        try:
            return call()
        except duckdb.Error as error:
            is_held = any(sign in str(error) for sign in SIGNS_OF_A_HOLDER)
            if not is_held or time.monotonic() >= until:
                raise
        gc.collect()
        time.sleep(0.1)
