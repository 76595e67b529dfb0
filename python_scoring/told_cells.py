"""Which cells of a table are told: not those of few people, nor what would give them away.

A cell that is left out is found by subtraction where it is the only one, or where few
people are in all of them together. Then the next in size go with it: complementary
suppression (Hundepool et al., Statistical Disclosure Control, 2012, chapter 4).
"""

import numpy as np

# The one number of the rule. `report` and `engines`, which import no other room's code,
# and the report's models have it as their own; a test holds them to it.
FEWEST_PEOPLE = 25


def told_cells(counts: np.ndarray, others: int = 0) -> np.ndarray:
    """Whether each count is told, of cells that with `others` people are everybody.

    None below 25 is, and those that are not hold 25 people together or more, where that
    many are there.

    >>> told_cells(np.array([200, 60, 5])), told_cells(np.array([200, 60, 5]), others=40)
    (array([ True, False, False]), array([ True,  True, False]))
    """
    is_told = counts >= FEWEST_PEOPLE
    hidden = int(counts[~is_told].sum()) + others
    if is_told.all() and not others:
        return is_told
    for place in np.argsort(counts, kind="stable"):
        if is_told[place] and hidden < FEWEST_PEOPLE:
            is_told[place] = False
            hidden += int(counts[place])
    return is_told


def told_greatest_share(share: float) -> float:
    """One person's share of all weight, to one digit: it is a figure of that person.

    >>> told_greatest_share(0.0472), told_greatest_share(0.9999)
    (0.05, 1.0)
    """
    return float(f"{share:.0e}")
