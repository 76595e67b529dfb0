"""Fits the scorer of a build, and says in plain words what stands in its way."""

from collections.abc import Mapping
from importlib.util import find_spec

import pyarrow as pa

from catalog.errors import StudioError
from python_scoring.scorers.base import (
    MissingExtraError,
    NoDifferenceError,
    Scorer,
    SmallSeedError,
    extra_of,
    fit_scorer,
)


def fitted(model: str, tables: Mapping[str, pa.Table]) -> Scorer:
    """The scorer of the whole seed; what stands in its way as StudioError."""
    try:
        return fit_scorer(model, tables)
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


def require_extra(model: str) -> None:
    """Refuse, before anything is counted, a scorer whose libraries are not installed.

    `auto` needs one or none by the size of the seed: that is known when it is fitted.
    """
    needed = extra_of(model)
    if needed is not None and find_spec(needed.library) is None:
        raise missing_extra(model, needed.extra)
