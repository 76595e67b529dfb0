"""Hashes of content: the same bytes give the same fingerprint, wherever they stand."""

import hashlib
import json
import time
from pathlib import Path

from catalog.datasets import Dataset, DatasetKind
from catalog.errors import StudioError
from catalog.home import Home
from engines.atomic import write_text_whole
from engines.failures import explained
from engines.sources import check_path, content_files

CACHE = "fingerprints.json"
CHUNK = 8 << 20
# A file changed within its clock's last tick could change again unseen.
SETTLED_SECONDS = 2.0


def fingerprint_of(home: Home, dataset: Dataset) -> str:
    """Hash of a dataset's content and of how it is read, 64 hex digits.

    Raises StudioError `changed_while_read` where a file is being written.
    """
    path = check_path(Path(dataset.path))
    digest = hashlib.sha256()
    with explained(f"dataset '{dataset.name}'"):
        for file in content_files(path):
            name = file.name if path.is_dir() else file.suffix
            digest.update(json.dumps([name, _file_hash(home, file)]).encode())
    reading: list[object] = [dataset.kind.value]
    if dataset.kind is DatasetKind.duckdb_table:
        reading.append(dataset.table)
    if dataset.csv_schema is not None:
        reading.append(dataset.csv_schema.model_dump(mode="json"))
    if dataset.kind is not DatasetKind.parquet:
        reading.append([[column.name, column.type] for column in dataset.columns])
    digest.update(json.dumps(reading, sort_keys=True).encode())
    return digest.hexdigest()


def _file_hash(home: Home, file: Path) -> str:
    from filelock import FileLock

    before = _state(file)
    cache = home.root / CACHE
    known = _read(cache).get(str(file))
    if known is not None and known[:-1] == before:
        return str(known[-1])
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    if _state(file) != before:
        raise StudioError(
            "changed_while_read",
            f"file '{file.name}'",
            "changed while it was read",
            "wait until it has been written and try again",
        )
    if time.time() - file.stat().st_mtime > SETTLED_SECONDS:
        with FileLock(f"{cache}.lock", mode=0o600):
            entries = _read(cache)
            entries[str(file)] = [*before, digest.hexdigest()]
            write_text_whole(cache, json.dumps(entries))
    return digest.hexdigest()


def _state(file: Path) -> list[int]:
    status = file.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ino]


def _read(cache: Path) -> dict[str, list[int | str]]:
    try:
        entries: dict[str, list[int | str]] = json.loads(cache.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return entries
