"""Where held-out people stand in the sample, on the scale of the whole fit."""

import bisect

import numpy as np


def placed(
    log_odds: np.ndarray, keys: list[str], sample: np.ndarray, whole: np.ndarray
) -> list[float]:
    """What the whole fit gives who has the same place in the sample as these people.

    `sample` by the fit that ranks these people, `whole` by that of everybody.
    """
    ordered, scale = sorted(sample), sorted(whole)
    spread = np.std(ordered)
    stretch = np.std(scale) / spread if spread > 0 else 0.0
    alike: dict[float, list[str]] = {}
    for value, key in sorted(zip(log_odds, keys, strict=True), key=lambda one: one[1]):
        alike.setdefault(value, []).append(key)
    found = []
    for value, key in zip(log_odds, keys, strict=True):
        low, high = (
            bisect.bisect_left(ordered, value),
            bisect.bisect_right(ordered, value),
        )
        if high > low:  # the middle of one's part of the places of all who are as alike
            part = (alike[value].index(key) + 0.5) / len(alike[value])
            told = scale[int(low + part * (high - low))]
        elif low == 0:
            told = scale[0] - stretch * (ordered[0] - value)
        elif low == len(ordered):
            told = scale[-1] + stretch * (value - ordered[-1])
        else:
            way = (value - ordered[low - 1]) / (ordered[low] - ordered[low - 1])
            told = scale[low - 1] + way * (scale[low] - scale[low - 1])
        found.append(round(told, 9))
    return found
