"""What a path holds and how it will be read, before it becomes a dataset."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.datasets import Column, CsvSchema, DatasetKind
from catalog.errors import StudioError
from catalog.home import Home
from catalog.names import shown
from engines.base import Inspection
from engines.column_names import check_names
from engines.connection import memory_session
from engines.csv_loading import CsvFile, explained_lines
from engines.csv_schema import decide_columns, header_names, sniff_dialect
from engines.csv_text import Text, prepare_text
from engines.failures import explained
from engines.json_lines import inspect_lines
from engines.limits import Settings
from engines.loading import find_table, loaded_type
from engines.quoting import quote_identifier
from engines.relations import one_row, read_columns, read_parquet
from engines.scratch import SPILL, scratch_folder
from engines.sources import (
    check_path,
    kind_of,
    left_out,
    refuse_spreadsheet,
    source_files,
)

if TYPE_CHECKING:
    import duckdb

# What bytes are refused for that are text by another encoding, perhaps.
OTHER_ENCODING = ("bad_encoding", "nul_character")
# Of a decimal, as the engine reads it.
MOST_DIGITS = 38


def inspect(
    home: Home,
    settings: Settings,
    path: Path,
    table: str | None,
    csv_schema: CsvSchema | None,
) -> Inspection:
    """Look at a source. A CSV or JSON Lines file is read whole, so that nothing surprises."""
    path = check_path(Path(path), settings.allowed_folders)
    subject = f"file '{path.name}'"
    with explained(subject):
        refuse_spreadsheet(path)
    kind = kind_of(path)
    with (
        explained(subject, home.root),
        scratch_folder(home.root / SPILL) as scratch,
    ):
        if kind is DatasetKind.parquet:
            found = _parquet(settings, path, scratch)
        elif kind is DatasetKind.csv:
            found = _csv(settings, path, csv_schema, scratch)
        elif kind is DatasetKind.json_lines:
            found = _json_lines(settings, path, scratch)
        else:
            found = _duckdb_table(settings, path, table, scratch)
    check_names([column.name for column in found.columns], subject)
    if found.rows == 0:
        raise StudioError("empty_dataset", subject, "has 0 rows", "add rows to it")
    return found


def _parquet(settings: Settings, path: Path, scratch: Path) -> Inspection:
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = source_files(path)
    first, rows = None, 0
    for file in files:
        try:
            with pq.ParquetFile(file) as opened:
                rows += opened.metadata.num_rows
                schema = opened.schema_arrow.remove_metadata()
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            if isinstance(error, PermissionError):
                raise
            raise StudioError(
                "damaged_file",
                f"file '{file.name}'",
                "is not a whole Parquet file",
                "write it again and check that the copy was complete",
            ) from None
        first = first or schema
        if [(one.name, one.type) for one in schema] != [
            (one.name, one.type) for one in first
        ]:
            raise StudioError(
                "columns_differ",
                f"file '{file.name}'",
                f"has other columns or types than '{files[0].name}' beside it",
                "write all files of a folder with the same columns",
            )
    check_names(first.names if first is not None else [], f"file '{path.name}'")
    with memory_session(settings, scratch, files=files) as connection:
        columns = read_columns(connection, read_parquet(files))
    rounded = tuple(
        f"Column '{field.name}' holds decimals of {field.type.precision} digits, read as "
        "real numbers with about 16: write it as text if it names people."
        for field in first or ()
        if pa.types.is_decimal256(field.type) and field.type.precision > MOST_DIGITS
    )
    notes = (*rounded, *_left_out_notes(path))
    return Inspection(DatasetKind.parquet, columns, rows=rows, notes=notes)


def _left_out_notes(path: Path) -> tuple[str, ...]:
    others = left_out(path) if path.is_dir() else ()
    if not others:
        return ()
    named = ", ".join(shown(name) for name in others[:3])
    more = f" and {len(others) - 3:,} more" if len(others) > 3 else ""
    return (f"What is no .parquet file is left out of the folder: {named}{more}.",)


def _csv(
    settings: Settings, path: Path, schema: CsvSchema | None, scratch: Path
) -> Inspection:
    text = (
        prepare_text(path, scratch, schema.encoding, schema.quote, schema.delimiter)
        if schema
        else prepare_text(path, scratch)
    )
    given = schema or sniff_dialect(text)
    names = header_names(text, given, path)
    check_names(names, f"file '{path.name}'")
    found: tuple[str, ...] = ()
    if not given.columns:
        with (
            memory_session(settings, scratch, files=[text.path]) as connection,
            explained_lines(path, text.skipped_lines, _other_marks(given)),
        ):
            given, found = decide_columns(connection, text, given, names)
    return Inspection(
        DatasetKind.csv,
        given.columns,
        given,
        rows=max(0, CsvFile(path, text, given, names).record_count),
        notes=(*_dialect_notes(given, text), *found),
    )


def proposed_marks(home: Home, path: Path) -> CsvSchema | None:
    """The marks by which a CSV is read unless others are chosen, without its columns.

    Told also where the file cannot be read by them; None where none would help, as it
    is no CSV or not whole.
    """
    try:
        if kind_of(path) is not DatasetKind.csv:
            return None
        with (
            explained(f"file '{path.name}'", home.root),
            scratch_folder(home.root / SPILL) as scratch,
        ):
            return sniff_dialect(prepare_text(path, scratch))
    except StudioError as error:
        return CsvSchema() if error.code in OTHER_ENCODING else None


def _between(schema: CsvSchema) -> str:
    marks = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    return marks.get(schema.delimiter, f"'{schema.delimiter}'")


def _other_marks(schema: CsvSchema) -> str:
    """What helps where a line does not fit the others: it, or how all are read."""
    quote = f"another quote than {schema.quote}" if schema.quote else "a quote"
    return (
        "mend that line, or have the file read by another delimiter than"
        f" {_between(schema)} or by {quote}"
    )


def _dialect_notes(schema: CsvSchema, text: Text) -> tuple[str, ...]:
    quoted = f"quoted by {schema.quote}" if schema.quote else "never quoted"
    mark = " with a byte order mark" if text.has_bom else ""
    names = "line after 'sep='" if text.skipped_lines else "first line"
    return (
        f"Fields are separated by {_between(schema)} and {quoted}.",
        f"The encoding is {schema.encoding}{mark}.",
        f"The {names} holds the column names."
        if schema.has_header
        else "There is no line of column names; columns are called by their position.",
    )


def _json_lines(settings: Settings, path: Path, scratch: Path) -> Inspection:
    with opened_lines(settings, path, scratch) as (connection, text):
        columns, rows = inspect_lines(connection, text, path)
    return Inspection(DatasetKind.json_lines, columns, rows=rows)


@contextmanager
def opened_lines(
    settings: Settings, path: Path, scratch: Path
) -> Iterator[tuple["duckdb.DuckDBPyConnection", Text]]:
    """A session that reads a JSON Lines file in its order, and the file's text."""
    text = prepare_text(path, scratch, quote="")
    with (
        memory_session(
            settings, scratch, files=[text.path], keep_order=True
        ) as connection,
        explained_lines(path),
    ):
        yield connection, text


def _duckdb_table(
    settings: Settings, path: Path, table: str | None, scratch: Path
) -> Inspection:
    with memory_session(settings, scratch, files=[path], attach=path) as connection:
        schema, name = find_table(connection, path, table)
        relation = f"source.{quote_identifier(schema)}.{quote_identifier(name)}"
        columns = read_columns(connection, relation)
        (count,) = one_row(connection, f"select count(*) from {relation}")
    loaded = tuple(
        Column(name=column.name, type=loaded_type(column.type)) for column in columns
    )
    return Inspection(
        DatasetKind.duckdb_table,
        loaded,
        rows=count,
        table=name if schema == "main" else f"{schema}.{name}",
    )
