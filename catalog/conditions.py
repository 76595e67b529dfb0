"""Conditions: which rows of a dataset are meant, as data and never as SQL.

A condition compares one column with values. All of a list must hold. Values are kept as
texts; what they mean follows from the column's type, which the engine knows. A missing
value is another value than any that is named, and lies in no range.
"""

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BeforeValidator,
    Field,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from catalog.datasets import Frozen
from catalog.errors import StudioError
from catalog.names import shown
from catalog.specification_fields import ColumnName

Comparison = Literal[
    "is",
    "is_not",
    "in",
    "not_in",
    "at_least",
    "at_most",
    "above",
    "below",
    "is_missing",
]
COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)
WORDS = {
    "is_not": "is not",
    "not_in": "is not in",
    "in": "is in",
    "at_least": "is at least",
    "at_most": "is at most",
    "above": "is above",
    "below": "is below",
}
SIGNS = {
    "!=": "is_not",
    ">=": "at_least",
    "<=": "at_most",
    "=": "is",
    ">": "above",
    "<": "below",
}


def _value(value: object) -> object:
    """Any plain value as the text that a document would hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | date | datetime):
        return value.isoformat() if isinstance(value, date) else repr(value)
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise ValueError("holds a lone surrogate: remove it") from error
        if "\0" in value:
            raise ValueError("holds a NUL character: remove it")
    return value


Value = Annotated[
    str,
    StringConstraints(max_length=1_000),
    BeforeValidator(_value),
    WithJsonSchema({"anyOf": [{"type": t} for t in ("string", "number", "boolean")]}),
]
Values = Annotated[tuple[Value, ...], Field(min_length=1, max_length=1_000)]


class Condition(Frozen):
    """What one column of a row must hold: exactly one comparison."""

    column: ColumnName = Field(description="The column, or the attribute made of it.")
    is_: Value | None = Field(
        default=None, alias="is", description="Holds exactly this value."
    )
    is_not: Value | None = Field(
        default=None, description="Holds another value than this, or none."
    )
    in_: Values | None = Field(
        default=None, alias="in", description="Holds one of these values."
    )
    not_in: Values | None = Field(
        default=None, description="Holds none of these values."
    )
    at_least: Value | None = Field(
        default=None, description="Holds this number or date, or a greater one."
    )
    at_most: Value | None = Field(
        default=None, description="Holds this number or date, or a lesser one."
    )
    above: Value | None = Field(
        default=None, description="Holds a greater number, or a later date."
    )
    below: Value | None = Field(
        default=None, description="Holds a lesser number, or an earlier date."
    )
    is_missing: StrictBool | None = Field(
        default=None, description="Holds no value (true), or any (false)."
    )

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        given = [name for name in COMPARISONS if self._operand(name) is not None]
        if len(given) != 1:
            told = " and ".join(given) or "no comparison"
            raise ValueError(
                f"has {told}: give exactly one of {', '.join(COMPARISONS)}"
            )
        return self

    @model_serializer
    def _as_document(self) -> dict[str, Any]:
        operand = self._operand(self.comparison)
        written = list(operand) if isinstance(operand, tuple) else operand
        return {"column": self.column, self.comparison: written}

    def _operand(self, name: str) -> Any:
        return getattr(self, {"is": "is_", "in": "in_"}.get(name, name))

    @property
    def comparison(self) -> Comparison:
        """Which comparison it is."""
        return next(name for name in COMPARISONS if self._operand(name) is not None)

    @property
    def values(self) -> tuple[str, ...]:
        """What the column is compared with; empty for `is_missing`."""
        operand = self._operand(self.comparison)
        if isinstance(operand, tuple):
            return operand
        return (operand,) if isinstance(operand, str) else ()

    @property
    def is_of_one_value(self) -> bool:
        """True where what it keeps has one value alone in the column."""
        if self.comparison == "is_missing":
            return bool(self.is_missing)
        return self.comparison in ("is", "in") and len({*self.values}) == 1

    @property
    def text(self) -> str:
        """The condition in words.

        >>> Condition.model_validate({"column": "job", "in": ["clerk", "student"]}).text
        "'job' is in 'clerk', 'student'"
        """
        name = shown(self.column)
        if self.comparison == "is_missing":
            return f"{name} is {'' if self.is_missing else 'not '}missing"
        named = ", ".join(shown(value) for value in self.values[:4])
        more = f" and {len(self.values) - 4:,} more" if len(self.values) > 4 else ""
        return f"{name} {WORDS.get(self.comparison, 'is')} {named}{more}"


def conditions_text(conditions: Iterable[Condition]) -> str:
    """All conditions in words, on one line."""
    return " and ".join(condition.text for condition in conditions)


def parse_condition(text: str, columns: Collection[str] = ()) -> Condition:
    """The condition of a text such as `converted=yes` or `age>=30`.

    The signs are =, !=, >=, <=, > and <; nothing after = means a missing value, nothing
    after != one that is there. Where a column's own name holds a sign, the longest name
    of `columns` that the text begins with counts. Spaces on both sides of a sign belong
    to it; others belong to the name and the value.

    >>> parse_condition("age >= 30").text
    "'age' is at least '30'"
    """
    found = [
        (match.start(), match.group()) for match in re.finditer("!=|>=|<=|=|>|<", text)
    ]
    names = [
        (text[:start] if text[:start] in columns else text[:start].strip(), start, sign)
        for start, sign in found
    ]
    known = [each for each in names if each[0] in columns]
    if not names or not (name := (known or names)[-1 if known else 0])[0]:
        raise StudioError(
            "condition_invalid",
            f"condition {shown(text)}",
            "is not a column, a sign and a value",
            "write it like converted=yes or age>=30 (signs: = != >= <= > <)",
        )
    column, start, sign = name
    value = text[start + len(sign) :]
    if text[:start] != column or not value.strip():
        value = value.strip()
    if not value and sign in ("=", "!="):
        return Condition.model_validate({"column": column, "is_missing": sign == "="})
    if not value:
        raise StudioError(
            "condition_invalid",
            f"condition {shown(text)}",
            f"has nothing after {sign}",
            "give the number or date to compare with",
        )
    return Condition.model_validate({"column": column, SIGNS[sign]: value})
