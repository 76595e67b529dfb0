"""Honest quality without labels: held-out seed people against the population.

The population is an unlabelled mixture, so these figures are images of the true ones:
AUC_pu = pi / 2 + (1 - pi) AUC where pi is the unknown share of seed-like people. People
with equal scores share the expected value of every figure. Never an in-sample figure:
the seed's numbers come from folds that did not see them.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

CURVE_SHARES = (0.001, 0.002, 0.005, *(percent / 100 for percent in range(1, 101)))


def auc_pu(seed: np.ndarray, population: np.ndarray) -> float:
    """Chance that a held-out seed person ranks above a person of the population.

    Ties count half; NaN where either side is empty.

    >>> auc_pu(np.array([2.0, 1.0]), np.array([0.0, 1.0]))
    0.875
    """
    if len(seed) == 0 or len(population) == 0:
        return float("nan")
    ordered = np.sort(population)
    below = np.searchsorted(ordered, seed, side="left")
    not_above = np.searchsorted(ordered, seed, side="right")
    # whole numbers until the one division: no rounding, whatever the order
    return float((below + not_above).sum() / (2 * len(seed) * len(population)))


def recall_curve(
    seed: np.ndarray, population: np.ndarray, shares: Sequence[float] = CURVE_SHARES
) -> pd.DataFrame:
    """What audiences of several sizes reach of the held-out seed.

    One row a size: `audience_share` and `people_count` taken from the top of the
    population, `recall` of the held-out seed that ranks with them, and `lift` =
    recall / audience_share. A size that cuts through tied people takes the same part of
    the seed people tied with them.

    >>> recall_curve(np.array([4.0, 1.0]), np.array([4, 3, 2, 1.0]), [0.25, 1.0])
       audience_share  people_count  recall  lift
    0            0.25             1     0.5   2.0
    1            1.00             4     1.0   1.0
    """
    if len(seed) == 0 or len(population) == 0:
        raise ValueError("a curve needs held-out seed people and a population")
    counts = np.clip(np.rint(np.array(shares) * len(population)), 1, len(population))
    recalls = recall_at(counts, seed, population)
    audience_shares = counts / len(population)
    return pd.DataFrame(
        {
            "audience_share": audience_shares,
            "people_count": counts.astype(np.int64),
            "recall": recalls,
            "lift": recalls / audience_shares,
        }
    )


def balanced_calibration_error(
    seed: np.ndarray, population: np.ndarray, bin_count: int = 15
) -> float:
    """Mean distance between a balanced score and the share of seed people who have it.

    Both sides get half the mass. In order of score they fall into bins of equal mass;
    a bin's distance is between its mean score and its share of seed mass.

    >>> balanced_calibration_error(np.array([0.5, 0.5]), np.array([0.5, 0.5]), 1)
    0.0
    """
    scores = np.concatenate([seed, population])
    is_seed = np.repeat([1.0, 0.0], [len(seed), len(population)])
    masses = np.where(is_seed == 1.0, 0.5 / len(seed), 0.5 / len(population))
    order = np.argsort(scores, kind="stable")
    scores, is_seed, masses = scores[order], is_seed[order], masses[order]
    bins = np.minimum((np.cumsum(masses) * bin_count).astype(int), bin_count - 1)
    gaps = np.bincount(bins, masses * (scores - is_seed), bin_count)
    return float(np.abs(gaps).sum())


def recall_at(
    counts: np.ndarray, seed: np.ndarray, population: np.ndarray
) -> np.ndarray:
    """Share of the seed that ranks among the first `counts` of the population.

    A seed person between two of the population's scores ranks with the lower one: they
    enter with the next person taken.
    """
    values, sizes = np.unique(population, return_counts=True)
    places = np.clip(np.searchsorted(values, seed, side="right") - 1, 0, None)
    hits = np.bincount(places, minlength=len(values))
    people = np.append(0, np.cumsum(sizes[::-1]))
    recalled = np.append(0, np.cumsum(hits[::-1])) / len(seed)
    return np.interp(counts, people, recalled)
