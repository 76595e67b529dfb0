"""What a filter of the population leaves of its columns: one value alone, lost values.

A column of which it leaves one value ranks nobody, and one that it takes values from that
the seed's people still have tells the filter, not the people. Both are looked for in the
first rows that are kept, and in all of them only where those did not settle it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.datasets import Column
from engines.casts import category_text, family
from engines.conditions import conditions_sql
from engines.quoting import quote_identifier
from engines.relations import one_row, read_parquet
from engines.selections import Conditions
from engines.unknown_values import texts_in, unknown_shares

if TYPE_CHECKING:
    import duckdb

FIRST_ROWS = 100_000


def held_to_one(
    connection: "duckdb.DuckDBPyConnection",
    files: Sequence[Path],
    columns: Sequence[Column],
    conditions: Conditions,
) -> dict[str, int]:
    """By name, columns with at most one value in the kept rows: how many rows have it."""
    first = _of_one_value(connection, files, columns, conditions, FIRST_ROWS)
    suspects = [each for each in columns if each.name in first]
    return _of_one_value(connection, files, suspects, conditions)


def lost_shares(
    connection: "duckdb.DuckDBPyConnection",
    files: Sequence[Path],
    pairs: Sequence[tuple[str, Column]],
    conditions: Conditions,
    enough: float,
) -> list[float]:
    """Share of the seed's rows with a value that no kept row has, for each pair.

    A pair is SQL for the seed's values, in `value`, and the population's column. A share
    of at most `enough` need not be exact: it is that beside the first rows.
    """
    shares = unknown_shares(
        connection,
        [
            (seed_rows, _kept_texts(files, column, conditions, FIRST_ROWS))
            for seed_rows, column in pairs
        ],
    )
    suspects = [at for at, share in enumerate(shares) if share > enough]
    asked = [
        (seed_rows, _kept_texts(files, column, conditions))
        for seed_rows, column in (pairs[at] for at in suspects)
    ]
    exact = dict(zip(suspects, unknown_shares(connection, asked), strict=True))
    return [exact.get(at, share) for at, share in enumerate(shares)]


def with_seed_values(
    connection: "duckdb.DuckDBPyConnection",
    people: str,
    columns: Sequence[tuple[str | None, Column]],
) -> list[tuple[str, Column]]:
    """The pairs, those without values of the seed's with those of its people.

    `people` is SQL for their rows of the population, which are read once.
    """
    missing = [column for own, column in columns if own is None]
    if missing:
        names = ", ".join(quote_identifier(each.name) for each in missing)
        connection.execute(f"create temp table people as select {names} from {people}")
    return [
        (texts_in("people", column) if own is None else own, column)
        for own, column in columns
    ]


def _of_one_value(
    connection: "duckdb.DuckDBPyConnection",
    files: Sequence[Path],
    columns: Sequence[Column],
    conditions: Conditions,
    first: int | None = None,
) -> dict[str, int]:
    if not columns:
        return {}
    tests = []
    for each in columns:
        held = _held(each)
        tests += [f"count({held})", f"coalesce(min({held}) = max({held}), true)"]
    kept = _kept(files, columns, conditions, first)
    found = one_row(connection, f"select {', '.join(tests)} from ({kept})")
    return {
        each.name: found[2 * at] for at, each in enumerate(columns) if found[2 * at + 1]
    }


def _held(column: Column) -> str:
    """SQL for a column's value; what is no number in a column of numbers is missing."""
    name = quote_identifier(column.name)
    if family(column.type) != "float":
        return name
    return f"case when isfinite({name}) then {name} end"


def _kept_texts(
    files: Sequence[Path],
    column: Column,
    conditions: Conditions,
    first: int | None = None,
) -> str:
    """SQL for the values of a column in the kept rows, as categories, in `value`."""
    name = quote_identifier(column.name)
    text = category_text(name, column.type, column.name)
    kept = _kept(files, [column], conditions, first)
    return f"select {text} as value from (select distinct {name} from ({kept}))"


def _kept(
    files: Sequence[Path],
    columns: Sequence[Column],
    conditions: Conditions,
    first: int | None,
) -> str:
    names = ", ".join(quote_identifier(each.name) for each in columns)
    limit = "" if first is None else f" limit {first}"
    return (
        f"select {names} from {read_parquet(files)} "
        f"where {conditions_sql(conditions)}{limit}"
    )
