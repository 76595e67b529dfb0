"""What `weighted_bayes` weighs: the terms of each attribute, and z of each number.

A seed person's own value must not speak for them: each term comes twice, once as it is
and once by the seed without one person who has the value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from python_scoring.learning_rows import one_batch, unlike_of_fit
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


class Evidence(Protocol):
    """The log ratios of an attribute's values or bins, by the seed without somebody."""

    def without(
        self, left_out: float | np.ndarray, places: slice | np.ndarray
    ) -> np.ndarray:
        """Log ratios at those places, by the seed without what is left out at each."""
        ...

    def without_unlike(self) -> np.ndarray:
        """Log ratios by the negative seed without one person who has it."""
        ...


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of each person: `shared`; of seed people by the seed without them.

    `prior` is the coefficient that the ridge draws it to. Without `evidence` a seed
    person's number is the shared one.
    """

    shared: LookUp
    prior: float
    evidence: Evidence | None = None

    def of_seed(self, seed: pa.RecordBatch, weights: np.ndarray) -> np.ndarray:
        """The number of each seed person, by the seed without what the person counts."""
        column = seed.column(self.shared.attribute)
        if self.evidence is None or not len(weights):
            return self.shared.terms().of(column)
        if (weights == weights[0]).all():  # one look-up serves everybody
            return self.own(float(weights[0])).terms().of(column)
        numbered = self.shared.with_numbers(np.arange(len(self.shared.numbers) + 1.0))
        places = numbered.terms().of(column).astype(np.intp)
        return self.evidence.without(weights, places)

    def of_unlike(self) -> LookUp:
        """The look-up of the negative seed's people: by that seed without themselves."""
        if self.evidence is None:
            return self.shared
        return self.shared.with_numbers(self.evidence.without_unlike())

    def own(self, left_out: float = 1.0) -> LookUp:
        """The look-up of seed people who count so much."""
        if self.evidence is None:
            return self.shared
        numbers = self.evidence.without(left_out, slice(None))
        return self.shared.with_numbers(numbers)


@dataclass(frozen=True, eq=False)
class Values:
    """A categorical attribute's shares by value, that of a missing one last.

    `mass` is n + m; a value nobody else has keeps its ratio. `others_shares` are those of
    the reference without one person of the negative seed who has the value.
    """

    seed_shares: np.ndarray
    reference_shares: np.ndarray
    others_shares: np.ndarray
    log_ratios: np.ndarray
    mass: float
    smoothing: float

    def without(
        self, left_out: float | np.ndarray, places: slice | np.ndarray
    ) -> np.ndarray:
        """ln((a - 1 + m q) / (n - 1 + m)) - ln q, 1 being what is left out."""
        # the seed's share times n + m is a + m q: the count itself is not needed
        rest = self.seed_shares[places] * self.mass - left_out
        shares = np.where(rest > 0.0, rest, 1.0) / (self.mass - left_out)
        found = np.log(shares / self.reference_shares[places])
        return np.where(rest > 0.0, found, self.log_ratios[places])

    def without_unlike(self) -> np.ndarray:
        """ln((a + m q) / (n + m)) - ln q, q without one person of the negative seed."""
        counts = self.seed_shares * self.mass - self.smoothing * self.reference_shares
        ratios = np.maximum(counts, 0.0) / self.others_shares + self.smoothing
        found: np.ndarray = np.log(ratios / self.mass)
        return found


@dataclass(frozen=True, eq=False)
class Counts:
    """Seed people and reference shares of the values or steps of one attribute.

    `others_shares` are those of the reference without one person of the negative seed.
    """

    seed_counts: np.ndarray
    expected_shares: np.ndarray
    reference_shares: np.ndarray
    others_shares: np.ndarray
    smoothing: float

    def log_ratios(
        self, left_out: float | np.ndarray, places: slice | np.ndarray
    ) -> np.ndarray:
        """ln((a - 1 + m p) / (n - 1 + m)) - ln q, 1 being `left_out`.

        What no seed person has is nobody's own, and keeps its count.
        """
        counts = np.maximum(self.seed_counts[places] - left_out, 0.0)
        total = np.sum(self.seed_counts) - left_out + self.smoothing
        shares = (counts + self.smoothing * self.expected_shares[places]) / total
        return np.log(shares / self.reference_shares[places])

    def without_unlike(self) -> "Counts":
        """The same by the negative seed without one person at each place."""
        scale = self.others_shares / self.reference_shares
        return replace(
            self,
            expected_shares=self.expected_shares * scale,
            reference_shares=self.others_shares,
        )


@dataclass(frozen=True, eq=False)
class Steps:
    """A continuous attribute's counts by step; `presence` of having a value, and of none.

    `step_of` is each bin's step. Where everybody has a value, that says nothing.
    """

    counts: Counts
    step_of: np.ndarray
    presence: Counts | None

    def without(
        self, left_out: float | np.ndarray, places: slice | np.ndarray
    ) -> np.ndarray:
        """Log ratio of the step and of having a value; for a missing one of having none."""
        bins = np.arange(len(self.step_of) + 1)[places]
        is_missing = bins == len(self.step_of)
        steps = np.append(self.step_of, 0)[bins]
        present = self.counts.log_ratios(left_out, steps)
        if self.presence is None:
            return np.where(is_missing, 0.0, present)
        has = self.presence.log_ratios(left_out, is_missing.astype(np.intp))
        return np.where(is_missing, has, present + has)

    def without_unlike(self) -> np.ndarray:
        """The log ratios by the negative seed without one person at each place."""
        others = replace(
            self,
            counts=self.counts.without_unlike(),
            presence=self.presence and self.presence.without_unlike(),
        )
        return others.without(0.0, slice(None))


def features_of(space: Space, tables: Mapping[str, pa.Table]) -> list[Feature]:
    """Two features of a continuous attribute, one of a categorical one."""
    fit = weight_rows(tables, space.left_out_fold)
    priors = {
        row["attribute"]: row["signal_share"] * row["decorrelation"]
        for row in fit.attributes
    }
    unlike = one_batch(unlike_of_fit(tables, space.left_out_fold))
    features = []
    for look_up in space.look_ups:
        name = look_up.attribute
        prior = priors[name]
        if isinstance(look_up, ValueLookUp):
            values = _values(look_up, fit.values[name], space, unlike.column(name))
            features.append(Feature(look_up, prior, values))
        else:
            (curve,) = fit.gaussians[name]
            found = bins_of(fit.bins[name], float(curve["quantile_clip"]))
            people = as_numbers(unlike.column(name)), fit.totals["reference_total"]
            steps = _steps(look_up, found, curve, space, *people)
            shared = look_up.with_numbers(steps.without(0.0, slice(None)))
            features += [Feature(shared, prior, steps), Feature(look_up, 0.0)]
    return features


def _values(
    look_up: ValueLookUp, rows: list[dict[str, Any]], space: Space, unlike: pa.Array
) -> Values:
    """The shares of the look-up's values; a missing one that nobody has says nothing."""
    found = {None if row["is_missing"] else row["attribute_value"]: row for row in rows}
    nobody = {"seed_share": 0.0, "reference_share": 1.0, "log_likelihood_ratio": 0.0}
    ordered = [found[value] for value in look_up.values]
    ordered.append(found.get(None, nobody))
    seed_shares, reference_shares, log_ratios = (
        np.array([float(row[name]) for row in ordered])
        for name in ("seed_share", "reference_share", "log_likelihood_ratio")
    )
    return Values(
        seed_shares=seed_shares,
        reference_shares=reference_shares,
        others_shares=_without_one(
            reference_shares, look_up.counted(unlike), len(rows), space
        ),
        log_ratios=log_ratios,
        mass=space.seed_total + space.smoothing,
        smoothing=space.smoothing,
    )


def _without_one(
    shares: np.ndarray, unlike: np.ndarray, value_count: int, space: Space
) -> np.ndarray:
    """Each share of the contrast without one of the negative seed's people who have it."""
    if not space.contrast.people:
        return shares
    # a share is (b + 1/2) / (N + K / 2): the half person is no part of the contrast
    mass = space.reference_total + 0.5 * value_count
    counted = (shares * mass - 0.5) / space.reference_total
    reference = space.contrast.reference_shares(counted, unlike)
    others = space.contrast.shares(reference, unlike, left_out=1.0)
    return (others * space.reference_total + 0.5) / mass


def _steps(
    look_up: BinLookUp,
    bins: Bins,
    curve: Mapping[str, Any],
    space: Space,
    unlike: np.ndarray,
    reference_total: int,
) -> Steps:
    """Counts of steps, drawn to the shares of the normal curves by 1,000 people."""
    step_of = _step_numbers(bins)
    seed = as_numbers(space.rows.seed.column(look_up.attribute))
    weights, is_present = space.rows.seed_weights, np.isfinite(seed)
    seed_steps = step_of[bins.find(seed[is_present])]
    shares = np.bincount(step_of, bins.reference_shares)
    ratio = gaussian_log_ratio(
        Normal(curve["seed_mean"], curve["seed_variance"]),
        Normal(curve["reference_mean"], curve["reference_variance"]),
        curve["variance_pooling"],
    )(bins.mid_rank_z)
    ratios = np.clip(np.exp(np.minimum(ratio, 50.0)), LEAST_RATIO, None)
    expected = np.bincount(step_of, bins.reference_shares * ratios)
    with_value = _share_with_value(look_up, space)
    has_value = np.isfinite(unlike)
    others = shares
    if space.contrast.people:
        unlike_steps = step_of[bins.find(unlike[has_value])]
        unlike_counts = np.bincount(unlike_steps, minlength=len(shares))
        mean_ratios = expected / shares
        shares, others = (
            space.contrast.shares(with_value * shares, unlike_counts, left_out)
            / space.contrast.shares(
                np.array([with_value]), np.array([has_value.sum()]), left_out
            )
            for left_out in (0.0, 1.0)
        )
        expected = shares * mean_ratios
    counts = Counts(
        seed_counts=np.bincount(seed_steps, weights[is_present], len(shares)),
        expected_shares=_never_zero(expected, reference_total),
        reference_shares=_never_zero(shares, reference_total),
        others_shares=_never_zero(others, reference_total, float(shares.sum())),
        smoothing=STEP_SMOOTHING,
    )
    presence = _presence(with_value, is_present, has_value, space)
    return Steps(counts, step_of, presence)


def _step_numbers(bins: Bins) -> np.ndarray:
    """The step of each bin: a tenth of z, or a frequent value alone."""
    is_alone = (bins.least_values == bins.greatest_values) & (
        bins.reference_shares >= FREQUENT
    )
    numbers = np.floor(bins.mid_rank_z * STEPS_PER_UNIT)
    numbers[is_alone] = np.inf
    own = np.where(is_alone, np.arange(len(numbers)), -1)
    return np.unique(np.stack([numbers, own]), axis=1, return_inverse=True)[1].ravel()


def _never_zero(
    shares: np.ndarray, people: int, total: float | None = None
) -> np.ndarray:
    """Shares with half an imaginary person added to each, of `total`: of their sum."""
    whole = shares.sum() if total is None else total
    return (shares * people + 0.5) / (people * whole + 0.5 * len(shares))


def _share_with_value(look_up: BinLookUp, space: Space) -> float:
    """The share of the reference that has a value."""
    reference = as_numbers(space.rows.reference.column(look_up.attribute))
    return float(np.mean(np.isfinite(reference)))


def _presence(
    with_value: float, is_present: np.ndarray, has_value: np.ndarray, space: Space
) -> Counts | None:
    """Who has a value and who has none; None where everybody is alike in that."""
    if with_value in (0.0, 1.0):
        return None
    shares = others = np.array([with_value, 1.0 - with_value])
    if space.contrast.people:
        unlike = np.array([has_value.sum(), (~has_value).sum()], float)
        shares, others = (
            space.contrast.shares(shares, unlike, left_out) for left_out in (0.0, 1.0)
        )
    weights = space.rows.seed_weights
    present = weights[is_present].sum()
    counts = np.array([present, weights.sum() - present], float)
    return Counts(counts, shares, shares, others, STEP_SMOOTHING)
