"""The terms of one attribute, and how far the seed is from the reference in it."""

import math
from collections import Counter

import numpy as np
import pandas as pd

from tests.oracle.bins import Bin
from tests.oracle.fits import Curve, Fit
from tests.oracle.settings import Settings, significant


def fit_values(
    fit: Fit,
    name: str,
    *,
    seed: pd.Series,
    keep: np.ndarray,
    reference: pd.Series,
    settings: Settings,
) -> None:
    """Categorical: q of the whole fit, p of the people kept; missing is a value."""
    fit.divergence[name], fit.degrees_of_freedom[name] = 0.0, 0
    fit.jensen_shannon[name] = 0.0
    if seed.isna().all():
        return  # no seed person has a value: dropped with a notice
    a = Counter(seed[keep])
    b = Counter(reference)
    values = set(seed) | set(b)
    n, big_n, count = int(keep.sum()), len(reference), len(values)
    q = {v: (b[v] + 0.5) / (big_n + count / 2) for v in values}
    m = settings.smoothing
    p = {v: (a[v] + m * q[v]) / (n + m) for v in values}
    fit.value_terms[name] = {v: significant(math.log(p[v] / q[v])) for v in values}

    # the information uses m = 1, and values expected less than once folded into one
    p = {v: (a[v] + q[v]) / (n + 1) for v in values}
    groups = [(p[v], q[v]) for v in values if n * q[v] >= 1]
    folded = [v for v in values if n * q[v] < 1]
    if folded:
        groups.append(
            (math.fsum(p[v] for v in folded), math.fsum(q[v] for v in folded))
        )
    fit.divergence[name] = math.fsum(s * math.log(s / r) for s, r in groups)
    fit.jensen_shannon[name] = _jensen_shannon(groups)
    fit.degrees_of_freedom[name] = len(groups) - 1


def fit_curve(
    fit: Fit,
    name: str,
    *,
    seed_z: list[float | None],
    keep: np.ndarray,
    bins: list[Bin],
    reference: pd.Series,
    pooling: float,
    settings: Settings,
) -> None:
    """Continuous: the two curves, the missing terms, the information."""
    fit.divergence[name], fit.degrees_of_freedom[name] = 0.0, 0
    fit.jensen_shannon[name] = 0.0
    if sum(each.reference_count > 0 for each in bins) < 2:
        return  # dropped with a notice
    if all(z is None for z in seed_z):
        return  # no seed person has a value: dropped with a notice
    n, m = int(keep.sum()), settings.smoothing
    kept = [z for z, is_kept in zip(seed_z, keep, strict=True) if is_kept]
    observed = [z for z in kept if z is not None]
    mu_p, var_p = reference_moments(bins)
    mu, var = seed_moments(observed, mu_p, var_p, settings.gaussian_prior)
    q0 = float(reference.isna().sum()) / len(reference)
    p0 = (n - len(observed) + m * q0) / (n + m)
    missing = math.log(p0 / q0) if q0 > 0 else 0.0
    present = math.log((1 - p0) / (1 - q0)) if q0 > 0 else 0.0
    fit.curves[name] = Curve(
        mu=significant(mu),
        var=significant(var),
        mu_p=significant(mu_p),
        var_p=significant(var_p),
        pooling=pooling,
        missing_term=significant(missing),
        present_term=significant(present),
        p0=p0,
        q0=q0,
    )
    v = (1 - pooling) * var + pooling * var_p
    ratio = v / var_p
    gaussian = 0.5 * (ratio + (mu - mu_p) ** 2 / var_p - 1 - math.log(ratio))
    information = (1 - p0) * gaussian
    if 0 < q0 < 1:
        information += p0 * missing + (1 - p0) * present
    fit.divergence[name] = information
    fit.degrees_of_freedom[name] = 1 if pooling == 1 else 2
    # Jensen-Shannon has no closed form here: the seed's share of a bin is the
    # reference's times e^t, made to sum to one; the missing are one more value
    tilted = [b.reference_share * math.exp(fit.curves[name].term(b.z)) for b in bins]
    whole = math.fsum(tilted)
    fit.jensen_shannon[name] = _jensen_shannon(
        [
            (p0, q0),
            *(
                ((1 - p0) * share / whole, (1 - q0) * b.reference_share)
                for share, b in zip(tilted, bins, strict=True)
            ),
        ]
    )


def reference_moments(bins: list[Bin]) -> tuple[float, float]:
    """Mean and variance of z over the reference people with a value."""
    count = sum(each.reference_count for each in bins)
    mean = math.fsum(each.reference_count * each.z for each in bins) / count
    spread = math.fsum(each.reference_count * (each.z - mean) ** 2 for each in bins)
    return mean, spread / count


def seed_moments(
    z: list[float], mu_p: float, var_p: float, k: float
) -> tuple[float, float]:
    """Mean and variance of the seed's z, drawn towards the reference by k people."""
    mu = (math.fsum(z) + k * mu_p) / (len(z) + k)
    var = (math.fsum((each - mu) ** 2 for each in z) + k * var_p) / (len(z) + k)
    return mu, var


def _jensen_shannon(groups: list[tuple[float, float]]) -> float:
    return 0.5 * math.fsum(
        share * math.log(2 * share / (p + q))
        for p, q in groups
        for share in (p, q)
        if share > 0
    )
