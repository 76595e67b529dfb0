"""Held-out AUC with its interval, and what it becomes where the prevalence is known."""

import math
from dataclasses import dataclass

import numpy as np

NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its standard error and its 95 % interval."""

    value: float
    standard_error: float
    low: float
    high: float


def held_out_auc(seed: np.ndarray, population: np.ndarray) -> Estimate:
    """Chance that a held-out seed person ranks above a person of the population.

    Ties count half. Variance by structural components: that of the seed people's
    placements over their number, plus the same for the population (DeLong, DeLong and
    Clarke-Pearson, Biometrics 44, 1988). The interval is made on the logit scale, which
    keeps it within 0..1. People who are all placed alike, as where they lie wholly on one
    side, have no variance to measure: `unseen_share` stands in for it.

    >>> held_out_auc(np.array([2.0, 1.0]), np.array([0.0, 1.0])).value
    0.875
    """
    if len(seed) < 2 or len(population) < 2:
        raise ValueError("an interval needs two people on either side")
    return placed_auc(
        shares_below(seed, population), 1.0 - shares_below(population, seed)
    )


def placed_auc(of_seed: np.ndarray, of_population: np.ndarray) -> Estimate:
    """`held_out_auc` of people who are placed: each one's share of the other side.

    Below them for the seed's people, above them for the population's.
    """
    # sorted, so that a sum does not know the order of the people
    value = float(np.sort(of_seed).mean())
    sides = (of_seed, of_population)
    variances = [float(np.sort(each).var(ddof=1)) / len(each) for each in sides]
    unseen = [unseen_share(each, len(each)) for each in sides]
    return interval_of(value, float(np.sqrt(sum(variances))), math.hypot(*unseen))


def unseen_share(placements: np.ndarray, people: float) -> float:
    """How many of their kind may be placed otherwise, where so many are placed alike.

    If such a share were, none of them would be among so many 2.5 times in 100: the exact
    binomial interval of as many equal outcomes. 0 where their placements differ.
    """
    if placements.min() < placements.max():
        return 0.0
    return float(1.0 - 0.025 ** (1.0 / people))


def interval_of(value: float, error: float, unseen: float = 0.0) -> Estimate:
    """A share with the 95 % interval of its standard error, as `held_out_auc` says.

    With an unseen share, whom nobody has seen may be placed last or first: that moves the
    value by so much of its distance to 0 or 1. Both reaches are joined as those of
    independent errors are.
    """
    if unseen:
        down, up = (
            math.hypot(unseen * distance, NORMAL_95 * error)
            for distance in (value, 1.0 - value)
        )
        return Estimate(value, error, max(0.0, value - down), min(1.0, value + up))
    logit, spread = np.log(value / (1 - value)), error / (value * (1 - value))
    low, high = (
        float(1 / (1 + np.exp(-(logit + sign * NORMAL_95 * spread))))
        for sign in (-1, 1)
    )
    return Estimate(value, error, low, high)


def auc_difference(
    seed: tuple[np.ndarray, np.ndarray], population: tuple[np.ndarray, np.ndarray]
) -> tuple[float, float]:
    """How much greater the first scorer's AUC is than the second's, and its standard error.

    Each pair holds the log odds of the same people by both scorers, in one order, so that
    what the two have in common cancels (DeLong, DeLong and Clarke-Pearson, 1988).
    """
    if min(map(len, (*seed, *population))) < 2:
        raise ValueError("a difference needs two people on either side")
    of_seed = [shares_below(*each) for each in zip(seed, population, strict=True)]
    of_population = [
        1.0 - shares_below(*each) for each in zip(population, seed, strict=True)
    ]
    # sorted, so that a sum does not know the order of the people
    gaps = [np.sort(mine - theirs) for mine, theirs in (of_seed, of_population)]
    variance = sum(float(gap.var(ddof=1)) / len(gap) for gap in gaps)
    return float(gaps[0].mean()), float(np.sqrt(variance))


def corrected_auc(measured: Estimate, prevalence: float) -> Estimate | None:
    """AUC of seed-like people against the others, from that against the mixture.

    AUC_pu = pi / 2 + (1 - pi) AUC where a share pi of the population is of the seed's
    kind and the seed is a random sample of that kind (Menon et al., ICML 2015; Jain,
    White and Radivojac, AAAI 2017). Kept within 0..1.

    No AUC_pu exceeds 1 - pi / 2, that of a perfect ranking. None where all of the measured
    interval does: the prevalence is not that of a population with such a seed.

    >>> round(corrected_auc(Estimate(0.8, 0.01, 0.78, 0.82), 0.2).value, 4)
    0.875
    >>> corrected_auc(Estimate(0.8, 0.01, 0.78, 0.82), 0.5)
    """
    if measured.low > 1.0 - prevalence / 2:
        return None
    rest = 1.0 - prevalence
    value, low, high = (
        min(1.0, max(0.0, (each - prevalence / 2) / rest))
        for each in (measured.value, measured.low, measured.high)
    )
    return Estimate(value, measured.standard_error / rest, low, high)


def shares_below(people: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each person the share of the others who score less; equal ones count half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, people, side="left")
    not_above = np.searchsorted(ordered, people, side="right")
    return (below + not_above) / (2.0 * len(others))
