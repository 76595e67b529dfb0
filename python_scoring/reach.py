"""How sure the reach of an audience is: recall, lift and marginal lift with intervals.

The population's counts are exact; what varies is which people happened to be in the
seed. So the seed's people are drawn anew, with replacement, DRAWS times (Efron, Annals
of Statistics 7, 1979), and 95 % of the draws are the interval. A person on the border of
two cells counts in both by the part that lies there; in a draw they fall into one.

They are drawn with one imaginary person more, who is anybody of the population. Without,
a size that holds all of 25 people, or nobody, would hold all, or nobody, in each draw.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from python_scoring.told_cells import FEWEST_PEOPLE

DRAWS = 1_000
RANDOM_SEED = 20_041
INTERVAL = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class Bounds:
    """The two ends of the intervals of several figures."""

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, draws: np.ndarray, values: np.ndarray) -> "Bounds":
        """Of draws x figures, the ends that 95 % of the draws, and the values, lie between."""
        low, high = np.quantile(draws, INTERVAL, axis=0)
        return cls(np.minimum(low, values), np.maximum(high, values))


def reach_with_intervals(
    people: np.ndarray,
    shares: np.ndarray,
    recalls: np.ndarray,
    seed_people: int,
    sample_people: int | None = None,
) -> pd.DataFrame:
    """Recall, lift and marginal lift of audiences of several sizes.

    Sizes go from small to everybody, in `people` and as `shares` of all; `recalls` are
    the shares of `seed_people` held-out people that they reach. Sizes below 25 people
    are left out. One row a size:
    `people_count`, `audience_share`, and `recall`, `lift` and `marginal_lift`, each with
    `_low` and `_high`.

    `marginal_lift` is the lift of the last people let in: the slope there of the least
    concave curve above the recalls, which is the likeliest one where the share of
    seed-like people never rises down the ranking (Grenander, Skandinavisk
    Aktuarietidskrift 39, 1956). It is taken over cells of 25 held-out seed people or
    more. Within a cell the lift falls: the last people may have less than its mean, and
    surely no less than the cell after it, whose lower end is `marginal_lift_low`; 0
    where none follows.

    With `sample_people` the shares are those of a sample of so many instead of counts of
    everybody, and vary as well.
    """
    is_shown = people >= FEWEST_PEOPLE
    is_shown[-1:] = True
    people, shares, recalls = people[is_shown], shares[is_shown], recalls[is_shown]
    cells = np.diff(recalls, prepend=0.0)
    drawn = np.cumsum(
        draw_shares(cells, np.diff(shares, prepend=0.0), seed_people), axis=1
    )
    drawn[:, -1] = 1.0
    if sample_people is not None:
        drawn = _of_sample(drawn, shares, sample_people)
    ends = cell_ends(cells * seed_people)
    places = np.searchsorted(ends, np.arange(len(shares)))
    slopes = concave_slopes(shares[ends], recalls[None, ends])[0]
    figures = {
        "recall": (recalls, Bounds.of(drawn, recalls)),
        "lift": (recalls / shares, Bounds.of(drawn / shares, recalls / shares)),
        "marginal_lift": (
            slopes[places],
            _of_last(
                Bounds.of(concave_slopes(shares[ends], drawn[:, ends]), slopes), places
            ),
        ),
    }
    columns = {"people_count": people.astype(np.int64), "audience_share": shares}
    for name, (values, bounds) in figures.items():
        columns[name] = values
        columns[f"{name}_low"], columns[f"{name}_high"] = bounds.low, bounds.high
    return pd.DataFrame(columns)


def decile_intervals(people: np.ndarray, seed_people: np.ndarray) -> pd.DataFrame:
    """Lift and cumulative lift of the held-out seed by tenth, with intervals.

    Both arrays are counts from the most alike tenth on. Tenths with fewer than 25 people
    are joined with those that follow: `first` and `last` say which a row holds.
    """
    ends = cell_ends(people)
    starts = np.concatenate([[0], ends[:-1] + 1])
    people, seed = np.add.reduceat(people, starts), np.add.reduceat(seed_people, starts)
    total = int(seed.sum())
    shares, seen = people / people.sum(), np.cumsum(people) / people.sum()
    drawn = draw_shares(seed / total, shares, total)
    lift, cumulative_lift = seed / total / shares, np.cumsum(seed) / total / seen
    lifts = Bounds.of(drawn / shares, lift)
    cumulative = Bounds.of(np.cumsum(drawn, axis=1) / seen, cumulative_lift)
    return pd.DataFrame(
        {
            "first": starts + 1,
            "last": ends + 1,
            "people_count": people,
            "seed_share": seed / total,
            "lift": lift,
            "lift_low": lifts.low,
            "lift_high": lifts.high,
            "cumulative_lift": cumulative_lift,
            "cumulative_lift_low": cumulative.low,
            "cumulative_lift_high": cumulative.high,
        }
    )


def cell_ends(counts: np.ndarray) -> np.ndarray:
    """Where cells of 25 people or more end; what is left at the end joins the last.

    >>> cell_ends(np.array([10, 20, 30, 5])).tolist()
    [1, 3]
    """
    ends, held = [], 0.0
    for place, count in enumerate(counts):
        held += count
        if held >= FEWEST_PEOPLE - 1e-9:
            ends.append(place)
            held = 0.0
    return np.array([*ends[:-1], len(counts) - 1])


def concave_slopes(shares: np.ndarray, recalls: np.ndarray) -> np.ndarray:
    """Slope before each point of the least concave curve from (0, 0) above each row.

    The slope before point i is the least, over starts before it, of the greatest slope
    from there to a point not before it.

    >>> concave_slopes(np.array([0.25, 0.5, 1.0]), np.array([[0.25, 0.75, 1.0]]))
    array([[1.5, 1.5, 0.5]])
    """
    xs = np.concatenate([[0.0], shares])
    ys = np.concatenate([np.zeros((len(recalls), 1)), recalls], axis=1)
    slopes = np.full(recalls.shape, np.inf)
    for start in range(len(shares)):
        rises = (ys[:, start + 1 :] - ys[:, [start]]) / (xs[start + 1 :] - xs[start])
        steepest = np.maximum.accumulate(rises[:, ::-1], axis=1)[:, ::-1]
        np.minimum(slopes[:, start:], steepest, out=slopes[:, start:])
    return slopes


def draw_shares(cells: np.ndarray, shares: np.ndarray, people: int) -> np.ndarray:
    """Draws x cells: the share of so many people drawn anew who fall into each cell.

    `cells` are shares of these people, `shares` those of the population: where the one
    imaginary person is.
    """
    generator = np.random.default_rng(RANDOM_SEED)
    counts = np.clip(cells, 0.0, None) * people + np.clip(shares, 0.0, None)
    return generator.multinomial(people, counts / counts.sum(), DRAWS) / people


def _of_sample(drawn: np.ndarray, shares: np.ndarray, sample_people: int) -> np.ndarray:
    """Draws of recalls at the sizes meant, where a sample says which scores they have.

    The shares of everybody that lie between some people of a sample are Dirichlet, with
    the counts of the sample as parameters (Rubin, Annals of Statistics 9, 1981).
    """
    generator = np.random.default_rng(RANDOM_SEED + 1)
    counts = np.diff(shares, prepend=0.0) * sample_people
    parts = generator.standard_gamma(np.clip(counts, 1e-9, None), (DRAWS, len(shares)))
    reached = np.cumsum(parts, axis=1) / parts.sum(axis=1, keepdims=True)
    return np.stack(
        [
            np.interp(shares, np.append(0.0, row), np.append(0.0, recalls))
            for row, recalls in zip(reached, drawn, strict=True)
        ]
    )


def _of_last(cells: Bounds, places: np.ndarray) -> Bounds:
    """The ends for the last people of each size, whose cell is at that place."""
    return Bounds(np.append(cells.low[1:], 0.0)[places], cells.high[places])
