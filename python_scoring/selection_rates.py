"""Selection rates: how often people of each group are chosen, beside one another.

The ratio of a group's rate to that of the most chosen group is judged by the four-fifths
rule: below 0.8 it is evidence of adverse impact (29 CFR 1607.4 D). Groups of fewer than
2 % of the people are no measure for others there (29 CFR 1607.15 A 2), so that the group
that others are compared with is one of at least 2 %.

Of fewer than 25 chosen people neither their number nor what would give it away is told:
of such a group there is a verdict, and what its ratio is surely below. Where all such
groups have fewer than 25 together, all chosen people less those of the other groups would
be their number: the others' chosen people are then told to the nearest five, and rates and
ratios are those of the rounded numbers. Verdicts are those of the exact ones.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from python_scoring.told_cells import FEWEST_PEOPLE
from python_scoring.value_groups import Label

MOST_GROUPS = 30
REFERENCE_SHARE = 0.02
FOUR_FIFTHS = 0.8
ROUNDED_TO = 5
CONFIDENCE = 0.95
Verdict = Literal["reference", "surely_below", "below", "not_below", "surely_not_below"]


@dataclass(frozen=True, slots=True)
class GroupCount:
    """People of a group among the ranked candidates, and those of them who were chosen.

    `label` is None for people without a value, and for the other groups together.
    """

    label: Label
    candidates: int
    chosen: int
    is_other: bool = False

    @property
    def rate(self) -> float:
        """The share of the group's candidates who were chosen."""
        return self.chosen / self.candidates


@dataclass(frozen=True, slots=True)
class GroupRate:
    """A group's selection rate, and its ratio to the reference's with its interval.

    `chosen` and `rate` are None for fewer than 25 chosen people. The ratio is None where
    there is nothing to compare with, and where either group has so few; `verdict` is
    None in the first case alone. A ratio below 0.8 is flagged, surely where all of its
    interval is; `ratio_below` is what one that is not told is less than.
    """

    group: Label
    is_other: bool
    candidates: int
    chosen: int | None
    rate: float | None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    ratio_below: float | None = None
    verdict: Verdict | None = None

    @property
    def is_flagged(self) -> bool:
        """True below four fifths, surely or not."""
        return self.verdict in ("surely_below", "below")


@dataclass(frozen=True, slots=True)
class SelectionRates:
    """The groups of one attribute; `least` is the place of the least chosen one.

    It is None where nothing can be compared. `moved_share` is the share of the chosen
    people who would have to be of other groups for each group to be as large among them
    as among the candidates; rounded up to a whole percent beside rounded numbers.
    """

    groups: tuple[GroupRate, ...]
    folded_groups: int
    moved_share: float
    least: int | None = None


def selection_rates(counts: Mapping[Label, tuple[int, int]]) -> SelectionRates:
    """Rates and ratios from candidates and chosen people by group, in the groups' order.

    Groups of fewer than 25 candidates are told together, and so are those beyond the
    30 largest.
    """
    people = [
        GroupCount(label, candidates, chosen)
        for label, (candidates, chosen) in counts.items()
        if candidates
    ]
    kept = folded(people)
    reference = reference_of(kept)
    is_rounded = gives_few_away(kept)
    moved = moved_share(kept)
    whole_percent = math.ceil(round(100 * moved, 6)) / 100  # 0.3 is not above 0.3
    return SelectionRates(
        groups=tuple(_rate(each, reference, is_rounded=is_rounded) for each in kept),
        folded_groups=len(people) - sum(not each.is_other for each in kept),
        moved_share=whole_percent if is_rounded else moved,
        least=_least(kept, reference),
    )


def _least(groups: list[GroupCount], reference: GroupCount | None) -> int | None:
    """The place of the group of the least rate, the first of equal ones."""
    if reference is None:
        return None
    places = [place for place, each in enumerate(groups) if each != reference]
    return min(places, key=lambda place: groups[place].rate)


def folded(groups: list[GroupCount]) -> list[GroupCount]:
    """The groups in their order, small ones together at the end.

    Where those are fewer than 25 people together, the smallest group left goes with
    them, so that nobody is told by subtraction.
    """
    by_size = sorted(
        range(len(groups)), key=lambda place: (groups[place].candidates, place)
    )
    most = len(groups) - MOST_GROUPS
    small: list[int] = []
    people = 0
    for number, place in enumerate(by_size):
        is_small = groups[place].candidates < FEWEST_PEOPLE or number < most
        if is_small or 0 < people < FEWEST_PEOPLE:
            small.append(place)
            people += groups[place].candidates
    if not small:
        return groups
    others = GroupCount(
        None,
        people,
        sum(groups[place].chosen for place in small),
        is_other=True,
    )
    return [*(one for place, one in enumerate(groups) if place not in small), others]


def gives_few_away(groups: list[GroupCount]) -> bool:
    """True where subtraction would tell how many of few people were chosen.

    >>> gives_few_away([GroupCount("a", 500, 90), GroupCount("b", 500, 10)])
    True
    """
    few = [each.chosen for each in groups if each.chosen < FEWEST_PEOPLE]
    return bool(few) and sum(few) < FEWEST_PEOPLE


def rounded(group: GroupCount) -> GroupCount:
    """The group with its chosen people to the nearest five, no more than there are.

    >>> rounded(GroupCount("a", 500, 93)).chosen, rounded(GroupCount("b", 28, 28)).chosen
    (95, 28)
    """
    nearest = ROUNDED_TO * round(group.chosen / ROUNDED_TO)
    return replace(group, chosen=min(nearest, group.candidates))


def reference_of(groups: list[GroupCount]) -> GroupCount | None:
    """The group of the highest rate among those of at least 2 % of the candidates.

    The largest where none is, of equal ones the larger; None for fewer than two groups
    or where nobody of it was chosen. The other groups together are no group.
    """
    people = sum(each.candidates for each in groups)
    known = [each for each in groups if not each.is_other]
    large = [each for each in known if each.candidates >= REFERENCE_SHARE * people]
    if len(groups) < 2 or not known:
        return None
    if not large:
        large = [max(known, key=lambda each: each.candidates)]
    best = max(large, key=lambda each: (each.rate, each.candidates))
    return best if best.chosen else None


def moved_share(groups: list[GroupCount]) -> float:
    """Half the sum of the differences of the groups' shares; 0 where nobody was chosen.

    >>> moved_share([GroupCount("a", 50, 30), GroupCount("b", 50, 10)])
    0.25
    """
    candidates = sum(each.candidates for each in groups)
    chosen = sum(each.chosen for each in groups)
    if not chosen:
        return 0.0
    return 0.5 * sum(
        abs(each.chosen / chosen - each.candidates / candidates) for each in groups
    )


def ratio_interval(
    chosen: int, people: int, reference_chosen: int, reference_people: int
) -> tuple[float, float]:
    """The 95 % interval of the ratio of two rates, by MOVER from Wilson's intervals.

    Holds for few people and for none chosen, where the interval of the log ratio has no
    standard error. Some of the reference must be chosen. Donner and Zou, "Closed-form
    confidence intervals for functions of the normal mean and standard deviation", Stat.
    Methods Med. Res. 21 (2012); recommended by Fagerland, Lydersen and Laake,
    "Recommended confidence intervals for two independent binomial proportions", Stat.
    Methods Med. Res. 24 (2015).
    """
    from scipy.stats import binomtest

    def wilson(count: int, total: int) -> tuple[float, float, float]:
        found = binomtest(count, total).proportion_ci(CONFIDENCE, method="wilson")
        return count / total, float(found.low), float(found.high)

    rate, low, high = wilson(chosen, people)
    other, other_low, other_high = wilson(reference_chosen, reference_people)
    product = rate * other

    def end(own: float, others: float, sign: float) -> float:
        of_reference = others * (2 * other - others)
        under_root = product**2 - own * (2 * rate - own) * of_reference
        return (product + sign * np.sqrt(max(under_root, 0.0))) / of_reference

    return max(0.0, float(end(low, other_high, -1.0))), float(end(high, other_low, 1.0))


def _rate(
    group: GroupCount, reference: GroupCount | None, *, is_rounded: bool
) -> GroupRate:
    is_few = group.chosen < FEWEST_PEOPLE
    shown = rounded(group) if is_rounded else group
    told = GroupRate(
        group.label,
        group.is_other,
        group.candidates,
        chosen=None if is_few else shown.chosen,
        rate=None if is_few else shown.rate,
    )
    if reference is None:
        return told
    if group == reference:
        return replace(
            told, ratio=1.0, ratio_low=1.0, ratio_high=1.0, verdict="reference"
        )
    told = replace(told, verdict=_verdict(*_ratio(group, reference)))
    if is_few or reference.chosen < FEWEST_PEOPLE:
        return replace(told, ratio_below=_surely_below(told, reference))
    ratio, low, high = _ratio(shown, rounded(reference) if is_rounded else reference)
    return replace(told, ratio=ratio, ratio_low=low, ratio_high=high)


def _ratio(group: GroupCount, reference: GroupCount) -> tuple[float, float, float]:
    return (
        group.rate / reference.rate,
        *ratio_interval(
            group.chosen, group.candidates, reference.chosen, reference.candidates
        ),
    )


def _surely_below(group: GroupRate, reference: GroupCount) -> float | None:
    """What a flagged ratio is less than that is not told; None for one of 0.8 or more.

    Rounded up to hundredths, so that it holds as it is shown.
    """
    if not group.is_flagged:
        return None
    if group.chosen is not None or reference.chosen < FEWEST_PEOPLE:
        return FOUR_FIFTHS
    bound = FEWEST_PEOPLE / group.candidates / reference.rate
    return min(FOUR_FIFTHS, math.ceil(100 * bound) / 100)


def _verdict(ratio: float, low: float, high: float) -> Verdict:
    if ratio < FOUR_FIFTHS:
        return "surely_below" if high < FOUR_FIFTHS else "below"
    return "surely_not_below" if low >= FOUR_FIFTHS else "not_below"
