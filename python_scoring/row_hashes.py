"""A 64-bit hash of each row of numbers: the same for equal rows, wherever they stand."""

import numpy as np

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio, odd
SHIFT = np.uint64(29)


def row_hashes(rows: np.ndarray) -> np.ndarray:
    """Hash of each row of an array of 32-bit floats (rows x columns).

    >>> one, other, again = row_hashes(np.array([[1, 2], [2, 1], [1, 2]], np.float32))
    >>> bool(one == again), bool(one == other)
    (True, False)
    """
    hashes = np.zeros(len(rows), np.uint64)
    # + 0.0 turns -0.0 into 0.0, which is its equal with other bits
    for column in (rows + np.float32(0.0)).view(np.uint32).T:
        hashes ^= column
        hashes *= MULTIPLIER
        hashes ^= hashes >> SHIFT
    return hashes
