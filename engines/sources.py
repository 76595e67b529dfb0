"""Where a dataset's bytes stand: its kind, its files in order, and their stamp.

File names are data: they are matched here, never by a pattern of the engine.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from catalog.datasets import Dataset, DatasetKind
from catalog.errors import StudioError
from catalog.file_failures import refuse_special
from catalog.home import Home
from catalog.names import shown_path
from engines.failures import of_system

ENDINGS = {
    ".parquet": DatasetKind.parquet,
    ".csv": DatasetKind.csv,
    ".csv.gz": DatasetKind.csv,
    ".tsv": DatasetKind.csv,
    ".tsv.gz": DatasetKind.csv,
    ".jsonl": DatasetKind.json_lines,
    ".jsonl.gz": DatasetKind.json_lines,
    ".ndjson": DatasetKind.json_lines,
    ".ndjson.gz": DatasetKind.json_lines,
    ".duckdb": DatasetKind.duckdb_table,
}

# How Parquet begins: in the clear, and encrypted.
PARQUET_MARKS = (b"PAR1", b"PARE")
# How a zip file (.xlsx, .ods) and an old workbook (.xls) begin.
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def kind_of(path: Path) -> DatasetKind:
    """The kind of source at a path, by its ending; a folder is a folder of Parquet."""
    if path.is_dir():
        return DatasetKind.parquet
    name = path.name.lower()
    for ending, kind in ENDINGS.items():
        if name.endswith(ending):
            return kind
    raise StudioError(
        "unknown_file_type",
        f"file '{path.name}'",
        "has an ending that is not known",
        f"give it one of {', '.join(ENDINGS)}",
    )


def refuse_spreadsheet(path: Path) -> None:
    """A workbook is no text, whatever its name ends with."""
    if path.is_dir():
        return
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(WORKBOOKS):
        raise StudioError(
            "spreadsheet",
            f"file {shown_path(path.name)}",
            "is an Excel workbook or another packed file, not text",
            "in Excel choose Save as, CSV UTF-8, and give that file",
        )


def check_path(path: Path, allowed_folders: Iterable[Path] = ()) -> Path:
    """The absolute path, if it is there and lies in a folder that may be read.

    A link counts as the file it leads to.
    """
    text = str(path)
    subject = f"file '{path.name}'"
    if "://" in text or text.startswith(("http:/", "https:/", "s3:/", "gs:/")):
        raise StudioError(
            "not_a_local_path",
            f"path '{text}'",
            "is an address, not a file",
            "copy the file here and give its path",
        )
    if "\0" in text:
        raise StudioError(
            "nul_character", "the path", "contains a NUL character", "take it out"
        )
    absolute = path.absolute()
    _refuse_undecodable(absolute, subject)
    try:
        # Whether something is there is told only of folders that may be read.
        _refuse_foreign(absolute.resolve(), subject, allowed_folders)
        absolute.resolve(strict=True)
    except PermissionError as error:
        raise of_system(error, subject) from None
    except (OSError, RuntimeError):
        # Absent, too long a name, a file where a folder should be, a link to itself.
        raise StudioError(
            "file_not_found",
            f"file {shown_path(path.name)}",
            "was not found",
            f"check the path {shown_path(absolute)}",
        ) from None
    refuse_special(absolute, subject)
    return absolute


def _refuse_undecodable(path: Path, subject: str) -> None:
    """Neither DuckDB nor the catalog takes a path whose bytes are no text."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise StudioError(
            "path_not_text",
            subject,
            f"has a path that is not UTF-8, {shown_path(path)}",
            "rename the file or folder",
        ) from None


def _refuse_foreign(real: Path, subject: str, allowed_folders: Iterable[Path]) -> None:
    folders = [folder.resolve() for folder in allowed_folders]
    if folders and not any(real.is_relative_to(folder) for folder in folders):
        raise StudioError(
            "outside_allowed_folders",
            subject,
            "lies outside the folders that may be read",
            f"move it under {', '.join(map(str, folders))}",
        )


def source_files(path: Path) -> tuple[Path, ...]:
    """The files of a source in their fixed order: itself, or a folder's Parquet files.

    Hidden and temporary files (`.x`, `_x`) are skipped. Links out of the folder, other
    files that hold rows, folders within it that hold Parquet, and a folder without
    Parquet are refused.
    """
    if not path.is_dir():
        return (path,)
    found = []
    for entry in _entries(path):
        if entry.is_dir():
            _refuse_nested(path, entry)
        elif _is_named_parquet(entry):
            _refuse_outside(path, entry)
            subject = f"file '{entry.name}' in folder '{path.name}'"
            _refuse_undecodable(entry, subject)
            refuse_special(entry, subject)
            found.append(entry)
        elif entry.name.lower().endswith(tuple(ENDINGS)) or _begins_as_parquet(entry):
            raise StudioError(
                "file_left_out",
                f"file '{entry.name}' in folder '{path.name}'",
                "holds rows, and of a folder only .parquet files are read",
                "end its name in .parquet where it is Parquet, else put it elsewhere",
            )
    if not found:
        raise StudioError(
            "empty_dataset",
            f"folder '{path.name}'",
            "holds no .parquet file",
            "check the path",
        )
    return tuple(found)


def left_out(folder: Path) -> tuple[str, ...]:
    """The names of a folder's other files, which hold no rows as far as can be told."""
    return tuple(
        entry.name
        for entry in _entries(folder)
        if not (entry.is_dir() or _is_named_parquet(entry))
    )


def _entries(folder: Path) -> list[Path]:
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return [entry for entry in entries if not entry.name.startswith((".", "_"))]


def _is_named_parquet(path: Path) -> bool:
    return path.name.lower().endswith(".parquet")


def _begins_as_parquet(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) in PARQUET_MARKS


def _refuse_nested(folder: Path, entry: Path) -> None:
    if any(
        _is_named_parquet(one) or _begins_as_parquet(one) for one in entry.rglob("*")
    ):
        raise StudioError(
            "nested_folder",
            f"folder '{folder.name}'",
            f"holds Parquet in the folder '{entry.name}' inside it",
            "register that folder, or write all files side by side",
        )


def _refuse_outside(folder: Path, entry: Path) -> None:
    if not entry.resolve().is_relative_to(folder.resolve()):
        raise StudioError(
            "link_outside",
            f"file '{entry.name}' in folder '{folder.name}'",
            "is a link that leads out of the folder",
            "put the file itself there",
        )


def stamp_of(dataset: Dataset) -> str:
    """Names, sizes and times of a dataset's files, as 64 hex digits."""
    digest = hashlib.sha256()
    for path in content_files(Path(dataset.path)):
        digest.update(repr([path.name, *state_of(path)]).encode())
    return digest.hexdigest()


def state_of(file: Path) -> tuple[int, ...]:
    """Size, times and place of a file: any write of it changes one of them.

    The time of change is told by the system alone; copies often keep that of writing.
    """
    status = file.stat()
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def content_files(path: Path) -> tuple[Path, ...]:
    """Every file whose bytes are the source's content: a DuckDB file's log as well."""
    log = path.with_name(path.name + ".wal")
    if path.suffix.lower() == ".duckdb" and log.exists():
        return (path, log)
    return source_files(path)


def loaded_file(home: Home, dataset: Dataset, fingerprint: str) -> Path:
    """The Parquet copy that `load` makes of a source that is not Parquet."""
    return home.dataset(dataset.id) / f"{fingerprint}.parquet"


def parquet_files(home: Home, dataset: Dataset, fingerprint: str) -> tuple[Path, ...]:
    """The Parquet files that hold a dataset's rows, in their fixed order."""
    if dataset.kind.is_read_in_place:
        return source_files(check_path(Path(dataset.path)))
    path = loaded_file(home, dataset, fingerprint)
    if not path.exists():
        raise StudioError(
            "not_loaded",
            f"dataset '{dataset.name}'",
            "has not been loaded at its present content",
            "run `lookalike datasets profile` on it",
        )
    return (path,)
