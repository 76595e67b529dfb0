"""Folders for work in hand, readable by their owner alone.

One has its process in its name: what a killed one left, people's data perhaps, goes
with the next that is made in the same place.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from catalog.processes import as_name, is_of_the_dead, this_process

SPILL = "spill"


@contextmanager
def scratch_folder(place: Path, kind: str = SPILL) -> Iterator[Path]:
    """An empty folder in `place`, gone with all that is in it when the block ends.

    `kind` begins its name, so that others who write to the same place keep theirs.
    """
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_dead(place, kind)
    own = place / f"{kind}_{as_name(this_process())}_{uuid4().hex}"
    own.mkdir(mode=0o700)
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)


def remove_dead(place: Path, kind: str = SPILL) -> None:
    """Remove the folders of that kind in `place` of processes that died."""
    for left in place.glob(f"{kind}_*"):
        owner, _, _ = left.name.removeprefix(f"{kind}_").rpartition("_")
        if is_of_the_dead(owner):
            shutil.rmtree(left, ignore_errors=True)
