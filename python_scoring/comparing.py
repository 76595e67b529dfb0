"""What one scorer is worth beside others: all from held-out seed people and one sample.

Every scorer is measured on the same people, so that a difference between two of them is
one of the scorers. Nobody of the population is scored but the sample.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from python_scoring.calibration import fit_calibration
from python_scoring.cross_fitting import CrossFit
from python_scoring.evaluation import recall_curve
from python_scoring.held_out import NORMAL_95, auc_difference
from python_scoring.held_out_loss import HeldOutFolds, held_out_losses
from python_scoring.quality import HeldOutQuality, held_out_quality
from python_scoring.random_seeds import Smoothing
from python_scoring.reach import DRAWS, INTERVAL, RANDOM_SEED
from python_scoring.told_cells import FEWEST_PEOPLE

EVERY_FOLD = range(5)


@dataclass(frozen=True, slots=True)
class Lift:
    """How many times as many held-out seed people as a random draw has, at one size.

    None where the size holds fewer than 25 people of the sample, which say nothing.
    """

    audience_share: float
    lift: float | None
    lift_low: float | None
    lift_high: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A scorer's AUC less the best one's, on the same people."""

    value: float
    standard_error: float

    @property
    def is_told(self) -> bool:
        """True where it is not chance, at 95 %."""
        return abs(self.value) > NORMAL_95 * self.standard_error


@dataclass(frozen=True, eq=False)
class Measured:
    """The held-out figures of one scorer; the last of `lifts` is the size asked for."""

    quality: HeldOutQuality
    lifts: tuple[Lift, ...]


def measured(
    model: str,
    fit: CrossFit,
    tables: Mapping[str, pa.Table],
    shares: Sequence[float],
    smoothing: Smoothing,
    *,
    is_weighed: bool = False,
) -> Measured | None:
    """The figures of a scorer; None where there is nobody to ask.

    `tables` hold `canonical_seed` and `canonical_sample`, in whose order the log odds are.
    With weights (`is_weighed`) the verdict is by value, as `held_out_quality` says; lifts
    count each seed person once.
    """
    quality = held_out_quality(
        model,
        tables["canonical_seed"],
        tables["canonical_sample"],
        fit.seed_log_odds,
        fit.sample_log_odds,
        smoothing=smoothing,
        is_weighed=is_weighed,
    )
    if quality is None:
        return None
    return Measured(quality, lifts_at(fit.seed_log_odds, fit.sample_log_odds, shares))


def share_above(fit: CrossFit, score: float) -> float:
    """The share of the sample with at least this calibrated score."""
    calibration = fit_calibration(fit.seed_log_odds, fit.sample_log_odds)
    return float(np.mean(calibration.score(fit.sample_log_odds) >= score))


def lifts_at(
    seed: np.ndarray, sample: np.ndarray, shares: Sequence[float]
) -> tuple[Lift, ...]:
    """Lift of the first so many of the sample, with 95 % intervals.

    Both sides are drawn anew: the place at which a redrawn sample ends its first k of m
    people is Beta(k, m + 1 - k), and the seed people before it are binomial, so that no
    draw has to be sorted.
    """
    return tuple(_lift_at(seed, sample, share) for share in shares)


def differences(fits: Mapping[str, CrossFit], best: str) -> dict[str, Difference]:
    """By scorer, how far its AUC is from the best one's."""
    first = fits[best]
    return {
        model: Difference(
            *auc_difference(
                (fit.seed_log_odds, first.seed_log_odds),
                (fit.sample_log_odds, first.sample_log_odds),
            )
        )
        for model, fit in fits.items()
    }


def log_losses(fits: Mapping[str, CrossFit], folds: HeldOutFolds) -> dict[str, float]:
    """By scorer, the balanced log loss of the same held-out people."""
    losses = held_out_losses(fits, folds)
    return {model: each.mean(EVERY_FOLD) for model, each in losses.items()}


def _lift_at(seed: np.ndarray, sample: np.ndarray, share: float) -> Lift:
    count = share * len(sample)
    if count < FEWEST_PEOPLE or share > 1:
        return Lift(share, None, None, None)
    generator = np.random.default_rng(RANDOM_SEED)
    ends = np.ones(DRAWS)  # everybody is everybody in each draw
    if share < 1:
        ends = generator.beta(count, len(sample) + 1 - count, DRAWS)
    every = np.append(np.arange(1, len(sample)) / len(sample), 1.0)
    recalls = recall_curve(seed, sample, every.tolist())["recall"].to_numpy()

    def reached(at: Any) -> Any:
        return np.interp(at, np.append(0.0, every), np.append(0.0, recalls))

    drawn = generator.binomial(len(seed), reached(ends)) / len(seed) / share
    low, high = np.quantile(drawn, INTERVAL)
    return Lift(share, float(reached(share)) / share, float(low), float(high))
