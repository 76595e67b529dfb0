"""The one place where text becomes a piece of SQL: names and values, quoted.

Paths belong here too, because DuckDB reads `*`, `?` and `[` in a path as a pattern.
"""

from collections.abc import Iterable
from pathlib import Path

from catalog.errors import StudioError


def _refuse_nul(text: str, what: str) -> str:
    if "\0" in text:
        raise StudioError(
            "nul_character",
            f"{what} {text!r}",
            "contains a NUL character",
            "take that character out",
        )
    return text


def quote_identifier(name: str) -> str:
    """Quote a column, table or schema name for SQL.

    >>> quote_identifier('a "b" c')
    '"a ""b"" c"'
    """
    return '"' + _refuse_nul(name, "name").replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """Quote a text value for SQL.

    >>> quote_literal("it's")
    "'it''s'"
    """
    return "'" + _refuse_nul(text, "value").replace("'", "''") + "'"


def escape_pattern(path: Path | str) -> str:
    """Write a path so that DuckDB's pattern matching finds exactly that file.

    >>> escape_pattern("/data/[ab]*.csv")
    '/data/[[]ab][*].csv'
    """
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path))


def quote_path(path: Path | str) -> str:
    """Quote one path for a reading function of DuckDB; it names one file only."""
    return quote_literal(escape_pattern(path))


def quote_paths(paths: Iterable[Path | str]) -> str:
    """Quote a list of paths for a reading function of DuckDB, in the order given."""
    return "[" + ", ".join(quote_path(path) for path in paths) + "]"


def quote_list(values: Iterable[str]) -> str:
    """Quote a list of text values for SQL."""
    return "[" + ", ".join(quote_literal(value) for value in values) + "]"
