"""What trees learn from: people whose own count does not speak for them.

What a rare value says rests on the few seed people who have it. Trees that learn from
those very people take it for knowledge, and prefer it to all else. So both sides are cut
into folds, and for the people of a fold a rare value stands at what the other folds say of
it: on both sides alike, so that no number tells the side. What a frequent value says
depends on nobody, and it stands where it will stand for whoever is scored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from python_scoring.cross_fitting import FOLDS
from python_scoring.encoder import Encoder
from python_scoring.fold_counts import FoldCounts, counted_by_fold, dealt
from python_scoring.learning_rows import (
    folds_of,
    one_batch,
    seed_of_fit,
    unlike_of_fit,
    weights_of,
)
from python_scoring.look_ups import LookUp, ValueLookUp, numbers_of
from python_scoring.scorers.base import by_attribute, rows_of_fold
from python_scoring.space import Space

RARE_PEOPLE = 30.0  # seed people expected to have a value; it is rare below
SCATTERED_PEOPLE = 100.0  # the same for a value among many,
SCATTERED_SHARE = 0.1  # which fewer than a tenth of the reference have
LEAST_ERRORS = 2.0  # standard errors


@dataclass(frozen=True, eq=False)
class RowsToLearn:
    """Both sides as 32-bit floats, people x `columns`, and the fold of each person.

    `unlike` are the people of the negative seed, beside those of the reference.
    """

    columns: tuple[str, ...]
    seed: np.ndarray
    seed_folds: np.ndarray
    reference: np.ndarray
    reference_folds: np.ndarray
    unlike: np.ndarray
    unlike_folds: np.ndarray


@dataclass(frozen=True, eq=False)
class Folded:
    """The people of a fit by fold; `seed` is all of it, of which `space` may have a part.

    So is `unlike` of the negative seed. The folds of `judges` count nowhere.
    """

    space: Space
    seed: pa.RecordBatch
    seed_weights: np.ndarray
    seed_folds: np.ndarray
    unlike: pa.RecordBatch
    unlike_folds: np.ndarray
    reference_folds: np.ndarray
    judges: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Column:
    """An attribute's numbers of both sides; whether they tell these apart at all."""

    name: str
    seed: np.ndarray
    reference: np.ndarray
    unlike: np.ndarray
    tells: bool = True


def rows_to_learn(
    space: Space, tables: Mapping[str, pa.Table], judges: Sequence[int] = ()
) -> RowsToLearn:
    """The people of the space as rows, by counts without their own fold and the judges'.

    An attribute of scattered values is left out where what the folds say of each other
    does not surely tell the sides apart, unless nothing else is there.
    """
    people = _folded(space, tables, tuple(judges))
    of_fit = rows_of_fold(tables, "weight_values", space.left_out_fold)
    values = by_attribute(of_fit)
    made = [
        _of_values(each, values[each.attribute], people)
        if isinstance(each, ValueLookUp)
        else _as_scored(each, people)
        for each in space.look_ups
    ]
    kept = [each for each in made if each.tells] or made
    return RowsToLearn(
        columns=tuple(each.name for each in kept),
        seed=np.stack([each.seed for each in kept], axis=1),
        seed_folds=space.rows.seed_folds,
        reference=np.stack([each.reference for each in kept], axis=1),
        reference_folds=people.reference_folds,
        unlike=np.stack([each.unlike for each in kept], axis=1),
        unlike_folds=space.rows.unlike_folds,
    )


def _folded(
    space: Space, tables: Mapping[str, pa.Table], judges: tuple[int, ...]
) -> Folded:
    """The people by fold: as much of the reference in each as of the seed."""
    rows = space.rows
    masses = np.bincount(rows.seed_folds, rows.seed_weights, FOLDS)
    seed = seed_of_fit(tables, space.left_out_fold)
    unlike = unlike_of_fit(tables, space.left_out_fold)
    return Folded(
        space=space,
        seed=one_batch(seed),
        seed_weights=weights_of(seed),
        seed_folds=folds_of(seed),
        unlike=one_batch(unlike),
        unlike_folds=folds_of(unlike),
        reference_folds=dealt(rows.reference.num_rows, masses),
        judges=judges,
    )


def _as_scored(look_up: LookUp, people: Folded) -> Column:
    """The numbers that whoever is scored has."""
    rows = people.space.rows
    seed, reference, unlike = (
        Encoder([look_up]).rows(side)[:, 0]
        for side in (rows.seed, rows.reference, rows.unlike)
    )
    return Column(look_up.attribute, seed, reference, unlike)


def _of_values(
    look_up: ValueLookUp, rows: Sequence[Mapping[str, Any]], people: Folded
) -> Column:
    """A categorical attribute's numbers; `rows` are those of `weight_values`."""
    shares = _reference_shares(look_up, rows)
    is_rare = _fewest_people(people) * shares < RARE_PEOPLE
    is_scattered = _is_scattered(shares, people.space.seed_total)
    if not (is_rare.any() or is_scattered or people.judges):
        return _as_scored(look_up, people)
    learnt = people.space.rows
    seed, reference, unlike = (
        look_up.places(side.column(look_up.attribute))
        for side in (learnt.seed, learnt.reference, learnt.unlike)
    )
    counts = _counts(look_up, rows, shares, reference, people)
    by_others = np.stack(
        [counts.log_ratios({fold, *people.judges}) for fold in range(FOLDS)]
    )
    scored = counts.log_ratios(people.judges) if people.judges else numbers_of(look_up)
    numbers = np.where(is_rare, by_others, scored).astype(np.float32)
    seed_folds = learnt.seed_folds
    return Column(
        look_up.attribute,
        numbers[seed_folds, seed],
        numbers[people.reference_folds, reference],
        numbers[learnt.unlike_folds, unlike],
        not is_scattered
        or _tells(
            by_others[seed_folds, seed],
            by_others[people.reference_folds, reference],
            people,
        ),
    )


def _fewest_people(people: Folded) -> float:
    """How many people a value's number rests on, by the seed of which one changes it more.

    One of the negative seed moves a share of the contrast by 1/2 / (n + m).
    """
    unlike, seed = people.unlike.num_rows, people.space.seed_total
    return min(seed, 2.0 * (unlike + people.space.smoothing)) if unlike else seed


def _reference_shares(
    look_up: ValueLookUp, rows: Sequence[Mapping[str, Any]]
) -> np.ndarray:
    """The share of each value, that of a missing one last: all where nobody has none."""
    found = {
        None if row["is_missing"] else row["attribute_value"]: row["reference_share"]
        for row in rows
    }
    return np.array([*(found[value] for value in look_up.values), found.get(None, 1.0)])


def _is_scattered(shares: np.ndarray, seed_total: float) -> bool:
    """True where most people have a value that few others have."""
    is_few = (seed_total * shares < SCATTERED_PEOPLE) & (shares < SCATTERED_SHARE)
    return bool(shares[is_few].sum() > 0.5)


def _counts(
    look_up: ValueLookUp,
    rows: Sequence[Mapping[str, Any]],
    shares: np.ndarray,
    reference: np.ndarray,
    people: Folded,
) -> FoldCounts:
    """The seed and the sample counted by fold; everybody from their shares."""
    of_seed, of_unlike = (
        look_up.places(side.column(look_up.attribute))
        for side in (people.seed, people.unlike)
    )
    value_count, values = len(rows), len(shares)
    mass = people.space.reference_total + 0.5 * value_count
    everybody = np.rint(shares * mass - 0.5)
    ones = np.ones(len(of_unlike))
    unlike = counted_by_fold(of_unlike, people.unlike_folds, ones, values)
    if len(of_unlike):
        total = people.space.reference_total
        counted = (shares * mass - 0.5) / total
        reference_shares = people.space.contrast.reference_shares(
            counted, unlike.sum(axis=0)
        )
        everybody = np.rint(reference_shares * total)
    if not any(row["is_missing"] for row in rows):
        everybody[-1] = 0.0
    ones = np.ones(len(reference))
    return FoldCounts(
        seed=counted_by_fold(of_seed, people.seed_folds, people.seed_weights, values),
        unlike=unlike,
        sample=counted_by_fold(reference, people.reference_folds, ones, values),
        reference=everybody,
        value_count=value_count,
        smoothing=people.space.smoothing,
    )


def _tells(seed: np.ndarray, reference: np.ndarray, people: Folded) -> bool:
    """True where the seed's mean is surely above, judges not asked."""
    rows = people.space.rows
    learns = ~np.isin(rows.seed_folds, people.judges)
    seed, weights = seed[learns], rows.seed_weights[learns]
    reference = reference[~np.isin(people.reference_folds, people.judges)]
    mean = (weights * seed).sum() / weights.sum()
    variance = (weights**2 * (seed - mean) ** 2).sum() / weights.sum() ** 2
    error = np.sqrt(variance + reference.var() / len(reference))
    return bool(mean - reference.mean() > LEAST_ERRORS * error)
