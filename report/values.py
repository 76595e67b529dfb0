"""Values that tell: what the seed has more often, or less often, than the population.

Rows are those of report_value_terms, which leaves out values of fewer than 25 people. A
value that fewer than 25 people of the seed have, or that would give such away, has no share
there, and is none of those told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from report.rows import Row, plain_rows
from report.words import FEWEST_PEOPLE, counted, number_text, plain_text, share_text

if TYPE_CHECKING:
    import pandas as pd

MOST_OF_A_KIND = 4
LEAST_TELLING = 1.1
MANY_TIMES = 10


@dataclass(frozen=True, slots=True)
class TellingValue:
    """One value of an attribute, or a range of its numbers, on both sides."""

    text: str
    is_missing: bool
    seed_share: float
    population_share: float

    @property
    def seed_text(self) -> str:
        """Its share of the seed in percent."""
        return share_text(self.seed_share)

    @property
    def population_text(self) -> str:
        """Its share of the population in percent."""
        return share_text(self.population_share)

    @property
    def times_text(self) -> str:
        """How many times as common it is in the seed as in the population.

        >>> TellingValue("a", False, 0.3, 0.1).times_text
        '3.0'
        """
        times = self.seed_share / self.population_share
        if times >= MANY_TIMES:
            return number_text(times)
        return number_text(times, 1 if times >= 1 else 2)


@dataclass(frozen=True, slots=True)
class TellingValues:
    """An attribute's values that tell most, the strongest of either kind first.

    `few` counts the values that are not told so that few people of the seed are not.
    """

    more: tuple[TellingValue, ...] = ()
    less: tuple[TellingValue, ...] = ()
    few: int = 0

    def __bool__(self) -> bool:
        return bool(self.more or self.less)

    @property
    def few_text(self) -> str:
        """What is said of the values that are not told.

        >>> TellingValues(few=1).few_text
        '1 value is not told: fewer than 25 people of the seed have it or would be found by it.'
        """
        values, it = counted(self.few, "value", "values"), "it"
        verb = "is"
        if self.few != 1:
            verb, it = "are", "one"
        return (
            f"{values} {verb} not told: fewer than {FEWEST_PEOPLE} people of the seed"
            f" have {it} or would be found by {it}."
        )

    @property
    def largest_share(self) -> float:
        """The largest share of all: what bars are drawn against."""
        shares = (
            (value.seed_share, value.population_share)
            for value in (*self.more, *self.less)
        )
        return max((max(both) for both in shares), default=1.0) or 1.0


def telling_values(value_terms: pd.DataFrame) -> dict[str, TellingValues]:
    """By attribute the values that speak most for a person, and most against one.

    A value counts where its shares differ by a tenth at least, or by less where none of
    its kind does, and the scorer reads them the same way.
    """
    terms: dict[str, list[Row]] = {}
    for row in plain_rows(value_terms):
        terms.setdefault(row["attribute"], []).append(row)
    return {attribute: _told(rows) for attribute, rows in terms.items()}


def _told(rows: list[Row]) -> TellingValues:
    telling = [row for row in rows if row["reference_share"] and row["contribution"]]
    known = [row for row in telling if row["seed_share"] is not None]
    ordered = sorted(
        known, key=lambda row: (-abs(row["contribution"]), row["value_text"] or "")
    )
    more = [row for row in ordered if row["contribution"] > 0 and _times(row) > 1]
    less = [row for row in ordered if row["contribution"] < 0 and _times(row) < 1]
    return TellingValues(
        _strongest(more), _strongest(less), few=len(telling) - len(known)
    )


def _strongest(rows: list[Row]) -> tuple[TellingValue, ...]:
    told = [row for row in rows if _tells(_times(row))] or rows[:1]
    return tuple(_value(row) for row in told[:MOST_OF_A_KIND])


def _times(row: Row) -> float:
    return float(row["seed_share"] / row["reference_share"])


def _tells(times: float) -> bool:
    return times >= LEAST_TELLING or times <= 1 / LEAST_TELLING


def _value(row: Row) -> TellingValue:
    return TellingValue(
        text=plain_text(row["value_text"] or "", 60),
        is_missing=bool(row.get("is_missing")),
        seed_share=row["seed_share"],
        population_share=row["reference_share"],
    )
