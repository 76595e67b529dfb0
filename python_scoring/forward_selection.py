"""Attributes one by one: each time the one that adds most to the held-out AUC.

The gain of an attribute is the AUC with it less the AUC without it, on the same held-out
people, with DeLong's error for two AUCs of the same people. What is looked for among k
attributes must exceed its error by more than the greatest of k gains of nothing would:
by the normal quantile of 1 - LEVEL / k (Bonferroni).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from python_scoring.attribute_weights import WHOLE
from python_scoring.evidence import Evidence, Placed

LEVEL = 0.05
SAME_FROM = 0.7


@dataclass(frozen=True, slots=True)
class Gain:
    """What an attribute adds to those before it; `noise` is what chance alone may add."""

    attribute: str
    auc: float
    gain: float
    standard_error: float
    noise: float

    @property
    def is_sure(self) -> bool:
        """True where the gain is more than noise."""
        return self.gain > self.noise


@dataclass(frozen=True, slots=True)
class Chosen:
    """The attributes chosen, in order, and what each of the others would add to them."""

    steps: tuple[Gain, ...]
    others: tuple[Gain, ...]


def choose_attributes(
    evidence: Evidence, candidates: Sequence[str], *, least: int, most: int
) -> Chosen:
    """The choice of at most `most`, and at least `least` where there are so many.

    It ends where no attribute adds more than noise. Below `least` the one that adds most
    is taken all the same, and its gain says so; those that carry no signal or repeat what
    is chosen come last there. On equal gains the first of
    `candidates` comes first.
    """
    steps: list[Gain] = []
    names: list[str] = []
    placed = evidence.placed(names)
    while True:
        others = [name for name in candidates if name not in names]
        tried = {name: evidence.placed([*names, name]) for name in others}
        gains = [
            _gain(name, placed, tried[name], 1 if len(names) >= most else len(others))
            for name in others
        ]
        best = max(gains, key=lambda each: each.gain, default=None)
        if best is None or len(names) >= most:
            return Chosen(tuple(steps), tuple(gains))
        if not best.is_sure:
            if len(names) >= least:
                return Chosen(tuple(steps), tuple(gains))
            best = max(
                gains, key=lambda each: (_is_news(evidence, each, names), each.gain)
            )
        steps.append(best)
        names.append(best.attribute)
        placed = tried[best.attribute]


def _is_news(evidence: Evidence, gain: Gain, names: Sequence[str]) -> bool:
    """True where an attribute carries a signal and repeats none of these."""
    weights = evidence.weights
    (place,), chosen = weights.places([gain.attribute]), weights.places(names)
    repeats = np.abs(weights.correlations[place, chosen]) >= SAME_FROM
    return bool(weights.signal_share[WHOLE, place] > 0 and not repeats.any())


def _gain(name: str, before: Placed, after: Placed, candidates: int) -> Gain:
    from scipy.special import ndtri

    error = after.error_beyond(before)
    return Gain(
        attribute=name,
        auc=after.auc,
        gain=after.auc - before.auc,
        standard_error=error,
        noise=float(ndtri(1.0 - LEVEL / candidates)) * error,
    )
