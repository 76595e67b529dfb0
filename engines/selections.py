"""Selections: the rows of a dataset that a filter keeps, as Parquet in the home.

A selection has the id and the name of its dataset, a fingerprint of its own, and only
the columns that are asked for. It is made once for each content and filter.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.conditions import Condition, conditions_text
from catalog.datasets import Column, DatasetKind
from catalog.errors import StudioError
from catalog.home import Home
from catalog.names import closest, shown
from engines.base import Source
from engines.casts import category_text, family
from engines.column_values import FEWEST_ROWS
from engines.conditions import condition_sql, conditions_sql
from engines.quoting import quote_identifier
from engines.relations import column_of, copy_to_parquet, one_row, read_parquet

if TYPE_CHECKING:
    import duckdb

# A value that fewer than FEWEST_ROWS have is not named to help with a filter.
MOST_VALUES_TO_NAME = 1_000
SELECTED = "selected_"

Conditions = Sequence[tuple[Condition, Column]]


def selection_of(
    home: Home, source: Source, conditions: Conditions, columns: Sequence[str]
) -> Source:
    """The selection as a source without a profile, whether or not it is kept yet."""
    dataset = source.dataset
    kept = tuple(column_of(dataset, name) for name in columns)
    told = [condition.model_dump(mode="json") for condition, _ in conditions]
    text = json.dumps([source.fingerprint, told, list(columns)])
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    selected = dataset.model_copy(
        update={
            "kind": DatasetKind.selection,
            "path": str(home.dataset(dataset.id) / f"{SELECTED}{fingerprint}.parquet"),
            "table": None,
            "csv_schema": None,
            "columns": kept,
        }
    )
    return Source(selected, fingerprint)


def keep_rows(
    connection: "duckdb.DuckDBPyConnection",
    source: Source,
    files: Iterable[Path],
    conditions: Conditions,
    kept: Source,
    target: Path,
) -> None:
    """Write the rows in their order; StudioError `filter_selects_nobody` for none."""
    rows = read_parquet(files)
    names = ", ".join(quote_identifier(each.name) for each in kept.dataset.columns)
    query = f"select {names} from {rows} where {conditions_sql(conditions)}"
    (count,) = one_row(connection, copy_to_parquet(query, target))
    if not count:
        raise _nobody(connection, source, rows, conditions)


def count_rows(
    connection: "duckdb.DuckDBPyConnection",
    source: Source,
    files: Iterable[Path],
    conditions: Conditions,
) -> int:
    """The rows on which all conditions hold; `filter_selects_nobody` for none."""
    rows = read_parquet(files)
    query = f"select count(*) from {rows} where {conditions_sql(conditions)}"
    (count,) = one_row(connection, query)
    if not count:
        raise _nobody(connection, source, rows, conditions)
    return int(count)


def count_values(
    connection: "duckdb.DuckDBPyConnection",
    files: Iterable[Path],
    column: Column,
    conditions: Conditions,
) -> dict[str, int]:
    """Rows by value, as a category's text, of those that all conditions hold on."""
    text = category_text(quote_identifier(column.name), column.type, column.name)
    found = connection.execute(
        f"select {text} as value, count(*) from {read_parquet(files)} "
        f"where {conditions_sql(conditions)} group by value having value is not null"
    ).fetchall()
    return dict(found)


def _nobody(
    connection: "duckdb.DuckDBPyConnection",
    source: Source,
    rows: str,
    conditions: Conditions,
) -> StudioError:
    """The refusal, with the condition that no row meets and values that are there."""
    counts = [
        f"count(*) filter (where {condition_sql(condition, column)})"
        for condition, column in conditions
    ]
    total, *each = one_row(
        connection, f"select count(*), {', '.join(counts)} from {rows}"
    )
    unmet = [pair for pair, count in zip(conditions, each, strict=True) if not count]
    told = unmet or list(conditions)
    text = conditions_text(condition for condition, _ in told)
    together = "" if unmet or len(told) == 1 else " together"
    remedy = "change or drop a condition"
    if unmet:
        remedy = _near_values(connection, source, rows, *unmet[0]) or remedy
    return StudioError(
        "filter_selects_nobody",
        f"filter on {shown(source.dataset.name)}",
        f"selects nobody: 0 of {total:,} rows have {text}{together}",
        remedy,
    )


def _near_values(
    connection: "duckdb.DuckDBPyConnection",
    source: Source,
    rows: str,
    condition: Condition,
    column: Column,
) -> str:
    """A remedy that names values that many rows have; none for ids and the like."""
    profile = source.profile.column(column.name) if source.profile else None
    is_named = condition.comparison in ("is", "in") and family(column.type) == "text"
    if profile is None or profile.looks_like is not None or not is_named:
        return ""
    if profile.distinct > MOST_VALUES_TO_NAME:
        return ""
    name = quote_identifier(column.name)
    found = connection.execute(
        f"select cast({name} as varchar) as value from {rows} "
        f"where {name} is not null group by value "
        f"having count(*) >= {FEWEST_ROWS} "
        "order by count(*) desc, value"
    ).fetchall()
    values = [value for (value,) in found]
    near = closest(condition.values[0], values) or values[:4]
    return f"it holds such as {', '.join(map(shown, near))}" if near else ""
