"""Failures of DuckDB, Arrow and files, as errors that a person can act on.

Their messages may quote rows of people's data, so none of their text goes on.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.errors import StudioError
from catalog.file_failures import disk_full, of_system

HOLDER = re.compile(r"lock is held in (\S+) \(PID (\d+)\)")

# All that DuckDB tells of a signal whose handler raised something.
INTERRUPTED = "Query interrupted"


@contextmanager
def explained(subject: str, folder: Path | None = None) -> Iterator[None]:
    """Turn what fails inside into a StudioError about `subject`.

    `folder` is where the work writes; its free bytes are told when space runs out. A
    signal that came while DuckDB worked goes on as KeyboardInterrupt.
    """
    try:
        yield
    except OSError as error:
        raise of_system(error, subject, folder) from None
    except Exception as error:
        if type(error) is RuntimeError and str(error) == INTERRUPTED:
            raise KeyboardInterrupt from error
        told = of_library(error, subject, folder)
        if told is None:
            raise
        raise told from None


def of_library(
    error: Exception, subject: str, folder: Path | None = None
) -> StudioError | None:
    """The error for a failure of DuckDB or Arrow; None for one of anything else.

    Neither is loaded to find out: what failed in a library has loaded it.
    """
    duckdb, pyarrow = sys.modules.get("duckdb"), sys.modules.get("pyarrow")
    if duckdb is not None and isinstance(error, duckdb.Error):
        return of_message(str(error), type(error).__name__, subject, folder)
    if pyarrow is not None and isinstance(error, pyarrow.ArrowException):
        return of_message(str(error), type(error).__name__, subject, folder)
    return None


def of_message(
    text: str, kind: str, subject: str, folder: Path | None = None
) -> StudioError:
    """The error for what a library said; `kind` is the class of what it raised."""
    held = HOLDER.search(text)
    if held:
        return StudioError(
            "database_locked",
            subject,
            f"is held open by process {held[2]} ({Path(held[1]).name})",
            "close it there, or wait until it has ended, and try again",
        )
    if "Unique file handle conflict" in text or "different configuration" in text:
        return StudioError(
            "database_locked",
            subject,
            "is open elsewhere in this process",
            "wait until that work has ended and try again",
        )
    if "No space left" in text or "max_temp_directory_size" in text:
        return disk_full(subject, folder)
    for sign, code, cause, remedy in _SIGNS:
        if sign.lower() in text.lower():
            return StudioError(code, subject, cause, remedy)
    return StudioError(
        "engine_failure",
        subject,
        f"could not be processed ({kind})",
        "check that the file is whole and register the dataset again if it has changed",
    )


def build_damaged(subject: str) -> StudioError:
    """The error for a build's own files that are not as they were written."""
    return StudioError(
        "build_damaged",
        subject,
        "is damaged on the disk",
        "check the disk and build the audience again, which begins anew",
    )


_DAMAGED = (
    "damaged_file",
    "is not a whole Parquet file",
    "write it again and check that the copy was complete",
)
_SIGNS = (
    ("no files found", "file_not_found", "was not found", "check its path"),
    ("no such file", "file_not_found", "was not found", "check its path"),
    (
        "permission denied",
        "permission_denied",
        "may not be read or written by this user",
        "mend the owner or mode of the file and its folders",
    ),
    (
        "disabled by configuration",
        "outside_allowed_folders",
        "reads a file outside the folders that were declared",
        "register that file as a dataset of its own",
    ),
    (
        "does not exist",
        "no_such_table",
        "is not there, or a column of it is not",
        "run the build from its start",
    ),
    ("too small to be a parquet", *_DAMAGED),
    ("no magic bytes", *_DAMAGED),
    ("parquet magic", *_DAMAGED),
    ("failed to read parquet", *_DAMAGED),
    ("tprotocolexception", *_DAMAGED),
    ("metadata read error", *_DAMAGED),
    ("snappy decompression", *_DAMAGED),
    ("zstd decompression", *_DAMAGED),
    ("could not read enough bytes", *_DAMAGED),
    ("out of buffer", *_DAMAGED),
    ("likely corrupted", *_DAMAGED),
    ("don't know what type", *_DAMAGED),
    (
        "corrupt database file",
        "database_damaged",
        "is damaged on the disk",
        "put a whole copy back; a build's own database is made anew when it is asked for"
        " again",
    ),
    (
        "not a valid duckdb database",
        "not_a_database",
        "is not a DuckDB database",
        "check the file",
    ),
    (
        "out of memory",
        "out_of_memory",
        "needs more memory than the limit allows",
        "raise LOOKALIKE_MEMORY_LIMIT or lower LOOKALIKE_THREADS",
    ),
)
