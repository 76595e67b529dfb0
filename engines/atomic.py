"""Files that are there whole or not at all, readable by their owner alone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from uuid import uuid4

from catalog.home import Home
from catalog.processes import as_name, is_of_the_dead, this_process


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """A temporary path beside `target`, renamed to it when the block ends well.

    It has the process in its name: what a killed one left goes with the next writing.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_dead(target)
    owner = as_name(this_process())
    temporary = target.parent / f".{target.name}.{owner}_{uuid4().hex}"
    try:
        yield temporary
        temporary.chmod(0o600)
        _sync(temporary)
        temporary.replace(target)
        _sync(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _remove_dead(target: Path) -> None:
    start = f".{target.name}."
    for entry in os.scandir(target.parent):
        owner, _, _ = entry.name.removeprefix(start).rpartition("_")
        if entry.name.startswith(start) and is_of_the_dead(owner):
            Path(entry.path).unlink(missing_ok=True)


def remove_dead_drafts(home: Home) -> None:
    """Remove what killed processes were writing of any dataset or profile.

    The names that their files would have had may never be written to again.
    """
    host = f".{as_name(this_process()).split('_')[0]}_"
    rooms = (home.root / "datasets", home.root / "profiles")
    with suppress(FileNotFoundError):  # a folder that another process just removed
        for path in chain.from_iterable(room.rglob(".*") for room in rooms):
            owner, _, _ = path.name[path.name.rfind(host) + 1 :].rpartition("_")
            if is_of_the_dead(owner):
                path.unlink(missing_ok=True)


def write_text_whole(target: Path, text: str) -> None:
    """Write a small text file, atomically."""
    with written_whole(target) as temporary:
        temporary.write_text(text)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
