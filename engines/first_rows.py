"""The first rows of a source that is not registered yet, to be looked at."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from catalog.datasets import CsvSchema, DatasetKind
from catalog.home import Home
from engines.base import Inspection
from engines.connection import memory_session
from engines.csv_loading import CsvFile, explained_lines, explained_values
from engines.csv_schema import header_names
from engines.csv_text import prepare_text
from engines.failures import explained
from engines.inspection import opened_lines
from engines.json_lines import first_lines
from engines.limits import Settings
from engines.quoting import quote_identifier
from engines.relations import read_parquet
from engines.scratch import SPILL, scratch_folder
from engines.sources import source_files

LONGEST = 200


class Cell(NamedTuple):
    """A value as it is written and as it is read; null where nothing stands."""

    written: str | None
    read: str | None


Cells = tuple[Cell, ...]


def first_rows(
    home: Home, settings: Settings, path: Path, inspection: Inspection, count: int
) -> tuple[Cells, ...]:
    """The first rows in the order of the source's columns.

    None of a DuckDB table: it is read through the engine alone. Raises StudioError
    `wrong_value` where one of a CSV file is not of its column's type.
    """
    names = [column.name for column in inspection.columns]
    if inspection.kind is DatasetKind.duckdb_table:
        return ()
    schema = inspection.csv_schema
    with (
        explained(f"file '{path.name}'", home.root),
        scratch_folder(home.root / SPILL) as scratch,
    ):
        if inspection.kind is DatasetKind.parquet:
            return _of_parquet(settings, path, names, scratch, count)
        if schema is not None:
            return _of_csv(settings, path, schema, scratch, count)
        return _of_json(settings, path, names, scratch, count)


def _of_csv(
    settings: Settings, path: Path, schema: CsvSchema, scratch: Path, count: int
) -> tuple[Cells, ...]:
    """As the engine reads them when the file is loaded."""
    text = prepare_text(path, scratch, schema.encoding, schema.quote, schema.delimiter)
    file = CsvFile(path, text, schema, header_names(text, schema, path))
    asked = ", ".join(
        f"f{file.names.index(column.name)}, cast({file.value(column)} as varchar)"
        for column in schema.columns
    )
    with (
        memory_session(
            settings, scratch, files=[text.path], keep_order=True
        ) as connection,
        explained_lines(path, text.skipped_lines),
        explained_values(connection, file),
    ):
        query = f"select {asked} from {file.rows} limit {count}"
        rows = connection.execute(query).fetchall()
    return tuple(
        tuple(Cell(_text(row[at]), _text(row[at + 1])) for at in range(0, len(row), 2))
        for row in rows
    )


def _of_parquet(
    settings: Settings, path: Path, names: Sequence[str], scratch: Path, count: int
) -> tuple[Cells, ...]:
    files = source_files(path)
    asked = ", ".join(f"cast({quote_identifier(name)} as varchar)" for name in names)
    with memory_session(settings, scratch, files=files, keep_order=True) as connection:
        query = f"select {asked} from {read_parquet(files)} limit {count}"
        return _as_read(connection.execute(query).fetchall())


def _of_json(
    settings: Settings, path: Path, names: Sequence[str], scratch: Path, count: int
) -> tuple[Cells, ...]:
    with opened_lines(settings, path, scratch) as (connection, text):
        return _as_read(first_lines(connection, text, names, count))


def _as_read(rows: Iterable[Sequence[str | None]]) -> tuple[Cells, ...]:
    return tuple(tuple(Cell(_text(one), _text(one)) for one in row) for row in rows)


def _text(value: str | None) -> str | None:
    return value[:LONGEST] if value else None
