"""Report tables as plain rows: what figures and charts read instead of frames."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]


def plain_rows(frame: pd.DataFrame) -> list[Row]:
    """The rows with values of JSON types alone; null, NaN and infinity become None."""
    columns = [str(name) for name in frame.columns]
    return [
        dict(zip(columns, map(_plain, values), strict=True))
        for values in frame.itertuples(index=False, name=None)
    ]


def only_row(frame: pd.DataFrame) -> Row:
    """The one row of a table that has exactly one; ValueError otherwise."""
    rows = plain_rows(frame)
    if len(rows) != 1:
        raise ValueError(f"A table of one row has {len(rows)} rows.")
    return rows[0]


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, bool | int | str) else None
