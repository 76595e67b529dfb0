"""How far the seed's spread is trusted: the choice by held-out gain."""

import math
from collections.abc import Mapping

import numpy as np

from tests.oracle.bins import Bin
from tests.oracle.drawn_people import FOLDS
from tests.oracle.fits import Curve
from tests.oracle.settings import Settings
from tests.oracle.terms import reference_moments, seed_moments

POOLINGS = (1.0, 0.5, 0.0)


def held_out_gains(
    seed_z: list[float | None],
    folds: np.ndarray,
    bins: list[Bin],
    settings: Settings,
) -> dict[float, float]:
    """By pooling: what the held-out seed people gain in log likelihood."""
    gains = dict.fromkeys(POOLINGS, 0.0)
    if sum(each.reference_count > 0 for each in bins) < 2:
        return gains
    mu_p, var_p = reference_moments(bins)
    count = sum(each.reference_count for each in bins)
    for fold in FOLDS:
        pairs = [(z, f) for z, f in zip(seed_z, folds, strict=True) if z is not None]
        learnt = [z for z, f in pairs if f != fold]
        held_out = [z for z, f in pairs if f == fold]
        mu, var = seed_moments(learnt, mu_p, var_p, settings.gaussian_prior)
        for pooling in POOLINGS:
            curve = Curve(mu, var, mu_p, var_p, pooling, 0.0, 0.0, 0.0, 0.0)
            mean = math.fsum(
                each.reference_count * math.exp(curve.term(each.z)) for each in bins
            )
            gains[pooling] += math.fsum(curve.term(z) for z in held_out)
            gains[pooling] -= len(held_out) * math.log(mean / count)
    return gains


def choose_pooling(gains: Mapping[float, float], settings: Settings) -> float:
    """1 unless another wins by more than one nat in total."""
    if settings.variance_pooling is not None:
        return settings.variance_pooling
    best = max((0.5, 0.0), key=lambda pooling: gains[pooling])
    return best if gains[best] > gains[1.0] + 1 else 1.0
