"""People in groups by the value of an attribute: each name one, numbers in bands.

A missing value is a group of its own, under the label None. Bands are cut at quantiles of
a sample, so that they do not depend on who is counted.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Label = str | None


@dataclass(frozen=True, slots=True)
class NumberBands:
    """Bands of numbers in order: a number lies in the first whose end it does not exceed.

    `ends` are those of all bands but the last, which has none.
    """

    ends: tuple[float, ...]
    labels: tuple[str, ...]

    def places(self, numbers: np.ndarray) -> np.ndarray:
        """Each number's band; one more than the last for what is missing."""
        places = np.searchsorted(np.array(self.ends), numbers, side="left")
        return np.where(np.isfinite(numbers), places, len(self.labels))


def number_bands(sample: np.ndarray, most: int) -> NumberBands:
    """At most so many bands of about equal parts of the sample's finite numbers.

    A number that many people have is not split. Raises ValueError for no bands at all.

    >>> number_bands(np.array([18.0, 20.0, 31.0, 40.0, 57.0, 80.0]), 3).labels
    ('up to 20', '31 to 40', '57 and more')
    >>> number_bands(np.array([0.0, 0.0, 0.0, 0.0, 2.0, np.nan]), 3).labels
    ('up to 0', '2 and more')
    """
    if most < 1:
        raise ValueError(f"{most} bands hold nobody")
    present = np.unique(sample[np.isfinite(sample)])
    if not len(present):
        return NumberBands((), ("any number",))
    wanted = np.arange(1, most) / most
    finite = sample[np.isfinite(sample)]
    cuts = np.unique(np.quantile(finite, wanted, method="inverted_cdf"))
    ends = cuts[cuts < present[-1]]
    if not len(ends):
        return NumberBands((), (f"{number_label(present[0])} and more",))
    starts = present[np.searchsorted(present, ends, side="right")]
    labels = [f"up to {number_label(ends[0])}"]
    for start, end in zip(starts[:-1], ends[1:], strict=True):
        first, last = number_label(start), number_label(end)
        labels.append(first if first == last else f"{first} to {last}")
    labels.append(f"{number_label(starts[-1])} and more")
    return NumberBands(tuple(ends.tolist()), tuple(labels))


def number_label(number: float) -> str:
    """A number to six significant digits, without an exponent.

    >>> number_label(1234567.0), number_label(0.25), number_label(-1.0)
    ('1234570', '0.25', '-1')
    """
    return np.format_float_positional(
        number, precision=6, unique=False, fractional=False, trim="-"
    )


def grouped(
    column: pa.Array, bands: NumberBands | None = None
) -> tuple[np.ndarray, tuple[Label, ...]]:
    """Each row's group, by its place among the labels; the last is None, what is missing.

    Text, or a dictionary of text, is grouped by value; numbers, or a dictionary of
    numbers, by `bands`. Each label stands once.
    """
    encoded = (
        column
        if pa.types.is_dictionary(column.type)
        else _as_values(column, bands).dictionary_encode()
    )
    values = _as_values(encoded.dictionary, bands)
    if bands is None:
        labels: tuple[Label, ...] = tuple(
            dict.fromkeys(each for each in values.to_pylist() if each is not None)
        )
        place_of = {label: place for place, label in enumerate(labels)}
        own = [place_of.get(each, len(labels)) for each in values.to_pylist()]
        of_value = np.array([*own, len(labels)], np.int64)
    else:
        labels = bands.labels
        numbers = pc.fill_null(values, np.nan).to_numpy(zero_copy_only=False)
        of_value = np.append(bands.places(numbers), len(labels)).astype(np.int64)
    places = encoded.indices
    if places.null_count:
        places = pc.fill_null(places.cast(pa.int64()), len(values))
    return of_value[places.to_numpy(zero_copy_only=False)], (*labels, None)


def numbers_of(column: pa.ChunkedArray) -> np.ndarray:
    """A column's numbers, NaN where there is none."""
    numbers = pc.fill_null(column.cast(pa.float64(), safe=False), np.nan)
    return numbers.to_numpy()


def _as_values(values: pa.Array, bands: NumberBands | None) -> pa.Array:
    if bands is not None:
        return values.cast(pa.float64(), safe=False)
    if pa.types.is_string(values.type):
        return values
    return values.cast(pa.string())
