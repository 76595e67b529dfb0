"""What identifiers look like, told without showing one.

So that a person whose two sides never meet can see why: `12 digits` here, `64 letters
and digits` there.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.datasets import Column
from engines.casts import key_text
from engines.quoting import quote_identifier
from engines.relations import one_row

if TYPE_CHECKING:
    import duckdb

ROWS_TO_LOOK_AT = 10_000
# In order: the first that every value looks like names the shape.
SIGNS = (
    ("digits", "^[0-9]+$"),
    ("hex digits in lower case", "^[0-9a-f]+$"),
    ("hex digits in upper case", "^[0-9A-F]+$"),
    ("hex digits with hyphens", "^[0-9A-Fa-f-]+$"),
    ("letters", "^[A-Za-z]+$"),
    ("letters and digits", "^[A-Za-z0-9]+$"),
)


@dataclass(frozen=True, slots=True)
class Digits:
    """Identifiers that are digits alone: how many, and whether any begins with a zero."""

    least: int
    most: int
    has_zeros: bool


def digits_of(
    connection: "duckdb.DuckDBPyConnection", rows: str, column: Column
) -> Digits | None:
    """What the first rows' identifiers are, if all of them are digits."""
    text = key_text(quote_identifier(column.name), column.type, column.name)
    least, most, is_digits, has_zeros = one_row(
        connection,
        "select min(length(identifier)), max(length(identifier)), "
        "bool_and(regexp_full_match(identifier, '[0-9]+')), "
        "bool_or(starts_with(identifier, '0') and length(identifier) > 1) "
        f"from (select {text} as identifier from {rows} limit {ROWS_TO_LOOK_AT})",
    )
    return Digits(least, most, has_zeros) if is_digits else None


def lost_zeros(one: Digits | None, other: Digits | None) -> bool:
    """True where one side's identifiers look like the other's without leading zeros.

    >>> lost_zeros(Digits(1, 3, False), Digits(5, 5, True))
    True
    >>> lost_zeros(Digits(5, 5, False), Digits(5, 5, True))
    False
    """
    if one is None or other is None or one.has_zeros or not other.has_zeros:
        return False
    return other.least == other.most and one.least < other.most >= one.most


def identifier_shape(
    connection: "duckdb.DuckDBPyConnection", rows: str, column: Column
) -> str:
    """Length and sort of characters of the first rows' identifiers."""
    text = key_text(quote_identifier(column.name), column.type, column.name)
    tests = ", ".join(
        f"bool_and(regexp_full_match(identifier, '{pattern}'))" for _, pattern in SIGNS
    )
    present, least, most, *fits = one_row(
        connection,
        f"select count(*), min(length(identifier)), max(length(identifier)), {tests}, "
        f"bool_and(contains(identifier, '@')) "
        f"from (select {text} as identifier from {rows} limit {ROWS_TO_LOOK_AT}) "
        "where identifier is not null",
    )
    if not present:
        return "nothing"
    length = f"{least}" if least == most else f"{least} to {most}"
    *signs, is_address = fits
    named = [name for (name, _), fit in zip(SIGNS, signs, strict=True) if fit]
    sort = named[0] if named else "characters with an @" if is_address else "characters"
    return f"{length} {sort}"
