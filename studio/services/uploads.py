"""Files that came through the browser or REST, and those that a path may name.

An upload stands in the home under an id of its own; of its name the ending alone is used.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from catalog.errors import StudioError
from catalog.file_failures import of_system
from catalog.home import Home
from catalog.names import shown
from engines.sources import ENDINGS, check_path
from studio.services.access import Access

UPLOADS = "uploads"


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
def received(home: Home, file_name: str) -> Iterator[Upload]:
    """A new file in the home; nothing of it stays where the block fails."""
    folder = home.root / UPLOADS / uuid4().hex
    path = folder / f"data{ending_of(file_name)}"
    try:
        folder.mkdir(mode=0o700, parents=True)
        with path.open("xb") as file:
            path.chmod(0o600)
            yield Upload(path, file)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise of_system(error, "the upload", home.root) from error
        raise


def ending_of(file_name: str) -> str:
    """The ending that says what kind of file it is; StudioError for one unknown."""
    for ending in ENDINGS:
        if file_name.lower().endswith(ending):
            return ending
    raise StudioError(
        "unknown_file_type",
        f"file {shown(file_name)}",
        "has an ending that is not known",
        f"give it one of {', '.join(ENDINGS)}",
    )


def discard(home: Home, path: Path) -> None:
    """Remove a file that was uploaded; others are not the studio's to remove."""
    if path.parent.parent == home.root / UPLOADS:
        shutil.rmtree(path.parent, ignore_errors=True)


def on_this_machine(home: Home, access: Access, path: str) -> Path:
    """A file of the studio's machine that REST may name; StudioError for any other.

    With a login those are files below the data folders alone; without one also files
    below the folder that the home stands in. A relative path counts from the first.
    """
    folders = [each.expanduser().absolute() for each in access.data_folders]
    if not folders and not access.has_login:
        folders = [home.root.parent]
    if not folders:
        raise StudioError(
            "outside_allowed_folders",
            f"file {shown(Path(path).name)}",
            "cannot be named: no folder of this machine is open to REST",
            "upload it, or have LOOKALIKE_DATA_FOLDERS set",
        )
    return check_path(folders[0] / path, folders)
