"""The people a scorer learns from one by one: rows of the seed and of the population.

Their order comes from what they are, not from where they stand in a file, so that a fit
is the same to the bit however the inputs were shuffled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

RELATIONS = ("canonical_sample", "canonical_seed")
UNLIKE = "canonical_unlike"  # where the build has a negative seed
WEIGHT = "seed_weight"


@dataclass(frozen=True, slots=True)
class LearningRows:
    """Attributes of the seed people of a fit and of the people of the reference.

    `seed_weights` is what each seed person counts, `seed_folds` the fold of each. `unlike`
    are the people of the negative seed: nobody without one.
    """

    seed: pa.RecordBatch
    seed_weights: np.ndarray
    seed_folds: np.ndarray
    reference: pa.RecordBatch
    unlike: pa.RecordBatch
    unlike_folds: np.ndarray


def learning_rows(
    tables: Mapping[str, pa.Table],
    attributes: Sequence[str],
    left_out_fold: int,
    *,
    most_seed: int,
    most_reference: int,
) -> LearningRows:
    """The rows of both seeds outside the fold and those of `canonical_sample`.

    Where there are more than the most, every so manieth in order: of the person key
    (a hash) in the seeds, of the attributes in the reference.
    """
    sample, of_fit = tables["canonical_sample"], seed_of_fit(tables, left_out_fold)
    by_key = thinned(of_fit.sort_by("person_key"), most_seed)
    by_content = in_content_order(sample, attributes)
    unlike = unlike_of_fit(tables, left_out_fold)
    unlike = thinned(unlike.sort_by("person_key"), most_seed)
    return LearningRows(
        seed=one_batch(by_key.select(attributes)),
        seed_weights=weights_of(by_key),
        seed_folds=folds_of(by_key),
        reference=one_batch(thinned(by_content, most_reference)),
        unlike=one_batch(unlike.select(attributes)),
        unlike_folds=folds_of(unlike),
    )


def in_content_order(people: pa.Table, attributes: Sequence[str]) -> pa.Table:
    """Those attributes of the people, in order of what they are."""
    chosen = people.select(attributes)
    if not attributes:
        return chosen
    return chosen.sort_by([(name, "ascending") for name in attributes])


def seed_of_fit(tables: Mapping[str, pa.Table], left_out_fold: int) -> pa.Table:
    """The people of `canonical_seed` outside the fold."""
    seed = tables["canonical_seed"]
    return seed.filter(pc.not_equal(seed["fold"], left_out_fold))


def unlike_of_fit(tables: Mapping[str, pa.Table], left_out_fold: int) -> pa.Table:
    """The people of the negative seed outside the fold; nobody where there is none."""
    if UNLIKE not in tables:
        return tables["canonical_seed"].slice(0, 0)
    unlike = tables[UNLIKE]
    return unlike.filter(pc.not_equal(unlike["fold"], left_out_fold))


def folds_of(seed: pa.Table) -> np.ndarray:
    """The fold of each person of a seed, in its order."""
    return np.asarray(seed.column("fold").to_numpy(), np.intp)


def weights_of(seed: pa.Table) -> np.ndarray:
    """What each person of `canonical_seed` counts, in its order: 1 without weights."""
    return np.asarray(seed.column(WEIGHT).to_numpy(), float)


def effective_people(tables: Mapping[str, pa.Table]) -> float:
    """How many people of equal weight say as much as the learning seed.

    The square of the sum of the weights over the sum of their squares (Kish, Survey
    Sampling, 1965): `canonical_seed` has them so that they add up to it.
    """
    return float(weights_of(tables["canonical_seed"]).sum())


def thinned(table: pa.Table, most: int) -> pa.Table:
    """At most so many rows, evenly spread over the table, in its order.

    >>> thinned(pa.table({"x": [1, 2, 3, 4, 5]}), 2)["x"].to_pylist()
    [1, 3]
    """
    count = table.num_rows
    if count <= most:
        return table
    return table.take(pa.array(np.arange(most) * count // most))


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """A table as a single batch."""
    batches = table.combine_chunks().to_batches()
    if batches:
        return batches[0]
    return pa.RecordBatch.from_pylist([], schema=table.schema)
