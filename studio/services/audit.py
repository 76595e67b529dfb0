"""The audit log: who did what when, in lines that are only ever added.

Each line holds the hash of the one before it, so that a changed, removed or inserted line
shows; `audit.head` holds the number of lines and the last hash, so that a shortened log
does. Ids alone stand in it: no names, addresses or secrets.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from catalog.datasets import Frozen
from catalog.errors import StudioError
from catalog.file_failures import of_system
from catalog.home import Home
from engines.atomic import write_text_whole

LOG = "audit.log"
HEAD = "audit.head"
LOCK = "audit.lock"
COMMAND_LINE = "command-line"
START = "0" * 64
MOST_LINE_BYTES = 4096

_actor: ContextVar[str] = ContextVar("actor", default=COMMAND_LINE)


class Verb(StrEnum):
    """What was done."""

    signed_in = "signed_in"
    signed_out = "signed_out"
    sign_in_failed = "sign_in_failed"
    token_renewed = "token_renewed"  # noqa: S105
    dataset_added = "dataset_added"
    dataset_removed = "dataset_removed"
    column_mapped = "column_mapped"
    specified = "specified"
    build_asked = "build_asked"
    build_retried = "build_retried"
    build_cancelled = "build_cancelled"
    served = "served"
    archived = "archived"
    unarchived = "unarchived"
    exported = "exported"
    draft_deleted = "draft_deleted"


class AuditRecord(Frozen):
    """One line. `object` is made of the catalog's ids, such as `audience/1f…/2`.

    `hash` is the SHA-256 of the line without it, `previous` the hash of the line before.
    """

    number: int
    at: datetime
    who: str
    verb: Verb
    object: str
    previous: str
    hash: str = ""

    def digest(self) -> str:
        """The hash that the line must have."""
        text = self.model_dump_json(exclude={"hash"})
        return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def acting_as(who: str) -> Iterator[None]:
    """What is recorded in this block, and in what it starts, was done by this person."""
    token = _actor.set(who)
    try:
        yield
    finally:
        _actor.reset(token)


def actor() -> str:
    """The id of the person for whom this block of code works."""
    return _actor.get()


def record(home: Home, verb: Verb, object: str) -> AuditRecord:  # noqa: A002
    """Add a line and wait until it is on the disk.

    Raises StudioError where the end of the log is damaged: nothing is added to it then.
    """
    from filelock import FileLock

    path = home.root / LOG
    try:
        with FileLock(home.root / LOCK):
            last = _last(path)
            begun = AuditRecord(
                number=1 if last is None else last.number + 1,
                at=datetime.now(UTC),
                who=actor(),
                verb=verb,
                object=object,
                previous=START if last is None else last.hash,
            )
            whole = begun.model_copy(update={"hash": begun.digest()})
            _append(path, whole.model_dump_json() + "\n")
            head = {"number": whole.number, "hash": whole.hash}
            write_text_whole(home.root / HEAD, json.dumps(head))
    except OSError as error:
        raise of_system(error, f"file '{LOG}'", home.root) from error
    return whole


def read(home: Home) -> list[AuditRecord]:
    """Every line, oldest first; StudioError `audit_tampered` where one is not as written."""
    path = home.root / LOG
    records: list[AuditRecord] = []
    previous = START
    for number, line in enumerate(_lines(path), 1):
        found = _parsed(line, number)
        is_whole = (found.number, found.previous, found.hash) == (
            number,
            previous,
            found.digest(),
        )
        if not is_whole:
            raise _tampered(f"is not as it was written from line {number} on")
        records.append(found)
        previous = found.hash
    _refuse_shortened(home.root / HEAD, records)
    return records


def _refuse_shortened(path: Path, records: list[AuditRecord]) -> None:
    """The head names a line that must be there; those after it were added in a crash."""
    try:
        head = json.loads(path.read_text(encoding="ascii"))
        number, wanted = int(head["number"]), str(head["hash"])
    except FileNotFoundError:
        if records:
            raise _tampered(f"has lost its '{HEAD}'") from None
        return
    except (ValueError, KeyError, TypeError):
        raise _tampered(f"has a '{HEAD}' that is damaged") from None
    if not 1 <= number <= len(records):
        raise _tampered(f"has {len(records)} lines, {number} were written")
    if records[number - 1].hash != wanted:
        raise _tampered(f"has another line {number} than was written")


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from file
    except FileNotFoundError:
        return


def _last(path: Path) -> AuditRecord | None:
    """The last line, which alone is read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - MOST_LINE_BYTES))
            tail = file.read()
    except FileNotFoundError:
        return None
    if not tail:
        return None
    if not tail.endswith(b"\n"):
        raise _tampered("ends in half a line")
    line = tail[:-1].rpartition(b"\n")[2].decode("utf-8", "replace")
    found = _parsed(line, 0)
    if found.hash != found.digest():
        raise _tampered("has a last line that is not as it was written")
    return found


def _append(path: Path, line: str) -> None:
    """Add a line whole, or none of it: a full disk takes a part without a word."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    descriptor = os.open(path, flags, 0o600)
    size = os.fstat(descriptor).st_size
    try:
        left = line.encode()
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    except BaseException:
        os.ftruncate(descriptor, size)
        raise
    finally:
        os.close(descriptor)


def _parsed(line: str, number: int) -> AuditRecord:
    try:
        return AuditRecord.model_validate_json(line)
    except ValidationError:
        where = f"line {number}" if number else "its last line"
        raise _tampered(f"has something else than a record in {where}") from None


def _tampered(cause: str) -> StudioError:
    return StudioError(
        "audit_tampered",
        f"audit log '{LOG}'",
        cause,
        "compare it with a copy kept elsewhere, and move it away to begin another",
    )
