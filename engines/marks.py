"""Marks: what a build asks of each row of the population beside its attributes.

A mark is a column of the inputs whose name begins with `_`, as no attribute's does.
Where a column is in codes, a mark of it is found for each listed value and looked up by
the rows' codes: no text is read again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.datasets import Column
from engines.base import BuildInputs, InputQuotas
from engines.casts import category_text, is_number
from engines.codes import CodedColumn
from engines.conditions import condition_sql, conditions_sql
from engines.quoting import quote_identifier, quote_literal
from engines.relations import read_parquet
from engines.samples import kept_type

if TYPE_CHECKING:
    import duckdb
    import numpy as np

# The population's filter holds for the row.
IS_KEPT = "_is_kept"
# The place of the row's group among those with quotas; -1 for the others.
QUOTA_GROUP = "_quota_group"


@dataclass(frozen=True, slots=True)
class Part:
    """What one column says of a mark: SQL for it, given the column under any name."""

    mark: str
    column: Column
    sql: Callable[[Column], str]


def parts_of(inputs: BuildInputs) -> Iterator[Part]:
    """The parts of all marks that the build asks for; parts of one mark all hold."""
    for condition, column in inputs.conditions:
        yield Part(IS_KEPT, column, partial(condition_sql, condition))
    if inputs.quotas is not None:
        groups = partial(_group_sql, inputs.quotas)
        yield Part(QUOTA_GROUP, inputs.quotas.column, groups)


def _group_sql(quotas: InputQuotas, column: Column) -> str:
    text = category_text(quote_identifier(column.name), column.type, column.name)
    cases = " ".join(
        f"when {quote_literal(group.value)} then {place}"
        for place, group in enumerate(quotas.groups)
    )
    return f"cast(case {text} {cases} else -1 end as smallint)"


def mark_columns(inputs: BuildInputs) -> list[str]:
    """SQL for the marks of the population's rows, each under its name."""
    parts: dict[str, list[str]] = {}
    for part in parts_of(inputs):
        parts.setdefault(part.mark, []).append(f"({part.sql(part.column)})")
    return [
        f"{' and '.join(each)} as {quote_identifier(mark)}"
        for mark, each in parts.items()
    ]


def sample_filter(
    inputs: BuildInputs, sample: Path, name_of: Callable[[Column], str]
) -> str:
    """SQL that is true of the kept sample's rows that the filter keeps."""
    if not inputs.conditions:
        return "true"
    named = [
        (condition, Column(name=name_of(column), type=_known_type(column.type)))
        for condition, column in inputs.conditions
    ]
    columns = {column.name: _restored(column.name, column.type) for _, column in named}
    return (
        f"row_id in (select row_id from (select row_id, {', '.join(columns.values())} "
        f"from {read_parquet([sample])}) where {conditions_sql(named)})"
    )


def _known_type(type_name: str) -> str:
    """The type in which what is kept of a column is compared: numbers as numbers."""
    return type_name if is_number(type_name) else kept_type(type_name)


def _restored(name: str, type_name: str) -> str:
    """SQL for a kept column in that type: of huge numbers the text is kept."""
    quoted = quote_identifier(name)
    if kept_type(type_name) == type_name:
        return quoted
    return f"cast({quoted} as {type_name}) as {quoted}"


def make_marks(
    connection: "duckdb.DuckDBPyConnection",
    inputs: BuildInputs,
    files: Sequence[Path],
    coded: Mapping[str, CodedColumn],
) -> dict[str, "np.ndarray"]:
    """Each mark of every row, in the order of files and rows.

    `coded` are the columns in codes, by name. The connection keeps the order of rows.
    """
    found: dict[str, np.ndarray] = {}
    for part in parts_of(inputs):
        column = coded.get(part.column.name)
        marks = (
            _read(connection, part.sql(part.column), read_parquet(files))
            if column is None
            else _looked_up(connection, part, column)
        )
        found[part.mark] = found[part.mark] & marks if part.mark in found else marks
    return found


def _looked_up(
    connection: "duckdb.DuckDBPyConnection", part: Part, column: CodedColumn
) -> "np.ndarray":
    import numpy as np

    value = Column(name="value", type=_known_type(part.column.type))
    rows = f"(select {_restored('value', value.type)} from {read_parquet([column.values])})"
    listed = _read(connection, part.sql(value), rows)
    return np.concatenate([listed[:0], *(listed[block] for block in column.blocks())])


def _read(connection: "duckdb.DuckDBPyConnection", sql: str, rows: str) -> "np.ndarray":
    """An expression's values in the order of the rows, SQL that can stand after `from`."""
    query = f"select {sql} as mark from {rows}"
    marks: np.ndarray = connection.sql(query).to_arrow_table()["mark"].to_numpy()
    return marks
