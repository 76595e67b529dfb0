"""A file that is made for one answer: sent under its name, kept nowhere, then removed."""

import asyncio
import shutil
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

# A picture, and a page that is one file, need nothing: so they may nothing.
STILL = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


class SentOnce(FileResponse):
    """A file whose folder goes after the answer, whatever came of it.

    A background task would not run where the range that is asked for is refused.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, then remove its folder, also where the sending is broken off."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            folder = Path(self.path).parent
            removing = asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            await asyncio.shield(removing)


def sent_once(path: Path, name: str, media_type: str) -> FileResponse:
    """The file, whose folder goes after it was sent."""
    return SentOnce(
        path,
        media_type=media_type,
        filename=name,
        headers={"cache-control": "no-store"},
    )
