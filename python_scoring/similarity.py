"""What scorers by similarity share: people as points of the space, and log odds of it.

A point's coordinates are the look-ups of `space.py`. Cosines are told from log odds by a
logistic regression of the seed against the sample on that one number.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from python_scoring.look_ups import LookUp
from python_scoring.parameters import significant
from python_scoring.ridge_logistic import WeighedRows, fit_ridge
from python_scoring.scorers.base import columns_of
from python_scoring.terms import ListedTerms

WEAK_RIDGE = 1_000.0


class Points:
    """Turns people into points: rows x attributes that count."""

    def __init__(self, look_ups: Sequence[LookUp]) -> None:
        self.columns = tuple(each.attribute for each in look_ups)
        self._terms = [ListedTerms(each.terms()) for each in look_ups]

    def of(self, batch: pa.RecordBatch) -> np.ndarray:
        """Coordinates of each row."""
        columns = columns_of(batch, self.columns)
        points = np.empty((batch.num_rows, len(self.columns)))
        for place, name in enumerate(self.columns):
            points[:, place] = self._terms[place].of(columns[name])
        return points

    def directions_of(self, batch: pa.RecordBatch) -> np.ndarray:
        """Coordinates of each row, of length 1."""
        return unit(self.of(batch))


def unit(points: np.ndarray) -> np.ndarray:
    """The points at distance 1 from the origin; one at the origin stays there.

    >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]]))
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    lengths = np.sqrt(np.einsum("nj,nj->n", points, points))
    return points / np.where(lengths > 0, lengths, 1.0)[:, None]


def line_of(
    seed: np.ndarray, reference: np.ndarray, seed_masses: np.ndarray
) -> tuple[float, float]:
    """Slope, at least 0, and intercept that turn a similarity into log odds.

    Both sides have the same mass, shared by the seed people as they count; (1, 0) where
    either is empty.
    """
    if not len(seed) or not len(reference):
        return 1.0, 0.0
    order = np.lexsort([seed_masses, seed])
    rows = WeighedRows.of_sides(
        seed[order][None], np.sort(reference)[None], seed_masses[order]
    )
    slope, intercept = fit_ridge(rows, np.zeros(1), WEAK_RIDGE, np.zeros(2))
    return max(significant(float(slope)), 0.0), significant(float(intercept))


def spread_out(
    parts: np.ndarray,
    columns: Sequence[str],
    attributes: Sequence[str],
    rest: float | np.ndarray = 0.0,
) -> np.ndarray:
    """Rows x attributes from rows x columns; the columns share the rest equally.

    `rest` is one number, or one a row (rows x 1).
    """
    result = np.zeros((len(parts), len(attributes)))
    places = [attributes.index(name) for name in columns]
    result[:, places] = parts + rest / len(columns)
    return result
