"""Nearer to seed people than to others, found by an approximate index (usearch, HNSW).

log_odds = slope * (mean cosine to the 20 nearest of the seed - the same to the 20 nearest
of the sample) + intercept, in the space of z and value weights: where people stand close,
everybody has near ones, of the seed and of others. Slope and intercept by a logistic
regression of the seed, each person without themselves, against the sample. The sample is
in two halves, and who is of one is compared with the other.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from python_scoring import space
from python_scoring.composite import rounded_log_odds
from python_scoring.look_ups import LookUp, counted
from python_scoring.parameters import (
    DroppedParameters,
    refusal,
    require_finite,
)
from python_scoring.sample_halves import (
    HALVES,
    half_rows_of,
    halves_of,
    hashes_of,
    shares_of,
)
from python_scoring.scorers.base import Extra, import_extra
from python_scoring.scorers.in_space import InSpace, stored_parameters
from python_scoring.similarity import Points, line_of, spread_out
from python_scoring.stored_attributes import require_named_once

NAME = "neighbours"
EXTRA = Extra("neighbours", "usearch.index")
RELATIONS = space.RELATIONS
OF_PEOPLE = ("seed_directions", "half_directions", "half_rows")
WHOLE_SEED = -1
MOST_SEED = 5_000
MOST_REFERENCE = 5_000
NEAREST = 20
SEARCH_WIDTH = 64


@dataclass(frozen=True, slots=True)
class NeighboursParameters:
    """The space, the directions of people in it, and the line to log odds.

    Directions of the seed and of the sample's halves are 32-bit floats, people x
    attributes that count, as base64; `half_rows` as those of `boosted`.
    """

    left_out_fold: int
    slope: float
    intercept: float
    seed_directions: str
    half_directions: tuple[str, ...]
    half_rows: tuple[str, ...]
    attributes: tuple[LookUp | DroppedParameters, ...]

    def __post_init__(self) -> None:
        """Refuse directions of other length, a falling line and what is no number."""
        require_named_once([each.attribute for each in self.attributes])
        require_finite(NAME, "intercept", (self.intercept,))
        if not self.slope >= 0:
            raise refusal("slope", "is below 0")
        width = 4 * len(counted(self.attributes))
        for text in (self.seed_directions, *self.half_directions):
            if not width or len(b64decode(text)) % width:
                raise refusal("directions", "do not hold whole people")
        for name in ("half_directions", "half_rows"):
            if len(getattr(self, name)) != HALVES:
                raise refusal(name, f"does not have {HALVES} texts")


@dataclass(frozen=True)
class Neighbours(InSpace):
    """A fitted `neighbours`. A cosine is bounded: `capped` changes nothing."""

    parameters: NeighboursParameters
    NAME = NAME

    def log_odds(self, batch: pa.RecordBatch) -> np.ndarray:
        """Log odds of each row, rounded to 1e-9 and finite."""
        intercept = np.full(batch.num_rows, self.parameters.intercept)
        return rounded_log_odds([intercept, *self._parts(batch).T], batch.num_rows)

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows x `attributes`: what each adds to the row's log odds before rounding.

        A cosine is a sum over the attributes. The intercept is shared equally.
        """
        return spread_out(
            self._parts(batch), self.columns, self.attributes, self.parameters.intercept
        )

    @cached_property
    def _nearest(self) -> "Nearest":
        return Nearest(self._stored(self.parameters.seed_directions))

    @cached_property
    def _others(self) -> "Others":
        return Others(
            [self._stored(text) for text in self.parameters.half_directions],
            hashes_of(self.parameters.half_rows),
        )

    def _stored(self, text: str) -> np.ndarray:
        directions = np.frombuffer(b64decode(text), np.dtype("<f4"))
        return directions.reshape(-1, len(self._points.columns))

    def _parts(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows x `columns`: each attribute's part of both cosines, times the slope."""
        parts = self._points.directions_of(batch)
        nearer = self._nearest.mean_of(parts, skipped=0) - self._others.mean_of(parts)
        parts *= self.parameters.slope * nearer
        return parts


class Nearest:
    """The seed people in an index. It is built on one thread: the same each time."""

    def __init__(self, seed: np.ndarray) -> None:
        self._seed = seed
        self._index: Any = import_extra(NAME, EXTRA).Index(
            ndim=seed.shape[1], metric="ip", dtype="f32", expansion_search=SEARCH_WIDTH
        )
        if len(seed):
            self._index.add(np.arange(len(seed)), seed, threads=1)

    def mean_of(self, directions: np.ndarray, skipped: int) -> np.ndarray:
        """Mean direction of each row's nearest seed people, `skipped` left out.

        With `skipped` 1 the nearest one is: a seed person's own.
        """
        wanted = min(NEAREST + skipped, len(self._seed))
        if not len(directions) or wanted <= skipped:
            return np.zeros(directions.shape)
        found = self._index.search(directions.astype(np.float32), wanted)
        keys = np.sort(np.reshape(found.keys, (len(directions), wanted))[:, skipped:])
        return self._seed[keys].astype(float).mean(axis=1)


class Others:
    """The sample's halves; who is of one half has the nearest of the other."""

    def __init__(
        self, halves: Sequence[np.ndarray], half_hashes: Sequence[np.ndarray]
    ) -> None:
        self._nearest = [Nearest(half) for half in halves]
        self._half_hashes = half_hashes

    def mean_of(self, directions: np.ndarray) -> np.ndarray:
        """Mean direction of each row's nearest; of both halves for who is of none."""
        shares = shares_of(directions.astype(np.float32), self._half_hashes)
        found = np.zeros(directions.shape)
        for nearest, share in zip(self._nearest, shares, strict=True):
            asked = share > 0
            mean = nearest.mean_of(directions[asked], skipped=0)
            found[asked] += share[asked, None] * mean
        return found


def fit(tables: Mapping[str, pa.Table], left_out_fold: int = WHOLE_SEED) -> Neighbours:
    """The scorer learnt from `RELATIONS`, for the whole seed or without a fold.

    Raises NoDifferenceError where no attribute tells anybody apart, and
    MissingExtraError where usearch is not installed.
    """
    found = space.space_of(
        tables, left_out_fold, most_seed=MOST_SEED, most_reference=MOST_REFERENCE
    )
    points = Points(found.look_ups)
    seed = points.directions_of(found.rows.seed)
    reference = points.directions_of(found.rows.reference)
    nearest = Nearest(seed.astype("<f4"))
    rows = reference.astype("<f4")
    halves = [rows[half] for half in halves_of(rows)]
    half_rows = half_rows_of(*halves)
    others = Others(halves, hashes_of(half_rows))
    nearer = [
        np.einsum(
            "nj,nj->n", side, nearest.mean_of(side, skipped) - others.mean_of(side)
        )
        for side, skipped in ((seed, 1), (reference, 0))
    ]
    slope, intercept = line_of(nearer[0], nearer[1], np.ones(len(seed)))
    return Neighbours(
        NeighboursParameters(
            left_out_fold=left_out_fold,
            slope=slope,
            intercept=intercept,
            seed_directions=_text_of(seed),
            half_directions=(_text_of(halves[0]), _text_of(halves[1])),
            half_rows=half_rows,
            attributes=found.attributes,
        )
    )


def _text_of(directions: np.ndarray) -> str:
    return b64encode(directions.astype("<f4").tobytes()).decode("ascii")


def from_json(text: str, capped: bool = False) -> Neighbours:
    """The scorer that `to_json` wrote; ValueError where the text is damaged."""
    return Neighbours(stored_parameters(text, NAME, NeighboursParameters))
