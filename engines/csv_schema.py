"""How a CSV file is read: proposed once from the file, shown, saved, then applied.

The dialect is guessed from the first records. Types are decided over all values: a
column is a number only where every value is one.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.datasets import Column, CsvSchema
from catalog.errors import StudioError
from engines.csv_quotes import DELIMITERS
from engines.csv_text import Text, line_of_record, records
from engines.csv_types import (
    CURRENCY,
    DECIMALS_WITH_PLUS,
    EXACT,
    NULL_TOKENS,
    WITH_PLUS,
    Facts,
    amount_pattern,
    decide_types,
)
from engines.quoting import quote_list, quote_literal, quote_path
from engines.relations import one_row
from engines.samples import SHAPES

if TYPE_CHECKING:
    import duckdb

SNIFFED_RECORDS = 1_000
FIRST_ROWS = 50_000
FIRST_FIELDS = 5_000_000
# Questions on more columns at once cost more than their sum.
COLUMNS_A_QUERY = 20
# Longer whole numbers would lose digits, so they are no numbers but ids: as integers from
# 19 digits on, as doubles sooner.
INTEGER = f"-?(0|[1-9][0-9]{{0,17}})|[+]({WITH_PLUS})"
NUMBER = (
    rf"(-?(({EXACT})(\.[0-9]*)?|\.[0-9]+)"
    rf"|[+](({WITH_PLUS})(\.{DECIMALS_WITH_PLUS})?|\.{DECIMALS_WITH_PLUS}))([eE][+-]?[0-9]+)?"
)
SPECIAL = r"[+-]?([nN]a[nN]|NAN|[iI]nf(inity)?|INF)"
COMMA_NUMBER = f"-?({EXACT})(,[0-9]+)?|[+]({WITH_PLUS})(,{DECIMALS_WITH_PLUS})?"
BOOLEAN = "true|false|True|False|TRUE|FALSE"
DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIMESTAMP = DATE + "[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?"
DAY_MONTH = "([0-9]{1,2})[/.]([0-9]{1,2})[/.][0-9]{4}"
POINT_AMOUNT = f"{NUMBER}|{SPECIAL}|{amount_pattern('.')}"
COMMA_AMOUNT = f"{COMMA_NUMBER}|{amount_pattern(',')}"
# A column of text of which so many values are numbers was most likely meant as numbers.
MOSTLY = 0.8


def sniff_dialect(text: Text) -> CsvSchema:
    """Delimiter, quote, escape and header from the first records; no columns yet.

    The delimiter is the one that the file tells, else the one by which most records have
    as many fields as the first.
    """
    best: tuple[float, int, str] = (-1.0, 0, text.delimiter or ",")
    for delimiter in DELIMITERS if text.delimiter is None else ():
        rows = _first_records(text, delimiter, '"', '"')
        if not rows or len(rows[0]) < 2:
            continue
        width = len(rows[0])
        alike = sum(len(row) == width for row in rows) / len(rows)
        best = max(best, (round(alike, 3), width, delimiter))
    delimiter = best[2]
    escape = _sniff_escape(text, delimiter)
    rows = _first_records(text, delimiter, '"', escape)
    return CsvSchema(
        delimiter=delimiter,
        escape=escape,
        encoding=text.encoding,
        has_header=_has_header(rows),
    )


def _first_records(
    text: Text, delimiter: str, quote: str, escape: str, *, is_strict: bool = False
) -> list[list[str]]:
    import csv

    reader = records(text, delimiter, quote, escape, is_strict=is_strict)
    try:
        return [row for row in itertools.islice(reader, SNIFFED_RECORDS) if row]
    except csv.Error:
        return []


def _sniff_escape(text: Text, delimiter: str) -> str:
    """A backslash where quotes stand behind it and the records are none without it.

    A value may end with a backslash of its own, as a folder's name does.
    """
    from engines.csv_text import open_bytes

    with open_bytes(text.path) as stream:
        start = stream.read(1 << 20)
    if b'\\"' not in start or b'""' in start:
        return '"'
    rows = _first_records(text, delimiter, '"', '"', is_strict=True)
    return '"' if rows and len({len(row) for row in rows}) == 1 else "\\"


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    """False where the first record tells of a person, or is like the others in numbers.

    An address, a phone number or a hash is nobody's name of a column. Columns of numbers
    vote: a number above numbers is another record, a word above numbers a name. One name
    may be a number, a year perhaps, and one number may be missing.

    >>> _has_header([["id", "age", "2025"], ["u1", "31", "7"]])
    True
    >>> _has_header([["u0", "NA", "3", "4"], ["u1", "31", "7", "2"]])
    False
    >>> _has_header([["ada@example.com"], ["bob@example.com"]])
    False
    """
    if any(_is_of_a_person(field) for row in rows[:1] for field in row):
        return False
    if len(rows) < 2:
        return True
    first, rest = rows[0], rows[1:]
    names = records = 0
    for at, field in enumerate(first):
        below = [row[at].strip() for row in rest if at < len(row) and row[at].strip()]
        if field.strip() and below and all(map(_is_number, below)):
            is_record = _is_number(field)
            records += is_record
            names += not is_record
    return names >= records


def _is_of_a_person(field: str) -> bool:
    return any(re.fullmatch(shape, field) for shape in SHAPES.values())


def _is_number(field: str) -> bool:
    """True for a number, and for a code or phone number that is made like one."""
    pattern = rf"{NUMBER}|{COMMA_NUMBER}|[+]?[0-9]+(\.[0-9]+)?"
    return re.fullmatch(pattern, field.strip()) is not None


def header_names(text: Text, schema: CsvSchema, path: Path) -> tuple[str, ...]:
    """The column names of the file at `path`; one without is called by its position."""
    first = _first_records(text, schema.delimiter, schema.quote, schema.escape)[:1]
    if not first:
        raise StudioError(
            "empty_dataset", f"file '{path.name}'", "has 0 rows", "add rows to it"
        )
    return tuple(
        (name if schema.has_header and name.strip() else f"column_{position}")
        for position, name in enumerate(first[0], start=1)
    )


def strict_read(text: Text, schema: CsvSchema, width: int) -> str:
    """SQL that reads every field as text, columns f0, f1, …; a bad line is an error."""
    names = ", ".join(f"'f{position}': 'VARCHAR'" for position in range(width))
    options = {
        "auto_detect": "false",
        "header": "true" if schema.has_header else "false",
        "delim": quote_literal(schema.delimiter),
        "quote": quote_literal(schema.quote),
        "escape": quote_literal(schema.escape if schema.quote else ""),
        "strict_mode": "true",
        "null_padding": "false",
        "ignore_errors": "false",
        "nullstr": quote_list([""]),
        "compression": "'gzip'" if text.is_gzip else "'none'",
        "columns": f"{{{names}}}",
        **({} if text.has_returns else {"new_line": r"'\n'"}),
    }
    written = ", ".join(f"{name} = {value}" for name, value in options.items())
    return f"read_csv({quote_path(text.path)}, {written})"


def decide_columns(
    connection: "duckdb.DuckDBPyConnection",
    text: Text,
    schema: CsvSchema,
    names: Sequence[str],
) -> tuple[CsvSchema, tuple[str, ...]]:
    """The schema with its columns' types, and sentences on what was found.

    A first look at some rows proposes, one scan of all rows confirms; only columns that
    this leaves open are counted in full.
    """
    source = strict_read(text, schema, len(names))
    rows = min(FIRST_ROWS, max(SNIFFED_RECORDS, FIRST_FIELDS // len(names)))
    connection.execute(
        f"create temp table first_rows as select * from {source} limit {rows}"
    )
    tokens = tuple({*NULL_TOKENS, *schema.null_tokens} - {""})
    facts = _facts(connection, "first_rows", range(len(names)), tokens)
    connection.execute("drop table first_rows")
    open_questions = _unconfirmed(connection, source, facts)
    facts |= _facts(connection, source, open_questions, tokens)
    decided, notes = _decide(schema, names, facts)
    doubts = _doubts(connection, text, decided, source, facts)
    return decided, (*notes, *doubts)


def _doubts(
    connection: "duckdb.DuckDBPyConnection",
    text: Text,
    schema: CsvSchema,
    source: str,
    facts: dict[int, Facts],
) -> Iterator[str]:
    """What is said of columns that are text for few values that are no numbers.

    Where some of these are digits, the column holds codes or phone numbers: a number has no
    zero in front.
    """
    for at, column in enumerate(schema.columns):
        one = facts[at]
        forms = {POINT_AMOUNT: one.point_amounts, COMMA_AMOUNT: one.comma_amounts}
        pattern = max(forms, key=lambda each: forms[each])
        if column.type != "VARCHAR" or not MOSTLY * one.values <= forms[pattern] > 0:
            continue
        is_other = _is_other(f"trim(f{at})", pattern, schema.null_tokens)
        number, is_code = one_row(
            connection,
            f"select min(number), bool_or(regexp_full_match(value, '[+]?[0-9]+')) from "
            f"(select trim(f{at}) as value, row_number() over () - 1 as number, "
            f"{is_other} as is_other from {source}) where is_other",
        )
        if number is not None and not is_code:
            record = int(number) + int(schema.has_header)
            quote, escape = schema.quote, schema.escape
            line = line_of_record(text, schema.delimiter, quote, escape, record)
            yield (
                f"Column '{column.name}' looks like numbers and is read as text: line"
                f" {line} is the first with something else. Mend or empty what is no"
                " number there and add the file again."
            )


def _is_other(value: str, pattern: str, null_tokens: Sequence[str]) -> str:
    """SQL that is true for a value that stands for something and is not of the form."""
    tokens = quote_list(sorted({*null_tokens, *NULL_TOKENS, ""}))
    return (
        f"{value} is not null and not list_contains({tokens}, {value}) "
        f"and not regexp_full_match({value}, {quote_literal(pattern)})"
    )


def _unconfirmed(
    connection: "duckdb.DuckDBPyConnection", source: str, facts: dict[int, Facts]
) -> list[int]:
    """The columns of which the first rows do not settle what all rows are.

    Columns of text stay text whatever follows; columns of one plain form are settled
    where no other row has another. The rest must be counted in full.
    """
    undecided, checks = [], {}
    for at, one in facts.items():
        pattern = _plain_form(one)
        if pattern is not None:
            checks[at] = _not_matching(f"trim(f{at})", pattern)
        elif not _is_text_for_sure(one):
            undecided.append(at)
    failed = []
    for part in _parts(list(checks)):
        counted = ", ".join(checks[at] for at in part)
        counts = one_row(connection, f"select {counted} from {source}")
        failed += [at for at, count in zip(part, counts, strict=True) if count]
    return sorted(undecided + failed)


def _parts(positions: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many columns as one query asks about."""
    for start in range(0, len(positions), COLUMNS_A_QUERY):
        yield positions[start : start + COLUMNS_A_QUERY]


def _plain_form(facts: Facts) -> str | None:
    """The one form that all values seen so far have, if it needs no further question."""
    if facts.token_rows or not facts.filled:
        return None
    for count, pattern in (
        (facts.integers, INTEGER),
        (facts.numbers, f"{NUMBER}|{SPECIAL}"),
        (facts.booleans, BOOLEAN),
    ):
        if count == facts.filled:
            return pattern
    return None


def _not_matching(value: str, pattern: str) -> str:
    return (
        f"count(*) filter (where {value} <> '' "
        f"and not regexp_full_match({value}, {quote_literal(pattern)}))"
    )


def _is_text_for_sure(facts: Facts) -> bool:
    """True where no further value can make the column anything but text."""
    return facts.values > max(
        facts.integers,
        facts.point_amounts,
        facts.comma_amounts,
        facts.booleans,
        facts.dates,
        facts.timestamps,
        facts.day_months,
    )


def _facts(
    connection: "duckdb.DuckDBPyConnection",
    source: str,
    positions: Sequence[int],
    null_tokens: Sequence[str],
) -> dict[int, Facts]:
    """The facts of columns by their position."""
    found: dict[int, Facts] = {}
    for part in _parts(positions):
        found |= _facts_of(connection, source, part, null_tokens)
    return found


def _facts_of(
    connection: "duckdb.DuckDBPyConnection",
    source: str,
    asked: Sequence[int],
    null_tokens: Sequence[str],
) -> dict[int, Facts]:
    tokens, currency = quote_list(sorted(null_tokens)), quote_literal(CURRENCY)
    expressions = []
    for at in asked:
        value = f"trim(f{at})"
        no_token = f"not list_contains({tokens}, {value})"
        expressions += [
            f"count(nullif({value}, ''))",
            f"array_sort(list(distinct {value}) filter (where list_contains({tokens}, {value})))",
            f"count(*) filter (where list_contains({tokens}, {value}))",
        ]
        for pattern in (INTEGER, f"{NUMBER}|{SPECIAL}", COMMA_NUMBER, BOOLEAN):
            expressions.append(_matching(value, pattern))
        dates = f"try_cast({value} as date) is not null"
        times = f"try_cast({value} as timestamp) is not null"
        day_month = f"regexp_full_match({value}, {quote_literal(DAY_MONTH)})"
        first, second = (
            f"cast(regexp_extract({value}, {quote_literal(DAY_MONTH)}, {group}) as int)"
            for group in (1, 2)
        )
        expressions += [
            f"count(*) filter (where {dates} and "
            f"regexp_full_match({value}, {quote_literal(DATE)}))",
            f"count(*) filter (where {times} and "
            f"regexp_full_match({value}, {quote_literal(TIMESTAMP)}))",
            f"count(*) filter (where {day_month} and {no_token})",
            f"max(case when {day_month} then {first} end)",
            f"max(case when {day_month} then {second} end)",
            f"array_sort(list(distinct regexp_extract({value}, '[/.]')) filter (where {day_month}))",
            _matching(value, POINT_AMOUNT),
            _matching(value, COMMA_AMOUNT),
            f"array_sort(list(distinct regexp_extract({value}, {currency})) filter "
            f"(where regexp_matches({value}, {currency}) and regexp_full_match("
            f"{value}, {quote_literal(f'{POINT_AMOUNT}|{COMMA_AMOUNT}')})))",
        ]
    row = one_row(connection, f"select {', '.join(expressions)} from {source}")
    each = len(expressions) // len(asked)
    found = {}
    for number, at in enumerate(asked):
        part_of_row: list[Any] = list(row[number * each : (number + 1) * each])
        for place in (1, 12, 15):
            part_of_row[place] = tuple(part_of_row[place] or ())
        part_of_row = [0 if value is None else value for value in part_of_row]
        found[at] = Facts(*part_of_row)
    return found


def _matching(value: str, pattern: str) -> str:
    return (
        f"count(*) filter (where regexp_full_match({value}, {quote_literal(pattern)}))"
    )


def _decide(
    schema: CsvSchema, names: Sequence[str], facts: dict[int, Facts]
) -> tuple[CsvSchema, tuple[str, ...]]:
    found = decide_types(names, facts, schema)
    columns = tuple(
        Column(name=name, type=type_name)
        for name, type_name in zip(names, found.types, strict=True)
    )
    decided = schema.model_copy(
        update={
            "columns": columns,
            "decimal_separator": found.decimal,
            "has_amounts": found.has_amounts,
            "date_format": found.date_format,
            "null_tokens": tuple(sorted({"", *schema.null_tokens, *found.tokens})),
        }
    )
    return decided, found.notes
