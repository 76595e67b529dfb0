"""Searches settings of the trees of `boosted`: trials on a part, judged on another.

The seed's folds make three parts: 0 to 2 to train (60 %), 3 to validate and 4 to test.
The sample is dealt out alike. What values say is counted in the first part alone, so that
no judge is in what they judge. A trial is judged by the balanced log loss on the
validation part, and stopped early where it is worse than most were. The test part is
looked at once, for the settings chosen and for the fixed ones: those are kept unless the
others are better there.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from python_scoring import space
from python_scoring.rows_to_learn import rows_to_learn
from python_scoring.scorers.base import Extra, import_extra
from python_scoring.scorers.boosted import EXTRA as BOOSTED
from python_scoring.scorers.boosted import (
    FULL,
    MOST_REFERENCE,
    MOST_SEED,
    NAME,
    Trees,
    matrix_of,
)

if TYPE_CHECKING:
    import optuna
    import xgboost

EXTRA = Extra("boosted", "optuna")
STUDY = "boosted"
TRAIN, VALIDATE, TEST = (0, 1, 2), (3,), (4,)
REPORT_EVERY = 25  # trees
TRIALS_BEFORE_PRUNING = 5


@dataclass(frozen=True, slots=True)
class Tuning:
    """What a search found. Losses are balanced log losses, in nats a unit of mass."""

    trees: Trees
    trials: int
    validation_loss: float
    test_loss: float
    test_loss_of_fixed: float


@dataclass(frozen=True, eq=False)
class Parts:
    """Seed and sample as matrices to learn, to judge trials by and to test by."""

    train: "xgboost.DMatrix"
    validate: "xgboost.DMatrix"
    test: "xgboost.DMatrix"


def tune(tables: Mapping[str, pa.Table], trials: int, storage: Path) -> Tuning:
    """The settings with the least validation loss of so many trials.

    Finished trials are kept in the SQLite file: a search that was stopped goes on where
    it was, and ends as if it had not been. Raises MissingExtraError without Optuna.
    """
    optuna = import_extra(NAME, EXTRA)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    parts = parts_of(tables)
    study = optuna.create_study(
        storage=f"sqlite:///{storage}",
        study_name=STUDY,
        load_if_exists=True,
        pruner=optuna.pruners.MedianPruner(TRIALS_BEFORE_PRUNING),
    )
    for number in range(len(study.get_trials(states=_ended(optuna))), trials):
        # a seed of its own, so that a search that goes on suggests the same
        study.sampler = optuna.samplers.TPESampler(seed=number)
        study.optimize(lambda trial: _loss_of(trial, parts), n_trials=1)
    chosen = trees_from(study.best_params)
    losses = [_loss(_grown(each, parts), parts.test) for each in (chosen, FULL)]
    return Tuning(
        trees=chosen if losses[0] < losses[1] else FULL,
        trials=trials,
        validation_loss=float(study.best_value),
        test_loss=losses[0],
        test_loss_of_fixed=losses[1],
    )


@dataclass(frozen=True, slots=True)
class FinishedTrial:
    """One trial of a search; `losses` by trees grown, times in ms since 1970."""

    number: int
    state: str
    settings: Mapping[str, float]
    loss: float | None
    losses: Mapping[int, float]
    began_at: int
    ended_at: int


def finished_trials(storage: Path) -> list[FinishedTrial]:
    """The trials in the SQLite file that ended, in order; none where there is no file."""
    if not storage.exists():
        return []
    optuna = import_extra(NAME, EXTRA)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.load_study(study_name=STUDY, storage=f"sqlite:///{storage}")
    return [
        FinishedTrial(
            number=number,
            state=trial.state.name.lower(),
            settings=trial.params,
            loss=trial.value,
            losses=trial.intermediate_values,
            began_at=int(trial.datetime_start.timestamp() * 1000),
            ended_at=int(trial.datetime_complete.timestamp() * 1000),
        )
        for number, trial in enumerate(study.get_trials(states=_ended(optuna)))
    ]


def parts_of(tables: Mapping[str, pa.Table]) -> Parts:
    """The three parts of the seed and of the sample, by counts of the first alone."""
    found = space.space_of(
        tables, -1, most_seed=MOST_SEED, most_reference=MOST_REFERENCE
    )
    rows = rows_to_learn(found, tables, judges=(*VALIDATE, *TEST))

    def matrix(folds: tuple[int, ...]) -> "xgboost.DMatrix":
        is_seed, is_sample, is_unlike = (
            np.isin(each, folds)
            for each in (rows.seed_folds, rows.reference_folds, rows.unlike_folds)
        )
        return matrix_of(
            rows.seed[is_seed],
            found.rows.seed_weights[is_seed],
            np.concatenate([rows.reference[is_sample], rows.unlike[is_unlike]]),
            found.contrast.masses(int(is_sample.sum()), int(is_unlike.sum())),
        )

    return Parts(matrix(TRAIN), matrix(VALIDATE), matrix(TEST))


def as_table(trees: Trees) -> pa.Table:
    """The settings as the relation that `boosted` is fitted with."""
    return pa.Table.from_pylist([asdict(trees)])


def trees_from(values: Mapping[str, Any]) -> Trees:
    """The settings of a trial or of a row."""
    return Trees(**{field.name: values[field.name] for field in fields(Trees)})


def suggested(trial: "optuna.Trial") -> Trees:
    """The settings that a trial asks for."""
    return Trees(
        trees=trial.suggest_int("trees", 50, 400, step=REPORT_EVERY),
        max_depth=trial.suggest_int("max_depth", 2, 6),
        learning_rate=trial.suggest_float("learning_rate", 0.02, 0.3, log=True),
        subsample=trial.suggest_float("subsample", 0.5, 1.0),
        colsample_bytree=trial.suggest_float("colsample_bytree", 0.5, 1.0),
        min_child_weight=trial.suggest_float("min_child_weight", 1.0, 50.0, log=True),
        reg_lambda=trial.suggest_float("reg_lambda", 0.1, 50.0, log=True),
    )


def _ended(optuna: Any) -> tuple[Any, ...]:
    """The states of trials that count; an interrupted one is tried again."""
    return optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED


def _loss_of(trial: "optuna.Trial", parts: Parts) -> float:
    """Validation loss of a trial, told every 25 trees; raises TrialPruned to stop it."""
    optuna = import_extra(NAME, EXTRA)
    trees, model = suggested(trial), None
    loss = np.inf
    for grown in range(REPORT_EVERY, trees.trees + 1, REPORT_EVERY):
        model = _grown(trees, parts, count=REPORT_EVERY, model=model)
        loss = _loss(model, parts.validate)
        trial.report(loss, grown)
        if trial.should_prune():
            raise optuna.TrialPruned
    return loss


def _grown(
    trees: Trees,
    parts: Parts,
    *,
    count: int | None = None,
    model: "xgboost.Booster | None" = None,
) -> "xgboost.Booster":
    """A model of the training part, or one with so many trees more."""
    grow: Callable[..., xgboost.Booster] = import_extra(NAME, BOOSTED).train
    return grow(trees.settings(), parts.train, count or trees.trees, xgb_model=model)


def _loss(model: "xgboost.Booster", matrix: "xgboost.DMatrix") -> float:
    """Balanced log loss: half the mass on the seed, half on what it is compared with."""
    margins = model.predict(matrix, output_margin=True).astype(float)
    signs = 2.0 * matrix.get_label() - 1.0
    losses = np.logaddexp(0.0, -signs * margins)
    weights, is_seed = matrix.get_weight().astype(float), signs > 0
    of_seed, of_reference = (
        (losses[side] * weights[side]).sum() / weights[side].sum()
        for side in (is_seed, ~is_seed)
    )
    if len(set(weights[~is_seed])) == 1:
        of_reference = losses[~is_seed].mean()
    return float((of_seed + of_reference) / 2.0)
