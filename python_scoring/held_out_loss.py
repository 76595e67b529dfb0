"""Held-out log loss of several scorers on the same people, and how sure its differences are.

Both sides have half the mass, as in the calibration. With a negative seed the other side is
the contrast that the scorers learn from, the sample and the negative seed's people, so that
they are judged by what they were asked. Each person is scored by a calibration of the other
folds; the sample's people are dealt to the folds once for all scorers, so that every
difference is one of the same people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from python_scoring.calibration import fit_calibration
from python_scoring.contrast import Contrast
from python_scoring.cross_fitting import FOLDS, WHOLE_SEED, CrossFit
from python_scoring.learning_rows import UNLIKE, folds_of, unlike_of_fit
from python_scoring.scorers.base import rows_of_fold

LEAST_SHARE = 1e-15  # a loss is finite whatever the score


@dataclass(frozen=True, eq=False)
class HeldOutFolds:
    """The fold of each held-out person, in the order of the relations.

    `unlike` are those of the negative seed's people, who are `unlike_part` of the contrast.
    """

    seed: np.ndarray
    unlike: np.ndarray = field(default_factory=lambda: np.zeros(0, np.intp))
    unlike_part: float = 0.0

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table]) -> "HeldOutFolds":
        """The folds of `canonical_seed` and, where there is one, of `canonical_unlike`."""
        seed = folds_of(tables["canonical_seed"])
        if UNLIKE not in tables:
            return cls(seed)
        (totals,) = rows_of_fold(tables, "distribution_totals", WHOLE_SEED)
        contrast = Contrast(float(totals["unlike_total"]), float(totals["smoothing"]))
        unlike = folds_of(unlike_of_fit(tables, WHOLE_SEED))
        return cls(seed, unlike, contrast.unlike_part)


@dataclass(frozen=True, eq=False)
class HeldOutLosses:
    """Log loss of each person, in nats, and the fold each belongs to."""

    seed: np.ndarray
    sample: np.ndarray
    unlike: np.ndarray
    folds: HeldOutFolds
    sample_folds: np.ndarray

    def mean(self, folds: Sequence[int]) -> float:
        """The balanced log loss of the people of these folds."""
        return self._weighed([_mean(group) for group in self._groups(folds)])

    def beyond(
        self, other: "HeldOutLosses", folds: Sequence[int]
    ) -> tuple[float, float]:
        """How much greater this loss is than the other's, and its standard error.

        The variance of the mean of the same people's differences, side by side.
        """
        gaps = [
            mine - theirs
            for mine, theirs in zip(
                self._groups(folds), other._groups(folds), strict=True
            )
        ]
        variances = [_variance(gap) / max(len(gap), 1) for gap in gaps]
        variance = self._weighed(variances, power=2)
        return self._weighed([_mean(gap) for gap in gaps]), float(np.sqrt(variance))

    def _groups(self, folds: Sequence[int]) -> tuple[np.ndarray, ...]:
        return (
            self.seed[np.isin(self.folds.seed, folds)],
            self.sample[np.isin(self.sample_folds, folds)],
            self.unlike[np.isin(self.folds.unlike, folds)],
        )

    def _weighed(self, of_groups: Sequence[float], power: int = 1) -> float:
        part = self.folds.unlike_part
        masses = (0.5, 0.5 * (1.0 - part), 0.5 * part)
        return sum(
            mass**power * each for mass, each in zip(masses, of_groups, strict=True)
        )


def held_out_losses(
    fits: Mapping[str, CrossFit], folds: HeldOutFolds
) -> dict[str, HeldOutLosses]:
    """The losses of each scorer, the log odds of its held-out people being of these folds.

    The sample's order is that of its people's log odds by all scorers: whoever has the
    same ones is exchangeable, so that it does not matter in which order they came.
    """
    samples = [fit.sample_log_odds for fit in fits.values()]
    order = np.lexsort(samples)
    dealt = np.arange(len(order)) % FOLDS
    return {
        name: _losses_of(fit, fit.sample_log_odds[order], folds, dealt)
        for name, fit in fits.items()
    }


def _losses_of(
    fit: CrossFit, sample: np.ndarray, folds: HeldOutFolds, dealt: np.ndarray
) -> HeldOutLosses:
    """The losses of one scorer's log odds, each fold by a calibration of the others."""
    seed, unlike = fit.seed_log_odds, fit.unlike_log_odds
    of_seed, of_sample, of_unlike = (np.zeros(len(e)) for e in (seed, sample, unlike))
    for fold in range(FOLDS):
        own, drawn, unwanted = folds.seed == fold, dealt == fold, folds.unlike == fold
        calibration = fit_calibration(
            seed[~own], sample[~drawn], unlike[~unwanted], folds.unlike_part
        )
        of_seed[own] = -np.log(_bounded(calibration.score(seed[own])))
        for losses, log_odds, members in (
            (of_sample, sample, drawn),
            (of_unlike, unlike, unwanted),
        ):
            scores = calibration.score(log_odds[members])
            losses[members] = -np.log1p(-_bounded(scores))
    return HeldOutLosses(of_seed, of_sample, of_unlike, folds, dealt)


def _bounded(scores: np.ndarray) -> np.ndarray:
    return np.clip(scores, LEAST_SHARE, 1.0 - LEAST_SHARE)


def _mean(values: np.ndarray) -> float:
    # sorted, so that a sum does not know the order of the people
    return float(np.sort(values).mean()) if len(values) else 0.0


def _variance(values: np.ndarray) -> float:
    return float(np.sort(values).var(ddof=1)) if len(values) > 1 else 0.0
