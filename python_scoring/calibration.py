"""Calibration: what a score of 0.5 means.

score = sigmoid(A ln u - B ln(1 - u) + C), u = sigmoid(log odds) clipped to
[1e-9, 1 - 1e-9], A and B at least 0. With half the mass on the seed and half on the
reference, 0.5 reads "as typical of the seed as of the population".
"""

from dataclasses import asdict, dataclass
from itertools import combinations_with_replacement

import numpy as np

from python_scoring.composite import sigmoid
from python_scoring.parameters import Entries, significant

CLIP = 1e-9
RIDGE = 1e-3
LEAST_SEED_COUNT = 20
NEWTON_STEPS = 100
NOBODY = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The three numbers that turn log odds into a calibrated score.

    a and b stretch the lower and the upper end, c shifts. (1, 1, 0) changes nothing:
    the score is then sigmoid(log odds), unclipped.
    """

    a: float
    b: float
    c: float

    def score(self, log_odds: np.ndarray) -> np.ndarray:
        """Score between 0 and 1 of each log odds, never falling as they rise.

        >>> Calibration(1.0, 1.0, 0.0).score(np.array([0.0, np.log(3)])).round(9)
        array([0.5 , 0.75])
        """
        if self == UNCALIBRATED:
            return sigmoid(log_odds)
        lower, upper = log_shares(log_odds)
        return sigmoid(self.a * lower + self.b * upper + self.c)

    def to_document(self) -> dict[str, float]:
        """The three numbers by name, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: object) -> "Calibration":
        """The calibration of such a document; ValueError for any other."""
        entries = Entries.of(document, "calibration", cls)
        return cls(*(entries.number(name) for name in ("a", "b", "c")))


UNCALIBRATED = Calibration(1.0, 1.0, 0.0)


def log_shares(log_odds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ln u and -ln(1 - u), where u = sigmoid(log_odds) clipped to [1e-9, 1 - 1e-9].

    Their difference from 0 is what remains of the log odds' negative and positive side,
    so a weight on each bends the score at one end and leaves the other.
    """
    limit = np.log((1.0 - CLIP) / CLIP)
    clipped = np.clip(log_odds, -limit, limit)
    rest = np.log1p(np.exp(-np.abs(clipped)))
    return np.minimum(clipped, 0.0) - rest, np.maximum(clipped, 0.0) + rest


def fit_calibration(
    seed_log_odds: np.ndarray,
    reference_log_odds: np.ndarray,
    unlike_log_odds: np.ndarray = NOBODY,
    unlike_part: float = 0.0,
) -> Calibration:
    """The calibration with the least balanced log loss.

    Half the mass on the out-of-fold seed, half on the reference's sample, plus
    1e-3 ((A - 1)^2 + (B - 1)^2). The order of the people does not matter, to the last
    bit. Fewer than 20 seed people, an empty reference or A = B = 0: `UNCALIBRATED`.
    With people of a negative seed the other half is the contrast's: they are
    `unlike_part` of it.
    """
    if len(seed_log_odds) < LEAST_SEED_COUNT or len(reference_log_odds) == 0:
        return UNCALIBRATED
    loss = BalancedLogLoss.of(
        seed_log_odds, reference_log_odds, unlike_log_odds, unlike_part
    )
    found = loss.least()
    if found[0] == 0.0 and found[1] == 0.0:
        return UNCALIBRATED
    return Calibration(*(significant(float(value)) for value in found))


@dataclass(frozen=True, eq=False)
class BalancedLogLoss:
    """The balanced log loss with its ridge, as a function of (A, B, C).

    `features` are ln u, -ln(1 - u) and 1 of every person; `signs` 1 for the seed and -1
    for the reference and the negative seed; `masses` half the mass of each side, that of
    each group shared out equally.
    """

    features: tuple[np.ndarray, np.ndarray, np.ndarray]
    signs: np.ndarray
    masses: np.ndarray

    @classmethod
    def of(
        cls,
        seed: np.ndarray,
        reference: np.ndarray,
        unlike: np.ndarray,
        unlike_part: float,
    ) -> "BalancedLogLoss":
        """The loss of these log odds, sorted so that sums do not know their order."""
        groups = (np.sort(seed), np.sort(reference), np.sort(unlike))
        lower, upper = log_shares(np.concatenate(groups))
        counts = [len(group) for group in groups]
        part = unlike_part if len(unlike) else 0.0
        halves = (0.5, 0.5 * (1.0 - part), 0.5 * part)
        each = [
            half / max(count, 1) for half, count in zip(halves, counts, strict=True)
        ]
        return cls(
            features=(lower, upper, np.ones(len(lower))),
            signs=np.repeat([1.0, -1.0, -1.0], counts),
            masses=np.repeat(each, counts),
        )

    def __call__(self, point: np.ndarray) -> float:
        """Loss at (A, B, C)."""
        margins = self.signs * self._log_odds(point)
        # ln(1 + e^-margin), in the form that numpy computes four numbers at a time
        losses = np.log(1.0 + np.exp(-np.abs(margins))) - np.minimum(margins, 0.0)
        log_loss = np.sum(self.masses * losses)
        return float(log_loss + RIDGE * np.sum((point[:2] - 1.0) ** 2))

    def least(self) -> np.ndarray:
        """The point with the least loss where A and B are at least 0.

        The loss is convex: the least point without bounds is the answer if it keeps
        them, else the best of those with A, B or both held at 0 that do.
        """
        for held_sets in (((),), ((0,), (1,), (0, 1))):
            found = [self._least_with(held) for held in held_sets]
            allowed = [point for point in found if min(point[:2]) >= 0.0]
            if allowed:
                return min(allowed, key=self)
        raise AssertionError("A = B = 0 always keeps the bounds")

    def _least_with(self, held_at_zero: tuple[int, ...]) -> np.ndarray:
        """Damped Newton over the numbers that are not held at 0."""
        free = np.array([place for place in range(3) if place not in held_at_zero])
        point = np.array([1.0, 1.0, 0.0])
        point[list(held_at_zero)] = 0.0
        loss = self(point)
        for _ in range(NEWTON_STEPS):
            gradient, curvature = self._derivatives(point)
            step = np.zeros(3)
            step[free] = np.linalg.solve(curvature[np.ix_(free, free)], -gradient[free])
            if -step @ gradient < 1e-16:  # one full step more ends at rounding error
                return point + step
            size = 1.0
            while self(point + size * step) > loss and size > 1e-9:
                size *= 0.5
            point = point + size * step
            loss = self(point)
        return point

    def _log_odds(self, point: np.ndarray) -> np.ndarray:
        lower, upper, ones = self.features
        return point[0] * lower + point[1] * upper + point[2] * ones

    def _derivatives(self, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Gradient and matrix of second derivatives; plain sums, so no BLAS threads."""
        scores = sigmoid(self._log_odds(point))
        slopes = self.masses * (scores - (self.signs > 0))
        curves = self.masses * scores * (1.0 - scores)
        gradient = np.array([np.sum(slopes * each) for each in self.features])
        curvature = np.empty((3, 3))
        for row, column in combinations_with_replacement(range(3), 2):
            curvature[row, column] = curvature[column, row] = np.sum(
                curves * self.features[row] * self.features[column]
            )
        gradient[:2] += 2.0 * RIDGE * (point[:2] - 1.0)
        curvature[[0, 1], [0, 1]] += 2.0 * RIDGE
        return gradient, curvature
