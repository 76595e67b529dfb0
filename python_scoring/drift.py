"""Drift: how far the distribution of an attribute, or of the score, has moved.

Two versions of an audience are compared by what each kept of its reference: shares of
values, or of bands of numbers in order. Nothing here reads or writes a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

MOVED = 0.1
CHANGED = 0.25
BINS = 10


@dataclass(frozen=True, slots=True)
class Values:
    """Shares of a categorical attribute's values; with `other` they add up to 1.

    What few people have is not told apart: it is in `other`, as are the missing where
    they are few.
    """

    people: int
    shares: Mapping[str, float] = field(default_factory=dict)
    missing: float = 0.0
    other: float = 0.0


@dataclass(frozen=True, slots=True)
class Band:
    """Neighbouring numbers, from `least` to `greatest`, and the share that has them."""

    least: float
    greatest: float
    share: float


@dataclass(frozen=True, slots=True)
class Bands:
    """Shares of a number's bands, in order; with `missing` they add up to 1."""

    people: int
    bands: Sequence[Band] = ()
    missing: float = 0.0


def population_stability_index(
    old_shares: np.ndarray, new_shares: np.ndarray, old_people: int, new_people: int
) -> float:
    """The population stability index (PSI) of shares over the same K categories.

    sum (p_new - p_old) ln(p_new / p_old), the symmetrised Kullback-Leibler divergence
    of Jeffreys (1946). Under 0.1 the distribution is called stable, from 0.1 to 0.25
    moved, above 0.25 changed: the rule of thumb of Siddiqi, "Credit Risk Scorecards"
    (Wiley, 2006), after Lewis, "An Introduction to Credit Scoring" (1992). Half a
    person more in each category keeps it finite where a category is new or gone.

    >>> shares = np.array([0.5, 0.5]), np.array([0.8, 0.2])
    >>> round(population_stability_index(*shares, 10**9, 10**9), 4)
    0.4159
    """
    old = _smoothed(old_shares, old_people)
    new = _smoothed(new_shares, new_people)
    return float(np.sum((new - old) * np.log(new / old)))


def _smoothed(shares: np.ndarray, people: int) -> np.ndarray:
    return (shares * people + 0.5) / (people + 0.5 * len(shares))


def values_drift(old: Values, new: Values) -> float:
    """The PSI of a categorical attribute.

    A value that one side does not tell apart counts among that side's others, and so it
    does on the other side: both are compared over the values that both tell apart.
    """
    common = sorted(old.shares.keys() & new.shares.keys())
    tells_missing = old.missing > 0 and new.missing > 0

    def shares(side: Values) -> np.ndarray:
        told = [side.shares[value] for value in common]
        told += [side.missing] if tells_missing else []
        return np.array([*told, max(0.0, 1.0 - sum(told))])

    before, after = shares(old), shares(new)
    used = (before > 0) | (after > 0)
    return population_stability_index(before[used], after[used], old.people, new.people)


def bands_drift(old: Bands, new: Bands) -> float:
    """The PSI of a number, over about ten bins of equal mass of the old side.

    The new side is cut at the old bins' ends; within one of its bands people are spread
    evenly.
    """
    ends = bin_ends(old.bands)

    def shares(side: Bands) -> np.ndarray:
        below = np.array([0.0, *(share_up_to(side.bands, end) for end in ends)])
        present = sum(band.share for band in side.bands)
        return np.array([*np.diff(below), present - below[-1], side.missing])

    before, after = shares(old).clip(0), shares(new).clip(0)
    used = (before > 0) | (after > 0)
    return population_stability_index(before[used], after[used], old.people, new.people)


def bin_ends(bands: Sequence[Band], bins: int = BINS) -> list[float]:
    """Upper ends of all bins but the last: bands in order, merged to about equal mass.

    >>> bin_ends([Band(0, 0, 0.4), Band(1, 1, 0.05), Band(2, 3, 0.05), Band(4, 9, 0.5)])
    [0, 3]
    """
    total = sum(band.share for band in bands)
    ends, mass = [], 0.0
    for band in bands:
        mass += band.share
        if mass >= total / bins * (1 - 1e-9):
            ends.append(band.greatest)
            mass = 0.0
    # What lies beyond the last end is the last bin, empty on the old side or not.
    return ends[:-1] if mass == 0.0 else ends


def share_up_to(bands: Sequence[Band], end: float) -> float:
    """The share of people at or below a number.

    >>> share_up_to([Band(0, 0, 0.4), Band(1, 3, 0.6)], 2)
    0.7
    """
    total = 0.0
    for band in bands:
        if band.greatest <= end:
            total += band.share
        elif band.least <= end:
            width = band.greatest - band.least
            total += band.share * (end - band.least) / width
    return total


def verdict(psi: float) -> str:
    """What a PSI says: stable, moved or changed.

    >>> verdict(0.05), verdict(0.1), verdict(0.25), verdict(0.3)
    ('stable', 'moved', 'moved', 'changed')
    """
    if psi < MOVED:
        return "stable"
    return "moved" if psi <= CHANGED else "changed"
