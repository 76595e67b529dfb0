"""The sample in two halves, so that nobody is scored by what learnt them as unlike.

Who is of which half is told by the rows themselves and not by an identifier: a scorer
stores the hashes of the rows that one half alone has.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence

import numpy as np

from python_scoring.row_hashes import row_hashes
from python_scoring.sorted_sets import is_among

HALVES = 2


def halves_of(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places of the rows in order of their hash, in turn to one half and the other."""
    ordered = np.argsort(row_hashes(rows), kind="stable")
    return ordered[::2], ordered[1::2]


def half_rows_of(first: np.ndarray, second: np.ndarray) -> tuple[str, str]:
    """For each half the hashes of its rows that the other lacks, as text to store.

    The text is base64 of sorted little-endian 64-bit numbers.
    """
    return _only_in(first, second), _only_in(second, first)


def hashes_of(half_rows: Sequence[str]) -> list[np.ndarray]:
    """The hashes that `half_rows_of` made into texts; ValueError where one is damaged."""
    return [np.frombuffer(b64decode(text), np.dtype("<u8")) for text in half_rows]


def shares_of(rows: np.ndarray, half_hashes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """For each half its share in each row's score: all of it for a row of the other.

    A row of neither half, or of both, has half of each.
    """
    hashes = row_hashes(rows)
    learnt = [is_among(known, hashes) for known in half_hashes]
    return [
        np.where(learnt[1 - half], 1.0, np.where(learnt[half], 0.0, 0.5))
        for half in range(HALVES)
    ]


def _only_in(half: np.ndarray, other: np.ndarray) -> str:
    hashes = np.setdiff1d(row_hashes(half), row_hashes(other))
    return b64encode(hashes.astype("<u8").tobytes()).decode("ascii")
