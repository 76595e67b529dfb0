"""Sets of people by their row ids, as sorted arrays."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa


def sorted_ids(columns: Iterable[pa.Array]) -> np.ndarray:
    """The distinct row ids of these columns, sorted."""
    found = [column.to_numpy(zero_copy_only=False) for column in columns]
    return np.unique(np.concatenate([np.empty(0, np.int64), *found]))
