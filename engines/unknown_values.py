"""How much of the seed has values that the population never has.

The population's values are read from their kept list where there is one: a few thousand
instead of a text of every row.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.datasets import Column, Dataset
from catalog.home import Home
from engines.casts import category_text
from engines.codes import FOLDER, values_file
from engines.kept import is_kept
from engines.quoting import quote_identifier
from engines.relations import one_row, read_parquet

if TYPE_CHECKING:
    import duckdb


def kept_values(
    home: Home, profile: str, dataset: Dataset, column: Column
) -> Path | None:
    """The list of a column's values that is kept with the dataset's profile."""
    position = dataset.columns.index(column)
    path = values_file(home.profile(profile) / FOLDER, position)
    return path if is_kept(home, path) else None


def texts_of(files: Iterable[Path], column: Column) -> str:
    """SQL for the rows of a column as categories, in `value`."""
    return texts_in(read_parquet(files), column)


def texts_in(rows: str, column: Column) -> str:
    """SQL for the same of what can stand after `from`."""
    text = category_text(quote_identifier(column.name), column.type, column.name)
    return f"select {text} as value from {rows}"


def listed_texts_of(file: Path, column: Column) -> str:
    """SQL for the same of a kept list, each value once."""
    text = category_text("value", column.type, column.name)
    return f"select {text} as value from {read_parquet([file])}"


def unknown_shares(
    connection: "duckdb.DuckDBPyConnection", pairs: Sequence[tuple[str, str]]
) -> list[float]:
    """For each pair of SQL, the seed's and the population's values: the unknown share.

    That is the share of the seed's rows with a value of which the population has none;
    values are compared as texts; 0 where the seed has no value.
    """
    shares = []
    for seed_rows, population_rows in pairs:
        present, unknown = one_row(
            connection,
            f"with seed_values as (select value, count(*) as rows from ({seed_rows}) "
            "where value is not null group by value), "
            f"known as (select distinct value from ({population_rows}) "
            "where value in (select value from seed_values)) "
            "select sum(rows), sum(rows) filter (where value not in "
            "(select value from known)) from seed_values",
        )
        shares.append(int(unknown or 0) / int(present) if present else 0.0)
    return shares
