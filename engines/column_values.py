"""What a column holds, in few figures: its frequent values, or how its numbers spread.

Nothing that fewer people than the fold have is told apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.datasets import Column
from engines.casts import category_text, is_number, is_simple, number
from engines.connection import memory_session
from engines.limits import Settings
from engines.quoting import quote_identifier
from engines.relations import read_parquet

if TYPE_CHECKING:
    import duckdb

# Of fewer rows, as of fewer people, nothing is told apart.
FEWEST_ROWS = 25
MOST_VALUES = 5
BINS = 12
TAIL = 0.01


@dataclass(frozen=True, slots=True)
class FrequentValues:
    """The most frequent values with their rows; `others` are the rows with another."""

    values: tuple[tuple[str, int], ...]
    others: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Rows in bins of equal width from `least` to `greatest`, which leave out the tails.

    A bin of fewer rows than the fold counts 0.
    """

    least: float
    greatest: float
    counts: tuple[int, ...]


def column_values(
    settings: Settings, spill: Path, files: Sequence[Path], columns: Sequence[Column]
) -> dict[str, FrequentValues | Spread]:
    """What each column holds, by its name; columns of other types are left out."""
    found: dict[str, FrequentValues | Spread] = {}
    with memory_session(settings, spill, files=files) as connection:
        rows = read_parquet(files)
        for column in columns:
            if not is_simple(column.type):
                continue
            quoted = quote_identifier(column.name)
            if is_number(column.type):
                value = number(quoted, column.type, column.name)
                spread = _spread(connection, rows, value)
                if spread is not None:
                    found[column.name] = spread
                continue
            text = category_text(quoted, column.type, column.name)
            counted = connection.execute(
                f"select value, rows, sum(rows) over () from (select {text} as value,"
                f" count(*) as rows from {rows} group by value)"
                " where value is not null"
                " order by rows desc, value limit ?",
                [MOST_VALUES],
            ).fetchall()
            told = tuple((row[0], row[1]) for row in counted if row[1] >= FEWEST_ROWS)
            total = int(counted[0][2]) if counted else 0
            found[column.name] = FrequentValues(
                told, total - sum(count for _, count in told)
            )
    return found


def _spread(
    connection: "duckdb.DuckDBPyConnection", rows: str, value: str
) -> Spread | None:
    numbers = f"(select {value} as value from {rows})"
    finite = "value is not null and isfinite(value)"
    ends = connection.execute(
        f"select quantile_cont(value, [?, ?]) from {numbers} where {finite}",
        [TAIL, 1 - TAIL],
    ).fetchall()[0][0]
    if ends is None or ends[0] == ends[1]:
        return None
    least, greatest = float(ends[0]), float(ends[1])
    counted = dict(
        connection.execute(
            "select cast(least(floor((value - ?) / ? * ?), ?) as integer) as bin,"
            f" count(*) from {numbers} where {finite} and value between ? and ?"
            " group by bin",
            [least, greatest - least, BINS, BINS - 1, least, greatest],
        ).fetchall()
    )
    counts = [int(counted.get(at, 0)) for at in range(BINS)]
    return Spread(
        least, greatest, tuple(count if count >= FEWEST_ROWS else 0 for count in counts)
    )
