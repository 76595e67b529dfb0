"""The scorer of the reference system's published SQL: a mean of values, a sum of kernels.

log_odds = mean of the value weights over the attributes whose value has one, plus the sum
of exp(-((x - mean) / deviation)^2 / 2) over the continuous attributes. One row a person, so
the share of an id's rows that the original weighs by is 1. No prior, no attribute weights.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from python_scoring.composite import rounded_log_odds
from python_scoring.parameters import (
    DroppedParameters,
    read_json,
    refusal,
    require_finite,
    significant,
    write_json,
)
from python_scoring.raw_terms import RawKernel, RawScale
from python_scoring.scorers.base import columns_of, no_difference, rows_of_fold
from python_scoring.stored_attributes import (
    document_of,
    parameters_of,
    require_named_once,
    require_values,
)
from python_scoring.terms import ValueTerms, as_numbers

NAME = "published_sql"
WHOLE_SEED = -1
RELATIONS = (
    "weight_published_attributes",
    "weight_published_kernels",
    "weight_published_values",
)


@dataclass(frozen=True, slots=True)
class PublishedValues:
    """One categorical attribute: the weight of each value, in order of the values."""

    attribute: str
    values: tuple[str, ...]
    value_weights: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse lists that do not fit each other, and weights that are not clamped."""
        where = f"attribute {self.attribute!r}"
        require_values(where, self.values, self.value_weights)
        require_finite(where, "value_weights", self.value_weights)
        if any(abs(weight) > 3 for weight in self.value_weights):
            raise refusal(f"{where}, value_weights", "has a weight beyond 3")


@dataclass(frozen=True, slots=True)
class PublishedKernel:
    """One continuous attribute; with `is_required` a missing value leaves no score."""

    attribute: str
    centre: float
    scale: float
    seed_mean: float
    seed_deviation: float
    is_required: bool

    def __post_init__(self) -> None:
        """Refuse a deviation below 0 and numbers that are none."""
        where = f"attribute {self.attribute!r}"
        for name in ("centre", "seed_mean", "seed_deviation"):
            require_finite(where, name, (getattr(self, name),))
        if not (math.isfinite(self.scale) and self.scale > 0):
            raise refusal(f"{where}, scale", "is not above 0")
        if self.seed_deviation < 0:
            raise refusal(f"{where}, seed_deviation", "is below 0")


Attribute = PublishedValues | PublishedKernel | DroppedParameters
KINDS: Mapping[str, type] = {
    "values": PublishedValues,
    "kernel": PublishedKernel,
    "dropped": DroppedParameters,
}


@dataclass(frozen=True, slots=True)
class PublishedParameters:
    """All that `published_sql` needs to score anyone, attributes in the order summed."""

    left_out_fold: int
    attributes: tuple[Attribute, ...]

    def __post_init__(self) -> None:
        """Refuse attributes named twice."""
        require_named_once([each.attribute for each in self.attributes])


@dataclass(frozen=True)
class PublishedSql:
    """A fitted `published_sql`. Its weights are clamped already: `capped` adds nothing."""

    parameters: PublishedParameters
    capped: bool = False
    is_additive = False  # a mean over the attributes whose value has a weight

    @property
    def name(self) -> str:
        """The scorer's name in the registry."""
        return NAME

    @property
    def attributes(self) -> tuple[str, ...]:
        """All attributes in the order of the specification, those that say nothing too."""
        return tuple(each.attribute for each in self.parameters.attributes)

    @property
    def columns(self) -> tuple[str, ...]:
        """The attributes that a batch must have: those that count or are required."""
        return tuple(
            each.attribute
            for each in self.parameters.attributes
            if not isinstance(each, DroppedParameters)
        )

    @property
    def attribute_weights(self) -> tuple[float, ...]:
        """1 for each of `attributes` that counts, else 0."""
        return tuple(float(_counts(each)) for each in self.parameters.attributes)

    def log_odds(self, batch: pa.RecordBatch) -> np.ndarray:
        """Log odds of each row, rounded to 1e-9; NaN where a required value is missing."""
        parts = self.contributions(batch)
        log_odds = rounded_log_odds(parts.T, batch.num_rows)
        for each in self.parameters.attributes:
            if isinstance(each, PublishedKernel) and each.is_required:
                values = as_numbers(batch.column(each.attribute))
                log_odds[~np.isfinite(values)] = np.nan
        return log_odds

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows x `attributes`: what each adds to the row's log odds before rounding.

        A value's weight over the number of attributes whose value has one; a kernel's own.
        """
        columns = columns_of(batch, self.columns)
        result = np.zeros((batch.num_rows, len(self.attributes)))
        matched = np.zeros(batch.num_rows)
        of_values = []
        for place, name in enumerate(self.attributes):
            if name not in columns:
                continue
            terms = self._terms[name]
            result[:, place] = terms.of(columns[name])
            if isinstance(terms, ValueTerms):
                of_values.append(place)
                matched += self._matches[name].of(columns[name])
        result[:, of_values] /= np.maximum(matched, 1.0)[:, np.newaxis]
        return result

    def to_json(self) -> str:
        """All that scoring needs, as text that `from_json` reads."""
        return write_json(NAME, {"parameters": document_of(self.parameters, KINDS)})

    @cached_property
    def _terms(self) -> dict[str, ValueTerms | RawKernel]:
        return {
            each.attribute: _terms_of(each)
            for each in self.parameters.attributes
            if not isinstance(each, DroppedParameters)
        }

    @cached_property
    def _matches(self) -> dict[str, ValueTerms]:
        """1 for each value that has a weight, 0 for any other and the missing."""
        return {
            name: ValueTerms(terms.values, np.ones(len(terms.values)), None)
            for name, terms in self._terms.items()
            if isinstance(terms, ValueTerms)
        }


def fit(
    tables: Mapping[str, pa.Table], left_out_fold: int = WHOLE_SEED
) -> PublishedSql:
    """The scorer made from `RELATIONS`, for the whole seed or without a fold.

    Raises NoDifferenceError where no value of the whole seed weighs anything and no
    attribute has a kernel.
    """
    attributes, kernels, values = (
        rows_of_fold(tables, name, left_out_fold) for name in RELATIONS
    )
    if not attributes:
        raise ValueError(
            f"{RELATIONS[0]} has no rows for left_out_fold {left_out_fold}; "
            "build the weights first"
        )
    made = tuple(
        _attribute(row, values, kernels)
        for row in sorted(attributes, key=lambda row: row["position"])
    )
    if left_out_fold == WHOLE_SEED and not any(map(_says_something, made)):
        raise no_difference()
    return PublishedSql(PublishedParameters(left_out_fold, made))


def from_json(text: str, capped: bool = False) -> PublishedSql:
    """The scorer that `to_json` wrote; ValueError where the text is damaged."""
    document = read_json(text)
    if document["scorer"] != NAME:
        raise refusal("scorer", f"is {document['scorer']!r}, not {NAME!r}")
    parameters = parameters_of(document.get("parameters"), PublishedParameters, KINDS)
    return PublishedSql(parameters, capped)


def _attribute(
    row: Mapping[str, Any], values: list[dict[str, Any]], kernels: list[dict[str, Any]]
) -> Attribute:
    name = row["attribute"]
    if row["role"] == "categorical":
        weights = {
            each["attribute_value"]: significant(each["value_weight"])
            for each in sorted(values, key=lambda each: each["attribute_value"])
            if each["attribute"] == name
        }
        made = PublishedValues(name, tuple(weights), tuple(weights.values()))
        return made if weights else DroppedParameters(name)
    found = [each for each in kernels if each["attribute"] == name]
    if len(found) != 1:
        raise ValueError(f"{name!r} has {len(found)} rows in {RELATIONS[1]}, not one")
    (row,) = found
    kernel = PublishedKernel(
        attribute=name,
        centre=float(row["centre"]),
        scale=float(row["scale"]),
        seed_mean=significant(row["seed_mean"]),
        seed_deviation=significant(row["seed_deviation"]),
        is_required=bool(row["is_required"]),
    )
    is_read = kernel.seed_deviation > 0 or kernel.is_required
    return kernel if is_read else DroppedParameters(name)


def _terms_of(parameters: PublishedValues | PublishedKernel) -> ValueTerms | RawKernel:
    if isinstance(parameters, PublishedValues):
        weights = np.array(parameters.value_weights, float)
        return ValueTerms(parameters.values, weights, missing_term=None)
    scale = RawScale(parameters.centre, parameters.scale)
    return RawKernel(scale, parameters.seed_mean, parameters.seed_deviation)


def _counts(parameters: Attribute) -> bool:
    if isinstance(parameters, PublishedKernel):
        return parameters.seed_deviation > 0
    return isinstance(parameters, PublishedValues)


def _says_something(parameters: Attribute) -> bool:
    if isinstance(parameters, PublishedValues):
        return any(parameters.value_weights)
    return _counts(parameters)
