"""What a column of identifiers holds: whether it names each row once, whether hashes.

Most identifiers are counted by 64-bit hashes of their texts, sorted by numpy: as many
distinct hashes as rows prove that no two texts are the same.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.datasets import Column, KeyProfile
from catalog.normal_forms import Form
from engines.base import BATCH_ROWS
from engines.casts import key_text
from engines.digests import DIGEST_LENGTHS, LOOKED_AT_FIRST
from engines.quoting import quote_identifier
from engines.relations import one_row

if TYPE_CHECKING:
    import duckdb
    import numpy as np

# Of so many more a part is sorted after the other.
SORTED_AT_ONCE = 1 << 24


def count_key(
    connection: "duckdb.DuckDBPyConnection",
    rows: str,
    column: Column,
    form: Form = "text",
) -> KeyProfile:
    """Whether an identifier column names each row once, and whether it holds hashes.

    `rows` is SQL that can stand after `from`.
    """
    text = key_text(quote_identifier(column.name), column.type, column.name, form)
    is_hash = _is_hash(connection, rows, text)
    identifier = f"lower({text})" if is_hash else text
    keyed = f"(select {identifier} as identifier from {rows}) as keyed"
    hashes = _hashes(connection, keyed)
    present, distinct = len(hashes), count_distinct(hashes)
    if distinct != present:
        (distinct,) = one_row(
            connection, f"select count(distinct identifier) from {keyed}"
        )
    (total,) = one_row(connection, f"select count(*) from {rows}")
    return KeyProfile(
        column=column.name,
        missing=total - present,
        duplicates=present - distinct,
        is_hash=is_hash,
    )


def hashes_file(folder: Path, text: str) -> Path:
    """Where the hashes of an identifier are kept, by the SQL that makes its text."""
    import duckdb

    digest = hashlib.sha256(f"{duckdb.__version__} {text}".encode()).hexdigest()[:16]
    return folder / f"hashes_{digest}.parquet"


def _hashes(connection: "duckdb.DuckDBPyConnection", keyed: str) -> "np.ndarray":
    import numpy as np

    hashes = bytearray()
    reader = connection.sql(
        f"select hash(identifier) as hash from {keyed} where identifier is not null"
    ).to_arrow_reader()
    for batch in reader:
        hashes += batch.column(0).to_numpy().data
    return np.frombuffer(hashes, np.uint64)


def count_distinct(hashes: "np.ndarray") -> int:
    """How many of them differ."""
    return sum(_distinct_of(part) for part in _parted(hashes))


def _distinct_of(hashes: "np.ndarray") -> int:
    import numpy as np

    ordered = np.sort(hashes)
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + min(1, len(ordered))


def _parted(hashes: "np.ndarray") -> Iterator["np.ndarray"]:
    """The hashes in parts by their first bits: sorting holds a copy of one part."""
    import numpy as np

    bits = (len(hashes) // SORTED_AT_ONCE).bit_length()
    if not bits:
        yield hashes
        return
    blocks = np.array_split(hashes, len(hashes) // BATCH_ROWS + 1)
    for part in range(1 << bits):
        yield np.concatenate(
            [block[block >> np.uint64(64 - bits) == part] for block in blocks]
        )


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
