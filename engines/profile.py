"""Statistics of a dataset at one fingerprint: made once, kept in the home, then read.

One scan counts all columns; of a column with few values beside its rows they are listed,
which counts them exactly, and in a large dataset the list is kept for coding the column.
Each key costs a scan of its own, and so does the sample, which belongs to the key that
comes first. Without a key it is drawn by the column that tells most rows apart.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
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
from engines.digests import Digests, NotPlainError, digests_file, kept_digests
from engines.fingerprints import content_hash
from engines.kept import keep_table
from engines.keys import count_distinct, count_key, hashes_file
from engines.quoting import quote_identifier
from engines.relations import column_of, one_row, read_parquet, row_id_of
from engines.samples import SAMPLE_SIZE, draw_sample, sample_statistics
from engines.sealed import read_sealed, write_sealed

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

STATISTICS = "profile.json"
PROFILE_LOCK = "profile.lock"
FORMAT = 5
COLUMNS_A_SCAN = 250
# The approximation errs by about 5 %. A column with more values than FEW_VALUES that
# differ in most rows is counted as a key.
FEW_VALUES = 20_000
EXACT_FROM_SHARE = 0.6
# How many rows are looked at first, and which share of them may differ where a column is
# listed at once.
FIRST_ROWS = 1 << 18
FEW_OF_FIRST = 0.25
# Below, the list of a column's values is made again in no time.
KEPT_FROM_ROWS = 100_000


@dataclass(slots=True)
class _Made:
    """What a pass over the rows made, kept once they are known not to have changed.

    `row_id` is SQL for a row's id. `written` puts files in their place as it closes;
    `tables` are by their file, and `low` has the rows that a sample by a column is of.
    """

    row_id: str
    written: ExitStack
    tables: dict[Path, "pa.Table"] = field(default_factory=dict)
    low: dict[str, "pa.Table"] = field(default_factory=dict)


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


def profile_files(
    connection: "duckdb.DuckDBPyConnection",
    files: Sequence[Path],
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
    keys = tuple(key_columns) or (NO_KEY,)
    rows = read_parquet(files)
    with ExitStack() as written:
        made = _Made(row_id_of(files), written)
        if not known:
            known = count_columns(connection, rows, dataset, folder, made)
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
                connection, rows, dataset, drawn_by, known, folder, made
            )
            kept = sample_file(folder, drawn_by)
            known["samples"][key_name(drawn_by)] = [
                kept.name,
                content_hash(kept) if kept.exists() else None,
            ]
        known["sampled"][key_name(keys[0])] = known["sampled"][key_name(drawn_by)]
        if json.dumps(known) != before:
            confirm()
            for path, table in made.tables.items():
                keep_table(table, path)
            written.close()
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
    made: _Made,
) -> dict[str, Any]:
    """Rows, and for each column missing, non-finite and distinct values.

    `keys` are the columns that were counted as keys on the way; lists of values that are
    worth keeping in `folder` go into `made`.
    """
    (total,) = one_row(connection, f"select count(*) from {rows}")
    counting = _Counting(connection, rows, dataset, folder, made, total)
    counting.count_what_is_listed()
    rest = [each for each in dataset.columns if each.name not in counting.counts]
    for start in range(0, len(rest), COLUMNS_A_SCAN):
        counting.count_part(rest[start : start + COLUMNS_A_SCAN])
    return {
        "rows": total,
        "columns": [counting.counts[each.name] for each in dataset.columns],
        "keys": counting.keys,
        "sampled": {},
        "samples": {},
    }


@dataclass(slots=True)
class _Counting:
    """The counts of a dataset's columns by name, as far as they are known."""

    connection: "duckdb.DuckDBPyConnection"
    rows: str
    dataset: Dataset
    folder: Path
    made: _Made
    total: int
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)

    @property
    def lists_values(self) -> bool:
        """True where lists of values are worth keeping."""
        columns = len(self.dataset.columns)
        return self.total >= KEPT_FROM_ROWS and columns <= COLUMNS_A_SCAN

    def count_what_is_listed(self) -> None:
        """Count by their list the columns whose first rows have few values.

        A list says all that there is to count; and a column of plain digests is a key,
        which is counted as it is read. Either costs less than an approximation.
        """
        columns = [one for one in self.dataset.columns if has_codes(one)]
        if not self.lists_values or not columns:
            return
        numbers = ", ".join(
            f"approx_count_distinct({quote_identifier(one.name)})" for one in columns
        )
        first = f"(select * from {self.rows} limit {FIRST_ROWS}) as first"
        found = one_row(self.connection, f"select {numbers} from {first}")
        looked_at = min(FIRST_ROWS, self.total)
        for column, about in zip(columns, found, strict=True):
            if about <= FEW_OF_FIRST * looked_at:
                self._list(column, MOST_VALUES)
            elif names_rows(column, about, looked_at):
                self._count_digests(column)

    def count_part(self, columns: Sequence[Column]) -> None:
        """Count columns in one scan, and exactly where few of their values differ."""
        numbers = ", ".join(text for one in columns for text in _counts(one))
        present_and_more = one_row(
            self.connection, f"select {numbers} from {self.rows}"
        )
        present, non_finite, about = (present_and_more[at::3] for at in range(3))
        few = _few_distinct(
            self.connection,
            self.rows,
            [
                column
                for column, number in zip(columns, about, strict=True)
                if number <= FEW_VALUES
                and is_simple(column.type)
                and not (self.lists_values and has_codes(column))
            ],
        )
        for at, column in enumerate(columns):
            distinct = min(about[at], present[at] - non_finite[at])
            if column.name in few:
                distinct = few[column.name]
            elif names_rows(column, distinct, present[at]):
                self._count_key(column)
                continue
            elif self.lists_values and has_codes(column) and distinct <= MOST_VALUES:
                self._list(column)
                continue
            self.counts[column.name] = {
                "missing": self.total - present[at],
                "non_finite": non_finite[at],
                "distinct": distinct,
            }

    def _list(self, column: Column, most: int | None = None) -> None:
        """Count a column by its list, unless that has more than `most` values."""
        values = list_values(self.connection, self.rows, column, most)
        if most is not None and len(values) > most:
            return
        position = self.dataset.columns.index(column)
        self.made.tables[values_file(self.folder / FOLDER, position)] = values
        self.counts[column.name] = count_listed(values)

    def _count_digests(self, column: Column) -> None:
        counted = _counted_digests(
            self.connection, self.rows, self.dataset, column, self.folder, self.made
        )
        if counted is not None:
            self._take_key(column, counted)

    def _count_key(self, column: Column) -> None:
        key = KeyColumn(column.name)
        counted = _counted_key(
            self.connection, self.rows, self.dataset, key, self.folder, self.made
        )
        self._take_key(column, counted)

    def _take_key(self, column: Column, counted: dict[str, Any]) -> None:
        self.keys[column.name] = counted
        missing = counted["missing"]
        self.counts[column.name] = {
            "missing": missing,
            "non_finite": 0,
            "distinct": self.total - missing - counted["duplicates"],
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
    made: _Made,
) -> dict[str, Any]:
    column = column_of(dataset, asked.name)
    return _counted_digests(connection, rows, dataset, column, folder, made) or (
        count_key(connection, rows, column, asked.form).model_dump()
    )


def _counted_digests(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    dataset: Dataset,
    column: Column,
    folder: Path,
    made: _Made,
) -> dict[str, Any] | None:
    """A key of plain digests, as most are: counted and kept in one pass."""
    import pyarrow as pa

    if column.type != "VARCHAR":
        return None
    file = digests_file(folder / FOLDER, dataset.columns.index(column))
    digests = _plain_digests(connection, rows, column, file, made)
    if digests is None:
        return None
    hashes = pa.table({"identifier_hash": digests.hashes})
    text = quote_identifier(column.name)
    made.tables[hashes_file(folder / FOLDER, text)] = hashes
    made.low[column.name] = digests.low
    return KeyProfile(
        column=column.name, missing=0, duplicates=0, is_hash=True, is_plain=True
    ).model_dump()


def _plain_digests(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    column: Column,
    file: Path,
    made: _Made,
) -> Digests | None:
    """A column's digests, where each row has its own; the file waits in `made`."""
    try:
        with ExitStack() as attempt:
            digests = attempt.enter_context(
                kept_digests(
                    connection, rows, made.row_id, column.name, file, SAMPLE_SIZE
                )
            )
            if count_distinct(digests.hashes) != len(digests.hashes):
                raise NotPlainError
            made.written.push(attempt.pop_all())
            return digests
    except NotPlainError:
        return None


def _sampled_by(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    dataset: Dataset,
    asked: KeyColumn,
    known: dict[str, Any],
    folder: Path,
    made: _Made,
) -> list[dict[str, object]]:
    """What the sample by one key tells of each column; a unique key's sample is kept."""
    counted = known["keys"][key_name(asked)]
    key = KeyProfile(**counted) if counted else None
    sample = draw_sample(
        connection,
        rows,
        made.row_id,
        dataset.columns,
        key,
        asked.form,
        made.low.get(asked.name),
    )
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
