"""Proxies: how well what is scored tells protected groups apart.

The measure is Cramér's V of the two, with Bergsma's correction for chance: 0 where the
one says nothing of the other, 1 where it tells all. How strong that is goes by Cohen's w,
the root of the same corrected phi squared: V falls with the number of groups, w does not.

Sources: Cramér, "Mathematical Methods of Statistics" (1946), 21.9; Bergsma, "A
bias-correction for Cramér's V and Tschuprow's T", J. Korean Stat. Soc. 42 (2013); Cohen,
"Statistical Power Analysis for the Behavioral Sciences" (1988), 7.2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from python_scoring.value_groups import grouped, number_bands, numbers_of

Strength = Literal["weak", "moderate", "strong"]
MODERATE_FROM, STRONG_FROM = 0.3, 0.5
PROTECTED_BANDS, SCORED_BANDS = 5, 10


@dataclass(frozen=True, slots=True)
class Association:
    """Cramér's V and Cohen's w of one table of counts, both corrected for chance."""

    cramers_v: float
    effect: float

    @property
    def strength(self) -> Strength:
        """In a word: w from 0.3 on is moderate, from 0.5 on strong."""
        if self.effect >= STRONG_FROM:
            return "strong"
        return "moderate" if self.effect >= MODERATE_FROM else "weak"


@dataclass(frozen=True, slots=True)
class Proxy:
    """How well one scored attribute tells the groups of one protected attribute apart."""

    attribute: str
    protected: str
    cramers_v: float
    effect: float
    strength: Strength


def association(counts: np.ndarray) -> Association:
    """The association of rows and columns of a table of counts; 0 where either is one.

    phi^2 = chi^2 / n - (r - 1)(c - 1) / (n - 1), at least 0; V^2 = phi^2 / (min(r', c') -
    1) with k' = k - (k - 1)^2 / (n - 1); w^2 = phi^2.

    >>> association(np.array([[50, 0], [0, 50]])).strength
    'strong'
    >>> association(np.array([[25, 25], [25, 25]])).cramers_v
    0.0
    """
    from scipy.stats import chi2_contingency

    kept = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    rows, columns = kept.shape
    people = int(kept.sum())
    if min(rows, columns) < 2:
        return Association(0.0, 0.0)
    statistic = float(chi2_contingency(kept, correction=False).statistic)
    by_chance = (rows - 1) * (columns - 1) / (people - 1)
    squared = max(0.0, statistic / people - by_chance)
    most = min(k - (k - 1) ** 2 / (people - 1) for k in (rows, columns)) - 1
    if most <= 0:
        return Association(0.0, 0.0)
    return Association(
        min(1.0, float(np.sqrt(squared / most))), float(np.sqrt(squared))
    )


def proxies_of(
    people: pa.Table, scored: Mapping[str, str], protected: Mapping[str, str]
) -> tuple[Proxy, ...]:
    """The strength of each scored column for each protected one, in their order.

    `scored` and `protected` are roles by column: continuous ones are cut in tenths and
    in fifths. A missing value counts as a value on both sides.
    """
    groups = {
        name: _codes(people[name], role, PROTECTED_BANDS)
        for name, role in protected.items()
    }
    found = []
    for name, role in scored.items():
        codes = _codes(people[name], role, SCORED_BANDS)
        found += [
            _proxy(name, other, codes, of_group) for other, of_group in groups.items()
        ]
    return tuple(found)


def score_proxies(
    people: pa.Table, log_odds: np.ndarray, protected: Mapping[str, str], name: str
) -> tuple[Proxy, ...]:
    """The same of the score as a whole, cut in tenths; `name` is what it is called.

    `log_odds` are the people's; those without are left out.
    """
    is_scored = ~np.isnan(log_odds)
    if not is_scored.any():
        return ()
    ranked = people.filter(pa.array(is_scored))
    table = ranked.append_column(name, pa.array(log_odds[is_scored]))
    return proxies_of(table, {name: "continuous"}, protected)


def strong(proxies: Sequence[Proxy]) -> list[Proxy]:
    """The strong ones, the strongest first."""
    found = [each for each in proxies if each.strength == "strong"]
    return sorted(found, key=lambda each: (-each.effect, each.attribute))


def _proxy(name: str, protected: str, codes: np.ndarray, groups: np.ndarray) -> Proxy:
    counts = np.zeros((codes.max(initial=0) + 1, groups.max(initial=0) + 1), np.int64)
    np.add.at(counts, (codes, groups), 1)
    found = association(counts)
    return Proxy(name, protected, found.cramers_v, found.effect, found.strength)


def _codes(column: pa.ChunkedArray, role: str, bands: int) -> np.ndarray:
    found = number_bands(numbers_of(column), bands) if role == "continuous" else None
    return grouped(column.combine_chunks(), found)[0]
