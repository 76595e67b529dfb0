"""Statistics of a dataset at one fingerprint: made once, kept in the home, then read.

One scan counts all columns; of a column with few values beside its rows they are listed,
which counts them exactly, and in a large dataset the list is kept for coding the column.
Each key costs a scan of its own, and so does the sample, which belongs to the key that
comes first. Without a key it is drawn by the column that tells most rows apart.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.datasets import Column, ColumnProfile, Dataset, DatasetProfile, KeyProfile
from engines.atomic import written_whole
from engines.base import NO_KEY, KeyColumn
from engines.casts import family, is_simple
from engines.codes import (
    FOLDER,
    MOST_VALUES,
    count_listed,
    has_codes,
    list_values,
    values_file,
)
from engines.fingerprints import content_hash
from engines.kept import keep_table
from engines.keys import count_key, hashes_file
from engines.quoting import quote_identifier
from engines.relations import column_of, one_row
from engines.samples import draw_sample, sample_statistics
from engines.sealed import read_sealed, write_sealed

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

STATISTICS = "profile.json"
FORMAT = 4
COLUMNS_A_SCAN = 250
# The approximation errs by about 5 %. A column with more values than FEW_VALUES that
# differ in most rows is counted as a key.
FEW_VALUES = 20_000
EXACT_FROM_SHARE = 0.6
# Below, the list of a column's values is made again in no time.
KEPT_FROM_ROWS = 100_000

# What is to be kept in which file, once the rows are known not to have changed.
Made = dict[Path, "pa.Table"]


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
    confirm: Callable[[], None],
) -> DatasetProfile:
    """The profile, from `folder` as far as it is there, else counted and kept.

    Centre, scale, frequent values and shapes are from the sample by the first key
    column; without one, from the rows with the least hash. `confirm` refuses rows that
    changed while they were counted, before anything of them is kept.
    """
    known = _known(folder)
    before = json.dumps(known)
    made: Made = {}
    if not known:
        known = count_columns(connection, rows, dataset, folder, made)
    keys = tuple(key_columns) or (NO_KEY,)
    drawn_by = _telling(dataset, known) if keys[0] == NO_KEY else keys[0]
    for key in {*keys, drawn_by}:
        if key_name(key) not in known["keys"]:
            known["keys"][key_name(key)] = (
                None
                if key == NO_KEY
                else _counted_key(connection, rows, dataset, key, folder, made)
            )
    if key_name(drawn_by) not in known["sampled"]:
        known["sampled"][key_name(drawn_by)] = _sampled_by(
            connection,
            rows,
            dataset,
            drawn_by,
            counted=known["keys"][key_name(drawn_by)],
            folder=folder,
        )
        kept = sample_file(folder, drawn_by)
        known["samples"][key_name(drawn_by)] = [
            kept.name,
            content_hash(kept) if kept.exists() else None,
        ]
    known["sampled"][key_name(keys[0])] = known["sampled"][key_name(drawn_by)]
    if json.dumps(known) != before:
        confirm()
        for path, table in made.items():
            keep_table(table, path)
        write_sealed(folder / STATISTICS, known)
    return _assemble(known, dataset, fingerprint, keys)


def kept_profile(
    dataset: Dataset, fingerprint: str, key_columns: Sequence[KeyColumn], folder: Path
) -> DatasetProfile | None:
    """The profile if all of it has been made before."""
    known = _known(folder)
    if not known:
        return None
    keys = tuple(key_columns) or (NO_KEY,)
    is_counted = all(key_name(key) in known["keys"] for key in keys)
    if not is_counted or key_name(keys[0]) not in known["sampled"]:
        return None
    return _assemble(known, dataset, fingerprint, keys)


def _telling(dataset: Dataset, known: dict[str, Any]) -> KeyColumn:
    """The column that names each row, the first if there are several, or NO_KEY."""
    keys = known["keys"]
    unique = (
        column.name
        for column in dataset.columns
        if column.name in keys and KeyProfile(**keys[column.name]).is_unique
    )
    return next((KeyColumn(name) for name in unique), NO_KEY)


def _known(folder: Path) -> dict[str, Any]:
    """What is kept of a profile; samples that are lost or damaged are drawn anew."""
    known = read_sealed(folder / STATISTICS) or {}
    for name, (file, digest) in known.get("samples", {}).items():
        path = folder / file
        if digest is not None and not (path.exists() and content_hash(path) == digest):
            del known["sampled"][name]
    return known


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
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    dataset: Dataset,
    folder: Path,
    made: Made,
) -> dict[str, Any]:
    """Rows, and for each column missing, non-finite and distinct values.

    `keys` are the columns that were counted as keys on the way; lists of values that are
    worth keeping in `folder` go into `made`.
    """
    columns = dataset.columns
    counted: list[dict[str, int]] = []
    keys: dict[str, Any] = {}
    total = 0
    for start in range(0, max(1, len(columns)), COLUMNS_A_SCAN):
        part = columns[start : start + COLUMNS_A_SCAN]
        expressions = ["count(*)", *(text for one in part for text in _counts(one))]
        query = f"select {', '.join(expressions)} from {rows}"
        total, *numbers = one_row(connection, query)
        present, non_finite, about = (numbers[at::3] for at in range(3))
        lists_values = total >= KEPT_FROM_ROWS and len(columns) <= COLUMNS_A_SCAN
        few = _few_distinct(
            connection,
            rows,
            [
                column
                for column, number in zip(part, about, strict=True)
                if number <= FEW_VALUES
                and is_simple(column.type)
                and not (lists_values and has_codes(column))
            ],
        )
        for at, column in enumerate(part):
            distinct = min(about[at], present[at] - non_finite[at])
            if column.name in few:
                distinct = few[column.name]
            elif names_rows(column, distinct, present[at]):
                key = KeyColumn(column.name)
                counts = _counted_key(connection, rows, dataset, key, folder, made)
                keys[column.name] = counts
                distinct = total - counts["missing"] - counts["duplicates"]
            elif lists_values and has_codes(column) and distinct <= MOST_VALUES:
                values = list_values(connection, rows, column)
                distinct = count_listed(values)
                made[values_file(folder / FOLDER, len(counted))] = values
            counted.append(
                {
                    "missing": total - present[at],
                    "non_finite": non_finite[at],
                    "distinct": distinct,
                }
            )
    return {
        "rows": total,
        "columns": counted,
        "keys": keys,
        "sampled": {},
        "samples": {},
    }


def names_rows(column: Column, distinct: int, present: int) -> bool:
    """True where so many texts or whole numbers of a column differ that it may be a key."""
    return (
        family(column.type) in ("text", "integer")
        and distinct > FEW_VALUES
        and distinct >= EXACT_FROM_SHARE * present
    )


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
    connection: "duckdb.DuckDBPyConnection", rows: str, columns: Sequence[Column]
) -> dict[str, int]:
    """Exact counts of distinct values, all in one query."""
    counts = [
        f"count(distinct {quote_identifier(one.name)}) filter (where {_filled(one)})"
        for one in columns
    ]
    if not counts:
        return {}
    found = one_row(connection, f"select {', '.join(counts)} from {rows}")
    return {one.name: int(n) for one, n in zip(columns, found, strict=True)}


def _filled(column: Column) -> str:
    """SQL for whether a column has a value; a null has a hash too."""
    name = quote_identifier(column.name)
    is_float = family(column.type) == "float"
    return f"isfinite({name})" if is_float else f"{name} is not null"


def _counted_key(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    dataset: Dataset,
    asked: KeyColumn,
    folder: Path,
    made: Made,
) -> dict[str, Any]:
    column = column_of(dataset, asked.name)
    counted, hashes = count_key(connection, rows, column, asked.form)
    if hashes is not None:
        text = quote_identifier(asked.name)
        made[hashes_file(folder / FOLDER, text)] = hashes
    return counted.model_dump()


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


def _keep(sample: "pa.Table", path: Path) -> None:
    import pyarrow.parquet as pq

    with written_whole(path) as temporary:
        pq.write_table(sample, temporary, compression="zstd", write_page_checksum=True)
