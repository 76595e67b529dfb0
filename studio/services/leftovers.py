"""Files of people that a process left in the home as it was killed."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from studio.services.members import EXPORTS
from studio.services.uploads import UPLOADS

if TYPE_CHECKING:
    from orchestration.workshop import Workshop


def clear_leftovers(workshop: "Workshop") -> None:
    """Remove uploads that became no dataset, and exports that were not sent.

    For a process that alone takes and sends files of this home, before it does.
    """
    home = workshop.home.root
    # By the upload's id: the home may be named in another way than when it was kept.
    kept = {Path(each.path).parent.name for each in workshop.catalog.list_datasets()}
    for folder in (home / UPLOADS).glob("*"):
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(home / EXPORTS, ignore_errors=True)
