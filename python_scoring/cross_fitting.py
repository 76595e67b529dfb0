"""A scorer of the whole seed, and everybody's log odds by fits that have not counted them.

A scorer whose whole is more than its fits (`best` chooses among others) has a `cross_fit` of
its own in its module.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa

from python_scoring.choice import Choice, Say
from python_scoring.places import in_key_order, on_scale_of
from python_scoring.scorers.base import Scorer, fit_scorer, own_cross_fit

FOLDS = 5
UNSEARCHED_FOLDS = (0, 1, 2)  # a search has judged its trials by the other two


@dataclass(frozen=True, eq=False)
class CrossFit:
    """A scorer of the whole seed, with log odds in the order of the two relations.

    `sample_log_odds` are those of `canonical_sample`; `seed_log_odds` those of
    `canonical_seed`, each placed in the sample by the fit without the person's fold. NaN
    where the scorer leaves a person without. `choice` tells of a scorer that was chosen among several,
    `say` of one that joins several.
    """

    scorer: Scorer
    seed_log_odds: np.ndarray
    sample_log_odds: np.ndarray
    choice: Choice | None = None
    say: Say | None = None

    def without_searched(self, folds: np.ndarray) -> "CrossFit":
        """The same, where settings were searched for: who judged the trials judges no more.

        `folds` are those of `canonical_seed`; the log odds of folds 3 and 4 become NaN, so
        that no held-out figure rests on people by whom the settings were chosen.
        """
        is_judge = np.isin(folds, UNSEARCHED_FOLDS)
        return replace(
            self, seed_log_odds=np.where(is_judge, self.seed_log_odds, np.nan)
        )


def cross_fit(
    model: str,
    tables: Mapping[str, pa.Table],
    tell: Callable[[float], None] = lambda share: None,
) -> CrossFit:
    """Six fits of the scorer of that name: of the whole seed, and without each fold.

    `tell` hears after each fit which share of the work it was. Raises what its `fit`
    raises.
    """
    own = own_cross_fit(model)
    if own is not None:
        found: CrossFit = own(tables, tell)
        return found
    tell_fit = partial(tell, 1 / (FOLDS + 1))
    scorer = fit_scorer(model, tables)
    sample = log_odds_of(scorer, tables["canonical_sample"])
    tell_fit()
    seed = out_of_fold_log_odds(
        model, tables, tables["canonical_seed"], sample, tell_fit
    )
    return CrossFit(scorer, seed, sample)


def out_of_fold_log_odds(
    model: str,
    tables: Mapping[str, pa.Table],
    people: pa.Table,
    sample_log_odds: np.ndarray,
    tell_fold: Callable[[], None] = lambda: None,
) -> np.ndarray:
    """Each person's log odds by the weights that were made without its fold.

    Those weights rank the sample as well; the person's place in it is told on the scale
    of `sample_log_odds`, which are the whole fit's. `tell_fold` is called after each of
    the folds.
    """
    sample = tables["canonical_sample"]
    by_key = in_key_order(people)
    folds = people.column("fold").to_numpy()[by_key]
    log_odds = np.zeros(people.num_rows)
    for fold in range(FOLDS):
        members = by_key[folds == fold]
        if len(members):
            scorer = fit_scorer(model, tables, left_out_fold=fold)
            log_odds[members] = on_scale_of(
                log_odds_of(scorer, people.take(pa.array(members))),
                log_odds_of(scorer, sample),
                sample_log_odds,
            )
        tell_fold()
    return log_odds


def log_odds_of(scorer: Scorer, table: pa.Table) -> np.ndarray:
    """Log odds of a small table's rows, in its order."""
    batches = table.combine_chunks().to_batches()
    return np.concatenate([np.zeros(0), *(scorer.log_odds(batch) for batch in batches)])
