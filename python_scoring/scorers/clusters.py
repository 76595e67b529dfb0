"""Clusters of the population with high seed overlap, by k-means on the sample.

log_odds is the log ratio of the cluster's share in the seed to that in the sample, in
the space of z and value weights: ln((a + m q) / (n + m) / q), q = (b + 1/2) / (N + K/2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from python_scoring import space
from python_scoring.composite import rounded_log_odds
from python_scoring.k_means import k_means, nearest_centre
from python_scoring.look_ups import LookUp, counted
from python_scoring.parameters import (
    DroppedParameters,
    refusal,
    require_finite,
    significant,
)
from python_scoring.scorers.in_space import InSpace, stored_parameters
from python_scoring.similarity import Points, spread_out
from python_scoring.stored_attributes import require_named_once

NAME = "clusters"
RELATIONS = space.RELATIONS
USES_WEIGHTS = True
WHOLE_SEED = -1
MOST_SEED = 20_000
MOST_REFERENCE = 10_000
CLUSTERS = 64


@dataclass(frozen=True, slots=True)
class ClustersParameters:
    """The space, the clusters' centres in it, row by row, and their log ratios."""

    left_out_fold: int
    centres: tuple[float, ...]
    log_ratios: tuple[float, ...]
    attributes: tuple[LookUp | DroppedParameters, ...]

    def __post_init__(self) -> None:
        """Refuse centres of other length, and numbers that are none."""
        require_named_once([each.attribute for each in self.attributes])
        require_finite(NAME, "centres", (*self.centres, *self.log_ratios))
        wanted = len(self.log_ratios) * len(counted(self.attributes))
        if len(self.centres) != wanted or not wanted:
            raise refusal("centres", "has not one number a cluster and attribute")


@dataclass(frozen=True)
class Clusters(InSpace):
    """A fitted `clusters`. Log ratios are smoothed: `capped` changes nothing."""

    parameters: ClustersParameters
    NAME = NAME

    def log_odds(self, batch: pa.RecordBatch) -> np.ndarray:
        """Log odds of each row, rounded to 1e-9 and finite."""
        log_ratios = np.array(self.parameters.log_ratios)
        return rounded_log_odds([log_ratios[self.places(batch)]], batch.num_rows)

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows x `attributes`: the log odds, shared by what sets the cluster apart.

        An attribute's share is that of its square in the centre's squared distance from
        the origin, where people who tell nothing stand.
        """
        squares = self._centres**2
        squares[squares.sum(axis=1) == 0.0] = 1.0
        shares = squares / squares.sum(axis=1, keepdims=True)
        parts = self.log_odds(batch)[:, None] * shares[self.places(batch)]
        return spread_out(parts, self.columns, self.attributes)

    def places(self, batch: pa.RecordBatch) -> np.ndarray:
        """Each row's cluster."""
        return nearest_centre(self._points.of(batch), self._centres)

    @cached_property
    def _centres(self) -> np.ndarray:
        shape = (len(self.parameters.log_ratios), len(self._points.columns))
        return np.array(self.parameters.centres).reshape(shape)


def fit(tables: Mapping[str, pa.Table], left_out_fold: int = WHOLE_SEED) -> Clusters:
    """The scorer learnt from `RELATIONS`, for the whole seed or without a fold.

    Raises NoDifferenceError where no attribute tells anybody apart.
    """
    found = space.space_of(
        tables, left_out_fold, most_seed=MOST_SEED, most_reference=MOST_REFERENCE
    )
    points = Points(found.look_ups)
    seed, reference = points.of(found.rows.seed), points.of(found.rows.reference)
    everybody = reference if len(reference) else seed
    centres = k_means(everybody, min(CLUSTERS, max(len(everybody) // 20, 1)))
    centres = np.vectorize(significant)(centres)
    weights = found.rows.seed_weights
    counts, reference_counts = (
        np.bincount(nearest_centre(side, centres), masses, minlength=len(centres))
        for side, masses in ((seed, weights), (reference, np.ones(len(reference))))
    )
    shares = (reference_counts + 0.5) / (len(reference) + 0.5 * len(centres))
    drawn = (counts + found.smoothing * shares) / (weights.sum() + found.smoothing)
    log_ratios = np.log(drawn / shares)
    return Clusters(
        ClustersParameters(
            left_out_fold=left_out_fold,
            centres=tuple(centres.ravel().tolist()),
            log_ratios=tuple(map(significant, log_ratios.tolist())),
            attributes=found.attributes,
        )
    )


def from_json(text: str, capped: bool = False) -> Clusters:
    """The scorer that `to_json` wrote; ValueError where the text is damaged."""
    return Clusters(stored_parameters(text, NAME, ClustersParameters))
