"""What each attribute weighs: signal, independence of others, or divergence."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from tests.oracle.fits import Fit
from tests.oracle.settings import Settings, significant


def decorrelate(
    terms: pd.DataFrame, signal_share: Mapping[str, float], settings: Settings
) -> dict[str, float]:
    """h: one over the sum of squared correlations with the attributes that count."""
    result = {}
    of_all = settings.attribute_weights == "decorrelated"
    for j in terms.columns:
        total = 1.0
        for k in terms.columns:
            if k != j and (of_all or signal_share[k] > 0):
                total += _correlation(terms[j].to_numpy(), terms[k].to_numpy()) ** 2
        result[j] = 1 / total
    return result


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    if len(x) == 0 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    x, y = x - x.mean(), y - y.mean()
    return float((x * y).sum() / math.sqrt((x * x).sum() * (y * y).sum()))


def weigh(
    fit: Fit,
    decorrelation: Mapping[str, float],
    order: Sequence[str],
    settings: Settings,
) -> None:
    """w of each attribute; one that was dropped weighs nothing, whatever the choice."""
    scales: dict[str, Callable[[str], float]] = {
        "none": lambda name: 1.0,
        "kl": lambda name: _over_greatest(fit.divergence, name),
        "js": lambda name: _over_greatest(fit.jensen_shannon, name),
        "noise": lambda name: fit.signal_share[name],
        "decorrelated": lambda name: decorrelation[name],
        "noise_decorrelated": lambda name: fit.signal_share[name] * decorrelation[name],
    }
    for name in order:
        is_dropped = name not in fit.value_terms and name not in fit.curves
        weight = 0.0 if is_dropped else scales[settings.attribute_weights](name)
        fit.weights[name] = significant(weight)


def _over_greatest(numbers: Mapping[str, float], name: str) -> float:
    greatest = max(numbers.values())
    return numbers[name] / greatest if greatest > 0 else 0.0
