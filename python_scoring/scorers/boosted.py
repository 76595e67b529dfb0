"""Gradient-boosted trees (XGBoost) that tell the seed from the population.

The sample is cut in two halves; one model learns the seed against each, and a person of
one half is scored by the model of the other, so that nobody's score knows that they were
taken for unlike. Everybody else has the mean of both. The margin is the log odds: both
sides have the same mass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from python_scoring import space
from python_scoring.composite import rounded_log_odds
from python_scoring.encoder import MISSING, Encoder
from python_scoring.learning_rows import effective_people
from python_scoring.look_ups import LookUp, counted
from python_scoring.parameters import DroppedParameters, refusal
from python_scoring.rows_to_learn import rows_to_learn
from python_scoring.sample_halves import (
    HALVES,
    half_rows_of,
    halves_of,
    hashes_of,
    shares_of,
)
from python_scoring.scorers.base import Extra, SmallSeedError, import_extra
from python_scoring.scorers.in_space import InSpace, stored_parameters
from python_scoring.similarity import spread_out
from python_scoring.stored_attributes import require_named_once

if TYPE_CHECKING:
    import xgboost

NAME = "boosted"
EXTRA = Extra("boosted", "xgboost")
RELATIONS = space.RELATIONS
IS_TUNED = True
USES_WEIGHTS = True
USES_UNLIKE = True
OF_PEOPLE = ("half_rows",)
WHOLE_SEED = -1
MOST_SEED = 20_000
MOST_REFERENCE = 30_000
LEAST_SEED = 1_000  # below, trees alone are worse than counted evidence
LEFT_OUT = (
    "left out of the trees: its values are scattered, and those of some seed people do not"
    " surely tell the others from the population"
)
TREES = "boosted_trees"  # the relation of settings that a search found


@dataclass(frozen=True, slots=True)
class Trees:
    """What XGBoost is told; its names where it has them."""

    trees: int = 200
    max_depth: int = 4
    learning_rate: float = 0.05
    subsample: float = 0.8
    colsample_bytree: float = 0.8
    min_child_weight: float = 5.0
    reg_lambda: float = 5.0

    def settings(self) -> dict[str, Any]:
        """XGBoost's own settings; one thread, so that sums have one order."""
        return {
            "objective": "binary:logistic",
            "base_score": 0.5,
            "tree_method": "hist",
            "nthread": 1,
            "seed": 0,
            "max_depth": self.max_depth,
            "learning_rate": self.learning_rate,
            "subsample": self.subsample,
            "colsample_bytree": self.colsample_bytree,
            "min_child_weight": self.min_child_weight,
            "reg_lambda": self.reg_lambda,
        }


FULL = Trees()
SHALLOW = replace(FULL, trees=150, max_depth=2)


@dataclass(frozen=True, slots=True)
class BoostedParameters:
    """All that `boosted` needs to score anyone, attributes in the order of the features.

    `models` are XGBoost's own JSON, one a half; `half_rows` the hashes of each half's
    rows that no other sampled person has, as base64 of sorted 64-bit numbers.
    """

    left_out_fold: int
    seed_total: int
    models: tuple[str, ...]
    half_rows: tuple[str, ...]
    attributes: tuple[LookUp | DroppedParameters, ...]

    def __post_init__(self) -> None:
        """Refuse other than two halves and attributes named twice."""
        require_named_once([each.attribute for each in self.attributes])
        for name in ("models", "half_rows"):
            if len(getattr(self, name)) != HALVES:
                raise refusal(name, f"does not have {HALVES} texts")


@dataclass(frozen=True)
class Boosted(InSpace):
    """A fitted `boosted`. Trees bound what a value may say: `capped` changes nothing."""

    parameters: BoostedParameters
    NAME = NAME

    def log_odds(self, batch: pa.RecordBatch) -> np.ndarray:
        """Log odds of each row, rounded to 1e-9 and finite."""
        rows = self._encoder.rows(batch)
        if not len(rows):
            return np.zeros(0)
        margins = [
            model.inplace_predict(rows, predict_type="margin", missing=MISSING)
            for model in self._models
        ]
        parts = zip(self._shares(rows), margins, strict=True)
        return rounded_log_odds((share * margin for share, margin in parts), len(rows))

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows x `attributes`: what each adds to the row's log odds before rounding.

        Shapley values of the trees, by XGBoost's `pred_contribs`. Their constant, and
        what single precision loses, is shared equally by the attributes that count.
        """
        import xgboost

        rows = self._encoder.rows(batch)
        if not len(rows):
            return np.zeros((0, len(self.attributes)))
        matrix = xgboost.DMatrix(rows, missing=MISSING)
        parts = np.zeros(rows.shape)
        for share, model in zip(self._shares(rows), self._models, strict=True):
            found = model.predict(matrix, pred_contribs=True)
            parts += share[:, None] * found[:, :-1].astype(float)
        rest = self.log_odds(batch) - parts.sum(axis=1)
        return spread_out(parts, self.columns, self.attributes, rest[:, None])

    @cached_property
    def _encoder(self) -> Encoder:
        return Encoder(counted(self.parameters.attributes))

    @cached_property
    def _models(self) -> list["xgboost.Booster"]:
        xgboost = import_extra(NAME, EXTRA)
        models = []
        for text in self.parameters.models:
            model = xgboost.Booster()
            model.load_model(bytearray(text, "utf-8"))
            models.append(model)
        return models

    @cached_property
    def _half_hashes(self) -> list[np.ndarray]:
        return hashes_of(self.parameters.half_rows)

    def _shares(self, rows: np.ndarray) -> list[np.ndarray]:
        """Each model's share in each row: all of it where the other one learnt it."""
        return shares_of(rows, self._half_hashes)


def fit(tables: Mapping[str, pa.Table], left_out_fold: int = WHOLE_SEED) -> Boosted:
    """The scorer learnt from `RELATIONS`, for the whole seed or without a fold.

    Raises SmallSeedError below 1,000 seed people, NoDifferenceError where no attribute
    tells anybody apart and MissingExtraError where XGBoost is not installed.
    """
    people = effective_people(tables)
    if people < LEAST_SEED:
        raise SmallSeedError(NAME, int(people), LEAST_SEED)
    return fit_trees(tables, left_out_fold, trees_of(tables))


def trees_of(tables: Mapping[str, pa.Table]) -> Trees:
    """The settings that a search left in the tables, else the fixed ones."""
    if TREES not in tables:
        return FULL
    (row,) = tables[TREES].to_pylist()
    return Trees(**row)


def fit_trees(
    tables: Mapping[str, pa.Table], left_out_fold: int, trees: Trees
) -> Boosted:
    """The scorer with these trees, for a seed of any size."""
    found = space.space_of(
        tables, left_out_fold, most_seed=MOST_SEED, most_reference=MOST_REFERENCE
    )
    learnt = rows_to_learn(found, tables)
    attributes = only_those(found.attributes, learnt.columns)
    scored = Encoder(counted(attributes)).rows(found.rows.reference)
    halves = halves_of(scored)
    seed = learnt.seed, found.rows.seed_weights

    def model(half: np.ndarray) -> str:
        masses = found.contrast.masses(len(half), len(learnt.unlike))
        reference = np.concatenate([learnt.reference[half], learnt.unlike])
        return trained(matrix_of(*seed, reference, masses), trees)

    return Boosted(
        BoostedParameters(
            left_out_fold=left_out_fold,
            seed_total=round(found.seed_total),
            models=tuple(map(model, halves)),
            half_rows=half_rows_of(*(scored[half] for half in halves)),
            attributes=attributes,
        )
    )


def from_json(text: str, capped: bool = False) -> Boosted:
    """The scorer that `to_json` wrote; ValueError where the text is damaged."""
    return Boosted(stored_parameters(text, NAME, BoostedParameters))


def only_those(
    attributes: Sequence[LookUp | DroppedParameters], names: Sequence[str]
) -> tuple[LookUp | DroppedParameters, ...]:
    """The attributes, dropped where they are not among the names."""
    return tuple(
        each if each.attribute in names else DroppedParameters(each.attribute)
        for each in attributes
    )


def matrix_of(
    seed: np.ndarray,
    seed_weights: np.ndarray,
    reference: np.ndarray,
    reference_masses: np.ndarray,
) -> "xgboost.DMatrix":
    """Both sides as XGBoost reads them, the reference of the seed's mass in total.

    Its people have theirs in proportion to `reference_masses`.
    """
    counts = [len(seed), len(reference)]
    scale = float(seed_weights.sum()) / (float(reference_masses.sum()) or 1.0)
    return import_extra(NAME, EXTRA).DMatrix(
        np.concatenate([seed, reference]),
        np.repeat([1.0, 0.0], counts),
        weight=np.append(seed_weights, scale * reference_masses),
        missing=MISSING,
        nthread=1,
    )


def trained(matrix: "xgboost.DMatrix", trees: Trees) -> str:
    """A model of the seed against one half, of equal mass in total, as JSON text."""
    model = import_extra(NAME, EXTRA).train(trees.settings(), matrix, trees.trees)
    return bytes(model.save_raw("json")).decode("utf-8")
