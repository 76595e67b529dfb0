"""Repetition in words: which other attributes say what an attribute says.

h = 1 / sum of r^2 over the attributes that say something, itself included: of the sum,
each other attribute's r^2 is how much of the evidence it tells again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from report.rows import plain_rows
from report.words import plain_text, share_text

if TYPE_CHECKING:
    import pandas as pd

THE_SAME_FROM, PART_FROM = 0.9, 0.1
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Repetition:
    """The columns of attributes that say the same, and part of the same, most first."""

    same: tuple[str, ...] = ()
    part: tuple[str, ...] = ()


def repeated_by(
    attribute_weights: pd.DataFrame, correlations: pd.DataFrame | None
) -> dict[str, Repetition]:
    """By attribute, who repeats it, from report_attribute_weights and weight_correlations.

    An attribute of weight 0 repeats nothing.
    """
    columns = {
        row["attribute"]: plain_text(str(row["column_name"] or row["attribute"]), 60)
        for row in plain_rows(attribute_weights)
        if row["attribute_weight"]
    }
    shared: dict[str, list[tuple[float, str]]] = {}
    for row in [] if correlations is None else plain_rows(correlations):
        other = row["other_attribute"]
        if other != row["attribute"] and other in columns:
            found = (row["correlation"] or 0.0) ** 2
            shared.setdefault(row["attribute"], []).append((found, columns[other]))
    return {
        attribute: Repetition(
            same=_named(found, THE_SAME_FROM, 1.0 + THE_SAME_FROM),
            part=_named(found, PART_FROM, THE_SAME_FROM),
        )
        for attribute, found in shared.items()
    }


def repetition_text(others: Repetition, counts: float) -> str:
    """What is repeated, and how much of the evidence counts for it.

    >>> repetition_text(Repetition(same=("mobile",)), 0.503)
    '“mobile” says the same; each counts half.'
    >>> repetition_text(Repetition(same=("mobile", "fax")), 0.3334)
    '“mobile” and “fax” say the same; each counts a third.'
    >>> repetition_text(Repetition(part=("age",)), 0.8)
    'Part of it “age” says too, so 80.0 % counts.'
    >>> repetition_text(Repetition(), 0.9)
    'Other attributes say much the same, so 90.0 % counts.'
    """
    if others.same:
        verb = "says" if len(others.same) == 1 else "say"
        told = f"{joined(others.same)} {verb} the same"
        part = {1: "half", 2: "a third", 3: "a quarter"}.get(len(others.same))
        is_even = abs(counts * (len(others.same) + 1) - 1) < 0.05
        if part is not None and is_even:
            return f"{told}; each counts {part}."
        return f"{told}, so {share_text(counts)} counts."
    if others.part:
        verb = "says" if len(others.part) == 1 else "say"
        return (
            f"Part of it {joined(others.part)} {verb} too, so {share_text(counts)}"
            " counts."
        )
    return f"Other attributes say much the same, so {share_text(counts)} counts."


def _named(
    found: list[tuple[float, str]], least: float, below: float
) -> tuple[str, ...]:
    kept = sorted(
        ((share, name) for share, name in found if least <= share < below),
        key=lambda each: (-each[0], each[1]),
    )
    return tuple(name for _, name in kept[:MOST_NAMED])


def joined(names: tuple[str, ...]) -> str:
    """The names in quotes, with an "and" before the last."""
    quoted = [f"“{name}”" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if quoted[:-1] else quoted)
