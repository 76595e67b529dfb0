"""People in codes: each attribute's values as small whole numbers, seed and sample alike.

Made without looking at who is in the seed, so that whatever is counted by the codes is
counted in the same way for the seed and for any other group of the same people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from python_scoring.terms import as_numbers, as_text

MOST_VALUES = 200
CONTINUOUS_BINS = 100


@dataclass(frozen=True, eq=False)
class CodedAttribute:
    """One attribute of everybody: a code a person.

    `z` is the normal quantile of each code's mid-rank where the attribute is continuous,
    NaN for the code of missing values; None where it is categorical.
    """

    codes: np.ndarray
    code_count: int
    z: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class CodedPeople:
    """The seed's people first, `fold_sizes` of them by fold, then those of the sample."""

    attributes: tuple[CodedAttribute, ...]
    fold_sizes: tuple[int, ...]
    people: int

    @property
    def seed_people(self) -> int:
        """How many of the people are the seed's."""
        return sum(self.fold_sizes)

    @property
    def seed_checksum(self) -> int:
        """A number made of the seed's codes: another seed, most likely another number."""
        checksum = 0
        for attribute in self.attributes:
            of_seed = attribute.codes[: self.seed_people].astype("<i8")
            checksum = crc32(of_seed.tobytes(), checksum)
        return checksum


def code_people(
    seed: pa.Table, sample: pa.Table, attributes: Sequence[str], fold_count: int = 5
) -> CodedPeople:
    """Both tables in codes; text columns are categorical, numbers continuous.

    `seed` has a column `fold`. People stand in an order of fold and codes alone: who
    have equal codes can take each other's place, so the order of the rows is forgotten.
    """
    folds = seed.column("fold").to_numpy()
    coded = [_coded(pa.concat_arrays(_both(seed, sample, name))) for name in attributes]
    sides = np.concatenate([folds, np.full(sample.num_rows, fold_count)])
    order = np.lexsort([*(each.codes for each in reversed(coded)), sides])
    return CodedPeople(
        attributes=tuple(
            CodedAttribute(each.codes[order], each.code_count, each.z) for each in coded
        ),
        fold_sizes=tuple(np.bincount(folds, minlength=fold_count).tolist()),
        people=len(sides),
    )


def _both(seed: pa.Table, sample: pa.Table, name: str) -> list[pa.Array]:
    columns = [table.column(name).combine_chunks() for table in (seed, sample)]
    if pa.types.is_floating(columns[0].type) or pa.types.is_integer(columns[0].type):
        return [pa.array(as_numbers(column)) for column in columns]
    return [as_text(_plain(column)) for column in columns]


def _plain(column: pa.Array) -> pa.Array:
    is_coded = pa.types.is_dictionary(column.type)
    return column.dictionary_decode() if is_coded else column


def _coded(column: pa.Array) -> CodedAttribute:
    if pa.types.is_floating(column.type):
        return _of_numbers(column.to_numpy())
    return _of_values(column)


def _of_values(column: pa.Array) -> CodedAttribute:
    """The most frequent values by name, the others together, missing as a value."""
    counts = pc.value_counts(column)
    named = sorted(
        zip(counts.field(0).to_pylist(), counts.field(1).to_pylist(), strict=True),
        key=lambda pair: (-pair[1], pair[0] is not None, pair[0] or ""),
    )
    kept = pa.array([value for value, _ in named[:MOST_VALUES]], pa.string())
    places = pc.index_in(column, value_set=kept)
    codes = places.fill_null(len(kept)).to_numpy().astype(np.intp)
    return CodedAttribute(codes, len(kept) + (len(named) > len(kept)))


def _of_numbers(values: np.ndarray) -> CodedAttribute:
    """Hundredths of the ranking of all, missing ones behind them."""
    from scipy.special import ndtri

    is_present = np.isfinite(values)
    ordered = np.sort(values[is_present])
    ranks = np.searchsorted(ordered, values, "left") + np.searchsorted(
        ordered, values, "right"
    )
    shares = ranks / max(2 * len(ordered), 1)
    bins = np.minimum((shares * CONTINUOUS_BINS).astype(np.intp), CONTINUOUS_BINS - 1)
    used, codes = np.unique(bins[is_present], return_inverse=True)
    counts = np.bincount(codes, minlength=len(used))
    middles = (np.cumsum(counts) - counts / 2) / max(len(ordered), 1)
    clip = min(0.001, 10 / max(len(ordered), 1))
    z = ndtri(np.clip(middles, clip, 1 - clip))
    placed = np.full(len(values), len(used), np.intp)
    placed[is_present] = codes
    if is_present.all():
        return CodedAttribute(placed, len(used), z)
    return CodedAttribute(placed, len(used) + 1, np.append(z, np.nan))
