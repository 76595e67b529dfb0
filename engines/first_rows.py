"""The first rows of a source that is not registered yet, as texts, to be looked at."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.datasets import DatasetKind
from catalog.home import Home
from engines.base import Inspection
from engines.csv_text import Text, prepare_text
from engines.sources import source_files

Cells = tuple[str | None, ...]
LONGEST = 200


def first_rows(
    home: Home, path: Path, inspection: Inspection, count: int
) -> tuple[Cells, ...]:
    """The first rows in the order of the source's columns; null where nothing stands.

    None of a DuckDB table: it is read through the engine alone.
    """
    names = [column.name for column in inspection.columns]
    if inspection.kind is DatasetKind.parquet:
        return tuple(islice(_of_parquet(path, names), count))
    if inspection.kind is DatasetKind.duckdb_table:
        return ()
    schema = inspection.csv_schema
    with TemporaryDirectory(dir=home.root / "datasets", prefix=".rows-") as scratch:
        text = prepare_text(
            path,
            Path(scratch),
            schema.encoding if schema else None,
            schema.quote if schema else "",
        )
        with _opened(text) as lines:
            if schema is None:
                return tuple(islice(_of_json(lines, names), count))
            records = csv.reader(
                lines,
                delimiter=schema.delimiter,
                quotechar=schema.quote,
                doublequote=schema.escape == schema.quote,
                escapechar=None if schema.escape == schema.quote else schema.escape,
            )
            filled = (record for record in records if record)
            head = next(filled, []) if schema.has_header else []
            places = [
                head.index(name) if name in head else at
                for at, name in enumerate(names)
            ]
            return tuple(
                tuple(_cell(record[at]) if at < len(record) else None for at in places)
                for record in islice(filled, count)
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


def _cell(value: object) -> str | None:
    if value is None or value == "":
        return None
    text = json.dumps(value) if isinstance(value, dict | list) else str(value)
    return text[:LONGEST]
