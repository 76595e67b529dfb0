"""Held-out log loss of several scorers on the same people, and how sure its differences are.

Both sides have half the mass, as in the calibration. Each person is scored by a
calibration of the other folds; the sample's people are dealt to the folds once for all
scorers, so that every difference is one of the same people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from python_scoring.calibration import fit_calibration
from python_scoring.cross_fitting import FOLDS, CrossFit

LEAST_SHARE = 1e-15  # a loss is finite whatever the score


@dataclass(frozen=True, eq=False)
class HeldOutLosses:
    """Log loss of each person of either side, in nats, and the fold each belongs to."""

    seed: np.ndarray
    sample: np.ndarray
    seed_folds: np.ndarray
    sample_folds: np.ndarray

    def mean(self, folds: Sequence[int]) -> float:
        """The balanced log loss of the people of these folds."""
        return sum(_mean(side) for side in self._sides(folds)) / 2.0

    def beyond(
        self, other: "HeldOutLosses", folds: Sequence[int]
    ) -> tuple[float, float]:
        """How much greater this loss is than the other's, and its standard error.

        The variance of the mean of the same people's differences, side by side.
        """
        gaps = [
            mine - theirs
            for mine, theirs in zip(
                self._sides(folds), other._sides(folds), strict=True
            )
        ]
        variances = [_variance(gap) / max(len(gap), 1) for gap in gaps]
        return sum(map(_mean, gaps)) / 2.0, float(np.sqrt(sum(variances))) / 2.0

    def _sides(self, folds: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        return (
            self.seed[np.isin(self.seed_folds, folds)],
            self.sample[np.isin(self.sample_folds, folds)],
        )


def held_out_losses(
    fits: Mapping[str, CrossFit], seed_folds: np.ndarray
) -> dict[str, HeldOutLosses]:
    """The losses of each scorer; `seed_folds` in the order of `canonical_seed`.

    The sample's order is that of its people's log odds by all scorers: whoever has the
    same ones is exchangeable, so that it does not matter in which order they came.
    """
    samples = [fit.sample_log_odds for fit in fits.values()]
    order = np.lexsort(samples)
    dealt = np.arange(len(order)) % FOLDS
    return {
        name: losses_of(
            fit.seed_log_odds, seed_folds, fit.sample_log_odds[order], dealt
        )
        for name, fit in fits.items()
    }


def losses_of(
    seed: np.ndarray, seed_folds: np.ndarray, sample: np.ndarray, dealt: np.ndarray
) -> HeldOutLosses:
    """The losses of one scorer's log odds, each fold by a calibration of the others."""
    of_seed, of_sample = np.zeros(len(seed)), np.zeros(len(sample))
    for fold in range(FOLDS):
        own, others = seed_folds == fold, dealt == fold
        calibration = fit_calibration(seed[~own], sample[~others])
        of_seed[own] = -np.log(_bounded(calibration.score(seed[own])))
        of_sample[others] = -np.log1p(-_bounded(calibration.score(sample[others])))
    return HeldOutLosses(of_seed, of_sample, seed_folds, dealt)


def _bounded(scores: np.ndarray) -> np.ndarray:
    return np.clip(scores, LEAST_SHARE, 1.0 - LEAST_SHARE)


def _mean(values: np.ndarray) -> float:
    # sorted, so that a sum does not know the order of the people
    return float(np.sort(values).mean()) if len(values) else 0.0


def _variance(values: np.ndarray) -> float:
    return float(np.sort(values).var(ddof=1)) if len(values) > 1 else 0.0
