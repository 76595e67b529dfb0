"""The default scorer: weighted naive Bayes over values and normal quantiles.

The weights come from SQL and are read, never fitted again. log_odds = sum of
attribute_weight * term over the attributes, in the order of the specification.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from python_scoring.parameters import (
    AttributeParameters,
    CategoricalParameters,
    ContinuousParameters,
    DroppedParameters,
    NaiveBayesParameters,
    from_document,
    read_json,
    refusal,
    significant,
    to_document,
    write_json,
)
from python_scoring.scorers.base import (
    columns_of,
    no_difference,
    weight_rows,
)
from python_scoring.scorers.sum_of_terms import SumOfTerms
from python_scoring.terms import (
    Bins,
    GaussianTerms,
    Normal,
    ValueTerms,
    gaussian_log_ratio,
)

NAME = "naive_bayes"
IS_ADDITIVE = True
RELATIONS = (
    "distribution_bins",
    "distribution_totals",
    "weight_attributes",
    "weight_gaussians",
    "weight_values",
)
USES_WEIGHTS = True
USES_UNLIKE = True
WHOLE_SEED = -1


@dataclass(frozen=True)
class NaiveBayes(SumOfTerms):
    """A fitted `naive_bayes`.

    `capped` keeps each term within ln(seed_total + smoothing) on either side: no single
    value may say more than the seed it was learnt from could show.
    """

    parameters: NaiveBayesParameters
    NAME = NAME

    def unknown_values(self, batch: pa.RecordBatch) -> dict[str, int]:
        """People by categorical attribute whose value was in neither side: term 0."""
        return {
            name: terms.unknown_count(column)
            for name, column in columns_of(batch, self._terms).items()
            if isinstance(terms := self._terms[name], ValueTerms)
        }

    def to_json(self) -> str:
        """All that scoring needs, as text that `from_json` reads."""
        return write_json(NAME, {"parameters": to_document(self.parameters)})

    @property
    def _most_shown(self) -> float:
        return self.parameters.seed_total + self.parameters.smoothing

    @staticmethod
    def _weighted_terms(
        parameters: CategoricalParameters | ContinuousParameters, bound: float
    ) -> ValueTerms | GaussianTerms:
        weight = parameters.attribute_weight
        if isinstance(parameters, CategoricalParameters):
            missing = parameters.missing_log_likelihood_ratio
            terms = np.array(parameters.log_likelihood_ratios, float)
            return ValueTerms(
                values=parameters.values,
                terms=weight * np.clip(terms, -bound, bound),
                missing_term=(
                    None
                    if missing is None
                    else weight * float(np.clip(missing, -bound, bound))
                ),
            )
        return GaussianTerms(
            bins=Bins(
                least_values=np.array(parameters.least_values),
                greatest_values=np.array(parameters.greatest_values),
                shares_below=np.array(parameters.shares_below),
                reference_shares=np.array(parameters.reference_shares),
                quantile_clip=parameters.quantile_clip,
            ),
            log_ratio=gaussian_log_ratio(
                Normal(parameters.seed_mean, parameters.seed_variance),
                Normal(parameters.reference_mean, parameters.reference_variance),
                parameters.variance_pooling,
            ),
            missing_term=parameters.missing_log_likelihood_ratio,
            present_term=parameters.present_log_likelihood_ratio,
            bound=bound,
            factor=weight,
        )


def fit(tables: Mapping[str, pa.Table], left_out_fold: int = WHOLE_SEED) -> NaiveBayes:
    """The scorer made from the weight relations, for the whole seed or without a fold.

    `tables` holds weight_values, weight_gaussians, weight_attributes, distribution_bins
    and distribution_totals. Raises ValueError where every attribute of the whole seed
    has the weight 0; without a fold that merely means log odds of 0.
    """
    found = weight_rows(tables, left_out_fold)
    made: list[AttributeParameters] = []
    for row in found.attributes:
        name = row["attribute"]
        if row["attribute_weight"] == 0:
            made.append(DroppedParameters(name))
        elif row["role"] == "categorical":
            made.append(_categorical(row, found.values.get(name, [])))
        else:
            gaussian = found.gaussians.get(name, [])
            made.append(_continuous(row, gaussian, found.bins.get(name, [])))
    is_dropped = (isinstance(each, DroppedParameters) for each in made)
    if left_out_fold == WHOLE_SEED and all(is_dropped):
        raise no_difference()
    return NaiveBayes(
        NaiveBayesParameters(
            left_out_fold=left_out_fold,
            seed_total=round(found.totals["seed_total"]),
            reference_total=int(found.totals["reference_total"]),
            smoothing=float(found.totals["smoothing"]),
            attributes=tuple(made),
        )
    )


def from_json(text: str, capped: bool = False) -> NaiveBayes:
    """The scorer that `to_json` wrote; ValueError where the text is damaged."""
    document = read_json(text)
    if document["scorer"] != NAME:
        raise refusal("scorer", f"is {document['scorer']!r}, not {NAME!r}")
    return NaiveBayes(from_document(document.get("parameters")), capped)


def _categorical(
    row: Mapping[str, Any], values: list[dict[str, Any]]
) -> CategoricalParameters:
    terms = {
        each["attribute_value"]: significant(each["log_likelihood_ratio"])
        for each in sorted(values, key=lambda each: each["attribute_value"] or "")
        if not each["is_missing"]
    }
    missing = [each["log_likelihood_ratio"] for each in values if each["is_missing"]]
    if len(terms) + len(missing) != len(values) or len(missing) > 1:
        raise ValueError(
            f"weight_values has a value of {row['attribute']!r} twice; "
            "it must hold one row per value and left_out_fold"
        )
    return CategoricalParameters(
        attribute=row["attribute"],
        attribute_weight=significant(row["attribute_weight"]),
        values=tuple(terms),
        log_likelihood_ratios=tuple(terms.values()),
        missing_log_likelihood_ratio=significant(missing[0]) if missing else None,
    )


def _continuous(
    row: Mapping[str, Any],
    gaussians: list[dict[str, Any]],
    bins: list[dict[str, Any]],
) -> ContinuousParameters:
    if len(gaussians) != 1 or not bins:
        raise ValueError(
            f"{row['attribute']!r} has a weight, yet {len(gaussians)} rows in "
            f"weight_gaussians and {len(bins)} in distribution_bins"
        )
    gaussian = gaussians[0]
    bins = sorted(bins, key=lambda each: each["bin"])
    return ContinuousParameters(
        attribute=row["attribute"],
        attribute_weight=significant(row["attribute_weight"]),
        **{
            name: significant(gaussian[name])
            for name in (
                "seed_mean",
                "seed_variance",
                "reference_mean",
                "reference_variance",
                "variance_pooling",
                "quantile_clip",
            )
        },
        # null where nobody's value was missing: missing scores 0, present nothing more
        **{
            name: significant(gaussian[name] or 0.0)
            for name in (
                "missing_log_likelihood_ratio",
                "present_log_likelihood_ratio",
            )
        },
        least_values=tuple(float(each["least_value"]) for each in bins),
        greatest_values=tuple(float(each["greatest_value"]) for each in bins),
        shares_below=tuple(float(each["share_below"]) for each in bins),
        reference_shares=tuple(float(each["reference_share"]) for each in bins),
    )
