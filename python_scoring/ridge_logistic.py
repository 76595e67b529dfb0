"""Logistic regression with a ridge towards given coefficients.

minimise sum_i m_i log(1 + exp(-y_i (w . f_i + b))) + |w - w0|^2 / (2 C), the intercept b
free. Sums are made in a fixed order, without BLAS, so that the number of threads does not
reach the last bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from python_scoring.composite import sigmoid

NEWTON_STEPS = 50
LEAST_GAIN = 1e-18  # of the loss per unit of mass: a full step more is rounding error


@dataclass(frozen=True, eq=False)
class WeighedRows:
    """Features (features x rows), signs +1 or -1, and the mass of each row."""

    features: np.ndarray
    signs: np.ndarray
    masses: np.ndarray

    @classmethod
    def of_sides(
        cls,
        seed: np.ndarray,
        reference: np.ndarray,
        seed_masses: np.ndarray,
        reference_masses: np.ndarray | None = None,
    ) -> "WeighedRows":
        """Both sides, of equal mass in total, the seed people of the masses given.

        Those of the reference are in proportion to `reference_masses`, else all alike.
        """
        counts = [seed.shape[1], reference.shape[1]]
        if reference_masses is None:
            reference_masses = np.ones(counts[1])
        scale = float(seed_masses.sum()) / float(reference_masses.sum())
        return cls(
            features=np.concatenate([seed, reference], axis=1),
            signs=np.repeat([1.0, -1.0], counts),
            masses=np.concatenate([seed_masses, scale * reference_masses]),
        )

    def rows(self, chosen: np.ndarray) -> "WeighedRows":
        """The rows of a mask."""
        return WeighedRows(
            np.ascontiguousarray(self.features[:, chosen]),
            self.signs[chosen],
            self.masses[chosen],
        )

    def margins(self, point: np.ndarray) -> np.ndarray:
        """y (w . f + b) of each row; `point` is w, then b."""
        log_odds = np.einsum("j,jn->n", point[:-1], self.features) + point[-1]
        return self.signs * log_odds

    def log_loss(self, point: np.ndarray) -> float:
        """Sum of the rows' log losses by their mass."""
        return float(np.sum(self.masses * np.logaddexp(0.0, -self.margins(point))))


def fit_ridge(
    rows: WeighedRows, prior: np.ndarray, strength: float, start: np.ndarray
) -> np.ndarray:
    """w, then b, of the least loss; `strength` is C, `start` where the search begins.

    The loss is strictly convex, so the start decides nothing but the time.
    """
    precision = np.append(np.full(len(prior), 1.0 / strength), 0.0)
    centre = np.append(prior, 0.0)

    def loss_at(place: np.ndarray) -> float:
        return rows.log_loss(place) + 0.5 * float(
            np.sum(precision * (place - centre) ** 2)
        )

    point, loss = start, loss_at(start)
    least_gain = LEAST_GAIN * float(np.sum(rows.masses))
    for _ in range(NEWTON_STEPS):
        gradient, curvature = _derivatives(rows, point)
        gradient += precision * (point - centre)
        curvature[np.diag_indices_from(curvature)] += precision
        step = -np.linalg.solve(curvature, gradient)
        if -float(np.sum(step * gradient)) < least_gain:
            return np.asarray(point + step)
        size = 1.0
        while (new_loss := loss_at(point + size * step)) > loss and size > 1e-9:
            size *= 0.5
        point, loss = point + size * step, new_loss
    return point


def choose_strength(
    rows: WeighedRows, folds: np.ndarray, prior: np.ndarray, strengths: Sequence[float]
) -> float:
    """The C with the least log loss on rows that the fit had not seen.

    `folds` says which part each row is held out with. Between equals the first.
    """
    losses = np.zeros(len(strengths))
    for fold in np.unique(folds):
        learnt, held_out = rows.rows(folds != fold), rows.rows(folds == fold)
        point = np.append(prior, 0.0)
        for place, strength in enumerate(strengths):
            point = fit_ridge(learnt, prior, strength, point)
            losses[place] += held_out.log_loss(point)
    return strengths[int(np.argmin(losses))]


def _derivatives(rows: WeighedRows, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gradient and matrix of second derivatives of the log loss in w, then b."""
    shares = sigmoid(-rows.margins(point))
    slopes = -rows.masses * rows.signs * shares
    curves = rows.masses * shares * (1.0 - shares)
    size = len(point)
    gradient = np.empty(size)
    gradient[:-1] = np.einsum("jn,n->j", rows.features, slopes)
    gradient[-1] = np.sum(slopes)
    curvature = np.empty((size, size))
    weighed = rows.features * curves
    curvature[:-1, :-1] = np.einsum("jn,kn->jk", weighed, rows.features)
    curvature[-1, :-1] = curvature[:-1, -1] = np.sum(weighed, axis=1)
    curvature[-1, -1] = np.sum(curves)
    return gradient, curvature
