"""The one interface of all scorers, and where each is found by its name."""

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Protocol

import numpy as np
import pyarrow as pa

from python_scoring.parameters import read_json

# Each module has `fit(tables, left_out_fold=-1)` and `from_json(text)`; named, not
# imported, so that one scorer's heavy libraries are not another's start-up time.
SCORERS: Mapping[str, str] = {
    "naive_bayes": "python_scoring.scorers.naive_bayes",
}


class NoDifferenceError(ValueError):
    """Every attribute of the whole seed weighs nothing: there is nothing to rank by."""


class Scorer(Protocol):
    """A fitted scorer: it turns people's attributes into log odds, and explains them.

    A batch has a column for each of `columns`: text or a dictionary of text where the
    attribute is categorical, double where it is continuous, null where it is missing.
    """

    @property
    def name(self) -> str:
        """The scorer's name in the registry."""
        ...

    @property
    def attributes(self) -> tuple[str, ...]:
        """All attributes in the order of the specification, those of weight 0 too."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """The attributes that a batch must have: those that count."""
        ...

    def log_odds(self, batch: pa.RecordBatch) -> np.ndarray:
        """Log odds of each row, rounded to 1e-9 and finite."""
        ...

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows x `attributes`: what each adds to the row's log odds before rounding."""
        ...

    def to_json(self) -> str:
        """All that scoring needs, as text that `scorer_from_json` reads."""
        ...


def fit_scorer(
    name: str, tables: Mapping[str, pa.Table], left_out_fold: int = -1
) -> Scorer:
    """The scorer of that name made from the weight relations.

    `left_out_fold` -1 is the whole seed, 0 to 4 the seed without that fold.
    """
    scorer: Scorer = _module(name).fit(tables, left_out_fold=left_out_fold)
    return scorer


def scorer_from_json(text: str, capped: bool = False) -> Scorer:
    """The scorer that `to_json` wrote; `capped` when it scores another population."""
    name = read_json(text)["scorer"]
    scorer: Scorer = _module(name).from_json(text, capped=capped)
    return scorer


def _module(name: str) -> ModuleType:
    if name not in SCORERS:
        raise ValueError(
            f"there is no scorer {name!r}; choose one of {', '.join(SCORERS)}"
        )
    return import_module(SCORERS[name])
