"""A CSV file to Parquet by its saved schema: every record a row, or an error with its line."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.datasets import Column, CsvSchema, Dataset
from catalog.errors import StudioError
from engines.column_names import check_names
from engines.csv_schema import header_names, strict_read
from engines.csv_text import Text, line_of_record, prepare_text, records
from engines.csv_types import TYPE_WORDS, failed_column, typed_value
from engines.quoting import quote_identifier
from engines.relations import copy_to_parquet, one_row

if TYPE_CHECKING:
    import duckdb

LINE = re.compile(r"[Ll]ine:? (\d+)")


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file with its schema; `names` are the columns that it has now, in order."""

    path: Path
    text: Text
    schema: CsvSchema
    names: tuple[str, ...]

    @property
    def rows(self) -> str:
        """SQL that reads every field as text, columns f0, f1, …."""
        return strict_read(self.text, self.schema, len(self.names))

    def value(self, column: Column) -> str:
        """SQL for a column's value in its type."""
        at = self.names.index(column.name)
        return typed_value(f"f{at}", column.type, self.schema, at)

    @property
    def record_count(self) -> int:
        """Records after the header by a count of lines; in a single column a blank line is one."""
        blank = self.text.blank_lines if len(self.names) == 1 else 0
        return self.text.filled_lines + blank - int(self.schema.has_header)


def open_csv(path: Path, dataset: Dataset, scratch: Path) -> CsvFile:
    """The file as it is now; raises StudioError where a registered column is gone."""
    schema = dataset.csv_schema or CsvSchema(columns=dataset.columns)
    text = prepare_text(path, scratch, schema.encoding, schema.quote, schema.delimiter)
    names = header_names(text, schema, path)
    check_names(names, f"file '{path.name}'")
    refuse_lost(names, schema.columns, dataset)
    return CsvFile(path, text, schema, names)


def load_csv(
    connection: "duckdb.DuckDBPyConnection", file: CsvFile, target: Path
) -> None:
    """Write the file's rows as Parquet, each value in its declared type."""
    selected = ", ".join(
        f"{file.value(column)} as {quote_identifier(column.name)}"
        for column in file.schema.columns
    )
    query = copy_to_parquet(f"select {selected} from {file.rows}", target)
    skipped = file.text.skipped_lines
    with explained_lines(file.path, skipped), explained_values(connection, file):
        (loaded,) = one_row(connection, query)
    _check_rows(loaded, file)


def refuse_lost(
    names: Sequence[str], columns: Sequence[Column], dataset: Dataset
) -> None:
    """Refuse a source that lost a column since it was registered; new ones are ignored."""
    lost = [column.name for column in columns if column.name not in names]
    if lost:
        known = {column.name for column in columns}
        new = [name for name in names if name not in known]
        raise StudioError(
            "columns_changed",
            f"dataset '{dataset.name}'",
            f"no longer has the columns {', '.join(map(repr, lost))}"
            + (f" (new: {', '.join(map(repr, new))})" if new else ""),
            "bring them back, or add the file again with --replace",
        )


def _check_rows(loaded: int, file: CsvFile) -> None:
    """Every record of the file is a row: counted apart from the engine."""
    expected = file.record_count
    if loaded == expected:
        return
    # A quote behind a backslash may mislead the count of lines: ask a full reader.
    schema = file.schema
    reader = records(file.text, schema.delimiter, schema.quote, schema.escape)
    filled = sum(1 for fields in reader if fields or len(file.names) == 1)
    expected = filled - int(schema.has_header)
    if loaded != expected:
        raise StudioError(
            "rows_lost",
            f"file '{file.path.name}'",
            f"has {expected:,} records, of which {loaded:,} could be read",
            "check its quotes and line ends",
        )


@contextmanager
def explained_lines(
    path: Path, skipped: int = 0, remedy: str = "mend that line"
) -> Iterator[None]:
    """Turn a failure to read a text file into an error that names file and line.

    `skipped` lines of the file stand before those that the engine counts.
    """
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        line = LINE.search(str(error))
        if line is None:
            raise
        raise StudioError(
            "bad_line",
            f"file '{path.name}', line {int(line[1]) + skipped}",
            _cause_of(str(error)),
            remedy,
        ) from None


def _cause_of(message: str) -> str:
    """What is wrong with a line, without what stands on it."""
    found = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    if found:
        return f"has {found[2]} fields where {found[1]} are expected"
    for sign, cause in (
        ("unterminated quote", "has a quote that is not closed, or text after a quote"),
        ("Maximum line size", "is longer than a line may be"),
        ("unicode", "holds bytes that are not UTF-8"),
    ):
        if sign in message:
            return cause
    return "cannot be read"


@contextmanager
def explained_values(
    connection: "duckdb.DuckDBPyConnection", file: CsvFile
) -> Iterator[None]:
    """Turn a value that is not of its type into an error that names line and column."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        at = failed_column(str(error))
        if at is None:
            raise
        name = file.names[at]
        column = next(one for one in file.schema.columns if one.name == name)
        raise StudioError(
            "wrong_value",
            f"file '{file.path.name}', line {_line_of(connection, file, column)}, "
            f"column '{name}'",
            f"is not {TYPE_WORDS.get(column.type, f'of the type {column.type}')}",
            "mend that value, or add the file again with --replace to have its types"
            " read anew",
        ) from None


def _line_of(
    connection: "duckdb.DuckDBPyConnection", file: CsvFile, column: Column
) -> int:
    """The line of the first value that is not of its column's type."""
    at, schema = file.names.index(column.name), file.schema
    checked = typed_value(
        f"f{at}", column.type, schema, at, failure="true", good="false"
    )
    (number,) = one_row(
        connection,
        f"select min(number) from (select row_number() over () - 1 as number, "
        f"{checked} as failed from {file.rows}) where failed",
    )
    number += int(schema.has_header)
    return line_of_record(
        file.text, schema.delimiter, schema.quote, schema.escape, int(number)
    )
