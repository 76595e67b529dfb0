"""Sets of whole numbers as sorted arrays."""

import numpy as np


def is_among(known: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Which of the numbers are among the sorted known ones.

    >>> is_among(np.array([2, 5]), np.array([5, 4, 2]))
    array([ True, False,  True])
    """
    if len(numbers):
        # Those of one batch are mostly near each other: few of the known can be theirs.
        first = np.searchsorted(known, numbers.min())
        known = known[first : np.searchsorted(known, numbers.max(), side="right")]
    if not len(known):
        return np.zeros(len(numbers), bool)
    places = np.searchsorted(known, numbers)
    return known.take(places, mode="clip") == numbers
