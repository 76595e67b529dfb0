"""Weights of the seed's rows: what a column holds, before anybody is counted by it."""

from pathlib import Path
from typing import TYPE_CHECKING

from engines.base import WeightCounts
from engines.quoting import quote_identifier
from engines.relations import one_row, read_parquet

if TYPE_CHECKING:
    import duckdb


def weight_counts(
    connection: "duckdb.DuckDBPyConnection", files: tuple[Path, ...], column: str
) -> WeightCounts:
    """Counts of the column's rows; sums are exact, so that they know no order."""
    value = f"cast({quote_identifier(column)} as double)"
    missing, zero, negative, not_finite, above_zero, total, squares = one_row(
        connection,
        f"with weights as (select {value} as weight from {read_parquet(files)}), "
        "above as (select weight from weights where weight > 0 and isfinite(weight)), "
        "relative as (select weight / max(weight) over () as part from above), "
        "sums as (select count(*) as above_zero, "
        "coalesce(cast(sum(cast(part as decimal(38, 15))) as double), 0) as total, "
        "coalesce(cast(sum(cast(part * part as decimal(38, 15))) as double), 0) "
        "as squares from relative) "
        "select count(*) filter (where weight is null), "
        "count(*) filter (where weight = 0), "
        "count(*) filter (where weight < 0 and isfinite(weight)), "
        "count(*) filter (where not isfinite(weight)), "
        "any_value(above_zero), any_value(total), any_value(squares) "
        "from weights cross join sums",
    )
    return WeightCounts(
        missing=missing,
        zero=zero,
        negative=negative,
        not_finite=not_finite,
        above_zero=above_zero,
        effective=total * total / squares if above_zero else 0.0,
        greatest_share=1 / total if above_zero else 0.0,
    )
