"""The scorer of the reference system's page: log ratios and normal curves, weighed by KL.

log_odds = sum of KL_j / max KL times the term: of a value ln of its share in the seed over
that in the reference, Laplace 1; of a number the log density of the seed's raw normal
curve, less its mean over the reference. Missing and unknown values have the term 0.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from python_scoring.parameters import (
    DroppedParameters,
    read_json,
    refusal,
    require_finite,
    require_weight,
    significant,
    write_json,
)
from python_scoring.raw_terms import RawGaussian, RawScale
from python_scoring.scorers.base import no_difference, rows_of_fold
from python_scoring.scorers.sum_of_terms import SumOfTerms
from python_scoring.stored_attributes import (
    document_of,
    parameters_of,
    require_named_once,
    require_values,
)
from python_scoring.terms import ValueTerms

NAME = "documented"
IS_ADDITIVE = True
WHOLE_SEED = -1
RELATIONS = (
    "distribution_totals",
    "weight_documented_attributes",
    "weight_documented_gaussians",
    "weight_documented_values",
)


@dataclass(frozen=True, slots=True)
class DocumentedValues:
    """One categorical attribute: the log ratio of each value, in order of the values."""

    attribute: str
    attribute_weight: float
    values: tuple[str, ...]
    log_likelihood_ratios: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse lists that do not fit each other, and numbers that are none."""
        where = f"attribute {self.attribute!r}"
        require_weight(where, self.attribute_weight)
        require_values(where, self.values, self.log_likelihood_ratios)
        require_finite(where, "log_likelihood_ratios", self.log_likelihood_ratios)


@dataclass(frozen=True, slots=True)
class DocumentedCurve:
    """One continuous attribute: the seed's curve, in scales from the centre."""

    attribute: str
    attribute_weight: float
    centre: float
    scale: float
    seed_mean: float
    seed_variance: float
    reference_mean_square: float

    def __post_init__(self) -> None:
        """Refuse a curve without a spread and numbers that are none."""
        where = f"attribute {self.attribute!r}"
        require_weight(where, self.attribute_weight)
        for name in ("centre", "seed_mean", "reference_mean_square"):
            require_finite(where, name, (getattr(self, name),))
        for name in ("scale", "seed_variance"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise refusal(f"{where}, {name}", "is not above 0")


Attribute = DocumentedValues | DocumentedCurve | DroppedParameters
KINDS: Mapping[str, type] = {
    "values": DocumentedValues,
    "curve": DocumentedCurve,
    "dropped": DroppedParameters,
}


@dataclass(frozen=True, slots=True)
class DocumentedParameters:
    """All that `documented` needs to score anyone, attributes in the order summed."""

    left_out_fold: int
    seed_total: int
    attributes: tuple[Attribute, ...]

    def __post_init__(self) -> None:
        """Refuse a total below 0 and attributes named twice."""
        if self.seed_total < 0:
            raise refusal("seed_total", "is below 0")
        require_named_once([each.attribute for each in self.attributes])


@dataclass(frozen=True)
class Documented(SumOfTerms):
    """A fitted `documented`.

    `capped` keeps each term within ln(seed_total + 1) on either side, one person being what Laplace adds.
    """

    parameters: DocumentedParameters
    NAME = NAME

    def to_json(self) -> str:
        """All that scoring needs, as text that `from_json` reads."""
        return write_json(NAME, {"parameters": document_of(self.parameters, KINDS)})

    @property
    def _most_shown(self) -> float:
        return self.parameters.seed_total + 1

    @staticmethod
    def _weighted_terms(
        parameters: DocumentedValues | DocumentedCurve, bound: float
    ) -> ValueTerms | RawGaussian:
        weight = parameters.attribute_weight
        if isinstance(parameters, DocumentedValues):
            terms = np.array(parameters.log_likelihood_ratios, float)
            return ValueTerms(
                values=parameters.values,
                terms=weight * np.clip(terms, -bound, bound),
                missing_term=None,
            )
        return RawGaussian(
            scale=RawScale(parameters.centre, parameters.scale),
            mean=parameters.seed_mean,
            variance=parameters.seed_variance,
            reference_mean_square=parameters.reference_mean_square,
            factor=weight,
            bound=bound,
        )


def fit(tables: Mapping[str, pa.Table], left_out_fold: int = WHOLE_SEED) -> Documented:
    """The scorer made from `RELATIONS`, for the whole seed or without a fold.

    Raises NoDifferenceError where every attribute of the whole seed has the weight 0.
    """
    totals, attributes, curves, values = (
        rows_of_fold(tables, name, left_out_fold) for name in RELATIONS
    )
    if not attributes or len(totals) != 1:
        raise ValueError(
            f"{RELATIONS[1]} has {len(attributes)} rows and {RELATIONS[0]} "
            f"{len(totals)} for left_out_fold {left_out_fold}; build the weights first"
        )
    made = tuple(
        _attribute(row, values, curves)
        for row in sorted(attributes, key=lambda row: row["position"])
    )
    is_dropped = (isinstance(each, DroppedParameters) for each in made)
    if left_out_fold == WHOLE_SEED and all(is_dropped):
        raise no_difference()
    seed_total = int(totals[0]["seed_total"])
    return Documented(DocumentedParameters(left_out_fold, seed_total, made))


def reweighed(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The relations of some attributes: each weight is over the greatest of these.

    What weighs nothing among all, being dropped or of no divergence, weighs nothing here.
    """
    name = "weight_documented_attributes"
    rows = tables[name].to_pylist()
    greatest = dict.fromkeys((row["left_out_fold"] for row in rows), 0.0)
    for row in rows:
        if row["attribute_weight"] > 0:
            fold = row["left_out_fold"]
            greatest[fold] = max(greatest[fold], row["divergence"])
    weights = [
        significant(row["divergence"] / greatest[row["left_out_fold"]])
        if row["attribute_weight"] > 0
        else 0.0
        for row in rows
    ]
    place = tables[name].column_names.index("attribute_weight")
    weighed = tables[name].set_column(place, "attribute_weight", pa.array(weights))
    return {**tables, name: weighed}


def from_json(text: str, capped: bool = False) -> Documented:
    """The scorer that `to_json` wrote; ValueError where the text is damaged."""
    document = read_json(text)
    if document["scorer"] != NAME:
        raise refusal("scorer", f"is {document['scorer']!r}, not {NAME!r}")
    parameters = parameters_of(document.get("parameters"), DocumentedParameters, KINDS)
    return Documented(parameters, capped)


def _attribute(
    row: Mapping[str, Any], values: list[dict[str, Any]], curves: list[dict[str, Any]]
) -> Attribute:
    name = row["attribute"]
    if row["attribute_weight"] == 0:
        return DroppedParameters(name)
    weight = significant(row["attribute_weight"])
    if row["role"] == "categorical":
        ratios = {
            each["attribute_value"]: significant(each["log_likelihood_ratio"])
            for each in sorted(values, key=lambda each: each["attribute_value"])
            if each["attribute"] == name
        }
        return DocumentedValues(name, weight, tuple(ratios), tuple(ratios.values()))
    found = [each for each in curves if each["attribute"] == name]
    if len(found) != 1:
        raise ValueError(
            f"{name!r} has a weight, yet {len(found)} rows in {RELATIONS[2]}"
        )
    (curve,) = found
    return DocumentedCurve(
        attribute=name,
        attribute_weight=weight,
        centre=float(curve["centre"]),
        scale=float(curve["scale"]),
        seed_mean=significant(curve["seed_mean"]),
        seed_variance=significant(curve["seed_variance"]),
        reference_mean_square=significant(curve["reference_mean_square"]),
    )
