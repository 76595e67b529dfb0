"""The best of several scorers on held-out seed people: those with the least log loss.

    weighted_bayes, auto, boosted       boosted from 1,000 seed people on

All are fitted without each fold, and judged by the balanced log loss of the same
held-out people. The first in this order within one standard error of the least is taken,
so that a scorer that explains itself attribute by attribute gives way to a clear gain
alone. `naive_bayes` needs no place of its own: the ridge of `weighted_bayes` draws to it.

A fold's people are ranked by what was chosen without them. Where that is another scorer
than the one that was chosen with everybody, their log odds are put on its scale by their
place in the sample, so that the held-out figures are those of choosing, too.
"""

from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa

from python_scoring import cross_fitting
from python_scoring.choice import Choice, candidates_of, chosen_of
from python_scoring.cross_fitting import FOLDS, UNSEARCHED_FOLDS, CrossFit
from python_scoring.held_out_loss import held_out_losses
from python_scoring.parameters import refusal
from python_scoring.places import in_key_order, on_scale_of
from python_scoring.scorers import auto, boosted, weighted_bayes
from python_scoring.scorers.base import Scorer, fit_scorer

NAME = "best"
CANDIDATES = (weighted_bayes.NAME, auto.NAME, boosted.NAME)
RELATIONS = auto.RELATIONS
IS_TUNED = True
WHOLE_SEED = -1
EVERY_FOLD = tuple(range(FOLDS))


def fit(tables: Mapping[str, pa.Table], left_out_fold: int = WHOLE_SEED) -> Scorer:
    """The scorer chosen without the people of the fold, fitted without them.

    Raises NoDifferenceError where nothing tells anybody apart, and MissingExtraError
    where a candidate's library is not installed.
    """
    choice = choice_of(cross_fits(tables), tables)
    if left_out_fold == WHOLE_SEED:
        return fit_scorer(choice.model, tables)
    return fit_scorer(choice.chosen_without[left_out_fold], tables, left_out_fold)


def cross_fit(tables: Mapping[str, pa.Table]) -> CrossFit:
    """The chosen scorer, and held-out log odds that the choice does not flatter."""
    fits = cross_fits(tables)
    choice = choice_of(fits, tables)
    chosen = fits[choice.model]
    by_key = in_key_order(tables["canonical_seed"])
    folds = tables["canonical_seed"]["fold"].to_numpy()[by_key]
    seed_log_odds = chosen.seed_log_odds.copy()
    for fold, model in enumerate(choice.chosen_without):
        if model != choice.model:
            members = by_key[folds == fold]
            seed_log_odds[members] = on_scale_of(
                fits[model].seed_log_odds[members],
                fits[model].sample_log_odds,
                chosen.sample_log_odds,
            )
    return replace(chosen, seed_log_odds=seed_log_odds, choice=choice)


def cross_fits(tables: Mapping[str, pa.Table]) -> dict[str, CrossFit]:
    """Each candidate that a seed of this size may have alone, in order of preference."""
    is_small = tables["canonical_seed"].num_rows < boosted.LEAST_SEED
    tried = [name for name in CANDIDATES if not (is_small and name == boosted.NAME)]
    return {name: cross_fitting.cross_fit(name, tables) for name in tried}


def choice_of(fits: Mapping[str, CrossFit], tables: Mapping[str, pa.Table]) -> Choice:
    """What all folds choose, and what each would have been given by the others."""
    losses = held_out_losses(fits, tables["canonical_seed"]["fold"].to_numpy())
    additive = {name: each.scorer.is_additive for name, each in fits.items()}
    judged = UNSEARCHED_FOLDS if boosted.TREES in tables else EVERY_FOLD
    candidates = candidates_of(losses, judged, additive)
    return Choice(
        model=chosen_of(candidates),
        candidates=candidates,
        judged_folds=judged,
        chosen_without=tuple(
            chosen_of(
                candidates_of(
                    losses, [each for each in judged if each != fold], additive
                )
            )
            for fold in EVERY_FOLD
        ),
    )


def from_json(text: str, capped: bool = False) -> Scorer:
    """Always refused: what is stored is the scorer that was chosen, under its own name."""
    raise refusal("scorer", f"is {NAME!r}, which is stored as what it has chosen")
