"""The one interface of all scorers, and where each is found by its name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_scoring.parameters import read_json

# Each module has RELATIONS, `fit(tables, left_out_fold=-1)` and `from_json(text)`, and may
# have EXTRA, IS_ADDITIVE, `reweighed(tables)` and `settled(scorer)`; USES_WEIGHTS and
# USES_UNLIKE say that it knows weights and negative seeds, LEFT_OUT why it leaves out
# attributes that others use, IS_ANOTHER that it chooses another scorer. They are named, not imported, so
# that one scorer's heavy libraries are not another's start-up time.
SCORERS: Mapping[str, str] = {
    "naive_bayes": "python_scoring.scorers.naive_bayes",
    "documented": "python_scoring.scorers.documented",
    "published_sql": "python_scoring.scorers.published_sql",
    "weighted_bayes": "python_scoring.scorers.weighted_bayes",
    "boosted": "python_scoring.scorers.boosted",
    "auto": "python_scoring.scorers.auto",
    "best": "python_scoring.scorers.best",
    "centroid": "python_scoring.scorers.centroid",
    "segments": "python_scoring.scorers.segments",
    "clusters": "python_scoring.scorers.clusters",
    "neighbours": "python_scoring.scorers.neighbours",
}


class NoDifferenceError(ValueError):
    """Every attribute of the whole seed weighs nothing: there is nothing to rank by."""


@dataclass(frozen=True, slots=True)
class Extra:
    """An extra of the package, and the library that it installs for a scorer."""

    extra: str
    library: str

    @property
    def is_installed(self) -> bool:
        """True where the library's package is there; nothing is imported.

        >>> Extra("none", "no_such_package.part").is_installed
        False
        """
        return find_spec(self.library.partition(".")[0]) is not None


class SmallSeedError(ValueError):
    """The seed has fewer people than the scorer learns from alone."""

    def __init__(self, scorer: str, people: int, least: int) -> None:
        self.scorer, self.people, self.least = scorer, people, least
        super().__init__(
            f"the scorer {scorer!r} learns from at least {least:,} seed people, there"
            f" are {people:,}"
        )


class MissingExtraError(ImportError):
    """A library of an extra of the package is not installed."""

    def __init__(self, scorer: str, extra: str) -> None:
        self.scorer, self.extra = scorer, extra
        super().__init__(f"the scorer {scorer!r} needs the extra {extra!r}")


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

    @property
    def is_additive(self) -> bool:
        """True where what an attribute adds depends on that attribute's value alone."""
        ...

    def log_odds(self, batch: pa.RecordBatch) -> np.ndarray:
        """Log odds of each row, rounded to 1e-9 and finite.

        NaN alone where the scorer leaves a person without a score.
        """
        ...

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows x `attributes`: what each adds to the row's log odds before rounding."""
        ...

    def to_json(self) -> str:
        """All that scoring needs, as text that `scorer_from_json` reads."""
        ...


class Fit(Protocol):
    """A scorer's `fit`: from relations to a scorer, without a fold or of the whole seed."""

    def __call__(self, tables: Mapping[str, pa.Table], left_out_fold: int) -> Scorer:
        """The fitted scorer."""
        ...


def relations_of(name: str) -> tuple[str, ...]:
    """Names of the relations that the scorer of that name is made from."""
    relations: tuple[str, ...] = _module(name).RELATIONS
    return relations


def rows_of_fold(
    tables: Mapping[str, pa.Table], name: str, left_out_fold: int
) -> list[dict[str, Any]]:
    """The rows of one weight relation that belong to a fit."""
    table = table_of(tables, name)
    rows: list[dict[str, Any]] = table.filter(
        pc.equal(table["left_out_fold"], left_out_fold)
    ).to_pylist()
    return rows


@dataclass(frozen=True, slots=True)
class WeightRows:
    """The rows of a fit in the weight relations; attributes in their order."""

    attributes: list[dict[str, Any]]
    values: dict[str, list[dict[str, Any]]]
    gaussians: dict[str, list[dict[str, Any]]]
    bins: dict[str, list[dict[str, Any]]]
    totals: dict[str, Any]


def weight_rows(tables: Mapping[str, pa.Table], left_out_fold: int) -> WeightRows:
    """What `naive_bayes` and those that build on it are made from, by attribute.

    Raises ValueError where the relations hold no such fit.
    """
    attributes = rows_of_fold(tables, "weight_attributes", left_out_fold)
    totals = rows_of_fold(tables, "distribution_totals", left_out_fold)
    if not attributes or len(totals) != 1:
        raise ValueError(
            f"weight_attributes has {len(attributes)} rows and distribution_totals "
            f"{len(totals)} for left_out_fold {left_out_fold}; build the weights first"
        )
    return WeightRows(
        attributes=sorted(attributes, key=lambda row: row["position"]),
        values=by_attribute(rows_of_fold(tables, "weight_values", left_out_fold)),
        gaussians=by_attribute(rows_of_fold(tables, "weight_gaussians", left_out_fold)),
        bins=by_attribute(table_of(tables, "distribution_bins").to_pylist()),
        totals=totals[0],
    )


def by_attribute(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each attribute."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["attribute"], []).append(row)
    return found


def table_of(tables: Mapping[str, pa.Table], name: str) -> pa.Table:
    """The relation of that name; ValueError where it was not built."""
    if name not in tables:
        raise ValueError(f"the table {name} is not there; build the weights first")
    return tables[name]


def columns_of(batch: pa.RecordBatch, names: Iterable[str]) -> dict[str, pa.Array]:
    """The batch's columns of those names; ValueError where one is absent."""
    wanted = tuple(names)
    absent = [name for name in wanted if name not in batch.schema.names]
    if absent:
        raise ValueError(
            f"the batch has no column {', '.join(absent)}; "
            "a missing attribute must be there, filled with nulls"
        )
    return {name: batch.column(name) for name in wanted}


def no_difference() -> NoDifferenceError:
    """The refusal of weights that all say nothing."""
    return NoDifferenceError(
        "the seed does not differ from the population on the chosen attributes; "
        "choose other attributes or another seed"
    )


def uses_weights(name: str) -> bool:
    """True where the scorer of that name counts seed people by their weight."""
    return bool(getattr(_module(name), "USES_WEIGHTS", False))


def uses_unlike(name: str) -> bool:
    """True where the scorer of that name learns away from a negative seed."""
    return bool(getattr(_module(name), "USES_UNLIKE", False))


def learns_from_people(name: str) -> bool:
    """True where the scorer of that name reads the seed's people one by one.

    It has no weight an attribute: what one adds to a person is learnt.
    """
    return "canonical_seed" in relations_of(name)


def left_out_notice(name: str) -> str | None:
    """Why the scorer of that name leaves out attributes that could say something, if it does."""
    notice: str | None = getattr(_module(name), "LEFT_OUT", None)
    return notice


def extra_of(name: str) -> Extra | None:
    """What the scorer of that name needs beside the package's own requirements."""
    extra: Extra | None = getattr(_module(name), "EXTRA", None)
    return extra


def is_additive(name: str) -> bool:
    """True where the scorer's log odds are a sum of what each attribute adds.

    Such a scorer is fitted and asked in a fraction of a second.
    """
    return bool(getattr(_module(name), "IS_ADDITIVE", False))


def reweighed(name: str, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The relations of some of the attributes with the scorer's own weights made anew.

    Of a scorer whose weights do not depend on the other attributes they stay as they are.
    """
    own = getattr(_module(name), "reweighed", dict)
    made: dict[str, pa.Table] = own(tables)
    return made


def settled(scorer: Scorer) -> dict[str, pa.Table]:
    """What fits without a fold may take over from the whole fit where time counts.

    Beside the scorer's relations they spare it a search for settings; most have none.
    """
    found = getattr(_module(scorer.name), "settled", None)
    return {} if found is None else dict(found(scorer))


def import_extra(scorer: str, needed: Extra) -> ModuleType:
    """A library that only an extra installs; MissingExtraError where it is absent."""
    try:
        return import_module(needed.library)
    except ImportError as error:
        raise MissingExtraError(scorer, needed.extra) from error


def is_tuned(name: str) -> bool:
    """Whether a search for settings of trees makes a difference to the scorer."""
    found: bool = getattr(_module(name), "IS_TUNED", False)
    return found


def people_fields(name: str) -> tuple[str, ...]:
    """The fields of the scorer's parameters that hold something of single people."""
    found: tuple[str, ...] = getattr(_module(name), "OF_PEOPLE", ())
    return found


def is_compared(name: str) -> bool:
    """Whether the scorer stands for itself, and not for the choice of another one."""
    return not getattr(_module(name), "IS_ANOTHER", False)


def own_cross_fit(
    name: str,
) -> Callable[[Mapping[str, pa.Table], Callable[[float], None]], Any] | None:
    """How the scorer of that name is cross-fitted, where it does so in its own way."""
    found: Callable[[Mapping[str, pa.Table], Callable[[float], None]], Any] | None
    found = getattr(_module(name), "cross_fit", None)
    return found


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
