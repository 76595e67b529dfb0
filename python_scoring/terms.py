"""Evidence terms: what one attribute says about one person, in natural-log units.

A column of an Arrow batch goes in, an array of the same length comes out. Nothing here
reads a table, fits anything or knows the attributes' weights. A missing value is null;
among numbers NaN and the infinities are missing too.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

GUIDE_SIZE = 1 << 15  # cells of a guide: 64 KiB of int16, which stays in the cache
GUIDE_STEPS = 8  # beyond so many comparisons a value, binary search is as good


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal curve fitted to one attribute on one side (seed or reference)."""

    mean: float
    variance: float


@dataclass(frozen=True, slots=True)
class Quadratic:
    """square * (z - centre)^2 + linear * (z - centre) + constant.

    Written about a centre because a seed packed into a narrow band makes the
    coefficients large, and about 0 they would cancel.
    """

    centre: float
    square: float
    linear: float
    constant: float

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """Value at each z."""
        distance = z - self.centre
        result = distance * self.square
        result += self.linear
        result *= distance
        result += self.constant
        return result


def gaussian_log_ratio(
    seed: Normal, reference: Normal, variance_pooling: float = 0.0
) -> Quadratic:
    """Log of how much denser the seed's curve is than the reference's, as a quadratic.

    (1 - lambda) (ln N(z; seed) - ln N(z; reference))
    + lambda (ln N(z; seed's mean, reference's variance) - ln N(z; reference)),
    lambda = `variance_pooling`.

    >>> gaussian_log_ratio(Normal(40, 25), Normal(30, 100))(np.array([40.0])).round(3)
    array([1.193])
    >>> gaussian_log_ratio(Normal(40, 25), Normal(30, 100), 1.0)(np.array([40.0]))
    array([0.5])
    """
    shift = seed.mean - reference.mean
    own = 1.0 - variance_pooling
    return Quadratic(
        centre=seed.mean,
        square=own * 0.5 * (1.0 / reference.variance - 1.0 / seed.variance),
        linear=shift / reference.variance,
        constant=0.5 * shift * shift / reference.variance
        - own * 0.5 * float(np.log(seed.variance / reference.variance)),
    )


class Thresholds:
    """Finds how many thresholds lie strictly below each value.

    The same answer as `np.searchsorted(thresholds, values)` several times as fast: the
    leading bits of a double's distance from the middle threshold are a coarse
    logarithm, so they name a cell of a small table that knows how many thresholds lie
    below the cell; the few inside it are compared one by one.

    >>> Thresholds(np.array([1.0, 2.0])).count_below(np.array([1.0, 1.5, 9.0]))
    array([0, 1, 2], dtype=int16)
    """

    def __init__(self, thresholds: np.ndarray) -> None:
        self._thresholds = thresholds
        self._padded = np.append(thresholds, np.inf)
        self._steps = GUIDE_STEPS + 1
        if 1 < len(thresholds) < np.iinfo(np.int16).max:
            self._make_guide()

    def count_below(self, values: np.ndarray) -> np.ndarray:
        """Number of thresholds below each finite value, as integers."""
        if self._steps > GUIDE_STEPS:
            return np.searchsorted(self._thresholds, values)
        # every key is inside the guide; mode="clip" only spares numpy the check
        below = self._guide.take(self._keys(values), mode="clip")
        for _ in range(self._steps):
            below += self._padded.take(below, mode="clip") < values
        return below

    def _make_guide(self) -> None:
        middle = self._thresholds[len(self._thresholds) // 2]
        with np.errstate(over="ignore"):
            distances = np.abs(self._thresholds - middle)
        if not np.all(np.isfinite(distances)):
            return
        self._middle = middle
        positive = distances[distances > 0]
        nearest, farthest = np.array([positive.min(), positive.max()]).view(np.int64)
        shift = 30
        while ((farthest >> shift) - (nearest >> shift)) * 2 + 3 > GUIDE_SIZE:
            shift += 1
        self._shift = np.int64(shift)
        self._lowest = np.int64((nearest >> shift) - 1)
        self._half = np.int64((farthest >> shift) - self._lowest)
        cells = self._keys(self._thresholds)
        counts = np.bincount(cells, minlength=int(2 * self._half + 1))
        self._guide = (np.cumsum(counts) - counts).astype(np.int16)
        self._steps = int(counts.max())

    def _keys(self, values: np.ndarray) -> np.ndarray:
        """Cell of each value: never decreasing in the value, which is all it needs."""
        with np.errstate(over="ignore"):  # an infinite distance is simply the last cell
            distances = values - self._middle
        keys = np.abs(distances).view(np.int64)
        keys >>= self._shift
        keys -= self._lowest
        np.clip(keys, 0, self._half, out=keys)
        # all bits of `signs` are set where the distance is negative: x ^ -1, then + 1,
        # is -x, without the branch that a masked negation takes for each value
        signs = distances.view(np.int64)
        signs >>= 63
        keys ^= signs
        keys -= signs
        keys += self._half
        return keys


def thresholds_between(
    least_values: np.ndarray, greatest_values: np.ndarray
) -> Thresholds:
    """Half-way between each bin and the next, so that a count is a bin's number."""
    lower, upper = greatest_values[:-1], least_values[1:]
    # halved before they are added, which cannot overflow; kept below the upper
    # bin's end, which the rounded middle of two neighbouring doubles may reach
    middle = lower * 0.5 + upper * 0.5
    below_upper = np.nextafter(upper, -np.inf)
    return Thresholds(np.maximum(lower, np.minimum(middle, below_upper)))


@dataclass(frozen=True, eq=False)
class Bins:
    """The reference's distribution of one continuous attribute, in order of value.

    Arrays with one entry a bin: its least and greatest value, the share of the
    reference's people with a value that lies below it, and its own share.
    """

    least_values: np.ndarray
    greatest_values: np.ndarray
    shares_below: np.ndarray
    reference_shares: np.ndarray
    quantile_clip: float

    def find(self, values: np.ndarray) -> np.ndarray:
        """Bin of each finite value; between two bins the nearer, on a tie the lower.

        >>> bins = Bins(*np.array([[1, 5], [1, 5], [0, 0.5], [0.5, 0.5]]), 0.001)
        >>> bins.find(np.array([-9.0, 3.0, 3.1])).tolist()
        [0, 0, 1]
        """
        return self._thresholds.count_below(values)

    def shares_under(self, values: np.ndarray) -> np.ndarray:
        """F: the share of the reference below each finite value.

        In a bin of one value its mid-rank; in a wider one F runs linearly from the
        share below the bin to that plus its own. A value outside all bins counts as
        the nearest end of its bin.
        """
        return self._shares_under(values, self.find(values))

    def z(self, values: np.ndarray) -> np.ndarray:
        """Normal quantile of F, clipped to [f, 1 - f], for each finite value."""
        from scipy.special import ndtri

        if self.is_discrete:
            return self.mid_rank_z.take(self.find(values), mode="clip")
        shares = self.shares_under(values)
        np.clip(shares, self.quantile_clip, 1.0 - self.quantile_clip, out=shares)
        return ndtri(shares, out=shares)

    @cached_property
    def is_discrete(self) -> bool:
        """True when every bin holds a single value."""
        return bool(np.array_equal(self.least_values, self.greatest_values))

    @cached_property
    def mid_rank_z(self) -> np.ndarray:
        """Normal quantile of each bin's clipped mid-rank."""
        from scipy.special import ndtri

        middle = self.shares_below + 0.5 * self.reference_shares
        return ndtri(np.clip(middle, self.quantile_clip, 1.0 - self.quantile_clip))

    @cached_property
    def _thresholds(self) -> Thresholds:
        return thresholds_between(self.least_values, self.greatest_values)

    @cached_property
    def _lines(self) -> tuple[float, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Scale of the values, then start, width, share at the start and rise of F."""
        ends = np.abs(np.concatenate([self.least_values, self.greatest_values]))
        scale = 0.25 if ends.max() > 1e307 else 1.0  # a width must not overflow
        start = self.least_values * scale
        width = self.greatest_values * scale - start
        single = self.greatest_values == self.least_values
        half = 0.5 * self.reference_shares
        return (
            scale,
            start,
            np.where(single | (width == 0.0), 1.0, width),
            self.shares_below + np.where(single, half, 0.0),
            np.where(single, 0.0, self.reference_shares),
        )

    def _shares_under(self, values: np.ndarray, bins: np.ndarray) -> np.ndarray:
        scale, start, width, share, rise = self._lines
        if scale != 1.0:
            values = values * scale
        with np.errstate(over="ignore"):  # far outside a narrow bin: clipped to its end
            part = values - start.take(bins, mode="clip")
            part /= width.take(bins, mode="clip")
        np.clip(part, 0.0, 1.0, out=part)
        part *= rise.take(bins, mode="clip")
        part += share.take(bins, mode="clip")
        return part


@dataclass(frozen=True, eq=False)
class ValueTerms:
    """One term for each value of a categorical attribute, one for missing ones.

    A value that is not among `values` has the term 0. `missing_term` is None where
    nobody's value was missing when the terms were made: it is such a value then.
    """

    values: tuple[str, ...]
    terms: np.ndarray
    missing_term: float | None

    def of(self, column: pa.Array) -> np.ndarray:
        """Term of each row of a string or dictionary column."""
        if pa.types.is_dictionary(column.type):
            codes, known = self._dictionary_codes(column)
            return self._table.take(known).take(codes, mode="clip")
        return self._table.take(self._codes(column), mode="clip")

    def unknown_count(self, column: pa.Array) -> int:
        """Number of rows whose value has no term."""
        if pa.types.is_dictionary(column.type):
            codes, known = self._dictionary_codes(column)
            return int(np.count_nonzero(self._is_unknown(known).take(codes)))
        return int(np.count_nonzero(self._is_unknown(self._codes(column))))

    @cached_property
    def _table(self) -> np.ndarray:
        """Terms of the values, of missing and of unknown ones, in this order."""
        return np.append(self.terms, [self.missing_term or 0.0, 0.0])

    @cached_property
    def _value_set(self) -> pa.Array:
        return pa.array([*self.values, None], pa.string())

    def _codes(self, column: pa.Array) -> np.ndarray:
        """Place in `_table` of each row of a string column."""
        places = pc.index_in(as_text(column), value_set=self._value_set)
        if places.null_count:
            places = places.fill_null(len(self.values) + 1)
        return places.to_numpy()

    def _dictionary_codes(self, column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Each row's place in the batch's dictionary, and that entry's in `_table`."""
        known = np.append(self._codes(column.dictionary), len(self.values))
        indices = column.indices
        if indices.null_count:
            # widened first: a dictionary of 128 entries fills its int8 indices
            indices = indices.cast(pa.int64()).fill_null(len(column.dictionary))
        return indices.to_numpy(), known

    def _is_unknown(self, codes: np.ndarray) -> np.ndarray:
        unknown = codes > len(self.values)
        if self.missing_term is None:
            unknown |= codes == len(self.values)
        return unknown


@dataclass(frozen=True, eq=False)
class GaussianTerms:
    """The Gaussian term of a continuous attribute, with its missing and present terms.

    Terms are kept within `bound` on either side (infinity: as they are) and multiplied
    by `factor` at the end, both where it costs least.
    """

    bins: Bins
    log_ratio: Quadratic
    missing_term: float
    present_term: float
    bound: float = np.inf
    factor: float = 1.0

    def of(self, column: pa.Array) -> np.ndarray:
        """Term of each row of a numeric column."""
        values = as_numbers(column)
        is_present = np.isfinite(values)
        if is_present.all():
            return self._of_present(values)
        nearby = np.where(is_present, values, self.bins.least_values[0])
        return np.where(is_present, self._of_present(nearby), self._missing)

    def _of_present(self, values: np.ndarray) -> np.ndarray:
        if self.bins.is_discrete:
            return self._table.take(self.bins.find(values), mode="clip")
        return self._of_z(self.bins.z(values))

    def _of_z(self, z: np.ndarray) -> np.ndarray:
        terms = self._scaled_log_ratio(z)
        if np.isfinite(self.bound):
            limit = self.bound * self.factor
            np.clip(terms, -limit, limit, out=terms)
        return terms

    @cached_property
    def _scaled_log_ratio(self) -> Quadratic:
        return Quadratic(
            centre=self.log_ratio.centre,
            square=self.factor * self.log_ratio.square,
            linear=self.factor * self.log_ratio.linear,
            constant=self.factor * (self.log_ratio.constant + self.present_term),
        )

    @cached_property
    def _missing(self) -> float:
        return self.factor * float(np.clip(self.missing_term, -self.bound, self.bound))

    @cached_property
    def _table(self) -> np.ndarray:
        return self._of_z(self.bins.mid_rank_z)


@dataclass(frozen=True, eq=False)
class BinTerms:
    """One term for each bin of a continuous attribute, one for missing numbers."""

    thresholds: Thresholds
    terms: np.ndarray
    missing_term: float

    def of(self, column: pa.Array) -> np.ndarray:
        """Term of each row of a numeric column."""
        values = as_numbers(column)
        is_present = np.isfinite(values)
        if is_present.all():
            return self.terms.take(self.bins_of(values), mode="clip")
        bins = self.bins_of(np.where(is_present, values, 0.0))
        return np.where(is_present, self.terms.take(bins), self.missing_term)

    def bins_of(self, values: np.ndarray) -> np.ndarray:
        """Bin of each finite value."""
        return self.thresholds.count_below(values)


class TermsOfColumn(Protocol):
    """What one attribute says about each row of a column."""

    def of(self, column: pa.Array) -> np.ndarray:
        """Term of each row."""
        ...


class ListedTerms:
    """An attribute's terms for columns that share a list of values: one look-up a row.

    The term of each value on the list of a dictionary array is found once and kept as
    long as the batches that follow have the same list. Other columns are passed on.

    >>> colours = ValueTerms(("red",), np.array([0.5]), missing_term=-1.0)
    >>> ListedTerms(colours).of(pa.array(["red", None, "red"]).dictionary_encode())
    array([ 0.5, -1. ,  0.5])
    """

    def __init__(self, terms: TermsOfColumn) -> None:
        self._terms = terms
        self._known: tuple[pa.Array, np.ndarray] | None = None

    def of(self, column: pa.Array) -> np.ndarray:
        """Term of each row."""
        if not pa.types.is_dictionary(column.type):
            return self._terms.of(column)
        table = self._table(column.dictionary)
        indices = column.indices
        if indices.null_count:
            # widened first: a list of 256 values fills its codes
            indices = indices.cast(pa.int64()).fill_null(len(table) - 1)
        return table.take(indices.to_numpy(), mode="clip")

    def _table(self, values: pa.Array) -> np.ndarray:
        """Terms of the listed values, then that of a missing one."""
        known = self._known
        if known is None or not known[0].equals(values):
            missing = self._terms.of(pa.nulls(1, values.type))
            known = (values, np.append(self._terms.of(values), missing))
            self._known = known
        return known[1]


def as_text(column: pa.Array) -> pa.Array:
    """The column as plain strings, whichever of Arrow's text layouts it has.

    Raises ValueError for anything that is not text: a number has many spellings, and
    the one that the terms were learnt under is not known here.
    """
    if pa.types.is_string(column.type):
        return column
    if pa.types.is_null(column.type) or any(
        is_text(column.type) for is_text in (pa.types.is_large_string, _is_string_view)
    ):
        return column.cast(pa.string())
    raise ValueError(
        f"a categorical attribute arrived as {column.type}; cast it to text first"
    )


def as_numbers(column: pa.Array) -> np.ndarray:
    """The column as doubles, NaN where null; not copied where it needs no change."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if not pa.types.is_float64(kind):
        if not (
            pa.types.is_integer(kind)
            or pa.types.is_floating(kind)
            or pa.types.is_null(kind)
        ):
            raise ValueError(
                f"a continuous attribute arrived as {kind}; cast it to double first"
            )
        column = column.cast(pa.float64(), safe=False)
    return column.to_numpy(zero_copy_only=False)


def _is_string_view(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string_view(kind))
