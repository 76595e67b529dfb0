"""The first rows of a source that is not registered yet, to be looked at."""

import gzip
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from catalog.datasets import CsvSchema, DatasetKind
from catalog.home import Home
from engines.base import Inspection
from engines.connection import memory_session
from engines.csv_loading import CsvFile, explained_lines, explained_values
from engines.csv_schema import header_names
from engines.csv_text import Text, prepare_text
from engines.limits import Settings
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
    if inspection.kind is DatasetKind.parquet:
        return tuple(islice(_of_parquet(path, names), count))
    if inspection.kind is DatasetKind.duckdb_table:
        return ()
    schema = inspection.csv_schema
    with scratch_folder(home.root / SPILL) as scratch:
        if schema is not None:
            return _of_csv(settings, path, schema, scratch, count)
        text = prepare_text(path, scratch, quote="")
        with _opened(text) as lines:
            return tuple(islice(_of_json(lines, names), count))


def _of_csv(
    settings: Settings, path: Path, schema: CsvSchema, scratch: Path, count: int
) -> tuple[Cells, ...]:
    """As the engine reads them when the file is loaded."""
    text = prepare_text(path, scratch, schema.encoding, schema.quote)
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


@contextmanager
def _opened(text: Text) -> Iterator[io.TextIOBase]:
    encoding = "utf-8-sig"
    if text.is_gzip:
        with gzip.open(text.path, "rt", encoding=encoding, newline="") as file:
            yield file
    else:
        with text.path.open(encoding=encoding, newline="") as file:
            yield file


def _of_parquet(path: Path, names: list[str]) -> Iterator[Cells]:
    import pyarrow.parquet as pq

    for file in source_files(path):
        with pq.ParquetFile(file) as opened:
            for batch in opened.iter_batches(batch_size=64):
                for row in batch.to_pylist():
                    yield tuple(_cell(row.get(name)) for name in names)


def _of_json(lines: io.TextIOBase, names: list[str]) -> Iterator[Cells]:
    for line in lines:
        if line.strip():
            row = json.loads(line)
            yield tuple(_cell(row.get(name)) for name in names)


def _cell(value: object) -> Cell:
    return Cell(_text(value), _text(value))


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    text = json.dumps(value) if isinstance(value, dict | list) else str(value)
    return text[:LONGEST]
