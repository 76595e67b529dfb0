"""Files that came through the browser or REST.

An upload stands in the home under an id of its own; of its name the ending alone is used.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from uuid import uuid4

from catalog.datasets import DatasetKind
from catalog.errors import StudioError
from catalog.file_failures import of_system
from catalog.names import shown_path
from catalog.store import Catalog
from engines.sources import ENDINGS

if TYPE_CHECKING:
    from orchestration.workshop import Workshop

UPLOADS = "uploads"
UPLOADABLE = tuple(
    ending for ending, kind in ENDINGS.items() if kind is not DatasetKind.duckdb_table
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way into the home."""

    path: Path
    file: BinaryIO

    def write(self, chunk: bytes) -> None:
        """Add what has arrived; StudioError where the disk does not take it."""
        try:
            self.file.write(chunk)
        except OSError as error:
            raise of_system(error, "the upload", self.path.parent) from error


@contextmanager
def received(workshop: "Workshop", file_name: str) -> Iterator[Upload]:
    """A new file in the home; nothing of it stays where the block fails.

    Unless it became a dataset before that.
    """
    home = workshop.home
    folder = home.root / UPLOADS / uuid4().hex
    path = folder / f"data{ending_of(file_name)}"
    try:
        folder.mkdir(mode=0o700, parents=True)
        with told_as_sent(path, file_name), path.open("xb") as file:
            path.chmod(0o600)
            yield Upload(path, file)
    except BaseException as error:
        discard(workshop, path)
        if isinstance(error, OSError) and not isinstance(error, ConnectionError):
            raise of_system(error, "the upload", home.root) from error
        raise


def kept_uploads(catalog: Catalog) -> set[str]:
    """The ids of uploads that are datasets.

    The home may be named in another way than when they were kept.
    """
    return {Path(each.path).parent.name for each in catalog.list_datasets()}


@contextmanager
def told_as_sent(path: Path, file_name: str) -> Iterator[None]:
    """Have errors about an upload name the file as it was sent, not as it is kept."""
    try:
        yield
    except StudioError as error:
        sent = shown_path(Path(file_name).name)
        told = error.object.replace(f"'{path.name}'", sent)
        raise StudioError(error.code, told, error.cause, error.remedy) from error


def ending_of(file_name: str) -> str:
    """The ending that says what kind of file it is; StudioError for one unknown."""
    lower, subject = file_name.lower(), f"file {shown_path(Path(file_name).name)}"
    ending = next((each for each in ENDINGS if lower.endswith(each)), None)
    if ending is None:
        raise StudioError(
            "unknown_file_type",
            subject,
            "has an ending that is not known",
            f"give it one of {', '.join(UPLOADABLE)}",
        )
    if ending not in UPLOADABLE:
        raise StudioError(
            "upload_kind_refused",
            subject,
            "is a DuckDB database, which is not taken as an upload",
            "write the table as Parquet, or add the file by its path on the server",
        )
    return ending


def discard(workshop: "Workshop", path: Path) -> None:
    """Remove a file that was uploaded, unless it is a dataset; no other is the studio's.

    Where the catalog cannot be asked it stays, until a studio starts.
    """
    folder = path.parent
    if folder.parent.resolve() != (workshop.home.root / UPLOADS).resolve():
        return
    with suppress(StudioError):
        if folder.name not in kept_uploads(workshop.catalog):
            shutil.rmtree(folder, ignore_errors=True)
