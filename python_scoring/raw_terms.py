"""Terms over raw values, as the reference system has them: a normal curve and a kernel.

Both work in scales from a centre, so that a value of 1e15 keeps its digits. NaN marks a
missing value; null, NaN and the infinities are missing.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from python_scoring.terms import as_numbers

FARTHEST = 1e6  # scales from the centre; SQL stops there too (macro `centred`)
MOST_DEVIATIONS = 300.0  # beyond, a log odds would lose the digits it is rounded to


@dataclass(frozen=True, slots=True)
class RawScale:
    """Where an attribute's numbers are counted from, and in what."""

    centre: float
    scale: float

    def of(self, column: pa.Array) -> np.ndarray:
        """Scales from the centre of each row, NaN where the value is missing."""
        values = as_numbers(column)
        with np.errstate(over="ignore", invalid="ignore"):
            found = np.clip((values - self.centre) / self.scale, -FARTHEST, FARTHEST)
        return np.where(np.isfinite(values), found, np.nan)


@dataclass(frozen=True, slots=True)
class RawGaussian:
    """Log density of the seed's normal curve, less its mean over the reference.

    ln N(x; mean, variance) - mean_R ln N = (mean_square - (x - mean)^2) / (2 variance);
    0, which is what a missing value gets, is as dense as the reference is on average.
    Distances stop at 300 deviations.
    """

    scale: RawScale
    mean: float
    variance: float
    reference_mean_square: float
    factor: float = 1.0
    bound: float = np.inf

    def of(self, column: pa.Array) -> np.ndarray:
        """Term of each row, `bound` either way before the factor."""
        distances = self.scale.of(column) - self.mean
        terms = self._half(self.reference_mean_square) - self._half(distances**2)
        terms = self.factor * np.clip(terms, -self.bound, self.bound)
        return np.where(np.isnan(terms), 0.0, terms)

    def _half(self, squares: np.ndarray | float) -> np.ndarray:
        with np.errstate(over="ignore"):
            return 0.5 * np.minimum(
                np.divide(squares, self.variance), MOST_DEVIATIONS**2
            )


@dataclass(frozen=True, slots=True)
class RawKernel:
    """exp(-((x - mean) / deviation)^2 / 2): 1 at the seed's mean, 0 far from it."""

    scale: RawScale
    mean: float
    deviation: float

    def of(self, column: pa.Array) -> np.ndarray:
        """Kernel of each row, 0 where the value is missing or the deviation is 0."""
        if self.deviation == 0:
            return np.zeros(len(column))
        with np.errstate(over="ignore"):
            distances = (self.scale.of(column) - self.mean) / self.deviation
            kernels = np.exp(-0.5 * distances**2)
        return np.where(np.isnan(kernels), 0.0, kernels)
