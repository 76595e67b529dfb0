"""A table's columns under other names, in the kind of file that the ending names."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engines.atomic import written_whole
from engines.quoting import quote_identifier, quote_literal
from engines.relations import read_parquet

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
) -> None:
    """Write the columns (source name -> target name) in the rows' order; whole or not."""
    selected = ", ".join(
        f"{quote_identifier(name)} as {quote_identifier(shown)}"
        for name, shown in columns.items()
    )
    options = format_of(target)
    with written_whole(target) as temporary:
        connection.execute(
            f"copy (select {selected} from {read_parquet((source,))})"
            f" to {quote_literal(str(temporary))} ({options})"
        )
