"""Conditions as SQL: a column quoted, values checked against its type and quoted.

A value that does not fit the column's type is refused by name: it would match nobody in
silence. What is missing (null, and for numbers NaN and the infinities) equals nothing.
"""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from catalog.conditions import Condition
from catalog.datasets import Column
from catalog.errors import StudioError
from catalog.names import shown
from engines.casts import family
from engines.quoting import quote_identifier, quote_literal

SIGNS = {
    "is": "=",
    "in": "=",
    "is_not": "=",
    "not_in": "=",
    "at_least": ">=",
    "at_most": "<=",
    "above": ">",
    "below": "<",
}
MOST_DIGITS = 36


def condition_sql(condition: Condition, column: Column) -> str:
    """SQL that is true where the row's column holds what the condition says, else false.

    >>> age = Column(name="age", type="INTEGER")
    >>> condition_sql(Condition.model_validate({"column": "age", "at_least": "5.5"}), age)
    'coalesce("age" >= 6, false)'
    """
    name, kind = quote_identifier(column.name), family(column.type)
    held = f"case when isfinite({name}) then {name} end" if kind == "float" else name
    if condition.comparison == "is_missing":
        return f"({held}) is {'' if condition.is_missing else 'not '}null"
    is_ordered = condition.comparison in ("at_least", "at_most", "above", "below")
    if kind not in ("integer", "float", "decimal", "boolean", "text", "time"):
        raise _refused(condition, f"is {column.type.lower()}", "name a plain column")
    if is_ordered and kind in ("text", "boolean"):
        told = "text" if kind == "text" else "true or false"
        raise _refused(
            condition, f"holds {told}, which has no order", "use is, in, is_not, not_in"
        )
    tests = [_comparison(condition, column, held, value) for value in condition.values]
    matches = f"coalesce({' or '.join(tests)}, false)"
    is_negated = condition.comparison in ("is_not", "not_in")
    return f"not {matches}" if is_negated else matches


def conditions_sql(conditions: Sequence[tuple[Condition, Column]]) -> str:
    """SQL that is true where all conditions hold."""
    return " and ".join(f"({condition_sql(*each)})" for each in conditions) or "true"


def _comparison(condition: Condition, column: Column, held: str, value: str) -> str:
    kind, sign = family(column.type), SIGNS[condition.comparison]
    if kind == "text":
        return f"cast({held} as varchar) = {quote_literal(value)}"
    if kind == "boolean":
        return f"{held} = {_truth(condition, value)}"
    if kind == "time":
        return _time_comparison(condition, column, held, value)
    number = _number(condition, value)
    if kind == "float":
        precision = "float" if column.type.upper() == "FLOAT" else "double"
        return f"{held} {sign} cast('{number}' as {precision})"
    if kind == "integer":
        number = _whole(condition, number)
    # Written from a number that was read, so it holds nothing but digits.
    return f"{held} {sign} {number:f}"


def _truth(condition: Condition, value: str) -> str:
    told = value.strip().lower()
    if told not in ("true", "false"):
        raise _unfit(condition, value, "true or false", "give true or false")
    return told


def _number(condition: Condition, value: str) -> Decimal:
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise _unfit(condition, value, "numbers", "give a number such as 30 or 2.5")
    exponent = number.as_tuple().exponent
    is_long = number.adjusted() >= MOST_DIGITS or int(exponent) < -MOST_DIGITS
    if is_long or len(number.as_tuple().digits) > MOST_DIGITS:
        raise _unfit(condition, value, "numbers of a usual size", "give a shorter one")
    return number


def _whole(condition: Condition, number: Decimal) -> Decimal:
    """The whole number that says the same of whole numbers."""
    if number == number.to_integral_value():
        return number.to_integral_value()
    if condition.comparison in ("at_least", "below"):
        return Decimal(math.ceil(number))
    if condition.comparison in ("at_most", "above"):
        return Decimal(math.floor(number))
    raise _unfit(condition, str(number), "whole numbers", "give a whole number")


def _time_comparison(
    condition: Condition, column: Column, held: str, value: str
) -> str:
    """A day is compared with days, also where the column holds moments (in UTC)."""
    word, sign = column.type.upper(), SIGNS[condition.comparison]
    if not word.startswith(("DATE", "TIMESTAMP")):
        raise _refused(
            condition, f"is {column.type.lower()}", "name a date or another column"
        )
    moment = _moment(condition, value.strip())
    if "TIME ZONE" in word:
        held = f"({held} at time zone 'UTC')"
    if not isinstance(moment, datetime):
        return f"cast({held} as date) {sign} cast('{moment.isoformat()}' as date)"
    if word == "DATE":
        raise _unfit(condition, value, "days without a time", "give 2026-01-31")
    told = moment.isoformat(sep=" ")
    return f"cast({held} as timestamp) {sign} cast('{told}' as timestamp)"


def _moment(condition: Condition, value: str) -> date | datetime:
    for read in (date.fromisoformat, _in_utc):
        try:
            return read(value)
        except (ValueError, OverflowError):
            continue
    raise _unfit(
        condition, value, "dates", "give one such as 2026-01-31 or 2026-01-31T09:30"
    )


def _in_utc(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _unfit(condition: Condition, value: str, holds: str, remedy: str) -> StudioError:
    return _refused(
        condition, f"holds {holds}, which {shown(value)} does not fit", remedy
    )


def _refused(condition: Condition, cause: str, remedy: str) -> StudioError:
    return StudioError(
        "condition_unfit",
        f"column {shown(condition.column)} of a filter",
        cause,
        remedy,
    )
