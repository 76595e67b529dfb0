"""A table's columns under other names, in the kind of file that the ending names."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import StudioError
from catalog.names import shown
from engines.atomic import written_whole
from engines.quoting import quote_identifier, quote_literal
from engines.relations import one_row, read_columns, read_parquet
from engines.spreadsheets import QUOTED, harmless, harmless_column

if TYPE_CHECKING:
    import duckdb

FORMATS = {
    ".parquet": "format parquet, compression zstd",
    ".csv": "format csv, header true",
    ".csv.gz": "format csv, header true, compression gzip",
    ".jsonl": "format json, array false",
}


def format_of(target: Path) -> str:
    """The options of COPY for a file's ending; KeyError for one of no known kind."""
    name = target.name.lower()
    return next(
        FORMATS[ending] for ending in reversed(FORMATS) if name.endswith(ending)
    )


def copy_columns(
    connection: "duckdb.DuckDBPyConnection",
    source: Path,
    target: Path,
    columns: Mapping[str, str],
    only: Mapping[str, str],
    *,
    for_spreadsheets: bool = False,
) -> int:
    """Write the columns (source name -> target name) in the rows' order; whole or not.

    `only` are texts that columns must have; `for_spreadsheets` lets no text of a CSV
    file be taken for a formula. Returns the rows written.
    """
    rows = read_parquet((source,))
    written = {quote_identifier(name): to for name, to in columns.items()}
    options = format_of(target)
    if for_spreadsheets:
        types = {each.name: each.type for each in read_columns(connection, rows)}
        written = {
            harmless_column(name, types): harmless(to) for name, to in columns.items()
        }
        options = f"{options}, {QUOTED}"
    selected = ", ".join(
        f"{value} as {quote_identifier(to)}" for value, to in written.items()
    )
    kept = " and ".join(
        f"{quote_identifier(name)} = {quote_literal(text)}"
        for name, text in only.items()
    )
    with written_whole(target) as temporary:
        (count,) = one_row(
            connection,
            f"copy (select {selected} from {rows}"
            f" where {kept or 'true'})"
            f" to {quote_literal(str(temporary))} ({options})",
        )
    return int(count)


def refuse_target(target: Path) -> None:
    """Refuse a file whose ending says no kind, or whose folder is not there."""
    subject = f"output file {shown(target.name)}"
    if not target.name.lower().endswith(tuple(FORMATS)):
        raise StudioError(
            "unknown_ending",
            subject,
            "has an ending of no known kind",
            f"end it with one of {', '.join(FORMATS)}",
        )
    if not target.absolute().parent.is_dir():
        raise StudioError(
            "no_folder",
            subject,
            f"is to stand in '{target.absolute().parent}', which is not there",
            "make the folder first",
        )
