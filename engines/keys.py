"""What a column of identifiers holds: whether it names each row once, whether hashes.

Most identifiers are counted by 64-bit hashes of their texts, sorted by numpy: as many
distinct hashes as rows prove that no two texts are the same. Digests as they should be
(lower-case hex of one length, none missing) are recognised in Arrow's buffers, so that
none of their texts is made anew, and their hashes are kept for finding the seed.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.datasets import Column, KeyProfile
from catalog.normal_forms import Form
from engines.casts import key_text
from engines.quoting import quote_identifier
from engines.relations import one_row

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pyarrow as pa

DIGEST_LENGTHS = (32, 40, 64)
LOOKED_AT_FIRST = 2_000
HEX_DIGITS = b"0123456789abcdef"
NOBODY = int.from_bytes(b"00000000", "little")


def count_key(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    column: Column,
    form: Form = "text",
) -> tuple[KeyProfile, "pa.Table | None"]:
    """Whether an identifier column names each row once, and whether it holds hashes.

    `rows` is SQL that can stand after `from`. Beside it the hashes of a column of plain
    digests, `identifier_hash` in the order in which the session reads the rows.
    """
    import pyarrow as pa

    hashes = _plain_digests(connection, rows, column)
    if hashes is not None and _distinct(hashes) == len(hashes):
        plain = KeyProfile(
            column=column.name,
            missing=0,
            duplicates=0,
            is_hash=True,
            is_plain=True,
        )
        return plain, pa.table({"identifier_hash": hashes})
    text = key_text(quote_identifier(column.name), column.type, column.name, form)
    is_hash = _is_hash(connection, rows, text)
    identifier = f"lower({text})" if is_hash else text
    keyed = f"(select {identifier} as identifier from {rows}) as keyed"
    hashes = _hashes(connection, keyed)
    present, distinct = len(hashes), _distinct(hashes)
    if distinct != present:
        (distinct,) = one_row(
            connection, f"select count(distinct identifier) from {keyed}"
        )
    (total,) = one_row(connection, f"select count(*) from {rows}")
    counted = KeyProfile(
        column=column.name,
        missing=total - present,
        duplicates=present - distinct,
        is_hash=is_hash,
    )
    return counted, None


def hashes_file(folder: Path, text: str) -> Path:
    """Where the hashes of an identifier are kept, by the SQL that makes its text."""
    import duckdb

    digest = hashlib.sha256(f"{duckdb.__version__} {text}".encode()).hexdigest()[:16]
    return folder / f"hashes_{digest}.parquet"


def _hashes(connection: "duckdb.DuckDBPyConnection", keyed: str) -> "np.ndarray":
    import numpy as np

    reader = connection.sql(
        f"select hash(identifier) as hash from {keyed} where identifier is not null"
    ).to_arrow_reader()
    return np.concatenate(
        [np.empty(0, np.uint64), *(batch.column(0).to_numpy() for batch in reader)]
    )


def _distinct(hashes: "np.ndarray") -> int:
    import numpy as np

    ordered = np.sort(hashes)
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + min(1, len(ordered))


def _plain_digests(
    connection: "duckdb.DuckDBPyConnection", rows: str, column: Column
) -> "np.ndarray | None":
    """The hash of every row's text, where all of them are plain digests of one length."""
    import numpy as np

    name = quote_identifier(column.name)
    if column.type != "VARCHAR":
        return None
    first = connection.sql(f"select {name} from {rows} limit {LOOKED_AT_FIRST}")
    length = _digest_length(first.to_arrow_table().column(0).combine_chunks())
    if length is None:
        return None
    reader = connection.sql(
        f"select {name} as text, hash({name}) as hash from {rows}"
    ).to_arrow_reader()
    try:
        return np.concatenate([*_checked(reader, length)])
    except ValueError:
        return None
    finally:
        reader.close()


def _checked(reader: "pa.RecordBatchReader", length: int) -> Iterator["np.ndarray"]:
    """The hashes batch by batch; ValueError at the first text that is no plain digest."""
    for batch in reader:
        if batch.num_rows:
            if _digest_length(batch.column(0)) != length:
                raise ValueError("not a plain digest")
            yield batch.column(1).to_numpy()


def _digest_length(texts: "pa.StringArray") -> int | None:
    """The length of the texts if all are digests in lower-case hex, none of it zeros."""
    import numpy as np

    if not len(texts) or texts.null_count:
        return None
    _, offset_buffer, data = texts.buffers()
    offsets = np.frombuffer(offset_buffer, np.int32)[texts.offset :][: len(texts) + 1]
    length = int(offsets[1] - offsets[0])
    if length not in DIGEST_LENGTHS or not (np.diff(offsets) == length).all():
        return None
    letters = np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]
    begins = np.ascontiguousarray(letters.reshape(-1, length)[:, :8])
    may_be_nobody = (begins.view(np.uint64) == NOBODY).any()
    others = letters.tobytes().translate(None, HEX_DIGITS)
    return None if others or may_be_nobody else length


def _is_hash(connection: "duckdb.DuckDBPyConnection", rows: str, text: str) -> bool:
    """True where every identifier is hex of one length of 32, 40 or 64 digits."""
    keyed = f"(select {text} as identifier from {rows}) as keyed"
    test = (
        "select count(identifier), min(length(identifier)), max(length(identifier)), "
        "bool_and(regexp_full_match(identifier, '[0-9A-Fa-f]+')) from "
    )
    for part in (f"(from {keyed} limit {LOOKED_AT_FIRST})", keyed):
        present, least, most, is_hex = one_row(connection, test + part)
        is_one_length = least == most and most in DIGEST_LENGTHS
        if not present or not is_one_length or not is_hex:
            return False
    return True
