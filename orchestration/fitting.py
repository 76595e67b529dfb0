"""Fits the scorer of a build, and says in plain words what stands in its way."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from catalog.errors import StudioError
from catalog.specification_people import SeedChoice
from python_scoring.cross_fitting import CrossFit, cross_fit
from python_scoring.learning_rows import effective_people
from python_scoring.scorers.base import (
    SCORERS,
    MissingExtraError,
    NoDifferenceError,
    Scorer,
    SmallSeedError,
    extra_of,
    fit_scorer,
    is_tuned,
    uses_unlike,
    uses_weights,
)
from python_scoring.scorers.boosted import LEAST_SEED
from python_scoring.tuning import Tuning, tune


def cross_fitted(
    model: str,
    tables: Mapping[str, pa.Table],
    tell: Callable[[float], None] = lambda share: None,
) -> CrossFit:
    """The scorer with everybody's held-out log odds; what stands in its way as StudioError.

    `tell` hears after each fit which share of the work it was.
    """
    with obstacles_told():
        return cross_fit(model, tables, tell)


def fitted(model: str, tables: Mapping[str, pa.Table]) -> Scorer:
    """The scorer of the whole seed; what stands in its way as StudioError."""
    with obstacles_told():
        return fit_scorer(model, tables)


@contextmanager
def obstacles_told() -> Iterator[None]:
    """Say in one sentence why a scorer cannot be fitted."""
    try:
        yield
    except NoDifferenceError as error:
        raise StudioError(
            "no_difference",
            "the chosen attributes",
            f"tell nobody apart ({error})",
            "choose attributes on which the seed differs, or another seed",
        ) from error
    except SmallSeedError as error:
        raise StudioError(
            "seed_too_small",
            "the learning seed",
            f"has {error.people:,} people, and the scorer '{error.scorer}' alone learns"
            f" from at least {error.least:,}",
            "give model auto, which joins it with counted evidence, or add people",
        ) from error
    except MissingExtraError as error:
        raise missing_extra(error.scorer, error.extra) from error


def missing_extra(scorer: str, extra: str) -> StudioError:
    """The refusal of a scorer whose libraries are not installed."""
    return StudioError(
        "missing_extra",
        f"the scorer '{scorer}'",
        f"needs the extra `{extra}`",
        f"pip install 'lookalike-studio[{extra}]'",
    )


def tuned(
    model: str, tables: Mapping[str, pa.Table], trials: int, storage: Path
) -> Tuning | None:
    """What a search for the settings of the trees found; None where there is none.

    There are settings from as many people on as `boosted` learns from.
    """
    if not (trials and has_search(model, tables)):
        return None
    with obstacles_told():
        return tune(tables, trials, storage)


def has_search(model: str, tables: Mapping[str, pa.Table]) -> bool:
    """True where the scorer has settings to search for with a seed of this size."""
    return is_tuned(model) and effective_people(tables) >= LEAST_SEED


def require_seed_known(model: str, seed: SeedChoice) -> None:
    """Refuse, before anything is counted, what of a seed the scorer would pass over."""
    if seed.weight is not None:
        require_weights(model)
    if seed.unlike is not None:
        require_unlike(model)


def require_weights(model: str) -> None:
    """Refuse, before anything is counted, weights that the scorer would pass over."""
    if not uses_weights(model):
        known = ", ".join(name for name in SCORERS if uses_weights(name))
        raise StudioError(
            "weight_unused",
            f"the scorer '{model}'",
            "counts every seed person once and knows no weights",
            f"leave out seed.weight, or give one of the models {known}",
        )


def require_unlike(model: str) -> None:
    """Refuse, before anything is counted, a negative seed that the scorer passes over."""
    if not uses_unlike(model):
        known = ", ".join(name for name in SCORERS if uses_unlike(name))
        raise StudioError(
            "unlike_unused",
            f"the scorer '{model}'",
            "does not learn away from a negative seed",
            f"leave out seed.unlike, or give model {known}",
        )


def require_extra(model: str) -> None:
    """Refuse, before anything is counted, a scorer whose libraries are not installed.

    `auto` and `best` need one or none by the size of the seed: that is known when they are
    fitted.
    """
    needed = extra_of(model)
    if needed is not None and not needed.is_installed:
        raise missing_extra(model, needed.extra)
