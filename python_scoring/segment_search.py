"""Finds conjunctions of conditions that hold for much of the seed and little of the sample.

A condition is a column of a matrix of truths (people x conditions). Segments are found one
after another, each among the people whom those before left, so that they are disjoint.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MOST_SEGMENTS = 30
MOST_CONDITIONS = 3
KEPT = 8  # conjunctions that are extended at each length


@dataclass(frozen=True, eq=False)
class Side:
    """One side's people in bits: who meets each condition, and who is left."""

    meets: np.ndarray
    left: np.ndarray

    def counts(self, chosen: tuple[int, ...]) -> np.ndarray:
        """How many of those left meet the chosen conditions and each one besides."""
        return people_in(self.meets & self.who(chosen))

    def who(self, chosen: tuple[int, ...]) -> np.ndarray:
        """Those left who meet all chosen conditions."""
        return np.bitwise_and.reduce([self.left, *self.meets[list(chosen)]])

    def without(self, chosen: tuple[int, ...]) -> "Side":
        """The side after they have been taken."""
        return Side(self.meets, self.left & ~self.who(chosen))


def side_of(meets: np.ndarray) -> Side:
    """The side of people x conditions, with everybody left."""
    return Side(np.packbits(meets.T, axis=1), np.packbits(np.ones(len(meets), bool)))


def people_in(bits: np.ndarray) -> np.ndarray:
    """How many people the bits of the last axis stand for."""
    return np.bitwise_count(bits).sum(axis=-1, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Log ratio of a group's share in the seed to that in the reference.

    ln((a + m q) / (n + m) / q), q = (b + 1/2) / (N + 1): the value weight of a group.
    """

    seed_total: int
    reference_total: int
    smoothing: float

    def of(self, seed_count: np.ndarray, reference_count: np.ndarray) -> np.ndarray:
        """Log ratio for these counts."""
        share = (reference_count + 0.5) / (self.reference_total + 1.0)
        drawn = (seed_count + self.smoothing * share) / (
            self.seed_total + self.smoothing
        )
        return np.log(drawn / share)


@dataclass(frozen=True, slots=True)
class Found:
    """A segment's conditions, and its log ratio among those left when it was found."""

    conditions: tuple[int, ...]
    log_ratio: float


def common_codes(people: np.ndarray, least_count: int) -> list[tuple[int, int]]:
    """Attribute's place and code of what enough people have, in their order."""
    common = []
    for place, column in enumerate(people.T):
        codes, counts = np.unique(column, return_counts=True)
        kept = codes[(counts >= least_count) & (codes > 0)]
        common += [(place, int(code)) for code in kept]
    return common


def meets(people: np.ndarray, conditions: Sequence[tuple[int, int]]) -> np.ndarray:
    """People x conditions: true where a person has the code."""
    found = np.zeros((len(people), len(conditions)), bool)
    for number, (place, code) in enumerate(conditions):
        found[:, number] = people[:, place] == code
    return found


def find_segments(
    seed: np.ndarray,
    reference: np.ndarray,
    attribute_of: Sequence[int],
    smoothing: float,
    least_count: int,
    *,
    least_reference_count: int = 0,
    most_segments: int = MOST_SEGMENTS,
) -> tuple[list[Found], float]:
    """The segments in the order found, and the log ratio of everybody else.

    `attribute_of` says which attribute each condition is about; a segment has one
    condition an attribute at most, and `least_count` seed people at least, of the
    reference `least_reference_count`.
    """
    sides = [side_of(side) for side in (seed, reference)]
    evidence = Evidence(len(seed), len(reference), smoothing)
    segments: list[Found] = []
    while len(segments) < most_segments:
        best = _best(
            sides,
            evidence,
            np.asarray(attribute_of),
            (least_count, least_reference_count),
        )
        if best is None or best.log_ratio <= 0.0:
            break
        segments.append(best)
        sides = [side.without(best.conditions) for side in sides]
    rest = evidence.of(*(people_in(side.left) for side in sides))
    return segments, float(rest)


def _best(
    sides: list[Side],
    evidence: Evidence,
    attribute_of: np.ndarray,
    least_counts: tuple[int, int],
) -> Found | None:
    """The conjunction of the greatest log ratio; of equal ones the first and shortest."""
    best: Found | None = None
    kept: list[tuple[int, ...]] = [()]
    for _ in range(MOST_CONDITIONS):
        longer: dict[tuple[int, ...], float] = {}
        for chosen in kept:
            counts, reference_counts = (side.counts(chosen) for side in sides)
            ratios = evidence.of(counts, reference_counts)
            is_free = ~np.isin(attribute_of, attribute_of[list(chosen)])
            is_large = (counts >= least_counts[0]) & (
                reference_counts >= least_counts[1]
            )
            for place in np.flatnonzero(is_free & is_large):
                longer[tuple(sorted((*chosen, int(place))))] = float(ratios[place])
        ordered = sorted(longer, key=lambda each: (-longer[each], each))
        kept = ordered[:KEPT]
        if kept and (best is None or longer[kept[0]] > best.log_ratio):
            best = Found(kept[0], longer[kept[0]])
    return best
