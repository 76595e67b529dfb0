"""The sample of a dataset by one key, and what its numbers and shapes tell.

The sample is the rows with the least sample key, so it is the same whatever the order
of the rows and the number of threads. Where a key names rows twice or not at all, ties
are broken by the identifier and then by a hash of the row: rows that tie on that too
are alike. Such a sample serves the statistics only and is not kept.
"""

from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING

from catalog.datasets import Column, KeyProfile
from catalog.normal_forms import Form
from engines.casts import is_number, is_simple, key_text
from engines.quoting import quote_identifier
from engines.relations import one_row

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pyarrow as pa

SAMPLE_SIZE = 20_000
FREQUENT_SHARE = 1 / 1_024
SHAPE_SHARE = 0.9
# Order matters: an address of four numbers is no phone number.
SHAPES = {
    "email": r"^\s*[^@\s]+@[^@\s]+\.[^@\s]{2,}\s*$",
    "uuid": r"^\s*[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\s*$",
    "sha256": r"^\s*[0-9A-Fa-f]{64}\s*$",
    "sha1": r"^\s*[0-9A-Fa-f]{40}\s*$",
    "md5": r"^\s*[0-9A-Fa-f]{32}\s*$",
    "ip": r"^\s*(([0-9]{1,3}\.){3}[0-9]{1,3}|([0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}"
    r"|[0-9A-Fa-f:]*::[0-9A-Fa-f:.]*)\s*$",
    "phone": r"^\s*(\+|00)[1-9]([ ().-]*[0-9]){6,14}\s*$"
    r"|^\s*\(?0[1-9]([ ().-]*[0-9]){7,12}\s*$"
    r"|^\s*\(?[2-9][0-9]{2}\)?[ .-][0-9]{3}[ .-][0-9]{4}\s*$",
}


def sample_key(identifier: str, is_hash: bool) -> str:
    """SQL for the number that orders people for the sample: 32 bits of a hash."""
    digits = f"right({identifier}, 8)" if is_hash else f"left(md5({identifier}), 8)"
    return f"cast('0x' || {digits} as bigint)"


def sample_column(position: int) -> str:
    """Name of a column in a kept sample: any name is free in the source."""
    return f"column_{position}"


def draw_sample(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    row_id: str,
    columns: Sequence[Column],
    key: KeyProfile | None,
    form: Form = "text",
    low: "pa.Table | None" = None,
) -> "pa.Table":
    """The sample's rows in order: row_id, sample_key and every simple column.

    `rows` is SQL that can stand after `from`, `row_id` SQL for a row's id. Without a key,
    the rows with the least hash of all their values. `low` has all rows up to some
    sample key (`row_id`, `sample_key`, `digest`), where they are known.
    """
    (total,) = one_row(connection, f"select count(*) from {rows}")
    texts = {}
    if key is not None and low is not None and low.num_rows >= min(SAMPLE_SIZE, total):
        ordered = low.sort_by([("sample_key", "ascending"), ("digest", "ascending")])
        least = ordered.slice(0, SAMPLE_SIZE)
        picked = least.select(["row_id", "sample_key"])
        # A plain digest is its text: to read that of everybody is most of a scan.
        texts[key.column] = [each.hex() for each in least["digest"].to_pylist()]
    else:
        picked = _pick(connection, rows, row_id, columns, key, form)
    connection.register("picked", picked)
    fetched = connection.sql(
        f"select picked.row_id, picked.sample_key{_kept_columns(columns, 'source', texts)} "
        f"from {rows} as source inner join picked on {row_id} = picked.row_id"
    ).to_arrow_table()
    connection.unregister("picked")
    return _with_texts(_in_order_of(fetched, picked), columns, texts)


def _pick(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    row_id: str,
    columns: Sequence[Column],
    key: KeyProfile | None,
    form: Form,
) -> "pa.Table":
    """The ids and sample keys of the sample's rows, in order."""
    ties = f"hash({_values(columns)})"
    if key is None:
        ordering, order, filled = ties, "2", "true"
    else:
        type_name = next(one.type for one in columns if one.name == key.column)
        text = key_text(quote_identifier(key.column), type_name, key.column, form)
        identifier = f"lower({text})" if key.is_hash else text
        ordering = sample_key(identifier, key.is_hash)
        filled = f"{text} is not null"
        order = f"2, {identifier}" + ("" if key.is_unique else f", {ties}")
    # By position: the source may have a column of any name.
    return connection.sql(
        f"select {row_id} as row_id, {ordering} as sample_key from {rows} "
        f"where {filled} order by {order} limit {SAMPLE_SIZE}"
    ).to_arrow_table()


def _kept_columns(
    columns: Sequence[Column], relation: str, without: Container[str]
) -> str:
    """SQL for every simple column as a sample keeps it, each with a comma before it."""
    return "".join(
        f", {_as_kept(column, relation)} as {sample_column(position)}"
        for position, column in enumerate(columns)
        if is_simple(column.type) and column.name not in without
    )


def _with_texts(
    sample: "pa.Table", columns: Sequence[Column], texts: Mapping[str, list[str]]
) -> "pa.Table":
    """The sample with the columns whose texts were known already, in their places."""
    import pyarrow as pa

    for position, column in enumerate(columns):
        if column.name in texts:
            known = pa.array(texts[column.name], pa.string())
            sample = sample.append_column(sample_column(position), known)
    kept = [
        sample_column(position)
        for position, column in enumerate(columns)
        if is_simple(column.type)
    ]
    return sample.select(["row_id", "sample_key", *kept])


def _values(columns: Sequence[Column]) -> str:
    names = [quote_identifier(one.name) for one in columns if is_simple(one.type)]
    return ", ".join(names) or "1"


def kept_type(type_name: str) -> str:
    """The type in which a kept sample holds a column: what Arrow cannot write is text."""
    word = type_name.upper().split("(")[0]
    is_odd = word in ("UUID", "ENUM", "INTERVAL", "HUGEINT", "UHUGEINT")
    return "VARCHAR" if is_odd or word.startswith("TIME ") else type_name


def _as_kept(column: Column, relation: str) -> str:
    name = f"{relation}.{quote_identifier(column.name)}"
    kept = kept_type(column.type)
    return name if kept == column.type else f"cast({name} as {kept})"


def _in_order_of(fetched: "pa.Table", picked: "pa.Table") -> "pa.Table":
    """The fetched rows in the order in which they were picked."""
    import numpy as np

    arrived = np.argsort(fetched.column("row_id").to_numpy(), kind="stable")
    asked = np.argsort(picked.column("row_id").to_numpy(), kind="stable")
    order = np.empty(len(asked), dtype=np.int64)
    order[asked] = arrived
    return fetched.take(order)


def finite_values(values: "pa.ChunkedArray") -> "np.ndarray":
    """A column's finite numbers, sorted."""
    import numpy as np
    import pyarrow as pa

    numbers = values.drop_null().cast(pa.float64(), safe=False).to_numpy()
    return np.sort(numbers[np.isfinite(numbers)]) + 0.0


def centre_and_scale(values: "np.ndarray") -> tuple[float | None, float | None]:
    """Median and interquartile range; where 0, the standard deviation; where 0, 1.

    None for no values. Takes sorted finite values, so that sums have one order.

    >>> import numpy as np
    >>> centre_and_scale(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    (3.0, 2.0)
    """
    import numpy as np

    if not len(values):
        return None, None
    low, middle, high = (float(q) for q in np.quantile(values, (0.25, 0.5, 0.75)))
    with np.errstate(over="ignore", invalid="ignore"):
        for scale in (high - low, float(np.std(values))):
            if np.isfinite(scale) and scale > 0:
                return middle, scale
    return middle, 1.0


def frequent_values(values: "np.ndarray") -> tuple[float, ...]:
    """The values that 1/1,024 or more of the sorted finite values have, least first."""
    import numpy as np

    if not len(values):
        return ()
    found, counts = np.unique(values, return_counts=True)
    return tuple(found[counts >= FREQUENT_SHARE * len(values)].tolist())


def shape_of(values: "pa.ChunkedArray") -> str | None:
    """The sort of personal data that 90 % or more of a text column's values look like."""
    import pyarrow.compute as pc

    present = values.drop_null()
    if not len(present):
        return None
    counted = present.value_counts()  # a category has few values
    texts, rows = counted.field("values"), counted.field("counts")
    for shape, pattern in SHAPES.items():
        is_alike = pc.match_substring_regex(texts, pattern)
        matches = pc.sum(rows.filter(is_alike)).as_py() or 0
        if matches >= SHAPE_SHARE * len(present):
            return shape
    return None


def sample_statistics(
    sample: "pa.Table", position: int, type_name: str
) -> dict[str, object]:
    """What the sample tells of one column: the fields of ColumnProfile that it gives."""
    if not is_simple(type_name):
        return {}
    values = sample.column(sample_column(position))
    if is_number(type_name):
        numbers = finite_values(values)
        centre, scale = centre_and_scale(numbers)
        return {
            "centre": centre,
            "scale": scale,
            "frequent_values": frequent_values(numbers),
        }
    if type_name.upper() == "VARCHAR":
        return {"looks_like": shape_of(values)}
    return {}
