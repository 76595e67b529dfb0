"""A number for each value or bin of an attribute: what fitted scorers look people up in.

All of it is one table an attribute, whatever the number means to the scorer: a place in
a space or a contribution. Unknown values of a categorical attribute have the number 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pyarrow as pa

from python_scoring.parameters import (
    DroppedParameters,
    refusal,
    require_finite,
    significant,
)
from python_scoring.stored_attributes import require_values
from python_scoring.terms import BinTerms, ValueTerms, thresholds_between


@dataclass(frozen=True, slots=True)
class ValueLookUp:
    """A categorical attribute: the number of each value, and of a missing one."""

    attribute: str
    values: tuple[str, ...]
    numbers: tuple[float, ...]
    missing_number: float

    def __post_init__(self) -> None:
        """Refuse values without a number, and numbers that are none."""
        where = f"attribute {self.attribute!r}"
        require_values(where, self.values, self.numbers)
        require_finite(where, "numbers", (*self.numbers, self.missing_number))

    def terms(self, bound: float = np.inf) -> ValueTerms:
        """The numbers as terms, kept within the bound on either side."""
        numbers = bounded(self, bound)
        return ValueTerms(self.values, numbers[:-1], float(numbers[-1]))

    def places(self, column: pa.Array) -> np.ndarray:
        """Where each person's value stands among these, a missing one last."""
        places = np.arange(len(self.numbers) + 1.0)
        return self.with_numbers(places).terms().of(column).astype(np.intp)

    def counted(self, column: pa.Array) -> np.ndarray:
        """How many people have each value, a missing one last."""
        return np.bincount(self.places(column), minlength=len(self.numbers) + 1)

    def with_numbers(self, numbers: np.ndarray) -> Self:
        """The same values with other numbers, that of a missing one last."""
        *present, missing = map(significant, numbers.tolist())
        return replace(self, numbers=tuple(present), missing_number=missing)


@dataclass(frozen=True, slots=True)
class BinLookUp:
    """A continuous attribute: the number of each bin, and of a missing value."""

    attribute: str
    least_values: tuple[float, ...]
    greatest_values: tuple[float, ...]
    numbers: tuple[float, ...]
    missing_number: float

    def __post_init__(self) -> None:
        """Refuse bins that are out of order or without their numbers."""
        where = f"attribute {self.attribute!r}"
        for name in ("least_values", "greatest_values", "numbers"):
            if len(getattr(self, name)) != len(self.least_values) or not self.numbers:
                raise refusal(f"{where}, {name}", "has not one number a bin")
            require_finite(where, name, getattr(self, name))
        require_finite(where, "missing_number", (self.missing_number,))
        least, greatest = np.array(self.least_values), np.array(self.greatest_values)
        if np.any(least > greatest) or np.any(greatest[:-1] >= least[1:]):
            raise refusal(f"{where}, least_values", "is not in order of the bins")

    def terms(self, bound: float = np.inf) -> BinTerms:
        """The numbers as terms, kept within the bound on either side."""
        numbers = bounded(self, bound)
        least, greatest = np.array(self.least_values), np.array(self.greatest_values)
        thresholds = thresholds_between(least, greatest)
        return BinTerms(thresholds, numbers[:-1], float(numbers[-1]))

    def with_numbers(self, numbers: np.ndarray) -> Self:
        """The same bins with other numbers, that of a missing value last."""
        *present, missing = map(significant, numbers.tolist())
        return replace(self, numbers=tuple(present), missing_number=missing)


LookUp = ValueLookUp | BinLookUp
KINDS: Mapping[str, type] = {
    "values": ValueLookUp,
    "bins": BinLookUp,
    "dropped": DroppedParameters,
}


def numbers_of(look_up: LookUp) -> np.ndarray:
    """The numbers, that of a missing value last."""
    return np.array([*look_up.numbers, look_up.missing_number])


def bounded(look_up: LookUp, bound: float) -> np.ndarray:
    """The numbers kept within the bound on either side."""
    return np.clip(numbers_of(look_up), -bound, bound)


def counted(attributes: Sequence[LookUp | DroppedParameters]) -> tuple[LookUp, ...]:
    """The attributes that were not dropped."""
    return tuple(each for each in attributes if not isinstance(each, DroppedParameters))


def looked_up(look_ups: Sequence[LookUp], batch: pa.RecordBatch) -> np.ndarray:
    """Look-ups x rows: each person's numbers."""
    found = np.empty((len(look_ups), batch.num_rows))
    for place, look_up in enumerate(look_ups):
        found[place] = look_up.terms().of(batch.column(look_up.attribute))
    return found
