"""Fits the scorer of a build, and says in plain words what stands in its way."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa

from catalog.errors import StudioError
from python_scoring.cross_fitting import CrossFit, cross_fit
from python_scoring.scorers.base import (
    MissingExtraError,
    NoDifferenceError,
    Scorer,
    SmallSeedError,
    extra_of,
    fit_scorer,
    is_tuned,
)
from python_scoring.scorers.boosted import LEAST_SEED
from python_scoring.tuning import Tuning, tune


def cross_fitted(model: str, tables: Mapping[str, pa.Table]) -> CrossFit:
    """The scorer with everybody's held-out log odds; what stands in its way as StudioError."""
    with obstacles_told():
        return cross_fit(model, tables)


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

    Every scorer has trees with settings to search for from as many seed people on as `boosted`.
    """
    is_large = tables["canonical_seed"].num_rows >= LEAST_SEED
    if not (trials and is_large and is_tuned(model)):
        return None
    with obstacles_told():
        return tune(tables, trials, storage)


def require_extra(model: str) -> None:
    """Refuse, before anything is counted, a scorer whose libraries are not installed.

    `auto` and `best` need one or none by the size of the seed: that is known when they are
    fitted.
    """
    needed = extra_of(model)
    if needed is not None and find_spec(needed.library) is None:
        raise missing_extra(model, needed.extra)
