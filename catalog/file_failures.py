"""Failures of the file system, as errors that a person can act on."""

import errno
import shutil
from pathlib import Path

from catalog.errors import StudioError


def of_system(error: OSError, subject: str, folder: Path | None = None) -> StudioError:
    """The error for a failed call of the file system.

    `folder` is where the work writes; its free bytes are told when space runs out.
    """
    if is_want_of_space(error):
        return disk_full(subject, folder)
    if isinstance(error, FileNotFoundError):
        return StudioError("file_not_found", subject, "was not found", "check its path")
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
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


def refuse_special(path: Path, subject: str) -> None:
    """Refuse a pipe, a socket or a device: who reads one may wait for ever."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise StudioError(
            "not_a_file",
            subject,
            "is a pipe, a socket or a device, not a file",
            "write what it gives to a file, and name that one",
        )


def is_want_of_space(error: OSError) -> bool:
    """True where the disk, or this user's share of it, is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def disk_full(subject: str, folder: Path | None = None) -> StudioError:
    """The error for want of space, with what is free where `folder` stands."""
    return StudioError(
        "disk_full",
        subject,
        f"does not fit on the disk{free_bytes(folder)}",
        "free some space and run it again",
    )


def subject_of(error: OSError, otherwise: str) -> str:
    """The file that a failed call was about, where the call says it."""
    return f"file '{error.filename}'" if error.filename else otherwise


def free_bytes(folder: Path | None) -> str:
    """What is free where a folder stands or would stand; '' where the disk is mute."""
    try:
        while folder is not None and not folder.exists():
            folder = folder.parent
        if folder is not None:
            return f": {shutil.disk_usage(folder).free:,} bytes are free in '{folder}'"
    except OSError:
        pass
    return ""
