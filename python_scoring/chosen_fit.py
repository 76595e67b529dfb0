"""One of several cross-fits by held-out log loss, with held-out figures of choosing, too.

All are fitted without each fold, and judged by the balanced log loss of the same held-out
people, those of a negative seed among them. A fold's people are ranked by what was chosen without them. Where that is another
fit than the one that was chosen with everybody, their log odds are put on its scale by
their place in the sample: nobody has a say in what they are ranked by. The fits that judge
for a fold have learnt from its people, so a trace of them is in the choice.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from python_scoring.choice import Choice, candidates_of, chosen_of
from python_scoring.cross_fitting import (
    FOLDS,
    UNSEARCHED_FOLDS,
    WHOLE_SEED,
    CrossFit,
    members_by_fold,
)
from python_scoring.held_out_loss import HeldOutFolds, held_out_losses
from python_scoring.learning_rows import unlike_of_fit
from python_scoring.places import on_scale_of

EVERY_FOLD = tuple(range(FOLDS))


def chosen_fit(
    fits: Mapping[str, CrossFit],
    tables: Mapping[str, pa.Table],
    *,
    is_searched: bool,
    errors: float = 1.0,
) -> CrossFit:
    """The fit that is chosen, with its `choice`; `fits` stand in order of preference.

    The first within so many standard errors of the least loss. With `is_searched` the folds
    by which settings were searched for have no say.
    """
    choice = choice_of(fits, tables, is_searched=is_searched, errors=errors)
    chosen = fits[choice.model]

    def ranked(people: pa.Table, by_fit: Mapping[str, np.ndarray]) -> np.ndarray:
        log_odds = by_fit[choice.model].copy()
        by_fold = zip(choice.chosen_without, members_by_fold(people), strict=True)
        for model, members in by_fold:
            if model != choice.model:
                log_odds[members] = on_scale_of(
                    by_fit[model][members],
                    fits[model].sample_log_odds,
                    chosen.sample_log_odds,
                )
        return log_odds

    return replace(
        chosen,
        seed_log_odds=ranked(
            tables["canonical_seed"],
            {name: fit.seed_log_odds for name, fit in fits.items()},
        ),
        unlike_log_odds=ranked(
            unlike_of_fit(tables, WHOLE_SEED),
            {name: fit.unlike_log_odds for name, fit in fits.items()},
        ),
        choice=choice,
    )


def choice_of(
    fits: Mapping[str, CrossFit],
    tables: Mapping[str, pa.Table],
    *,
    is_searched: bool,
    errors: float = 1.0,
) -> Choice:
    """What all folds choose, and what each would have been given by the others."""
    losses = held_out_losses(fits, HeldOutFolds.of(tables))
    additive = {name: each.scorer.is_additive for name, each in fits.items()}
    judged = UNSEARCHED_FOLDS if is_searched else EVERY_FOLD
    candidates = candidates_of(losses, judged, additive)
    return Choice(
        model=chosen_of(candidates, errors),
        candidates=candidates,
        judged_folds=judged,
        chosen_without=tuple(
            chosen_of(
                candidates_of(
                    losses, [each for each in judged if each != fold], additive
                ),
                errors,
            )
            for fold in EVERY_FOLD
        ),
        standard_errors=errors,
    )
