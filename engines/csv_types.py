"""Which type a CSV column has, from the forms of its values, and what is said of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.datasets import CsvSchema
from engines.quoting import quote_list, quote_literal

# Texts that stand for "no value" in columns that are otherwise not text. `\N` never
# means anything else, so it counts in text columns too.
NULL_TOKENS = ("N/A", "n/a", "NA", "#N/A", "null", "NULL", "None", "-", r"\N")
EVERYWHERE = ("", r"\N")


TypesFound = tuple[list[str], str, str | None, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Facts:
    """How many of a column's values have which form; tokens are in none of the others."""

    filled: int
    tokens: tuple[str, ...]
    token_rows: int
    integers: int
    numbers: int
    comma_numbers: int
    booleans: int
    dates: int
    timestamps: int
    day_months: int
    greatest_first: int
    greatest_second: int
    separators: tuple[str, ...]


def decide_types(names: Sequence[str], facts: Mapping[int, Facts]) -> TypesFound:
    """Types, decimal separator, date format, null tokens and notes for all columns.

    One decimal separator and one date format serve the whole file: the point wherever a
    column needs it, and the first column's date format. A column that would need
    another stays text, and a note says so.
    """
    types, notes, tokens = [], [], set()
    has_point = any(_needs_point(one) for one in facts.values())
    has_comma = any(_needs_comma(one) for one in facts.values())
    decimal = "," if has_comma and not has_point else "."
    if decimal == ",":
        notes.append("Numbers are written with a decimal comma.")
    date_format: str | None = None
    for at, name in enumerate(names):
        one = facts[at]
        type_name, format_found, note = _type_of(one, decimal, date_format)
        date_format = format_found or date_format
        types.append(type_name)
        if one.tokens and (type_name != "VARCHAR" or r"\N" in one.tokens):
            taken = one.tokens if type_name != "VARCHAR" else (r"\N",)
            tokens |= set(taken)
            shown = ", ".join(f"'{token}'" for token in taken)
            notes.append(
                f"Column '{name}': {shown} is read as missing ({one.token_rows:,} rows)."
            )
        if note:
            notes.append(f"Column '{name}' {note}")
    return types, decimal, date_format, tuple(sorted(tokens)), tuple(notes)


def _needs_point(facts: Facts) -> bool:
    values = facts.filled - facts.token_rows
    return values > 0 and facts.numbers == values and facts.comma_numbers < values


def _needs_comma(facts: Facts) -> bool:
    values = facts.filled - facts.token_rows
    return values > 0 and facts.comma_numbers == values and facts.numbers < values


def _type_of(
    facts: Facts, decimal: str, date_format: str | None
) -> tuple[str, str | None, str | None]:
    """Type, date format if this column sets it, and a note if the choice needs one."""
    values = facts.filled - facts.token_rows
    if not values:
        return "VARCHAR", None, None
    for count, type_name in (
        (facts.integers, "BIGINT"),
        (facts.numbers if decimal == "." else facts.comma_numbers, "DOUBLE"),
        (facts.booleans, "BOOLEAN"),
        (facts.dates, "DATE"),
        (facts.dates + facts.timestamps, "TIMESTAMP"),
    ):
        if count == values:
            return type_name, None, None
    if facts.comma_numbers == values:
        return (
            "VARCHAR",
            None,
            "is read as text: it has decimal commas, other columns decimal points.",
        )
    if facts.day_months == values:
        return _type_of_dates(facts, date_format)
    return "VARCHAR", None, None


def _type_of_dates(
    facts: Facts, date_format: str | None
) -> tuple[str, str | None, str | None]:
    first, second = facts.greatest_first > 12, facts.greatest_second > 12
    if first == second or len(facts.separators) != 1:
        return (
            "VARCHAR",
            None,
            "is read as text: its dates do not tell day from month. "
            "Write them as 2024-02-01 to have them read as dates.",
        )
    mark = facts.separators[0]
    found = mark.join(("%d", "%m", "%Y") if first else ("%m", "%d", "%Y"))
    if date_format not in (None, found):
        return "VARCHAR", None, f"is read as text: other dates here are {date_format}."
    order = "day, month, year" if first else "month, day, year"
    return "DATE", found, f"holds dates, read as {order}."


def typed_value(
    field: str,
    type_name: str,
    schema: CsvSchema,
    position: int,
    *,
    failure: str | None = None,
    good: str | None = None,
) -> str:
    """SQL for a text field as its declared type; a value that is not of it is an error.

    The error's text is `wrong value in column <position>`, without the value. `failure`
    and `good` are what stands there instead of the error and of the value.
    """
    if type_name == "VARCHAR":
        everywhere = [token for token in schema.null_tokens if token in EVERYWHERE]
        kept = good or field
        if not everywhere:
            return kept
        is_missing = f"list_contains({quote_list(everywhere)}, {field})"
        return f"case when not {is_missing} then {kept} end"
    value = f"trim({field})"
    cast = _cast(value, type_name, schema)
    # The message hangs on the value, so that it is made only for a value that fails.
    error = f"error('wrong value in column {position}' || left({field}, 0))"
    tokens = quote_list({*schema.null_tokens, ""})
    return (
        f"case when {field} is null or list_contains({tokens}, {value}) then null "
        f"when ({cast}) is null then {failure or error} else {good or cast} end"
    )


def failed_column(message: str) -> int | None:
    """The position that an error of `typed_value` names; None for another error."""
    found = re.search(r"wrong value in column (\d+)", message)
    return int(found[1]) if found else None


def _cast(value: str, type_name: str, schema: CsvSchema) -> str:
    """SQL for a trimmed text as a type; null where it is not of it."""
    if type_name == "BOOLEAN":
        return f"case lower({value}) when 'true' then true when 'false' then false end"
    if type_name == "BIGINT":
        digits = f"regexp_full_match({value}, '[+-]?[0-9]+')"
        return f"case when {digits} then try_cast({value} as bigint) end"
    if type_name == "DOUBLE":
        if schema.decimal_separator == ".":
            return f"try_cast({value} as double)"
        # A point would be a mark of thousands there.
        number = f"try_cast(replace({value}, ',', '.') as double)"
        return f"case when not contains({value}, '.') then {number} end"
    if type_name == "DATE" and schema.date_format:
        day_month = f"try_strptime({value}, {quote_literal(schema.date_format)})"
        return f"coalesce(try_cast({value} as date), cast({day_month} as date))"
    return f"try_cast({value} as {type_name})"
