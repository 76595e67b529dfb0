"""Held-out quality by value: what it is worth where seed people weigh differently.

The plain figures count each held-out seed person once; these count a person by the
weight, so that a tenth of the population is said to hold so much of the seed's value.
"""

from dataclasses import dataclass

import numpy as np

from python_scoring.held_out import Estimate, interval_of, unseen_share

SHARES = (0.01, 0.05, 0.1, 0.2)


@dataclass(frozen=True, slots=True)
class Reached:
    """What the most alike share of the population holds of the held-out seed."""

    audience_share: float
    people_share: float
    value_share: float


@dataclass(frozen=True, slots=True)
class ValueQuality:
    """The held-out AUC by value, and what audiences hold of the seed's people and value.

    `effective_people` of equal weight say as much as the seed people; `greatest_share`
    is the heaviest one's part of all weight.
    """

    auc: Estimate
    effective_people: float
    greatest_share: float
    reached: tuple[Reached, ...]


def value_quality(
    seed: np.ndarray, weights: np.ndarray, population: np.ndarray
) -> ValueQuality:
    """The figures of held-out seed people with these weights, against the population.

    The AUC is the mean, by weight, of the share of the population that scores less (half
    of the equal ones). Its variance is that of a weighted mean, sum w^2 (x - mean)^2 /
    (sum w)^2 (Cochran, Sampling Techniques, 1977), and the population's placements' over
    their number, as without weights.

    >>> found = value_quality(
    ...     np.array([2.0, 0.0]), np.array([3.0, 1.0]), np.array([0.0, 1.0])
    ... )
    >>> found.auc.value, found.effective_people
    (0.8125, 1.6)
    """
    order = np.lexsort([weights, seed])
    seed, weights = seed[order], weights[order]
    ordered = np.sort(population)
    total, people = float(weights.sum()), len(population)
    below = np.searchsorted(ordered, seed, "left")
    not_above = np.searchsorted(ordered, seed, "right")
    places = (below + not_above) / (2.0 * people)
    value = float((weights * places).sum() / total)
    of_seed = float((weights**2 * (places - value) ** 2).sum()) / total**2
    weight_below = np.append(0.0, np.cumsum(weights))
    beaten = total - 0.5 * (
        weight_below[np.searchsorted(seed, ordered, "left")]
        + weight_below[np.searchsorted(seed, ordered, "right")]
    )
    of_population = float((beaten / total).var(ddof=1)) / people
    effective = total**2 / float((weights**2).sum())
    error = float(np.sqrt(of_seed + of_population))
    return ValueQuality(
        auc=interval_of(value, error, unseen_share(places, effective)),
        effective_people=effective,
        greatest_share=float(weights.max()) / total,
        reached=tuple(
            Reached(
                audience_share=share,
                people_share=float(np.mean(is_in)),
                value_share=float((weights * is_in).sum() / total),
            )
            for share in SHARES
            for is_in in [_inside(places, share)]
        ),
    )


def _inside(places: np.ndarray, share: float) -> np.ndarray:
    """Who ranks within the most alike share of the population."""
    return places >= 1.0 - share
