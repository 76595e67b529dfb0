"""The best of several scorers on held-out seed people: those with the least log loss.

    weighted_bayes, auto, boosted       boosted from 1,000 seed people on

All are fitted without each fold, and judged by the balanced log loss of the same
held-out people, with a negative seed against its people, too. The first in this order within one standard error of the least is taken,
so that a scorer that explains itself attribute by attribute gives way to a clear gain
alone. `naive_bayes` needs no place of its own: the ridge of `weighted_bayes` draws to it.
"""

from collections.abc import Callable, Mapping

import pyarrow as pa

from python_scoring import cross_fitting
from python_scoring.chosen_fit import choice_of, chosen_fit
from python_scoring.cross_fitting import WHOLE_SEED, CrossFit
from python_scoring.parameters import refusal
from python_scoring.scorers import auto, boosted, weighted_bayes
from python_scoring.scorers.base import Scorer, fit_scorer

NAME = "best"
CANDIDATES = (weighted_bayes.NAME, auto.NAME, boosted.NAME)
RELATIONS = auto.RELATIONS
IS_TUNED = True
IS_ANOTHER = True
USES_UNLIKE = True


def fit(tables: Mapping[str, pa.Table], left_out_fold: int = WHOLE_SEED) -> Scorer:
    """The scorer chosen without the people of the fold, fitted without them.

    Raises NoDifferenceError where nothing tells anybody apart, and MissingExtraError
    where a candidate's library is not installed.
    """
    is_searched = boosted.TREES in tables
    fits = cross_fits(tables)
    choice = choice_of(fits, tables, is_searched=is_searched)
    if left_out_fold == WHOLE_SEED:
        return fits[choice.model].scorer
    return fit_scorer(choice.chosen_without[left_out_fold], tables, left_out_fold)


def cross_fit(
    tables: Mapping[str, pa.Table], tell: Callable[[float], None] = lambda share: None
) -> CrossFit:
    """The chosen scorer, and held-out log odds that the choice does not flatter.

    `tell` hears after each fit which share of the work it was.
    """
    is_searched = boosted.TREES in tables
    return chosen_fit(cross_fits(tables, tell), tables, is_searched=is_searched)


def cross_fits(
    tables: Mapping[str, pa.Table], tell: Callable[[float], None] = lambda share: None
) -> dict[str, CrossFit]:
    """Each candidate that a seed of this size may have alone, in order of preference."""
    is_small = tables["canonical_seed"].num_rows < boosted.LEAST_SEED
    tried = [name for name in CANDIDATES if not (is_small and name == boosted.NAME)]

    def tell_part(share: float) -> None:
        tell(share / len(tried))

    return {name: cross_fitting.cross_fit(name, tables, tell_part) for name in tried}


def from_json(text: str, capped: bool = False) -> Scorer:
    """Always refused: what is stored is the scorer that was chosen, under its own name."""
    raise refusal("scorer", f"is {NAME!r}, which is stored as what it has chosen")
