"""JSON Lines to Parquet: one object a line, every line a row, or an error with its line.

Each line is read as text first, because a reader that finds the types by itself takes
lines that are no objects, keys that differ in case, and maps, in its own way. Numbers
and truth values keep their type, but for whole numbers that a double would round, which
are text; strings stay text, nested values are kept as JSON.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.datasets import Column, CsvSchema
from catalog.errors import StudioError
from engines.casts import EXACT_UP_TO
from engines.column_names import check_names
from engines.csv_text import Text
from engines.csv_types import TYPE_WORDS, failed_column, typed_value
from engines.quoting import quote_identifier, quote_list, quote_path
from engines.relations import copy_to_parquet, one_row

if TYPE_CHECKING:
    import duckdb

# A control character cannot stand in JSON, so it never splits a line.
NO_DELIMITER = "'\x01'"
READING = CsvSchema(null_tokens=())
# Questions on more fields at once cost more than their sum.
FIELDS_A_QUERY = 50
IS_OBJECT = "case when json_valid(line) then json_type(line) = 'OBJECT' else false end"


def lines(text: Text) -> str:
    """SQL for the file's lines as text, a blank one as null."""
    packed = "'gzip'" if text.is_gzip else "'none'"
    return (
        f"read_csv({quote_path(text.path)}, auto_detect = false, header = false, "
        f"delim = {NO_DELIMITER}, quote = '', escape = '', compression = {packed}, "
        "columns = {'line': 'VARCHAR'})"
    )


def inspect_lines(
    connection: "duckdb.DuckDBPyConnection", text: Text, path: Path
) -> tuple[tuple[Column, ...], int]:
    """The fields in the order in which they are met, and the rows.

    Raises StudioError for the first line that is not an object, and for names of fields
    that cannot be columns.
    """
    rows = check_lines(connection, text, path)
    # A number for where a key stands first: its line, then its place in the line.
    found = connection.execute(
        "select key from (select number, unnest(json_keys(line)) as key, "
        "unnest(range(len(json_keys(line)))) as place from "
        f"(select row_number() over () as number, line from {lines(text)}) "
        "where line is not null) group by key order by min((number, place))"
    ).fetchall()
    names = [key for (key,) in found]
    check_names(names, f"file '{path.name}'")
    types = _types(connection, text, names)
    return tuple(
        Column(name=name, type=type_name)
        for name, type_name in zip(names, types, strict=True)
    ), rows


def check_lines(connection: "duckdb.DuckDBPyConnection", text: Text, path: Path) -> int:
    """The number of rows; refuses a line that is no object or names a field twice."""
    keys = "json_keys(line)"
    twice = f"case when {IS_OBJECT} then len({keys}) <> len(list_distinct({keys})) end"
    query = (
        f"select count(*), count(*) filter (where not {IS_OBJECT}), "
        f"count(*) filter (where {twice}) from {lines(text)} where line is not null"
    )
    rows, not_objects, repeated = one_row(connection, query)
    for count, test, cause in (
        (not_objects, f"not {IS_OBJECT}", "is not one JSON object"),
        (repeated, twice, "names a field twice"),
    ):
        if count:
            number = line_where(connection, text, f"line is not null and {test}")
            raise StudioError(
                "bad_line",
                f"file '{path.name}', line {number}",
                cause,
                "mend that line",
            )
    return int(rows)


def line_where(
    connection: "duckdb.DuckDBPyConnection", text: Text, condition: str
) -> int:
    """The first line for which a condition holds."""
    (number,) = one_row(
        connection,
        "select min(number) from (select row_number() over () as number, line "
        f"from {lines(text)}) where {condition}",
    )
    return int(number)


def first_lines(
    connection: "duckdb.DuckDBPyConnection",
    text: Text,
    names: Sequence[str],
    count: int,
) -> list[list[str | None]]:
    """The fields of the first lines, each as it is written."""
    query = (
        f"select json_extract_string(line, {_paths(names)}) from {lines(text)} "
        f"where line is not null limit {count}"
    )
    return [fields for (fields,) in connection.execute(query).fetchall()]


def _paths(names: Sequence[str]) -> str:
    """JSON pointers to the fields; a name with `/` or `~` is one step all the same."""
    return quote_list(
        "/" + name.replace("~", "~0").replace("/", "~1") for name in names
    )


def _types(
    connection: "duckdb.DuckDBPyConnection", text: Text, names: Sequence[str]
) -> list[str]:
    """The narrowest type that holds every value of a field, field by field."""
    return [
        found
        for start in range(0, len(names), FIELDS_A_QUERY)
        for found in _types_of(connection, text, names[start : start + FIELDS_A_QUERY])
    ]


def _types_of(
    connection: "duckdb.DuckDBPyConnection", text: Text, names: Sequence[str]
) -> list[str]:
    tests = ", ".join(
        f"list(distinct types[{at}]), "
        + ", ".join(
            _whole_numbers_beyond(limit, f"types[{at}]", f"fields[{at}]")
            for limit in (2**63 - 1, EXACT_UP_TO)
        )
        for at in range(1, len(names) + 1)
    )
    row = one_row(
        connection,
        f"select {tests} from (select json_type(line, {_paths(names)}) as types, "
        f"json_extract_string(line, {_paths(names)}) as fields "
        f"from {lines(text)} where line is not null)",
    )
    return [
        _type_of({*(found or ())} - {"NULL", None}, too_long, inexact)
        for found, too_long, inexact in zip(row[::3], row[1::3], row[2::3], strict=True)
    ]


def _whole_numbers_beyond(limit: int, type_name: str, field: str) -> str:
    """SQL that counts them; one from 2^64 on has the type of a fraction."""
    within = f"try_cast({field} as bigint) between {-limit} and {limit}"
    return (
        f"count(*) filter (where {type_name} in ('UBIGINT', 'BIGINT', 'DOUBLE') "
        f"and regexp_full_match({field}, '-?[0-9]+') and not coalesce({within}, false))"
    )


def _type_of(found: set[str], too_long: int, inexact: int) -> str:
    """The type; whole numbers that it would round are text, because they are ids."""
    if found and found <= {"ARRAY", "OBJECT"}:
        return "JSON"
    if found and found <= {"UBIGINT", "BIGINT"}:
        return "VARCHAR" if too_long else "BIGINT"
    if found and found <= {"UBIGINT", "BIGINT", "DOUBLE"}:
        return "VARCHAR" if inexact else "DOUBLE"
    if found == {"BOOLEAN"}:
        return "BOOLEAN"
    return "VARCHAR"


def load_lines(
    connection: "duckdb.DuckDBPyConnection",
    text: Text,
    path: Path,
    columns: Sequence[Column],
    target: Path,
) -> None:
    """Write the lines as Parquet, each value in its declared type."""
    rows = check_lines(connection, text, path)
    names = [column.name for column in columns]
    selected = ", ".join(
        f"{_value(column, at, f'fields[{at + 1}]')} as {quote_identifier(column.name)}"
        for at, column in enumerate(columns)
    )
    query = (
        f"select {selected} from (select json_extract_string(line, {_paths(names)}) "
        f"as fields from {lines(text)} where line is not null)"
    )
    with _explained_values(connection, text, path, columns):
        (loaded,) = one_row(connection, copy_to_parquet(query, target))
    if loaded != rows:
        raise StudioError(
            "rows_lost",
            f"file '{path.name}'",
            f"has {rows:,} lines, of which {loaded:,} could be read",
            "write one object a line",
        )


def _value(column: Column, at: int, field: str, failed: bool = False) -> str:
    """SQL for a field in its type, or for whether it is not of it."""
    type_name = "VARCHAR" if column.type == "JSON" else column.type
    if failed:
        return typed_value(field, type_name, READING, at, failure="true", good="false")
    return typed_value(field, type_name, READING, at)


@contextmanager
def _explained_values(
    connection: "duckdb.DuckDBPyConnection",
    text: Text,
    path: Path,
    columns: Sequence[Column],
) -> Iterator[None]:
    """Turn a value that is not of its type into an error that names line and field."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        at = failed_column(str(error))
        if at is None:
            raise
        column = columns[at]
        pointer = _paths([column.name])
        field = f"json_extract_string(line, {pointer})[1]"
        condition = _value(column, at, field, failed=True)
        raise StudioError(
            "wrong_value",
            f"file '{path.name}', line {line_where(connection, text, condition)}, "
            f"field '{column.name}'",
            f"is not {TYPE_WORDS.get(column.type, f'of the type {column.type}')}",
            "mend that value, or add the file again with --replace to have its types"
            " read anew",
        ) from None
