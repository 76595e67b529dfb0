"""Similarity to the seed's centroid, by the angle between the two.

log_odds = slope * cos(x, mean of the seed) + intercept, in the space of z and value
weights; slope and intercept by a logistic regression of the seed against the sample.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from python_scoring import space
from python_scoring.composite import rounded_log_odds
from python_scoring.look_ups import LookUp, counted
from python_scoring.parameters import (
    DroppedParameters,
    refusal,
    require_finite,
    significant,
)
from python_scoring.scorers.in_space import InSpace, stored_parameters
from python_scoring.similarity import Points, line_of, spread_out, unit
from python_scoring.stored_attributes import require_named_once

NAME = "centroid"
RELATIONS = space.RELATIONS
USES_WEIGHTS = True
WHOLE_SEED = -1
MOST_SEED = 20_000
MOST_REFERENCE = 20_000


@dataclass(frozen=True, slots=True)
class CentroidParameters:
    """The space, the direction of the seed's centroid in it, and the line to log odds."""

    left_out_fold: int
    slope: float
    intercept: float
    direction: tuple[float, ...]
    attributes: tuple[LookUp | DroppedParameters, ...]

    def __post_init__(self) -> None:
        """Refuse a direction of other length, numbers that are none, a falling line."""
        require_named_once([each.attribute for each in self.attributes])
        require_finite(NAME, "direction", (*self.direction, self.intercept))
        if len(self.direction) != len(counted(self.attributes)):
            raise refusal("direction", "has not one number an attribute that counts")
        if not self.slope >= 0:
            raise refusal("slope", "is below 0")


@dataclass(frozen=True)
class Centroid(InSpace):
    """A fitted `centroid`. A cosine is bounded: `capped` changes nothing."""

    parameters: CentroidParameters
    NAME = NAME

    def log_odds(self, batch: pa.RecordBatch) -> np.ndarray:
        """Log odds of each row, rounded to 1e-9 and finite."""
        intercept = np.full(batch.num_rows, self.parameters.intercept)
        return rounded_log_odds([intercept, *self._parts(batch).T], batch.num_rows)

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows x `attributes`: what each adds to the row's log odds before rounding.

        The intercept is shared equally by the attributes that count.
        """
        return spread_out(
            self._parts(batch), self.columns, self.attributes, self.parameters.intercept
        )

    def _parts(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows x `columns`: each attribute's part of the cosine, times the slope."""
        parts = self._points.directions_of(batch)
        parts *= self.parameters.slope * np.array(self.parameters.direction)
        return parts


def fit(tables: Mapping[str, pa.Table], left_out_fold: int = WHOLE_SEED) -> Centroid:
    """The scorer learnt from `RELATIONS`, for the whole seed or without a fold.

    Raises NoDifferenceError where no attribute tells anybody apart.
    """
    found = space.space_of(
        tables, left_out_fold, most_seed=MOST_SEED, most_reference=MOST_REFERENCE
    )
    points = Points(found.look_ups)
    seed, reference = points.of(found.rows.seed), points.of(found.rows.reference)
    weights = found.rows.seed_weights
    centre = np.zeros(seed.shape[1])
    if len(seed):
        centre = (seed * weights[:, None]).sum(axis=0) / weights.sum()
    direction = np.array([significant(float(each)) for each in unit(centre[None])[0]])
    cosines = [
        np.einsum("nj,j->n", unit(side), direction) for side in (seed, reference)
    ]
    slope, intercept = line_of(cosines[0], cosines[1], weights)
    return Centroid(
        CentroidParameters(
            left_out_fold=left_out_fold,
            slope=slope,
            intercept=intercept,
            direction=tuple(direction.tolist()),
            attributes=found.attributes,
        )
    )


def from_json(text: str, capped: bool = False) -> Centroid:
    """The scorer that `to_json` wrote; ValueError where the text is damaged."""
    return Centroid(stored_parameters(text, NAME, CentroidParameters))
