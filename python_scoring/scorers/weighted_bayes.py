"""Naive Bayes whose attribute weights are learnt: a ridge logistic regression on terms.

minimise sum c_i log(1 + exp(-y_i (w . f_i + b))) + |w - w0|^2 / (2 C) over seed people
(y = 1) and the sample (y = -1). f is the term of each attribute, by the seed without the
person for seed people, and z of each number; c_i is what a seed person counts (1 without
weights) and n, their sum, over the rows sampled for the others; w0 is signal share times decorrelation for terms, 0 for z; C
has the least 3-fold log loss. log_odds = b + w . f.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import pyarrow as pa

from python_scoring import space
from python_scoring.composite import rounded_log_odds
from python_scoring.features import Feature, features_of
from python_scoring.learning_rows import LearningRows
from python_scoring.look_ups import LookUp, counted, looked_up, numbers_of
from python_scoring.parameters import (
    DroppedParameters,
    refusal,
    require_finite,
    significant,
)
from python_scoring.ridge_logistic import WeighedRows, choose_strength, fit_ridge
from python_scoring.scorers.base import columns_of
from python_scoring.scorers.in_space import InSpace, stored_parameters
from python_scoring.similarity import spread_out
from python_scoring.stored_attributes import require_named_once
from python_scoring.terms import ListedTerms

NAME = "weighted_bayes"
IS_ADDITIVE = True
RELATIONS = space.RELATIONS
USES_WEIGHTS = True
USES_UNLIKE = True
WHOLE_SEED = -1
STRENGTHS = (0.003, 0.03, 0.1, 0.3, 1.0, 3.0)
STRENGTH = "ridge_strength"
PARTS = 3
MOST_SEED = 20_000
MOST_REFERENCE = 10_000


@dataclass(frozen=True, slots=True)
class WeightedBayesParameters:
    """All that `weighted_bayes` needs to score anyone, attributes in the order summed.

    Each look-up holds contributions, coefficients included; `strength` is C.
    """

    left_out_fold: int
    seed_total: int
    smoothing: float
    strength: float
    intercept: float
    attributes: tuple[LookUp | DroppedParameters, ...]

    def __post_init__(self) -> None:
        """Refuse totals below 0, numbers that are none and attributes named twice."""
        if self.seed_total < 0:
            raise refusal("seed_total", "is below 0")
        if not self.smoothing > 0:
            raise refusal("smoothing", "is not above 0")
        require_finite(NAME, "intercept", (self.intercept,))
        require_named_once([each.attribute for each in self.attributes])


@dataclass(frozen=True)
class WeightedBayes(InSpace):
    """A fitted `weighted_bayes`.

    `capped`, for stored parameters that score another population, keeps each
    contribution within ln(seed_total + smoothing) on either side.
    """

    parameters: WeightedBayesParameters
    NAME = NAME
    is_additive = True
    capped: bool = False

    def log_odds(self, batch: pa.RecordBatch) -> np.ndarray:
        """Log odds of each row, rounded to 1e-9 and finite."""
        columns = columns_of(batch, self._terms)
        intercept = np.full(batch.num_rows, self.parameters.intercept)
        terms = (each.of(columns[name]) for name, each in self._terms.items())
        return rounded_log_odds(chain([intercept], terms), batch.num_rows)

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows x `attributes`: what each adds to the row's log odds before rounding.

        The intercept, which is nobody's own, is shared equally by those that count.
        """
        columns = columns_of(batch, self._terms)
        parts = [each.of(columns[name]) for name, each in self._terms.items()]
        return spread_out(
            np.stack(parts, axis=1),
            self.columns,
            self.attributes,
            self.parameters.intercept,
        )

    @cached_property
    def _terms(self) -> dict[str, ListedTerms]:
        """What each attribute that counts adds, bound included."""
        bound = np.inf
        if self.capped:
            total = self.parameters.seed_total + self.parameters.smoothing
            bound = float(np.log(total))
        return {
            each.attribute: ListedTerms(each.terms(bound))
            for each in counted(self.parameters.attributes)
        }


def fit(
    tables: Mapping[str, pa.Table],
    left_out_fold: int = WHOLE_SEED,
    *,
    has_prior: bool = True,
) -> WeightedBayes:
    """The scorer learnt from `RELATIONS`, for the whole seed or without a fold.

    Where `tables` has STRENGTH that is C, which is searched for elsewhere. Without
    `has_prior` w0 is 0: a second opinion that owes nothing to counted evidence. Raises
    NoDifferenceError where no attribute tells anybody apart.
    """
    found = space.space_of(
        tables, left_out_fold, most_seed=MOST_SEED, most_reference=MOST_REFERENCE
    )
    features = features_of(found, tables)
    prior = np.array([feature.prior * has_prior for feature in features])
    point, strength = np.append(prior, 0.0), STRENGTHS[0]
    seed, reference, unlike = found.rows.seed, found.rows.reference, found.rows.unlike
    sizes = reference.num_rows, unlike.num_rows
    if seed.num_rows and reference.num_rows:
        rows = WeighedRows.of_sides(
            np.array(
                [each.of_seed(seed, found.rows.seed_weights) for each in features]
            ),
            _of_reference(features, found.rows),
            found.rows.seed_weights,
            found.contrast.masses(*sizes),
        )
        parts = np.concatenate(
            [np.arange(side.num_rows) % PARTS for side in (seed, reference, unlike)]
        )
        strength = (
            tables[STRENGTH]["strength"][0].as_py()
            if STRENGTH in tables
            else choose_strength(rows, parts, prior, STRENGTHS)
        )
        point = fit_ridge(rows, prior, strength, point)
    return WeightedBayes(
        WeightedBayesParameters(
            left_out_fold=left_out_fold,
            seed_total=round(found.seed_total),
            smoothing=found.smoothing,
            strength=strength,
            intercept=significant(float(point[-1])),
            attributes=_contributions(found, features, point),
        )
    )


def _of_reference(features: list[Feature], rows: LearningRows) -> np.ndarray:
    """Features x people of the reference, then of the negative seed where there is one."""
    reference = looked_up([each.shared for each in features], rows.reference)
    if not rows.unlike.num_rows:
        return reference
    unlike = looked_up([each.of_unlike() for each in features], rows.unlike)
    return np.concatenate([reference, unlike], axis=1)


def settled(scorer: WeightedBayes) -> dict[str, pa.Table]:
    """The strength that the whole fit chose: `fit` then does not search for one."""
    return {STRENGTH: pa.table({"strength": [scorer.parameters.strength]})}


def from_json(text: str, capped: bool = False) -> WeightedBayes:
    """The scorer that `to_json` wrote; ValueError where the text is damaged."""
    return WeightedBayes(stored_parameters(text, NAME, WeightedBayesParameters), capped)


def _contributions(
    found: space.Space, features: list[Feature], point: np.ndarray
) -> tuple[LookUp | DroppedParameters, ...]:
    """Each attribute's look-up with what its features add together."""
    sums: dict[str, np.ndarray] = {}
    for feature, coefficient in zip(features, point[:-1], strict=True):
        name = feature.shared.attribute
        added = coefficient * numbers_of(feature.shared)
        sums[name] = sums[name] + added if name in sums else added
    return tuple(
        each
        if isinstance(each, DroppedParameters)
        else each.with_numbers(sums[each.attribute])
        for each in found.attributes
    )
