"""Files that are made once and read for long, each with its checksum beside it.

One that is damaged counts as not there, and is made anew. A CRC-32 notices damage, which
is all that is asked of it, and costs an eighth of a SHA-256 where the processor has no
instruction for that.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.home import Home
from engines.atomic import write_text_whole, written_whole
from engines.fingerprints import file_hash

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK_BYTES = 1 << 20


@contextmanager
def kept_whole(target: Path) -> Iterator[Path]:
    """A temporary path that becomes `target`, its checksum beside it, when all went well."""
    with written_whole(target) as temporary:
        yield temporary
        write_text_whole(_checksum_file(target), checksum(temporary))


def keep_table(table: "pa.Table", target: Path) -> None:
    """Write a table as a Parquet file that is kept."""
    import pyarrow.parquet as pq

    with kept_whole(target) as temporary:
        pq.write_table(table, temporary, compression="zstd", use_dictionary=False)


def is_kept(home: Home, path: Path) -> bool:
    """True where the file is there as it was written."""
    try:
        return file_hash(home, path, checksum) == _checksum_file(path).read_text()
    except (FileNotFoundError, ValueError):
        return False


def checksum(file: Path) -> str:
    """CRC-32 of a file's bytes, 8 hex digits."""
    found = 0
    with file.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            found = zlib.crc32(block, found)
    return f"{found:08x}"


def _checksum_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.crc32")
