"""How to read the figures: what a held-out AUC of some size means in plain words."""

from dataclasses import dataclass

from report.remarks import CHANCE_BELOW, PERFECT_FROM
from report.words import number_text


@dataclass(frozen=True, slots=True)
class Band:
    """AUC from `least` up to the next band, and what that means."""

    least: float
    name: str
    meaning: str


BANDS = (
    Band(
        0.0,
        "close to chance",
        "The ranking hardly tells seed people from others: do not rely on it.",
    ),
    Band(
        CHANCE_BELOW,
        "weak",
        "Better than chance. Keep the audience small; the best tenth gains most.",
    ),
    Band(
        0.65,
        "useful",
        "The top of the ranking holds clearly more seed-like people.",
    ),
    Band(
        0.75,
        "good",
        "The attributes tell seed people from others well.",
    ),
    Band(
        0.85,
        "very good",
        "Rare for people one does not know; make sure every attribute would be known "
        "before a person is contacted.",
    ),
    Band(
        PERFECT_FROM,
        "too good",
        "Look for an attribute that records that a person is in the seed.",
    ),
)


def band_of(auc: float) -> Band:
    """The band of an AUC.

    >>> band_of(0.765).name
    'good'
    """
    return [band for band in BANDS if auc >= band.least][-1]


def range_text(band: Band) -> str:
    """The band's range.

    >>> range_text(band_of(0.7))
    '0.65 to 0.75'
    """
    later = [other.least for other in BANDS if other.least > band.least]
    if not later:
        return f"{number_text(band.least, 2)} and more"
    if not band.least:
        return f"under {number_text(later[0], 2)}"
    return f"{number_text(band.least, 2)} to {number_text(later[0], 2)}"


def pairs_text(auc: float) -> str:
    """The AUC as pairs of people.

    >>> pairs_text(0.765)
    'the seed person ranks first in 76 of 100 pairs'
    """
    return f"the seed person ranks first in {int(100 * auc)} of 100 pairs"
