"""How many people of each fold have a value, and what it says by those of other folds."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from python_scoring.contrast import Contrast
from python_scoring.cross_fitting import FOLDS

RANDOM_SEED = 0


@dataclass(frozen=True, eq=False)
class FoldCounts:
    """The people of both sides by value of one attribute, a missing one last.

    `seed`, `unlike` (the negative seed) and `sample` are folds x values, `reference` is
    everybody of whom the sample was drawn; `value_count` values are known.
    """

    seed: np.ndarray
    unlike: np.ndarray
    sample: np.ndarray
    reference: np.ndarray
    value_count: int
    smoothing: float

    def log_ratios(self, left_out: Iterable[int]) -> np.ndarray:
        """ln(p / q) of each value by the people of the other folds."""
        is_left_out = np.isin(np.arange(FOLDS), list(left_out))
        seed = self.seed[~is_left_out].sum(axis=0)
        people = self.reference - self.sample[is_left_out].sum(axis=0)
        if self.unlike.any():
            unlike = self.unlike[~is_left_out].sum(axis=0)
            contrast = Contrast(unlike.sum(), self.smoothing)
            people = people.sum() * contrast.shares(people / people.sum(), unlike)
        shares = (people + 0.5) / (people.sum() + 0.5 * self.value_count)
        mass = seed.sum() + self.smoothing
        return np.log((seed + self.smoothing * shares) / mass / shares)


def counted_by_fold(
    places: np.ndarray, folds: np.ndarray, weights: np.ndarray, values: int
) -> np.ndarray:
    """Folds x values: the weight of the people of each."""
    found = np.bincount(folds * values + places, weights, FOLDS * values)
    return found.reshape(FOLDS, values)


def dealt(people: int, masses: np.ndarray) -> np.ndarray:
    """A fold for each of so many people, by chance, as many as the masses say.

    The same chance each time. People with one value must not be dealt out evenly: who is
    left out of a count would then tell how many are left.

    >>> np.bincount(dealt(30, np.array([2.0, 0.0, 1.0]))).tolist()
    [20, 0, 10]
    """
    ends = np.rint(np.cumsum(masses) / masses.sum() * people).astype(np.intp)
    folds = np.repeat(np.arange(len(masses)), np.diff(ends, prepend=0))
    return np.random.default_rng(RANDOM_SEED).permutation(folds)
