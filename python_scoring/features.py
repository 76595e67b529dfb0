"""What `weighted_bayes` weighs: the terms of each attribute, and z of each number.

A seed person's own value must not speak for them: each term comes twice, once as it is
and once by the seed without one person who has the value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from python_scoring.look_ups import BinLookUp, LookUp, ValueLookUp
from python_scoring.scorers.base import weight_rows
from python_scoring.space import Space, bins_of
from python_scoring.terms import (
    Bins,
    Normal,
    as_numbers,
    gaussian_log_ratio,
)

STEPS_PER_UNIT = 10  # steps of a tenth of z
STEP_SMOOTHING = 1_000.0
LEAST_RATIO = 1e-3
FREQUENT = 1 / 1_024  # the share from which a value is a bin, and a step, of its own


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of each person: from `own` for seed people, from `shared` for others.

    `prior` is the coefficient that the ridge draws it to.
    """

    shared: LookUp
    own: LookUp
    prior: float


@dataclass(frozen=True, eq=False)
class Counts:
    """Seed people and reference shares of the values or steps of one attribute."""

    seed_counts: np.ndarray
    expected_shares: np.ndarray
    reference_shares: np.ndarray
    smoothing: float

    def log_ratios(self, left_out: float) -> np.ndarray:
        """ln((a - 1 + m p) / (n - 1 + m)) - ln q, 1 being `left_out`.

        What no seed person has is nobody's own, and keeps its count.
        """
        counts = np.maximum(self.seed_counts - left_out, 0.0)
        total = np.sum(self.seed_counts) - left_out + self.smoothing
        shares = (counts + self.smoothing * self.expected_shares) / total
        return np.log(shares / self.reference_shares)


def features_of(space: Space, tables: Mapping[str, pa.Table]) -> list[Feature]:
    """Two features of a continuous attribute, one of a categorical one."""
    fit = weight_rows(tables, space.left_out_fold)
    priors = {
        row["attribute"]: row["signal_share"] * row["decorrelation"]
        for row in fit.attributes
    }
    features = []
    for look_up in space.look_ups:
        name = look_up.attribute
        prior = priors[name]
        if isinstance(look_up, ValueLookUp):
            left_out = _leaving_one_out(look_up, fit.values[name], space)
            features.append(Feature(look_up, left_out, prior))
        else:
            (curve,) = fit.gaussians[name]
            found = bins_of(fit.bins[name], float(curve["quantile_clip"]))
            shared, own = (
                _steps(
                    look_up, found, curve, space, fit.totals["reference_total"], left
                )
                for left in (0.0, 1.0)
            )
            features += [
                Feature(shared, own, prior),
                Feature(look_up, look_up, 0.0),
            ]
    return features


def _leaving_one_out(
    look_up: ValueLookUp, rows: list[dict[str, Any]], space: Space
) -> ValueLookUp:
    """The log likelihood ratios by the seed without one person who has the value."""
    found = {None if row["is_missing"] else row["attribute_value"]: row for row in rows}
    mass = space.seed_total + space.smoothing

    def ratio(row: Mapping[str, Any]) -> float:
        # the seed's share times n + m is a + m q: the count itself is not needed
        rest = row["seed_share"] * mass - 1.0
        if rest <= 0.0:
            return float(row["log_likelihood_ratio"])
        return float(np.log(rest / (mass - 1.0) / row["reference_share"]))

    numbers = [ratio(found[value]) for value in look_up.values]
    missing = ratio(found[None]) if None in found else 0.0
    return look_up.with_numbers(np.array([*numbers, missing]))


def _steps(
    look_up: BinLookUp,
    bins: Bins,
    curve: Mapping[str, Any],
    space: Space,
    reference_total: int,
    left_out: float,
) -> BinLookUp:
    """Log ratios of steps, drawn to those of the normal curves by 1,000 people."""
    z = bins.mid_rank_z
    step_of = _step_numbers(bins)
    seed = as_numbers(space.rows.seed.column(look_up.attribute))
    is_present = np.isfinite(seed)
    seed_steps = step_of[bins.find(seed[is_present])]
    shares = np.bincount(step_of, bins.reference_shares)
    ratio = gaussian_log_ratio(
        Normal(curve["seed_mean"], curve["seed_variance"]),
        Normal(curve["reference_mean"], curve["reference_variance"]),
        curve["variance_pooling"],
    )(z)
    ratios = np.clip(np.exp(np.minimum(ratio, 50.0)), LEAST_RATIO, None)
    expected = np.bincount(step_of, bins.reference_shares * ratios)
    steps = len(shares)
    present = Counts(
        seed_counts=np.bincount(seed_steps, minlength=steps).astype(float),
        expected_shares=_never_zero(expected, reference_total),
        reference_shares=_never_zero(shares, reference_total),
        smoothing=STEP_SMOOTHING,
    ).log_ratios(left_out)
    has_value, missing = _missing_ratios(look_up, is_present, space, left_out)
    return look_up.with_numbers(np.append(present[step_of] + has_value, missing))


def _step_numbers(bins: Bins) -> np.ndarray:
    """The step of each bin: a tenth of z, or a frequent value alone."""
    is_alone = (bins.least_values == bins.greatest_values) & (
        bins.reference_shares >= FREQUENT
    )
    numbers = np.floor(bins.mid_rank_z * STEPS_PER_UNIT)
    numbers[is_alone] = np.inf
    own = np.where(is_alone, np.arange(len(numbers)), -1)
    return np.unique(np.stack([numbers, own]), axis=1, return_inverse=True)[1].ravel()


def _never_zero(shares: np.ndarray, people: int) -> np.ndarray:
    """Shares with half an imaginary person added to each."""
    return (shares * people + 0.5) / (people * shares.sum() + 0.5 * len(shares))


def _missing_ratios(
    look_up: BinLookUp, is_present: np.ndarray, space: Space, left_out: float
) -> tuple[float, float]:
    """Log ratios of having a value and of having none; 0 where everybody has one."""
    reference = as_numbers(space.rows.reference.column(look_up.attribute))
    with_value = float(np.mean(np.isfinite(reference)))
    if with_value in (0.0, 1.0):
        return 0.0, 0.0
    shares = np.array([with_value, 1.0 - with_value])
    counts = np.array([is_present.sum(), len(is_present) - is_present.sum()], float)
    found = Counts(counts, shares, shares, STEP_SMOOTHING).log_ratios(left_out)
    return float(found[0]), float(found[1])
