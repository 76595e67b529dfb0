"""Files that are made once and read for long, each with its hash beside it.

One that is damaged counts as not there, and is made anew.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.home import Home
from engines.atomic import write_text_whole, written_whole
from engines.fingerprints import content_hash, file_hash

if TYPE_CHECKING:
    import pyarrow as pa


@contextmanager
def kept_whole(target: Path) -> Iterator[Path]:
    """A temporary path that becomes `target`, its hash beside it, when all went well."""
    with written_whole(target) as temporary:
        yield temporary
        write_text_whole(_hash_file(target), content_hash(temporary))


def keep_table(table: "pa.Table", target: Path) -> None:
    """Write a table as a Parquet file that is kept."""
    import pyarrow.parquet as pq

    with kept_whole(target) as temporary:
        pq.write_table(table, temporary, compression="zstd", use_dictionary=False)


def is_kept(home: Home, path: Path) -> bool:
    """True where the file is there as it was written."""
    try:
        return file_hash(home, path) == _hash_file(path).read_text()
    except (FileNotFoundError, ValueError):
        return False


def _hash_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")
