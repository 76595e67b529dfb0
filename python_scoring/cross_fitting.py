"""A scorer of the whole seed, and everybody's log odds by fits that have not counted them.

A scorer whose whole is more than its fits (`best` chooses among others) has a `cross_fit` of
its own in its module.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pyarrow as pa

from python_scoring.choice import Choice, Say
from python_scoring.learning_rows import UNLIKE
from python_scoring.places import in_key_order, on_scale_of
from python_scoring.scorers.base import Scorer, fit_scorer, own_cross_fit

FOLDS = 5
WHOLE_SEED = -1
UNSEARCHED_FOLDS = (0, 1, 2)  # a search has judged its trials by the other two


@dataclass(frozen=True, eq=False)
class CrossFit:
    """A scorer of the whole seed, with log odds in the order of the relations.

    `sample_log_odds` are those of `canonical_sample`; `seed_log_odds` those of
    `canonical_seed`, each placed in the sample by the fit without the person's fold. NaN
    where the scorer leaves a person without. `unlike_log_odds` are those of
    `canonical_unlike`, placed alike; nobody's without a negative seed. `choice` tells of a
    scorer that was chosen among several, `say` of one that joins several.
    """

    scorer: Scorer
    seed_log_odds: np.ndarray
    sample_log_odds: np.ndarray
    choice: Choice | None = None
    say: Say | None = None
    unlike_log_odds: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def without_searched(
        self, folds: np.ndarray, unlike_folds: np.ndarray | None = None
    ) -> "CrossFit":
        """The same, where settings were searched for: who judged the trials judges no more.

        `folds` are those of `canonical_seed`, `unlike_folds` those of `canonical_unlike`;
        the log odds of folds 3 and 4 become NaN, so that no held-out figure rests on people
        by whom the settings were chosen.
        """

        def without(log_odds: np.ndarray, folds: np.ndarray) -> np.ndarray:
            return np.where(np.isin(folds, UNSEARCHED_FOLDS), log_odds, np.nan)

        unlike = self.unlike_log_odds
        return replace(
            self,
            seed_log_odds=without(self.seed_log_odds, folds),
            unlike_log_odds=unlike
            if unlike_folds is None
            else without(unlike, unlike_folds),
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
    held_out = held_out_people(tables)
    seed, *unlike = _out_of_fold(model, tables, held_out, sample, tell_fit)
    of_unlike = np.concatenate([np.zeros(0), *unlike])
    return CrossFit(scorer, seed, sample, unlike_log_odds=of_unlike)


def held_out_people(tables: Mapping[str, pa.Table]) -> tuple[pa.Table, ...]:
    """Those whom fits without their fold rank: the seed, and the negative seed if any."""
    names = ("canonical_seed", UNLIKE)
    return tuple(tables[name] for name in names if name in tables)


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
    (log_odds,) = _out_of_fold(model, tables, (people,), sample_log_odds, tell_fold)
    return log_odds


def members_by_fold(people: pa.Table) -> list[np.ndarray]:
    """The rows of the people of each fold, by person key."""
    by_key = in_key_order(people)
    folds = people.column("fold").to_numpy()[by_key]
    return [by_key[folds == fold] for fold in range(FOLDS)]


def _out_of_fold(
    model: str,
    tables: Mapping[str, pa.Table],
    groups: Sequence[pa.Table],
    sample_log_odds: np.ndarray,
    tell_fold: Callable[[], None],
) -> list[np.ndarray]:
    """The log odds of each group of people, all by the same fits."""
    sample = tables["canonical_sample"]
    found = [np.zeros(people.num_rows) for people in groups]
    by_fold = zip(*map(members_by_fold, groups), strict=True)
    for fold, members in enumerate(by_fold):
        if any(map(len, members)):
            scorer = fit_scorer(model, tables, left_out_fold=fold)
            own_sample = log_odds_of(scorer, sample)
            for log_odds, people, rows in zip(found, groups, members, strict=True):
                log_odds[rows] = on_scale_of(
                    log_odds_of(scorer, people.take(pa.array(rows))),
                    own_sample,
                    sample_log_odds,
                )
        tell_fold()
    return found


def log_odds_of(scorer: Scorer, table: pa.Table) -> np.ndarray:
    """Log odds of a small table's rows, in its order."""
    batches = table.combine_chunks().to_batches()
    return np.concatenate([np.zeros(0), *(scorer.log_odds(batch) for batch in batches)])
