"""Sets of people by their row ids, as sorted arrays."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa


def sorted_ids(columns: Iterable[pa.Array]) -> np.ndarray:
    """The distinct row ids of these columns, sorted."""
    found = [column.to_numpy(zero_copy_only=False) for column in columns]
    return np.unique(np.concatenate([np.empty(0, np.int64), *found]))


def is_among(ids: np.ndarray, row_ids: np.ndarray) -> np.ndarray:
    """Which row ids are among the sorted ids.

    >>> is_among(np.array([2, 5]), np.array([5, 4, 2]))
    array([ True, False,  True])
    """
    if len(row_ids):
        # A batch's rows are mostly near each other: few of the ids can be among them.
        first = np.searchsorted(ids, row_ids.min())
        ids = ids[first : np.searchsorted(ids, row_ids.max(), side="right")]
    if not len(ids):
        return np.zeros(len(row_ids), bool)
    places = np.minimum(np.searchsorted(ids, row_ids), len(ids) - 1)
    return ids[places] == row_ids
