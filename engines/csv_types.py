"""Which type a CSV column has, from the forms of its values, and what is said of it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from catalog.datasets import CsvSchema
from engines.quoting import quote_list, quote_literal

# Texts that stand for "no value" in columns that are otherwise not text. `\N` never
# means anything else, so it counts in text columns too.
NULL_TOKENS = ("N/A", "n/a", "NA", "#N/A", "null", "NULL", "None", "-", r"\N")
EVERYWHERE = ("", r"\N")
TYPE_WORDS = {
    "BIGINT": "a whole number",
    "DOUBLE": "a number",
    "BOOLEAN": "true or false",
    "DATE": "a date",
    "TIMESTAMP": "a date with a time",
}
DAYS_AND_TIMES = {"DATE": "date", "TIMESTAMP": "timestamp"}
CURRENCY = "(€|[$]|£|EUR|USD|GBP|CHF)"
DAY_FIRST, MONTH_FIRST = ("%d", "%m", "%Y"), ("%m", "%d", "%Y")
SPACE = "[ \u00a0\u202f]?"
# Whole numbers below 9 * 10^15: a double stands for each of them alone.
EXACT = "0|[1-9][0-9]{0,14}|[1-8][0-9]{15}"
# What a number with a plus has on each side of its point: with more it is a phone number,
# which would lose its plus.
WITH_PLUS = "0|[1-9][0-9]{0,5}"
DECIMALS_WITH_PLUS = "[0-9]{1,6}"


def amount_pattern(decimal: str) -> str:
    """An amount: with marks of thousands, a currency sign, or neither."""
    decimals, thousands = f"[{decimal}]", "[.]" if decimal == "," else "[,]"
    grouped = f"[1-9][0-9]{{0,2}}({thousands}[0-9]{{3}})"
    plain = f"-?({EXACT}|{grouped}{{1,4}})({decimals}[0-9]+)?"
    with_plus = f"[+]({WITH_PLUS}|{grouped})({decimals}{DECIMALS_WITH_PLUS})?"
    number = f"({plain}|{with_plus})"
    return f"({CURRENCY}{SPACE})?{number}({SPACE}{CURRENCY})?"


@dataclass(frozen=True, slots=True)
class TypesFound:
    """What decides how a file's columns are read, and what is said of it."""

    types: list[str]
    decimal: str
    has_amounts: bool
    date_format: str | None
    tokens: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """How many of a column's values have which form; tokens are in none of the others.

    `point_amounts` and `comma_amounts` are numbers too, and those with marks of thousands
    or a currency sign, by the decimal sign; `currencies` are the signs.
    """

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
    point_amounts: int
    comma_amounts: int
    currencies: tuple[str, ...]

    @property
    def values(self) -> int:
        """Values that stand for something."""
        return self.filled - self.token_rows

    def are_numbers(self, decimal: str) -> bool:
        """True where every value is a plain number by this decimal sign."""
        count = self.numbers if decimal == "." else self.comma_numbers
        return count == self.values

    def are_amounts(self, decimal: str) -> bool:
        """True where every value is an amount by this decimal sign, in one currency."""
        count = self.point_amounts if decimal == "." else self.comma_amounts
        return 0 < self.values == count and len(self.currencies) <= 1


def decide_types(
    names: Sequence[str], facts: Mapping[int, Facts], wanted: CsvSchema
) -> TypesFound:
    """Types, decimal separator, date format, null tokens and notes for all columns.

    One decimal separator and one date format serve the whole file: the point wherever a
    column needs it, and the first column's date format. A column that would need
    another stays text, and a note says so. What the values leave open is as `wanted`.
    """
    types, notes, tokens = [], [], set()
    has_amounts = False
    decimal = _decimal_of(facts.values(), wanted.decimal_separator)
    if decimal == ",":
        notes.append("Numbers are written with a decimal comma.")
    date_format: str | None = None
    given = wanted.date_format
    for at, name in enumerate(names):
        one = facts[at]
        type_name, format_found, note = _type_of(one, decimal, date_format, given)
        date_format = format_found or date_format
        types.append(type_name)
        has_amounts |= type_name == "DOUBLE" and not one.are_numbers(decimal)
        if one.tokens and (type_name != "VARCHAR" or r"\N" in one.tokens):
            taken = one.tokens if type_name != "VARCHAR" else (r"\N",)
            tokens |= set(taken)
            shown = ", ".join(f"'{token}'" for token in taken)
            notes.append(
                f"Column '{name}': {shown} is read as missing ({one.token_rows:,} rows)."
            )
        if note:
            notes.append(f"Column '{name}' {note}")
    date_format = date_format or given
    return TypesFound(
        types, decimal, has_amounts, date_format, tuple(sorted(tokens)), tuple(notes)
    )


def _decimal_of(facts: Collection[Facts], wanted: str) -> str:
    """The decimal sign: of columns that need one, else of those that look like it.

    `1.234` is a number by either, so that it follows the others, or what is wanted.
    """
    amounts = [(one.are_amounts("."), one.are_amounts(",")) for one in facts]
    if (True, False) in amounts:
        return "."
    if (False, True) in amounts:
        return ","
    plain = [
        (one.numbers == one.values, one.comma_numbers == one.values) for one in facts
    ]
    looks_like_comma = (False, True) in plain and (True, False) not in plain
    return "," if looks_like_comma or wanted == "," else "."


def _type_of(
    facts: Facts, decimal: str, date_format: str | None, given: str | None
) -> tuple[str, str | None, str | None]:
    """Type, date format if this column sets it, and a note if the choice needs one."""
    values = facts.values
    if not values:
        return "VARCHAR", None, None
    for is_type, type_name in (
        (facts.integers == values, "BIGINT"),
        (facts.are_numbers(decimal), "DOUBLE"),
        (facts.booleans == values, "BOOLEAN"),
        (facts.dates == values, "DATE"),
        (facts.dates + facts.timestamps == values, "TIMESTAMP"),
    ):
        if is_type:
            return type_name, None, None
    if facts.are_amounts(decimal):
        return "DOUBLE", None, _amounts_note(facts)
    if facts.comma_amounts == values:
        return (
            "VARCHAR",
            None,
            "is read as text: it has decimal commas, other columns decimal points. "
            "Write all numbers with one of them to have them read.",
        )
    if facts.day_months == values:
        return _type_of_dates(facts, date_format, given)
    return "VARCHAR", None, None


def _amounts_note(facts: Facts) -> str:
    if not facts.currencies:
        return "holds numbers, read without their marks of thousands."
    return (
        f"holds amounts in {facts.currencies[0]}, read without that sign and without "
        "marks of thousands."
    )


def _type_of_dates(
    facts: Facts, date_format: str | None, given: str | None
) -> tuple[str, str | None, str | None]:
    first, second = facts.greatest_first > 12, facts.greatest_second > 12
    orders = {
        mark.join(order): order == DAY_FIRST
        for mark in facts.separators
        for order in (DAY_FIRST, MONTH_FIRST)
    }
    if not (first or second) and len(facts.separators) == 1 and given in orders:
        first = orders[given]
        second = not first
    if first == second or len(facts.separators) != 1:
        return (
            "VARCHAR",
            None,
            "is read as text: its dates do not tell day from month. "
            "Write them as 2024-02-01 to have them read as dates.",
        )
    mark = facts.separators[0]
    found = mark.join(DAY_FIRST if first else MONTH_FIRST)
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
        number = _plain_number(value, schema.decimal_separator)
        if not schema.has_amounts:
            return number
        return f"coalesce({number}, {_amount(value, schema.decimal_separator)})"
    if type_name == "DATE" and schema.date_format:
        day_month = f"try_strptime({value}, {quote_literal(schema.date_format)})"
        return f"coalesce(try_cast({value} as date), cast({day_month} as date))"
    return f"try_cast({value} as {DAYS_AND_TIMES[type_name]})"


def _plain_number(value: str, decimal: str) -> str:
    if decimal == ".":
        return f"try_cast({value} as double)"
    # A point would be a mark of thousands there.
    number = f"try_cast(replace({value}, ',', '.') as double)"
    return f"case when not contains({value}, '.') then {number} end"


def _amount(value: str, decimal: str) -> str:
    """SQL for a number with marks of thousands or a currency sign; null for others."""
    thousands = "." if decimal == "," else ","
    sign = quote_literal(f"{CURRENCY}|[ \u00a0\u202f]")
    digits = f"replace(regexp_replace({value}, {sign}, '', 'g'), '{thousands}', '')"
    is_amount = f"regexp_full_match({value}, {quote_literal(amount_pattern(decimal))})"
    number = f"try_cast(replace({digits}, '{decimal}', '.') as double)"
    return f"case when {is_amount} then {number} end"
