"""The space in which scorers that learn from people see them: one number an attribute.

A categorical value stands at its log likelihood ratio, a number at the normal quantile z
of its bin's mid-rank in the reference. Missing numbers and unknown values stand at 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from python_scoring.contrast import Contrast
from python_scoring.learning_rows import RELATIONS as ROW_RELATIONS
from python_scoring.learning_rows import LearningRows, learning_rows, unlike_of_fit
from python_scoring.look_ups import BinLookUp, LookUp, ValueLookUp, counted
from python_scoring.parameters import DroppedParameters, significant
from python_scoring.scorers.base import no_difference, weight_rows
from python_scoring.terms import Bins

RELATIONS = (
    "distribution_bins",
    "distribution_totals",
    "weight_attributes",
    "weight_gaussians",
    "weight_values",
    *ROW_RELATIONS,
)


@dataclass(frozen=True, slots=True)
class Space:
    """A fit's attributes in the order of the specification, and its people.

    Dropped are those that `weight_attributes` drops: they cannot say anything. `contrast`
    is what the seed is compared with, by the people of the negative seed.
    """

    left_out_fold: int
    seed_total: float
    reference_total: float
    smoothing: float
    attributes: tuple[LookUp | DroppedParameters, ...]
    rows: LearningRows
    contrast: Contrast

    @property
    def look_ups(self) -> tuple[LookUp, ...]:
        """The attributes that count."""
        return counted(self.attributes)


def space_of(
    tables: Mapping[str, pa.Table],
    left_out_fold: int,
    *,
    most_seed: int,
    most_reference: int,
) -> Space:
    """The space of a fit, with at most so many people of either side.

    Raises NoDifferenceError where no attribute tells anybody apart.
    """
    fit = weight_rows(tables, left_out_fold)
    made: list[LookUp | DroppedParameters] = []
    for row in fit.attributes:
        name = row["attribute"]
        if row["is_dropped"]:
            made.append(DroppedParameters(name))
        elif row["role"] == "categorical":
            made.append(_values(name, fit.values[name]))
        else:
            (curve,) = fit.gaussians[name]
            made.append(
                _bins(name, bins_of(fit.bins[name], float(curve["quantile_clip"])))
            )
    if not counted(made):
        raise no_difference()
    people = learning_rows(
        tables,
        [each.attribute for each in counted(made)],
        left_out_fold,
        most_seed=most_seed,
        most_reference=most_reference,
    )
    return Space(
        left_out_fold=left_out_fold,
        seed_total=float(fit.totals["seed_total"]),
        reference_total=float(fit.totals["reference_total"]),
        smoothing=float(fit.totals["smoothing"]),
        attributes=tuple(made),
        rows=people,
        contrast=Contrast(
            unlike_of_fit(tables, left_out_fold).num_rows,
            float(fit.totals["smoothing"]),
        ),
    )


def bins_of(rows: list[dict[str, Any]], quantile_clip: float) -> Bins:
    """The bins of one attribute, from its rows of `distribution_bins`."""
    ordered = sorted(rows, key=lambda row: row["bin"])
    columns = ("least_value", "greatest_value", "share_below", "reference_share")
    least, greatest, below, share = (
        np.array([float(row[name]) for row in ordered]) for name in columns
    )
    return Bins(least, greatest, below, share, quantile_clip)


def _values(attribute: str, rows: list[dict[str, Any]]) -> ValueLookUp:
    present = {
        row["attribute_value"]: significant(row["log_likelihood_ratio"])
        for row in rows
        if not row["is_missing"]
    }
    missing = [row["log_likelihood_ratio"] for row in rows if row["is_missing"]]
    names = tuple(sorted(present))
    return ValueLookUp(
        attribute=attribute,
        values=names,
        numbers=tuple(present[name] for name in names),
        missing_number=significant(missing[0]) if missing else 0.0,
    )


def _bins(attribute: str, bins: Bins) -> BinLookUp:
    return BinLookUp(
        attribute=attribute,
        least_values=tuple(bins.least_values.tolist()),
        greatest_values=tuple(bins.greatest_values.tolist()),
        numbers=tuple(map(significant, bins.mid_rank_z.tolist())),
        missing_number=0.0,
    )
