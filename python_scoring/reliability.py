"""Does a score mean what it says? Score beside the share of seed people who have it.

Both sides get half the mass, as in the calibration: a score of 0.8 is right where, of
equal numbers of seed people and ordinary people who have it, 80 in 100 are of the seed.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from python_scoring.calibration import fit_calibration
from python_scoring.reach import DRAWS, RANDOM_SEED, Bounds, cell_ends

BINS = 15


@dataclass(frozen=True, eq=False)
class HeldOutScores:
    """Scores by calibrations that were fitted without the people they score."""

    seed: np.ndarray
    sample: np.ndarray


def held_out_scores(
    seed_log_odds: np.ndarray, folds: np.ndarray, sample_log_odds: np.ndarray
) -> HeldOutScores:
    """Each fold's scores by a calibration of the other folds.

    The sample's people are dealt out to the folds in order of their log odds.
    """
    sample = np.sort(sample_log_odds)
    dealt = np.arange(len(sample)) % (int(folds.max()) + 1)
    seed_scores, sample_scores = np.zeros(len(seed_log_odds)), np.zeros(len(sample))
    for fold in np.unique(folds):
        own, others = folds == fold, dealt == fold
        calibration = fit_calibration(seed_log_odds[~own], sample[~others])
        seed_scores[own] = calibration.score(seed_log_odds[own])
        sample_scores[others] = calibration.score(sample[others])
    is_scored = np.isin(dealt, folds)
    return HeldOutScores(seed_scores, sample_scores[is_scored])


def reliability(seed: np.ndarray, population: np.ndarray) -> pd.DataFrame:
    """Bins of about equal mass in order of score, one row each.

    `mean_score` and `seed_share` by mass, the interval of the share by drawing both
    sides anew, `mass`, and `people_count` of both sides. Equal scores share a bin; bins
    of fewer than 25 people are joined with the next.
    """
    values, places = np.unique(np.concatenate([seed, population]), return_inverse=True)
    counts = np.stack(
        [
            np.bincount(side, minlength=len(values))
            for side in np.split(places, [len(seed)])
        ]
    )
    masses = counts / (2.0 * counts.sum(axis=1, keepdims=True))
    mass = masses.sum(axis=0)
    middles = np.cumsum(mass) - mass / 2
    bins = np.minimum((middles * BINS).astype(int), BINS - 1)
    _, bins = np.unique(bins, return_inverse=True)
    folded = np.searchsorted(cell_ends(np.bincount(bins, counts.sum(axis=0))), bins)
    by_bin = np.stack([np.bincount(folded, side) for side in counts]).astype(np.int64)
    generator = np.random.default_rng(RANDOM_SEED)
    drawn = [
        generator.multinomial(total, side / total, DRAWS) / total
        for side, total in zip(by_bin, by_bin.sum(axis=1), strict=True)
    ]
    side_mass = by_bin / (2.0 * by_bin.sum(axis=1, keepdims=True))
    total = side_mass.sum(axis=0)
    seed_share = side_mass[0] / total
    bounds = Bounds.of(_share(drawn[0], drawn[1]), seed_share)
    return pd.DataFrame(
        {
            "mean_score": np.bincount(folded, mass * values) / total,
            "seed_share": seed_share,
            "seed_share_low": bounds.low,
            "seed_share_high": bounds.high,
            "mass": total,
            "people_count": by_bin.sum(axis=0),
        }
    )


def calibration_error(bins: pd.DataFrame) -> float:
    """Expected calibration error: mean distance of score and share, by mass."""
    gaps = bins["mass"] * (bins["mean_score"] - bins["seed_share"]).abs()
    return float(gaps.sum())


def _share(seed: np.ndarray, population: np.ndarray) -> np.ndarray:
    total = seed + population
    return np.divide(seed, total, out=np.full(total.shape, 0.5), where=total > 0)
