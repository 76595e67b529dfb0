"""Statistics of a dataset at one fingerprint: made once, kept in the home, then read.

One scan counts all columns; a column whose number of distinct values lies near a limit
that decides something is counted exactly. Each key costs a scan of its own.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.datasets import Column, ColumnProfile, Dataset, DatasetProfile, KeyProfile
from engines.atomic import write_text_whole, written_whole
from engines.casts import family, is_simple, key_text
from engines.quoting import quote_identifier
from engines.relations import column_of, one_row
from engines.samples import draw_sample, sample_statistics

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

STATISTICS = "profile.json"
FORMAT = 1
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


def sample_file(folder: Path, key_column: str) -> Path:
    """Where the sample by one key is kept."""
    return (
        folder
        / f"sample_{hashlib.sha256(key_column.encode()).hexdigest()[:16]}.parquet"
    )


def profile_rows(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    dataset: Dataset,
    fingerprint: str,
    *,
    key_columns: Sequence[str],
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
        known = {**count_columns(connection, rows, dataset.columns), "keys": {}}
    for name in key_columns or ("",):
        if name not in known["keys"]:
            known["keys"][name] = _profile_key(connection, rows, dataset, name, folder)
    if json.dumps(known) != before:
        write_text_whole(path, json.dumps(known))
    return _assemble(known, dataset, fingerprint, key_columns)


def kept_profile(
    dataset: Dataset, fingerprint: str, key_columns: Sequence[str], folder: Path
) -> DatasetProfile | None:
    """The profile if all of it has been made before."""
    path = folder / STATISTICS
    if not path.exists():
        return None
    known = json.loads(path.read_text())
    if not all(name in known["keys"] for name in key_columns or ("",)):
        return None
    return _assemble(known, dataset, fingerprint, key_columns)


def _assemble(
    known: dict[str, Any],
    dataset: Dataset,
    fingerprint: str,
    key_columns: Sequence[str],
) -> DatasetProfile:
    keys = [known["keys"][name] for name in key_columns or ("",)]
    return DatasetProfile(
        id=profile_id(dataset, fingerprint),
        dataset_id=dataset.id,
        fingerprint=fingerprint,
        rows=known["rows"],
        columns=tuple(
            ColumnProfile(name=column.name, type=column.type, **counts, **sampled)
            for column, counts, sampled in zip(
                dataset.columns, known["columns"], keys[0]["columns"], strict=True
            )
        ),
        keys=tuple(KeyProfile(**key["key"]) for key in keys if key["key"]),
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
        for column, at in zip(part, range(0, len(numbers), 3), strict=True):
            present, non_finite, distinct = numbers[at : at + 3]
            counted.append(
                {
                    "missing": total - present,
                    "non_finite": non_finite,
                    "distinct": _distinct(
                        connection, rows, column, distinct, present - non_finite
                    ),
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


def _distinct(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    column: Column,
    about: int,
    present: int,
) -> int:
    """Exact where a limit may be near, else the approximation, never above `present`."""
    name = quote_identifier(column.name)
    kind = family(column.type)
    if not is_simple(column.type) or not present:
        return 0
    near_all = kind != "float" and about >= EXACT_FROM_SHARE * present
    if about > EXACT_BELOW and not near_all:
        return min(about, present)
    # A null has a hash too.
    filled = f"isfinite({name})" if kind == "float" else f"{name} is not null"
    counted = f"hash({name})" if about > EXACT_BELOW else name
    query = f"select count(distinct {counted}) from {rows} where {filled}"
    (distinct,) = one_row(connection, query)
    return int(distinct)


def _profile_key(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    dataset: Dataset,
    name: str,
    folder: Path,
) -> dict[str, Any]:
    key = count_key(connection, rows, column_of(dataset, name)) if name else None
    sample = draw_sample(connection, rows, dataset.columns, key)
    if key is not None and key.is_unique:
        _keep(sample, sample_file(folder, name))
    return {
        "key": key.model_dump() if key else None,
        "columns": [
            sample_statistics(sample, position, column.type)
            for position, column in enumerate(dataset.columns)
        ],
    }


def count_key(
    connection: "duckdb.DuckDBPyConnection", rows: str, column: Column
) -> KeyProfile:
    """Whether an identifier column names each row once, and whether it holds hashes.

    As many distinct hashes as rows prove that no two identifiers are the same.
    """
    text = key_text(quote_identifier(column.name), column.type, column.name)
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
