"""Identifiers that are digests, as bytes by row: half of their text, read without the rest.

A plain digest is lower-case hex of one length; in bytes it loses nothing. What is kept
is one Parquet file a column, `digests_<position>.parquet`, uncompressed and in the order of
files and rows, so that the identifiers of a few rows are found without unpacking the
source, and its hashes, by which the seed is looked for.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from engines.kept import kept_whole
from engines.quoting import quote_identifier
from engines.relations import one_row

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pyarrow as pa

DIGEST_LENGTHS = (32, 40, 64)
LOOKED_AT_FIRST = 2_000
NO_BYTE = 256
READ_ROWS = 1 << 18


class NotPlainError(ValueError):
    """A column holds something else than plain digests."""


@dataclass(frozen=True, slots=True)
class Digests:
    """A column of plain digests that was read through once.

    `hashes` are DuckDB's of each row's text, in the order of the rows. `low` holds the
    rows (`row_id`, `sample_key`, `digest`) whose sample key is low: about two samples.
    """

    hashes: "np.ndarray"
    low: "pa.Table"


def digests_file(folder: Path, position: int) -> Path:
    """Where a column's digests are kept, by the column's position."""
    return folder / f"digests_{position}.parquet"


@contextmanager
def kept_digests(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    row_id: str,
    name: str,
    target: Path,
    sample_size: int = 0,
) -> Iterator[Digests]:
    """Write the digests of a column to `target`, which is there once the block ends well.

    `rows` is SQL that can stand after `from` and `row_id` SQL for a row's id; the session
    keeps their order. Of the rows about twice `sample_size` are told as low. Raises NotPlainError at the first text that is no plain digest.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    column = quote_identifier(name)
    first = connection.sql(f"select {column} from {rows} limit {LOOKED_AT_FIRST}")
    length = digest_length(first.to_arrow_table().column(0).combine_chunks())
    if length is None:
        raise NotPlainError
    (total,) = one_row(connection, f"select count(*) from {rows}")
    # Digests are spread evenly: twice the sample lies below this bound.
    bound = min(0xFFFFFFFF, (sample_size << 33) // total)
    schema = pa.schema([("digest", pa.binary(length // 2))])
    # Numbers that grow in place: parts put together at the end would be held twice.
    hashes, low = bytearray(), []
    with kept_whole(target) as temporary:
        reader = connection.sql(
            f"select {column} as text, hash({column}) as hash, {row_id} as row_id "
            f"from {rows}"
        ).to_arrow_reader(READ_ROWS)
        with (
            closing(reader),
            pq.ParquetWriter(
                temporary, schema, compression="none", use_dictionary=False
            ) as writer,
        ):
            for batch in reader:
                digests = bytes_of(batch.column("text"), length)
                if digests is None:
                    raise NotPlainError
                writer.write_batch(_batch(digests, schema))
                hashes += batch.column("hash").to_numpy().data
                low.append(_low(digests, batch.column("row_id"), bound))
        yield Digests(np.frombuffer(hashes, np.uint64), pa.concat_tables(low))


def _batch(digests: "np.ndarray", schema: "pa.Schema") -> "pa.RecordBatch":
    import pyarrow as pa

    kind = schema.field("digest").type
    array = pa.Array.from_buffers(kind, len(digests), [None, pa.py_buffer(digests)])
    return pa.RecordBatch.from_arrays([array], schema=schema)


def _low(digests: "np.ndarray", row_ids: "pa.Array", bound: int) -> "pa.Table":
    """The rows of which the last 32 bits are no more than `bound`."""
    import numpy as np
    import pyarrow as pa

    keys = np.ascontiguousarray(digests[:, -4:]).view(">u4")[:, 0]
    rows = np.flatnonzero(keys <= bound)
    return pa.table(
        {
            "row_id": row_ids.take(pa.array(rows)),
            "sample_key": keys[rows].astype(np.int64),
            "digest": [digests[row].tobytes() for row in rows],
        }
    )


def digest_length(texts: "pa.StringArray") -> int | None:
    """The length of the texts if all are plain digests, none of them of nobody."""
    import numpy as np

    if not len(texts) or texts.null_count:
        return None
    _, offset_buffer, _ = texts.buffers()
    first, second = np.frombuffer(offset_buffer, np.int32)[texts.offset :][:2]
    length = int(second - first)
    is_digest = length in DIGEST_LENGTHS and bytes_of(texts, length) is not None
    return length if is_digest else None


def bytes_of(texts: "pa.StringArray", length: int) -> "np.ndarray | None":
    """The digests as rows of length / 2 bytes; None where one is not plain.

    A text that begins with eight zeros stands for nobody, and is not plain either.
    """
    import numpy as np

    if texts.null_count:
        return None
    if not len(texts):
        return np.empty((0, length // 2), np.uint8)
    _, offset_buffer, data = texts.buffers()
    offsets = np.frombuffer(offset_buffer, np.int32)[texts.offset :][: len(texts) + 1]
    if not (np.diff(offsets) == length).all():
        return None
    letters = np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]
    pairs = _pairs()[np.ascontiguousarray(letters).view(np.uint16)]
    if pairs.max() >= NO_BYTE:
        return None
    digests = pairs.astype(np.uint8).reshape(-1, length // 2)
    may_be_nobody = not digests[:, :4].any(axis=1).all()
    return None if may_be_nobody else digests


@cache
def _pairs() -> "np.ndarray":
    """The byte of each two hex digits, as they lie in memory; NO_BYTE for others."""
    import numpy as np

    table = np.full(1 << 16, NO_BYTE, np.uint16)
    for byte in range(256):
        pair = f"{byte:02x}".encode()
        table[int.from_bytes(pair, "little")] = byte
    return table
