"""Statistics of a dataset at one fingerprint: made once, kept in the home, then read.

One scan counts all columns; a column whose number of distinct values lies near a limit
that decides something is counted exactly. Each key costs a scan of its own, and so does
the sample, which belongs to the key that comes first.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.datasets import Column, ColumnProfile, Dataset, DatasetProfile, KeyProfile
from catalog.normal_forms import Form
from engines.atomic import written_whole
from engines.base import NO_KEY, KeyColumn
from engines.casts import family, is_simple, key_text
from engines.fingerprints import content_hash
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
    confirm: Callable[[], None],
) -> DatasetProfile:
    """The profile, from `folder` as far as it is there, else counted and kept.

    Centre, scale, frequent values and shapes are from the sample by the first key
    column; without one, from the rows with the least hash. `confirm` refuses rows that
    changed while they were counted, before anything of them is kept.
    """
    known = _known(folder)
    before = json.dumps(known)
    if not known:
        known = {
            **count_columns(connection, rows, dataset.columns),
            "keys": {},
            "sampled": {},
            "samples": {},
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
        kept = sample_file(folder, keys[0])
        known["samples"][key_name(keys[0])] = [
            kept.name,
            content_hash(kept) if kept.exists() else None,
        ]
    if json.dumps(known) != before:
        confirm()
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
