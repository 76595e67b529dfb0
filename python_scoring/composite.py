"""From contributions to one number: the log odds, and the sigmoid that squashes them.

Calibration, which decides what 0.5 means, is in `calibration.py`.
"""

from collections.abc import Iterable

import numpy as np


def sigmoid(log_odds: np.ndarray) -> np.ndarray:
    """Turn log odds into a score between 0 and 1, without overflow at either end.

    >>> sigmoid(np.array([-1e6, 0.0, 1e6]))
    array([0. , 0.5, 1. ])
    """
    with np.errstate(over="ignore"):  # exp may reach infinity: 1 / (1 + inf) is the 0
        return 1.0 / (1.0 + np.exp(-log_odds))


def rounded_log_odds(contributions: Iterable[np.ndarray], row_count: int) -> np.ndarray:
    """Sum the attributes' contributions in the order given, rounded to 1e-9.

    The rounding makes people tie who differ by noise of the arithmetic alone, so that
    the order among them is that of their keys on every engine.

    >>> rounded_log_odds([np.array([0.1, -2.0]), np.array([0.2, 2.0])], 2)
    array([0.3, 0. ])
    """
    total = np.zeros(row_count)
    for contribution in contributions:
        total += contribution
    # + 0.0 turns -0.0 into 0.0: they are equal, yet print and hash differently
    return np.round(total, 9) + 0.0
