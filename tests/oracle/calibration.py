"""From log odds to scores between 0 and 1."""

import numpy as np
from scipy.optimize import minimize, root

from tests.oracle.settings import significant


def calibrate(seed: np.ndarray, sample: np.ndarray) -> tuple[float, float, float]:
    """(A, B, C) of least balanced log loss; (1, 1, 0) where nothing is calibrated."""
    if len(seed) < 20 or len(sample) == 0:
        return 1.0, 1.0, 0.0

    def loss(point: np.ndarray) -> float:
        of_seed = np.logaddexp(0, -_stretched(seed, point)).mean()
        of_sample = np.logaddexp(0, _stretched(sample, point)).mean()
        ridge = (point[0] - 1) ** 2 + (point[1] - 1) ** 2
        return float(0.5 * of_seed + 0.5 * of_sample + 1e-3 * ridge)

    def gradient(point: np.ndarray) -> np.ndarray:
        seed_slope = (_squash(_stretched(seed, point)) - 1) * 0.5 / len(seed)
        sample_slope = _squash(_stretched(sample, point)) * 0.5 / len(sample)
        slope = np.concatenate([seed_slope, sample_slope])
        u = _clipped_u(np.concatenate([seed, sample]))
        return np.array(
            [
                (slope * np.log(u)).sum() + 2e-3 * (point[0] - 1),
                (slope * -np.log1p(-u)).sum() + 2e-3 * (point[1] - 1),
                slope.sum(),
            ]
        )

    start = minimize(
        loss,
        np.array([1.0, 1.0, 0.0]),
        jac=gradient,
        method="L-BFGS-B",
        bounds=[(0, None), (0, None), (None, None)],
        options={"maxiter": 10_000, "ftol": 1e-16, "gtol": 1e-10},
    ).x
    free = [place for place in range(3) if place == 2 or start[place] > 1e-9]

    def free_gradient(numbers: np.ndarray) -> np.ndarray:
        point = np.zeros(3)
        point[free] = numbers
        return gradient(point)[free]

    point = np.zeros(3)
    point[free] = root(free_gradient, start[free], tol=1e-14).x
    if point[0] == 0 and point[1] == 0:
        return 1.0, 1.0, 0.0
    a, b, c = (significant(float(each)) for each in point)
    return a, b, c


def score_of(
    log_odds: np.ndarray, calibration: tuple[float, float, float]
) -> np.ndarray:
    """score = sigmoid(A ln u - B ln(1 - u) + C)."""
    if calibration == (1.0, 1.0, 0.0):
        return _squash(log_odds)
    return _squash(_stretched(log_odds, np.array(calibration)))


def _stretched(log_odds: np.ndarray, point: np.ndarray) -> np.ndarray:
    u = _clipped_u(log_odds)
    return point[0] * np.log(u) - point[1] * np.log1p(-u) + point[2]


def _clipped_u(log_odds: np.ndarray) -> np.ndarray:
    return np.clip(_squash(log_odds), 1e-9, 1 - 1e-9)


def _squash(log_odds: np.ndarray) -> np.ndarray:
    return np.exp(-np.logaddexp(0.0, -log_odds))
