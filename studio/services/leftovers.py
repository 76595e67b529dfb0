"""Files of people that a process left in the home as it was killed."""

import shutil
from typing import TYPE_CHECKING

from studio.services.members import EXPORTS
from studio.services.uploads import UPLOADS, kept_uploads

if TYPE_CHECKING:
    from orchestration.workshop import Workshop


def clear_leftovers(workshop: "Workshop") -> None:
    """Remove uploads that became no dataset, and exports that were not sent.

    For a process that alone takes and sends files of this home, before it does.
    """
    home = workshop.home.root
    kept = kept_uploads(workshop.catalog)
    for folder in (home / UPLOADS).glob("*"):
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(home / EXPORTS, ignore_errors=True)
