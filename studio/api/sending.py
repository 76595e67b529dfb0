"""A file that is made for one answer: sent under its name, kept nowhere, then removed."""

import shutil
from pathlib import Path

from fastapi import BackgroundTasks
from fastapi.responses import FileResponse

# A picture, and a page that is one file, need nothing: so they may nothing.
STILL = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


def sent_once(
    path: Path, name: str, media_type: str, after: BackgroundTasks
) -> FileResponse:
    """The file, whose folder goes `after` it was sent."""
    after.add_task(shutil.rmtree, path.parent, ignore_errors=True)
    return FileResponse(
        path,
        media_type=media_type,
        filename=name,
        headers={"cache-control": "no-store"},
        background=after,
    )
