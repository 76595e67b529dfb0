"""Where new datasets come from: a path on the server, or a file that is uploaded.

Only files under the allowed folders are read, and none of the home's own.
"""

import re
from asyncio import to_thread
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.datasets import CsvSchema, DatasetKind, Frozen
from catalog.errors import StudioError
from catalog.home import Home
from catalog.identifiers import recognise
from catalog.names import from_home, shown_path, slug_of
from catalog.personal_columns import names_people
from engines.samples import SHAPES
from engines.sources import ENDINGS, check_path
from studio.services import datasets, uploads
from studio.services.access import Access

if TYPE_CHECKING:
    from orchestration.workshop import Workshop

SAMPLE_ROWS = 5
HIDDEN = "hidden"
# For who is on a page or asks by REST, and types no command.
REMEDIES = {
    "name_taken": "choose another name; a dataset that is there is read anew on its page",
    "wrong_value": "choose another type for it, or mend that value",
}
KIND_WORDS = {
    DatasetKind.parquet: "Parquet",
    DatasetKind.csv: "CSV",
    DatasetKind.json_lines: "JSON Lines",
    DatasetKind.duckdb_table: "DuckDB table",
    DatasetKind.selection: "Selection",
    DatasetKind.audience: "Audience",
}


class ColumnLook(Frozen):
    """A column with its first values; those that may name a person are hidden."""

    name: str
    type: str
    first_values: tuple[str, ...]


class Look(Frozen):
    """What a source is and how it will be read, before it becomes a dataset."""

    kind: DatasetKind
    table: str | None
    rows: int | None
    notes: tuple[str, ...]
    columns: tuple[ColumnLook, ...]
    csv_schema: CsvSchema | None


def allowed_folders(home: Home, access: Access) -> tuple[Path, ...]:
    """The folders that datasets may be read from by way of the studio.

    Those of the settings; without any the folder that the home stands in, and none where
    people sign in by a login.
    """
    given = tuple(from_home(each).absolute() for each in access.data_folders)
    return given or (() if access.has_login else (home.root.parent,))


def allowed_path(home: Home, access: Access, typed: str) -> Path:
    """The path that was typed, if datasets may be read from there.

    A relative path counts from the first allowed folder. Raises StudioError for an
    address, a path or link that leads elsewhere, and the home's own files.
    """
    folders = allowed_folders(home, access)
    text = typed.strip()
    if not text:
        raise StudioError(
            "path_missing",
            "the path",
            "is empty",
            "name a file or a folder of Parquet files",
        )
    if not folders:
        raise StudioError(
            "outside_allowed_folders",
            f"file {shown_path(Path(text).name)}",
            "cannot be named: no folder of this machine is open to the studio",
            "upload it, or have LOOKALIKE_DATA_FOLDERS set",
        )
    path = Path(text)
    is_address = "://" in text
    given = path if is_address or path.is_absolute() else folders[0] / path
    found = check_path(given, folders)
    if found.resolve().is_relative_to(home.root.resolve()):
        raise StudioError(
            "inside_home",
            f"file {shown_path(path.name)}",
            "is one of the studio's own",
            "name a file outside the home; an audience is a seed by its name",
        )
    return found


def look(
    workshop: "Workshop",
    path: Path,
    csv_schema: CsvSchema | None = None,
    table: str | None = None,
) -> Look:
    """Read a source as it would be registered, and keep nothing."""
    from engines.first_rows import first_rows

    engine = workshop.engine
    with _without_commands():
        found = engine.inspect(path, table, csv_schema)
        rows = first_rows(workshop.home, engine.settings, path, found, SAMPLE_ROWS)
    return Look(
        kind=found.kind,
        table=found.table,
        rows=found.rows,
        notes=found.notes,
        columns=tuple(
            ColumnLook(
                name=column.name,
                type=column.type,
                first_values=masked(
                    column.name,
                    [row[at].written for row in rows],
                    [row[at].read for row in rows],
                ),
            )
            for at, column in enumerate(found.columns)
        ),
        csv_schema=found.csv_schema,
    )


def proposed_marks(workshop: "Workshop", path: Path) -> CsvSchema | None:
    """How a CSV that `look` refused would be read; None where no other marks would help."""
    from engines import inspection

    return inspection.proposed_marks(workshop.home, path)


def masked(
    column: str, written: Sequence[str | None], read: Sequence[str | None]
) -> tuple[str, ...]:
    """The values as they are read, where they may be shown: none that may name people.

    >>> masked("email", ["a@b.example"], ["a@b.example"])
    ('hidden',)
    >>> masked("wage", ["1.200,5", "+352621912345", "NA"], ["1200.5", "3.5e11", None])
    ('1200.5', 'hidden', '–')
    """
    is_hidden = (
        names_people(column) or recognise(column, slug_of(column), None, 0) is not None
    )
    return tuple(
        "–"
        if value is None
        else HIDDEN
        if is_hidden or _looks_personal(text or "") or _looks_personal(value)
        else value
        for text, value in zip(written, read, strict=True)
    )


def _looks_personal(text: str) -> bool:
    return any(re.match(each, text) for each in SHAPES.values())


def suggested_name(file: str) -> str:
    """A dataset's name from a file's.

    >>> suggested_name("Buyers 2026.csv.gz")
    'Buyers 2026'
    """
    name = Path(file).name
    for ending in sorted(ENDINGS, key=len, reverse=True):
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return name


def add(
    workshop: "Workshop",
    path: Path,
    name: str,
    *,
    csv_schema: CsvSchema | None = None,
    table: str | None = None,
    description: str = "",
) -> dict[str, Any]:
    """Register a source that `allowed_path` let through, or an upload."""
    with _without_commands():
        return datasets.add(
            workshop.catalog,
            workshop.engine,
            path,
            name.strip(),
            table=table,
            csv_schema=csv_schema,
            description=description.strip(),
        )


@contextmanager
def _without_commands() -> Iterator[None]:
    """Refuse with what helps on a page, where the remedy would be a command."""
    try:
        yield
    except StudioError as error:
        if error.code not in REMEDIES:
            raise
        remedy = REMEDIES[error.code]
        raise StudioError(error.code, error.object, error.cause, remedy) from error


async def keep_upload(
    workshop: "Workshop", name: str, parts: AsyncIterator[bytes], most_bytes: int
) -> Path:
    """Write an upload into the home as it arrives; where it is. A part of one goes.

    Raises StudioError for a kind that is not taken, and where there is more than
    `most_bytes`.
    """
    written = 0
    with uploads.received(workshop, name) as upload:
        async for part in parts:
            written += len(part)
            if written > most_bytes:
                raise StudioError(
                    "upload_too_large",
                    f"file {shown_path(Path(name).name)}",
                    f"is larger than {most_bytes // 10**6:,} MB",
                    "put it into a folder of the server and add it by its path",
                )
            await to_thread(upload.write, part)
    return upload.path
