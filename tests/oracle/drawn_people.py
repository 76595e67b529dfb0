"""The people of both sides as the formulas read them: values, folds, the sample."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from tests.oracle.settings import Settings

WHOLE = -1
FOLDS = (0, 1, 2, 3, 4)


def clean(
    frame: pd.DataFrame,
    id_column: str,
    categorical: Sequence[str],
    continuous: Sequence[str],
) -> pd.DataFrame:
    """Ids trimmed, values as text or None, numbers finite or NaN; absent columns null."""
    ids = frame[id_column].map(str).str.strip()
    if ids.duplicated().any():
        raise ValueError("the oracle wants one row a person")
    columns: dict[str, Any] = {"id": ids.to_numpy()}
    for name in categorical:
        values = frame[name] if name in frame else [None] * len(frame)
        columns[name] = pd.Series([_text(value) for value in values], dtype=object)
    for name in continuous:
        numbers = (
            pd.to_numeric(frame[name]).to_numpy(dtype=float, na_value=np.nan)
            if name in frame
            else np.full(len(frame), np.nan)
        )
        columns[name] = np.where(np.isfinite(numbers), numbers, np.nan)
    return pd.DataFrame(columns)


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def md5_of(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def draw(people: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The people with the least sample keys; ties by the identifier."""

    def key(identifier: str) -> int:
        text = (
            identifier[-8:] if settings.identifier_is_hash else md5_of(identifier)[:8]
        )
        return int(text, 16)

    ranked = sorted((key(each), each, row) for row, each in enumerate(people["id"]))
    return people.iloc[[row for _, _, row in ranked[: settings.sample_size]]]
