"""Failures of DuckDB and of the file system, as errors that a person can act on.

Messages of DuckDB may quote rows of people's data, so none of their text goes on.
"""

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.errors import StudioError

HOLDER = re.compile(r"lock is held in (\S+) \(PID (\d+)\)")


@contextmanager
def explained(subject: str, folder: Path | None = None) -> Iterator[None]:
    """Turn what fails inside into a StudioError about `subject`.

    `folder` is where the work writes; its free bytes are told when space runs out.
    """
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise _of_duckdb(error, subject, folder) from None
    except OSError as error:
        raise of_system(error, subject, folder) from None


def of_system(error: OSError, subject: str, folder: Path | None = None) -> StudioError:
    """The error for a failed call of the file system."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _disk_full(subject, folder)
    if isinstance(error, FileNotFoundError):
        return StudioError("file_not_found", subject, "was not found", "check its path")
    if isinstance(error, PermissionError):
        return StudioError(
            "permission_denied",
            subject,
            "may not be read or written by this user",
            "mend the owner or mode of the file and its folders",
        )
    return StudioError(
        "file_failure",
        subject,
        f"could not be read or written ({error.strerror or type(error).__name__})",
        "check the disk and try again",
    )


def _of_duckdb(error: "Exception", subject: str, folder: Path | None) -> StudioError:
    text = str(error)
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
        return _disk_full(subject, folder)
    for sign, code, cause, remedy in _SIGNS:
        if sign.lower() in text.lower():
            return StudioError(code, subject, cause, remedy)
    return StudioError(
        "engine_failure",
        subject,
        f"could not be processed (DuckDB: {type(error).__name__})",
        "check that the file is whole and register the dataset again if it has changed",
    )


def _disk_full(subject: str, folder: Path | None) -> StudioError:
    free = ""
    if folder is not None:
        while not folder.exists():
            folder = folder.parent
        free = f": {shutil.disk_usage(folder).free:,} bytes are free in '{folder}'"
    return StudioError(
        "disk_full",
        subject,
        f"does not fit on the disk{free}",
        "free some space and run it again",
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
