"""Columns in codes: each row's value as its place in the list of the distinct values.

A column's distinct values are few beside its rows. They are listed and counted once per
content, with the profile, and each row keeps the place of its own: a byte or two instead
of a text. A later audience counts and scores what is listed, whatever number of rows.

Files in the folder `codes` of the profile, one pair a column, by its position in the
dataset: `values_<position>.parquet` (`value`, `row_count`; the place is the code) and
`codes_<position>.bin` (unsigned integers in the order of files and rows). Of a column that
has none (too many values, a type without codes) the list is empty. `blocks.json` holds
the checksums: a damaged code would be another value.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from catalog.datasets import Column, Dataset
from catalog.errors import StudioError
from catalog.home import Home
from engines.atomic import written_whole
from engines.base import BATCH_ROWS
from engines.casts import family
from engines.kept import is_kept, keep_table
from engines.quoting import quote_identifier
from engines.relations import column_of, read_parquet
from engines.samples import kept_type
from engines.sealed import read_sealed, write_sealed

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pyarrow as pa

FOLDER = "codes"
BLOCKS = "blocks.json"
MOST_VALUES = 1 << 18
CODED_FAMILIES = ("text", "integer", "float", "boolean")
READ_ROWS = 4 * BATCH_ROWS


@dataclass(frozen=True)
class CodedColumn:
    """A column in codes: its files, the code's type and a checksum for each block."""

    values: Path
    codes: Path
    code_type: str
    checksums: tuple[int, ...]

    def blocks(self) -> Iterator["np.ndarray"]:
        """The codes, BATCH_ROWS at a time, in the order of files and rows.

        Raises StudioError `damaged_codes` where a block is not as it was written.
        """
        import numpy as np

        with self.codes.open("rb") as file:
            for checksum in self.checksums:
                block = np.fromfile(file, self.code_type, BATCH_ROWS)
                if zlib.crc32(block.data) != checksum:
                    raise StudioError(
                        "damaged_codes",
                        f"file '{self.codes}'",
                        "is not as it was written",
                        "build it again: the codes are made anew",
                    )
                yield block

    @property
    def is_whole(self) -> bool:
        """True where list and codes are as they were written."""
        try:
            return sum(1 for _ in self.blocks()) == len(self.checksums)
        except (StudioError, OSError):
            return False

    def row_counts(self, is_kept: "np.ndarray") -> "pa.Table":
        """How many of the kept rows have each listed value: `code` and `row_count`."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.parquet as pq

        counts = np.zeros(pq.read_metadata(self.values).num_rows, np.int64)
        start = 0
        for block in self.blocks():
            kept = block[is_kept[start : start + len(block)]]
            counts += np.bincount(kept, minlength=len(counts))
            start += len(block)
        return pa.table({"code": np.arange(len(counts)), "row_count": counts})

    def at(self, places: "np.ndarray") -> "np.ndarray":
        """The codes of the rows at these places, by the order of files and rows."""
        return self._mapped[places]

    @cached_property
    def _mapped(self) -> "np.ndarray":
        """All codes, checked, in the file's own pages."""
        import numpy as np

        for _ in self.blocks():
            pass
        return np.memmap(self.codes, self.code_type, "r")


def encode(
    connection: "duckdb.DuckDBPyConnection",
    dataset: Dataset,
    files: Sequence[Path],
    names: Sequence[str],
    folder: Path,
    home: Home,
    confirm: Callable[[], None],
) -> dict[str, CodedColumn]:
    """The columns of those names that have codes; made where they are not there yet.

    Only columns of few values are to be named: their distinct values are listed.
    `confirm` refuses files that changed meanwhile, before anything of them is kept.
    """
    known = read_sealed(folder / BLOCKS) or {}
    positions = {column.name: at for at, column in enumerate(dataset.columns)}

    def coded(name: str) -> CodedColumn | None:
        entry = known.get(str(positions[name]))
        return entry and CodedColumn(
            values=values_file(folder, positions[name]),
            codes=_codes_file(folder, positions[name]),
            code_type=entry["code_type"],
            checksums=tuple(entry["checksums"]),
        )

    def is_absent(name: str) -> bool:
        found = coded(name)
        if found is None:
            return str(positions[name]) not in known
        return not (is_kept(home, found.values) and found.is_whole)

    absent = [name for name in dict.fromkeys(names) if is_absent(name)]
    if absent:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        listed = {
            name: _values_of(connection, files, column, home, path)
            for name in absent
            if has_codes(column := column_of(dataset, name))
            and (path := values_file(folder, positions[name]))
        }
        made = _write_codes(files, listed, positions, folder, confirm)
        for name, values in listed.items():
            keep_table(values, values_file(folder, positions[name]))
        known |= {str(positions[name]): made.get(name) for name in absent}
        write_sealed(folder / BLOCKS, known)
    return {name: found for name in names if (found := coded(name)) is not None}


def has_codes(column: Column) -> bool:
    """True for types of which DuckDB and Arrow have the same values."""
    kind = family(column.type)
    return kind in CODED_FAMILIES and (kind != "text" or column.type == "VARCHAR")


def list_values(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    column: Column,
    most: int | None = None,
) -> "pa.Table":
    """The distinct values in order, a missing one last, and their rows.

    `rows` is SQL that can stand after `from`. Where there are more than `most` values,
    so many and one are told.
    """
    name = quote_identifier(column.name)
    # 0.0 and -0.0 are equal and one value.
    value = f"{name} + 0" if family(column.type) == "float" else name
    kept = kept_type(column.type)
    if kept != column.type:
        value = f"cast({value} as {kept})"
    return connection.sql(
        f"select {value} as value, count(*) as row_count from {rows} "
        "group by 1 order by 1 nulls last" + (f" limit {most + 1}" if most else "")
    ).to_arrow_table()


def count_listed(values: "pa.Table") -> dict[str, int]:
    """The missing and non-finite rows that a list counts, and its finite values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    value, rows = values.column("value"), values.column("row_count")
    is_there = pc.is_valid(value)
    is_finite = is_there
    if pa.types.is_floating(value.type):
        is_finite = pc.fill_null(pc.is_finite(value), False)

    def rows_where(mask: "pa.ChunkedArray") -> int:
        return int(pc.sum(rows.filter(mask)).as_py() or 0)

    return {
        "missing": rows_where(pc.invert(is_there)),
        "non_finite": rows_where(pc.and_(is_there, pc.invert(is_finite))),
        "distinct": int(pc.sum(is_finite).as_py() or 0),
    }


def values_file(folder: Path, position: int) -> Path:
    """Where the list of a column's values is kept, by the column's position."""
    return folder / f"values_{position}.parquet"


def _codes_file(folder: Path, position: int) -> Path:
    return folder / f"codes_{position}.bin"


def _values_of(
    connection: "duckdb.DuckDBPyConnection",
    files: Sequence[Path],
    column: Column,
    home: Home,
    kept: Path,
) -> "pa.Table":
    """The list of a column's values: the kept one, or made anew."""
    import pyarrow.parquet as pq

    if is_kept(home, kept):
        return pq.read_table(kept)
    return list_values(connection, read_parquet(files), column)


def _write_codes(
    files: Sequence[Path],
    listed: Mapping[str, "pa.Table"],
    positions: Mapping[str, int],
    folder: Path,
    confirm: Callable[[], None],
) -> dict[str, dict[str, Any] | None]:
    """One pass over the files; a column in which a value is not found has no codes."""
    if not listed:
        return {}
    with ExitStack() as stack:
        writers = {}
        for name, values in listed.items():
            path = _codes_file(folder, positions[name])
            temporary = stack.enter_context(written_whole(path))
            file = stack.enter_context(temporary.open("wb"))
            writers[name] = _Writer(values.column("value").combine_chunks(), file)
        for batch in _batches(files, list(listed)):
            for name, writer in writers.items():
                writer.take(batch.column(name))
        for writer in writers.values():
            writer.end()
        confirm()
    return {name: writer.entry() for name, writer in writers.items()}


def _batches(files: Sequence[Path], names: list[str]) -> Iterator["pa.RecordBatch"]:
    """The columns in the order of files and rows; texts as dictionaries."""
    import pyarrow.parquet as pq

    for file in files:
        with pq.ParquetFile(file, read_dictionary=names) as opened:
            yield from opened.iter_batches(READ_ROWS, columns=names)


class _Writer:
    """Turns a column's values into codes and writes them in blocks."""

    def __init__(self, values: "pa.Array", file: BinaryIO) -> None:
        self._values = values
        self._file = file
        self._code_type = _code_type(len(values))
        self._waiting: list[np.ndarray] = []
        self._checksums: list[int] = []
        self._is_whole = True

    def take(self, column: "pa.Array") -> None:
        """Add rows; a value that was not listed ends the writing."""
        import numpy as np
        import pyarrow as pa

        if not self._is_whole:
            return
        try:
            codes = _codes_of(column, self._values)
        except pa.ArrowException:
            codes = pa.nulls(1, pa.int32())
        if codes.null_count:
            self._is_whole = False
            return
        self._waiting.append(codes.to_numpy().astype(self._code_type))
        if sum(map(len, self._waiting)) >= BATCH_ROWS:
            rows = np.concatenate(self._waiting)
            end = len(rows) // BATCH_ROWS * BATCH_ROWS
            for start in range(0, end, BATCH_ROWS):
                self._write(rows[start : start + BATCH_ROWS])
            self._waiting = [rows[end:]]

    def end(self) -> None:
        """Write the rows that are left."""
        import numpy as np

        rest = np.concatenate([np.empty(0, self._code_type), *self._waiting])
        if len(rest):
            self._write(rest)

    def entry(self) -> dict[str, Any] | None:
        """What `blocks.json` says of the column."""
        if not self._is_whole:
            return None
        return {"code_type": self._code_type, "checksums": self._checksums}

    def _write(self, block: "np.ndarray") -> None:
        self._checksums.append(zlib.crc32(block.data))
        block.tofile(self._file)


def _code_type(values: int) -> str:
    """The smallest unsigned integer, as numpy names it, for so many values."""
    return next(name for name in ("<u1", "<u2", "<u4") if values <= 256 ** int(name[2]))


def _codes_of(column: "pa.Array", values: "pa.Array") -> "pa.Array":
    """The place of each row's value in the list; null where it is not listed."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        listed = pc.index_in(column.dictionary.cast(values.type), value_set=values)
        missing = pc.index_in(pa.nulls(1, values.type), value_set=values)
        indices = pc.fill_null(column.indices.cast(pa.int32()), len(listed))
        return pa.concat_arrays([listed, missing]).take(indices)
    if pa.types.is_floating(values.type):
        column = pc.add(column, pa.scalar(0, column.type))
    return pc.index_in(column.cast(values.type), value_set=values)
