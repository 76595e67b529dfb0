"""What weights and a negative seed change: the same audience with and without, on labels.

Half of the positives are the seed; the rest are hidden in the population. `weighed`: what
the top tenth holds of the hidden positives' value, where the value is a column that is
not scored. `against`: what it holds of hidden people of an unwanted kind, told by a
column that is not scored either, where 1,000 of them are the negative seed.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.labelled import Labelled, labelled
from catalog.home import create_home
from catalog.specification_model import AudienceSpecification
from orchestration.launch import build_directly, keep_specification
from orchestration.workshop import open_workshop
from python_scoring.scorers.base import uses_unlike, uses_weights

SPLITS = 2
TOP_PERCENT = 10
NEGATIVES = 1_000


@dataclass(frozen=True)
class Question:
    """A column that is asked about, and those that are not scored because of it."""

    column: str
    unscored: tuple[str, ...]
    least: float = 0.0
    unwanted: str = ""


VALUES = {
    "bank": Question("balance", ("balance",), least=100.0),
    "adult": Question("capital_gain", ("capital_gain", "capital_loss"), least=1_000.0),
    "hillstrom": Question("history", ("history", "history_segment")),
}


def run(data: Path | None, models: str) -> int:
    """Print both comparisons by data set and model."""
    with labelled(data) as found:
        for people in found:
            if people.name not in VALUES:
                continue
            for model in models.split(","):
                for split in range(SPLITS):
                    if uses_weights(model):
                        weighed(people, model, split)
                    if uses_unlike(model):
                        against(people, model, split)
    return 0


def weighed(people: Labelled, model: str, split: int) -> None:
    """The top tenth with and without weights."""
    question = VALUES[people.name]
    value = people.frame[question.column].fillna(0).clip(lower=0) + question.least
    is_seed = _half_of_positives(people, split)
    is_hidden = people.is_positive & ~is_seed
    held = {}
    for weight in (None, "worth"):
        found = _top(
            people,
            is_seed,
            {"dataset": "seed"} | ({"weight": weight} if weight else {}),
            question,
            model,
            seed=people.frame[is_seed].assign(worth=value[is_seed]),
        )
        is_in = people.frame[people.id_column].isin(found).to_numpy()
        held[weight] = (
            value[is_hidden & is_in].sum() / value[is_hidden].sum(),
            (is_hidden & is_in).sum() / is_hidden.sum(),
        )
    weights = value[is_seed].to_numpy()
    effective = weights.sum() ** 2 / (weights**2).sum()
    print(
        f"{people.name:<10} {model:<15} by {question.column:<13} {is_seed.sum():>6,} seed"
        f" people as {effective:>6,.0f}:  value in the top tenth"
        f" {held[None][0]:.1%} -> {held['worth'][0]:.1%}, people"
        f" {held[None][1]:.1%} -> {held['worth'][1]:.1%}",
        flush=True,
    )


UNWANTED = {
    "bank": Question("housing", ("housing",), unwanted="yes"),
    "adult": Question("relationship", ("relationship",), unwanted="Not-in-family"),
    "hillstrom": Question("newbie", ("newbie",), unwanted="1"),
}


def against(people: Labelled, model: str, split: int) -> None:
    """The top tenth with and without a negative seed."""
    question = UNWANTED[people.name]
    is_seed = _half_of_positives(people, split)
    is_unwanted = (people.frame[question.column].astype(str) == question.unwanted) & (
        ~is_seed
    )
    rows = np.flatnonzero(is_unwanted)
    chosen = np.random.default_rng([split, 21]).permutation(rows)[:NEGATIVES]
    is_named = np.isin(np.arange(len(people.frame)), chosen)
    is_hidden = is_unwanted.to_numpy() & ~is_named
    is_good = people.is_positive & ~is_seed & ~is_named & ~is_hidden
    held = {}
    for unlike in (None, "unwanted"):
        found = _top(
            people,
            is_seed if unlike else is_seed | is_named,
            {"dataset": "seed"} | ({"unlike": {"dataset": unlike}} if unlike else {}),
            question,
            model,
            seed=people.frame[is_seed],
            **({"unwanted": people.frame.loc[is_named, [people.id_column]]} if unlike else {}),
        )
        is_in = people.frame[people.id_column].isin(found).to_numpy()
        held[unlike] = ((is_hidden & is_in).sum() / is_in.sum(),) + tuple(
            (each & is_in).sum() / each.sum() for each in (is_hidden, is_good)
        )
    told = [
        f"{held[None][at]:.1%} -> {held['unwanted'][at]:.1%}" for at in range(3)
    ]
    print(
        f"{people.name:<10} {model:<15} unlike {question.column} {question.unwanted}:"
        f"  of the top tenth {told[0]}, of the hidden unwanted {told[1]}, of the wanted"
        f" positives {told[2]}",
        flush=True,
    )


def _half_of_positives(people: Labelled, split: int) -> np.ndarray:
    rows = np.flatnonzero(people.is_positive)
    chosen = np.random.default_rng([split, 20]).permutation(rows)[: len(rows) // 2]
    return np.isin(np.arange(len(people.frame)), chosen)


def _top(
    people: Labelled,
    is_seed: np.ndarray,
    choice: dict[str, Any],
    question: Question,
    model: str,
    **frames: pd.DataFrame,
) -> pd.Series:
    """Ids of the tenth that a build chooses from everybody who is not in the seed."""
    frames["population"] = people.frame[~is_seed].drop(columns=[people.label])
    attributes = [
        {"attribute": name, "role": role}
        for role in ("categorical", "continuous")
        for name in getattr(people, role)
        if name not in question.unscored
    ]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name, frame in frames.items():
            frame.to_parquet(folder / f"{name}.parquet", index=False)
        specification = AudienceSpecification.model_validate(
            {
                "name": "bench",
                "datasets": {name: {"path": f"{name}.parquet"} for name in frames},
                "seed": choice,
                "population": {"dataset": "population"},
                "attributes": attributes,
                "output": {"best_percent": TOP_PERCENT},
                "scoring": {"learn_from": "seed", "model": model},
            }
        )
        workshop = open_workshop(create_home(folder / "home"))
        audience, _ = keep_specification(workshop, specification, folder)
        path = Path(build_directly(workshop, audience).version.path)
        return pd.read_parquet(path / "members.parquet")[people.id_column]
