"""Statistics of a dataset at one fingerprint: made once, kept in the home, then read.

One scan counts all columns; a column whose number of distinct values lies near a limit
that decides something is counted exactly. Each key costs a scan of its own, and so does
the sample, which belongs to the key that comes first.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.datasets import Column, ColumnProfile, Dataset, DatasetProfile, KeyProfile
from catalog.normal_forms import Form
from engines.atomic import write_text_whole, written_whole
from engines.base import NO_KEY, KeyColumn
from engines.casts import family, is_simple, key_text
from engines.quoting import quote_identifier
from engines.relations import column_of, one_row
from engines.samples import draw_sample, sample_statistics

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

STATISTICS = "profile.json"
FORMAT = 3
COLUMNS_A_SCAN = 250
# The approximation errs by about 5 %. Below this count exact is cheap, and every
# limit on categories (10, 1,024, 10,000) lies well inside.
EXACT_BELOW = 20_000
EXACT_FROM_SHARE = 0.6


def profile_id(dataset: Dataset, fingerprint: str) -> str:
    """Id of a profile: the same content and columns have the same one."""
    columns = [[column.name, column.type] for column in dataset.columns]
    text = json.dumps([FORMAT, fingerprint, columns])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def sample_file(folder: Path, key: KeyColumn) -> Path:
    """Where the sample by one key is kept."""
    digest = hashlib.sha256(key_name(key).encode()).hexdigest()[:16]
    return folder / f"sample_{digest}.parquet"


def key_name(key: KeyColumn) -> str:
    """Under which a key is kept: one column may be read in several forms."""
    return key.name if key.form == "text" else f"{key.form}\0{key.name}"


def profile_rows(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    dataset: Dataset,
    fingerprint: str,
    *,
    key_columns: Sequence[KeyColumn],
    folder: Path,
) -> DatasetProfile:
    """The profile, from `folder` as far as it is there, else counted and kept.

    Centre, scale, frequent values and shapes are from the sample by the first key
    column; without one, from the rows with the least hash.
    """
    path = folder / STATISTICS
    known: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    before = json.dumps(known)
    if not known:
        known = {
            **count_columns(connection, rows, dataset.columns),
            "keys": {},
            "sampled": {},
        }
    keys = tuple(key_columns) or (NO_KEY,)
    for key in keys:
        if key_name(key) not in known["keys"]:
            known["keys"][key_name(key)] = _counted_key(connection, rows, dataset, key)
    if key_name(keys[0]) not in known["sampled"]:
        known["sampled"][key_name(keys[0])] = _sampled_by(
            connection,
            rows,
            dataset,
            keys[0],
            counted=known["keys"][key_name(keys[0])],
            folder=folder,
        )
    if json.dumps(known) != before:
        write_text_whole(path, json.dumps(known))
    return _assemble(known, dataset, fingerprint, keys)


def kept_profile(
    dataset: Dataset, fingerprint: str, key_columns: Sequence[KeyColumn], folder: Path
) -> DatasetProfile | None:
    """The profile if all of it has been made before."""
    path = folder / STATISTICS
    if not path.exists():
        return None
    known = json.loads(path.read_text())
    keys = tuple(key_columns) or (NO_KEY,)
    is_counted = all(key_name(key) in known["keys"] for key in keys)
    if not is_counted or key_name(keys[0]) not in known["sampled"]:
        return None
    return _assemble(known, dataset, fingerprint, keys)


def _assemble(
    known: dict[str, Any],
    dataset: Dataset,
    fingerprint: str,
    key_columns: Sequence[KeyColumn],
) -> DatasetProfile:
    keys = [known["keys"][key_name(key)] for key in key_columns]
    sampled_columns = known["sampled"][key_name(key_columns[0])]
    return DatasetProfile(
        id=profile_id(dataset, fingerprint),
        dataset_id=dataset.id,
        fingerprint=fingerprint,
        rows=known["rows"],
        columns=tuple(
            ColumnProfile(name=column.name, type=column.type, **counts, **sampled)
            for column, counts, sampled in zip(
                dataset.columns, known["columns"], sampled_columns, strict=True
            )
        ),
        keys=tuple(KeyProfile(**key) for key in keys if key),
    )


def count_columns(
    connection: "duckdb.DuckDBPyConnection", rows: str, columns: Sequence[Column]
) -> dict[str, Any]:
    """Rows, and for each column missing, non-finite and distinct values."""
    counted: list[dict[str, int]] = []
    total = 0
    for start in range(0, max(1, len(columns)), COLUMNS_A_SCAN):
        part = columns[start : start + COLUMNS_A_SCAN]
        expressions = ["count(*)", *(text for one in part for text in _counts(one))]
        query = f"select {', '.join(expressions)} from {rows}"
        total, *numbers = one_row(connection, query)
        present, non_finite, about = (numbers[at::3] for at in range(3))
        few = _few_distinct(connection, rows, part, about)
        for at, column in enumerate(part):
            finite = present[at] - non_finite[at]
            counted.append(
                {
                    "missing": total - present[at],
                    "non_finite": non_finite[at],
                    "distinct": few[column.name]
                    if column.name in few
                    else _distinct(connection, rows, column, about[at], finite),
                }
            )
    return {"rows": total, "columns": counted}


def _counts(column: Column) -> Iterator[str]:
    """SQL for one column's present, non-finite and about how many distinct values."""
    name = quote_identifier(column.name)
    yield f"count({name})"
    if family(column.type) == "float":
        yield f"count(*) filter (where not isfinite({name}))"
        yield f"approx_count_distinct({name}) filter (where isfinite({name}))"
    else:
        yield "0"
        yield f"approx_count_distinct({name})" if is_simple(column.type) else "0"


def _few_distinct(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    columns: Sequence[Column],
    about: Sequence[int],
) -> dict[str, int]:
    """Exact counts of the columns with few distinct values, all in one query."""
    asked = [
        column
        for column, number in zip(columns, about, strict=True)
        if number <= EXACT_BELOW and is_simple(column.type)
    ]
    counts = [
        f"count(distinct {quote_identifier(one.name)}) filter (where {_filled(one)})"
        for one in asked
    ]
    if not counts:
        return {}
    found = one_row(connection, f"select {', '.join(counts)} from {rows}")
    return {one.name: int(n) for one, n in zip(asked, found, strict=True)}


def _filled(column: Column) -> str:
    """SQL for whether a column has a value; a null has a hash too."""
    name = quote_identifier(column.name)
    is_float = family(column.type) == "float"
    return f"isfinite({name})" if is_float else f"{name} is not null"


def _distinct(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    column: Column,
    about: int,
    present: int,
) -> int:
    """Of many: exact where each row may have its own, else about, at most `present`."""
    if not is_simple(column.type):
        return 0
    if family(column.type) == "float" or about < EXACT_FROM_SHARE * present:
        return min(about, present)
    counted = f"hash({quote_identifier(column.name)})"
    query = f"select count(distinct {counted}) from {rows} where {_filled(column)}"
    (distinct,) = one_row(connection, query)
    return int(distinct)


def _counted_key(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    dataset: Dataset,
    asked: KeyColumn,
) -> dict[str, Any] | None:
    if asked == NO_KEY:
        return None
    column = column_of(dataset, asked.name)
    return count_key(connection, rows, column, asked.form).model_dump()


def _sampled_by(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    dataset: Dataset,
    asked: KeyColumn,
    *,
    counted: dict[str, Any] | None,
    folder: Path,
) -> list[dict[str, object]]:
    """What the sample by one key tells of each column; a unique key's sample is kept."""
    key = KeyProfile(**counted) if counted else None
    sample = draw_sample(connection, rows, dataset.columns, key, asked.form)
    if key is not None and key.is_unique:
        _keep(sample, sample_file(folder, asked))
    return [
        sample_statistics(sample, position, column.type)
        for position, column in enumerate(dataset.columns)
    ]


def count_key(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    column: Column,
    form: Form = "text",
) -> KeyProfile:
    """Whether an identifier column names each row once, and whether it holds hashes.

    As many distinct hashes as rows prove that no two identifiers are the same.
    """
    text = key_text(quote_identifier(column.name), column.type, column.name, form)
    is_hash = _is_hash(connection, rows, text)
    identifier = f"lower({text})" if is_hash else text
    keyed = f"(select {identifier} as identifier from {rows}) as keyed"
    present, distinct = _count_distinct(connection, keyed, "hash(identifier)")
    if distinct != present:
        present, distinct = _count_distinct(connection, keyed, "identifier")
    (total,) = one_row(connection, f"select count(*) from {rows}")
    return KeyProfile(
        column=column.name,
        missing=total - present,
        duplicates=present - distinct,
        is_hash=is_hash,
    )


def _count_distinct(
    connection: "duckdb.DuckDBPyConnection", keyed: str, counted: str
) -> tuple[int, ...]:
    return one_row(
        connection,
        f"select count(*), count(distinct {counted}) from {keyed} "
        "where identifier is not null",
    )


def _is_hash(connection: "duckdb.DuckDBPyConnection", rows: str, text: str) -> bool:
    """True where every identifier is hex of one length of 32, 40 or 64 digits."""
    keyed = f"(select {text} as identifier from {rows}) as keyed"
    test = (
        "select count(identifier), min(length(identifier)), max(length(identifier)), "
        "bool_and(regexp_full_match(identifier, '[0-9A-Fa-f]+')) from "
    )
    for part in (f"(from {keyed} limit 2000)", keyed):
        present, least, most, is_hex = one_row(connection, test + part)
        if not present or least != most or most not in (32, 40, 64) or not is_hex:
            return False
    return True


def _keep(sample: "pa.Table", path: Path) -> None:
    import pyarrow.parquet as pq

    with written_whole(path) as temporary:
        pq.write_table(sample, temporary, compression="zstd", write_page_checksum=True)
