"""SQL that reads a dataset's rows from its Parquet files, each with its row id."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.datasets import Column, Dataset
from catalog.errors import StudioError
from engines.quoting import quote_literal, quote_paths

if TYPE_CHECKING:
    import duckdb

# Two names that DuckDB gives to every Parquet file's rows.
VIRTUAL_COLUMNS = ("file_index", "file_row_number")
ROW_ID = "((cast(file_index as bigint) << 40) | cast(file_row_number as bigint))"


def read_parquet(files: Iterable[Path]) -> str:
    """SQL that reads exactly these files, in this order."""
    return f"read_parquet({quote_paths(files)}, hive_partitioning = false)"


def row_id_of(files: Sequence[Path]) -> str:
    """SQL for the ids of the files' rows.

    One file's are its rows' numbers as they stand, by which DuckDB leaves out what no
    join asks for; an expression would hide them.
    """
    return "file_row_number" if len(files) == 1 else ROW_ID


def one_row(connection: "duckdb.DuckDBPyConnection", query: str) -> tuple[Any, ...]:
    """The only row of a query. Fetches to the end: an open result blocks the session."""
    return tuple(connection.execute(query).fetchall()[0])


def read_columns(
    connection: "duckdb.DuckDBPyConnection", rows: str
) -> tuple[Column, ...]:
    """Names and types of what can stand after `from`."""
    described = connection.execute(f"describe select * from {rows}").fetchall()
    return tuple(Column(name=row[0], type=row[1]) for row in described)


def copy_to_parquet(query: str, target: Path) -> str:
    """SQL that writes a query's rows to a file; the rows it returns are their count."""
    # A target's name is made from ids: nothing in it is a pattern.
    return (
        f"copy ({query}) to {quote_literal(str(target))} "
        "(format parquet, compression zstd, row_group_size 122880)"
    )


def column_of(dataset: Dataset, name: str) -> Column:
    """A dataset's column by its exact name; raises StudioError where it has none."""
    for column in dataset.columns:
        if column.name == name:
            return column
    raise StudioError(
        "no_such_column",
        f"dataset '{dataset.name}'",
        f"has no column '{name}'",
        f"choose one of {_some(dataset.columns)}",
    )


def _some(columns: Sequence[Column], most: int = 8) -> str:
    names = ", ".join(column.name for column in columns[:most])
    return names + (", …" if len(columns) > most else "")
