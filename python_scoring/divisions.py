"""Parts of an audience by the held-out seed people that they hold.

A held-out seed person has a place among the candidates as they have. A member stands for
as many of the held-out people as lie, on average, at the member's rank: people of one
step of log odds share its held-out people equally. Over the best N the sum is the recall
of the curve at N.
"""

import numpy as np
import pandas as pd

from python_scoring.reach import Bounds, draw_shares
from python_scoring.told_cells import FEWEST_PEOPLE


def seed_people_at(ranks: np.ndarray, steps: pd.DataFrame) -> np.ndarray:
    """How many held-out seed people each rank stands for; ranks begin with 1.

    `steps` is report_score_steps. A step with held-out people and no candidate counts
    with the candidates just above it, as on the curve.

    >>> steps = pd.DataFrame(
    ...     {"step": [9, 8, 7], "count_above": [0, 2, 2], "people_count": [2, 0, 4],
    ...      "seed_count": [1, 1, 2]}
    ... )
    >>> seed_people_at(np.array([1, 2, 3, 6]), steps)
    array([1. , 1. , 0.5, 0.5])
    """
    ordered = steps.sort_values("step", ascending=False)
    is_filled = ordered["people_count"].to_numpy() > 0
    owners = np.maximum(np.cumsum(is_filled) - 1, 0)
    filled = ordered[is_filled]
    seed = np.bincount(owners, ordered["seed_count"], minlength=len(filled))
    density = seed / filled["people_count"].to_numpy()
    places = np.searchsorted(filled["count_above"].to_numpy(), ranks - 1, side="right")
    return density[places - 1]


def parts_with_intervals(
    people: np.ndarray, seed_people: np.ndarray, candidates: int, seed_total: int
) -> pd.DataFrame:
    """Share of the held-out seed and lift of disjoint parts, each with its interval.

    `people` and `seed_people` are counts of each part. One row a part: `people_count`,
    and `seed_share` and `lift` with `_low` and `_high`; NaN for parts of fewer than 25
    people, of which no figure is told.
    """
    rest = max(seed_total - float(seed_people.sum()), 0.0)
    cells = np.append(seed_people, rest) / seed_total
    shares = people / candidates
    everybody = np.append(shares, max(1.0 - float(shares.sum()), 0.0))
    drawn = draw_shares(cells, everybody, seed_total)[:, :-1]

    def lifts_of(held: np.ndarray) -> np.ndarray:
        empty = np.full(held.shape, np.nan)
        return np.divide(held, shares, where=shares > 0, out=empty)

    lifts = lifts_of(cells[:-1])
    share = Bounds.of(drawn, cells[:-1])
    lift = Bounds.of(lifts_of(drawn), lifts)
    found = pd.DataFrame(
        {
            "seed_share": cells[:-1],
            "seed_share_low": share.low,
            "seed_share_high": share.high,
            "lift": lifts,
            "lift_low": lift.low,
            "lift_high": lift.high,
        }
    )
    found.loc[people < FEWEST_PEOPLE] = np.nan
    found.insert(0, "people_count", people)
    return found
