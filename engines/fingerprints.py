"""Hashes of content: the same bytes give the same fingerprint, wherever they stand."""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

from catalog.datasets import Dataset, DatasetKind
from catalog.errors import StudioError
from catalog.home import Home
from engines.failures import explained
from engines.sealed import read_sealed, write_sealed
from engines.sources import check_path, content_files, stamp_of, state_of
from engines.turns import turn

CACHE = "fingerprints.json"
# A file changed within its clock's last tick could change again unseen.
SETTLED_SECONDS = 2.0


def fingerprint_of(home: Home, dataset: Dataset) -> str:
    """Hash of a dataset's content and of how it is read, 64 hex digits.

    Raises StudioError `changed_while_read` where a file is being written.
    """
    path = check_path(Path(dataset.path))
    digest = hashlib.sha256()
    with explained(f"dataset '{dataset.name}'", home.root):
        for file in content_files(path):
            name = file.name if path.is_dir() else file.suffix
            digest.update(json.dumps([name, file_hash(home, file)]).encode())
    reading: list[object] = [dataset.kind.value]
    if dataset.kind is DatasetKind.duckdb_table:
        reading.append(dataset.table)
    if dataset.csv_schema is not None:
        # What a later version of the studio asks is not in the names of older copies.
        unasked = set() if dataset.csv_schema.has_amounts else {"has_amounts"}
        reading.append(dataset.csv_schema.model_dump(mode="json", exclude=unasked))
    if dataset.kind is not DatasetKind.parquet:
        reading.append([[column.name, column.type] for column in dataset.columns])
    digest.update(json.dumps(reading, sort_keys=True).encode())
    return digest.hexdigest()


def watch(home: Home, dataset: Dataset, fingerprint: str) -> Callable[[], None]:
    """A call that refuses what was read since, unless the dataset still is the same.

    What is made of a dataset and kept under its fingerprint must be of that content.
    What the studio made itself never changes, and its fingerprint is not of its bytes.
    """
    if dataset.kind.is_made_here:
        return lambda: None

    def sign() -> tuple[str, str]:
        return stamp_of(dataset), fingerprint_of(home, dataset)

    stamp, now = sign()

    def confirm() -> None:
        if sign() != (stamp, fingerprint):
            raise changed(f"dataset '{dataset.name}'")

    if now != fingerprint:
        raise changed(f"dataset '{dataset.name}'")
    return confirm


def changed(subject: str) -> StudioError:
    """The refusal of what changes under the eyes of its reader."""
    return StudioError(
        "changed_while_read",
        subject,
        "changed while it was read",
        "wait until it has been written and try again",
    )


def content_hash(file: Path) -> str:
    """SHA-256 of a file's bytes, 64 hex digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_hash(
    home: Home, file: Path, hashed: Callable[[Path], str] = content_hash
) -> str:
    """The hash of a file's bytes; one that has not changed is not read again.

    No file is hashed in two ways.
    """
    before = _state(file)
    cache = home.root / CACHE
    known = _read(cache).get(str(file))
    if known is not None and known[:-1] == before:
        return str(known[-1])
    digest = hashed(file)
    if _state(file) != before:
        raise changed(f"file '{file.name}'")
    status = file.stat()
    if time.time() - max(status.st_mtime, status.st_ctime) > SETTLED_SECONDS:
        with turn(cache.with_name(f"{CACHE}.lock"), f"file '{file.name}'"):
            entries = _read(cache)
            entries[str(file)] = [*before, digest]
            write_sealed(cache, entries)
    return digest


def _state(file: Path) -> list[int]:
    return list(state_of(file))


def _read(cache: Path) -> dict[str, list[int | str]]:
    return read_sealed(cache) or {}
