"""Files in REST: the report page, and an audience's people to be taken away."""

import shutil
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, BackgroundTasks
from fastapi.responses import FileResponse
from pydantic import Field

from studio.api.audiences import Number
from studio.api.dependencies import Opened
from studio.api.models.datasets import Asked
from studio.services import audiences, members

router = APIRouter(prefix="/audiences", tags=["files"])
# A page that is one file needs nothing, so it may nothing.
STILL = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
BYTES = {"schema": {"type": "string", "format": "binary"}}


class ExportAsked(Asked):
    """Which people, in which kind of file."""

    kind: Literal["parquet", "csv", "jsonl"] = "parquet"
    tier: Annotated[str | None, Field(description="One tier alone.")] = None
    version: Annotated[int | None, Field(ge=1, le=10**9)] = None


@router.get(
    "/{name}/report.html",
    response_class=FileResponse,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
def get_report(name: str, opened: Opened, version: Number = None) -> FileResponse:
    """A version's report, which is one page that needs nothing else."""
    path = audiences.report_page(opened.workshop, name, version)
    headers = {"content-security-policy": STILL}
    return FileResponse(path, media_type="text/html", headers=headers)


@router.post(
    "/{name}/export",
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": BYTES}}},
)
def export_members(
    name: str, wanted: ExportAsked, opened: Opened, after: BackgroundTasks
) -> FileResponse:
    """A version's people with identifiers and scores; it is noted who took them."""
    workshop = opened.workshop
    folder = workshop.home.root / members.EXPORTS / uuid4().hex
    after.add_task(shutil.rmtree, folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    target = folder / f"members.{wanted.kind}"
    try:
        found = members.export(workshop, name, target, wanted.tier, wanted.version)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(
        target,
        media_type="application/octet-stream",
        filename=f"{found['audience']}_{found['version']}.{wanted.kind}",
        headers={"cache-control": "no-store"},
        background=after,
    )
