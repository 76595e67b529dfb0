"""Files in REST: report page, documents of a version, and people to be taken away."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse
from pydantic import Field, model_validator

from studio.api.dependencies import Named, Opened
from studio.api.models.datasets import Asked
from studio.api.sending import STILL, sent_once
from studio.api.versions import Number
from studio.services import audience_page, audiences, members, versions
from studio.services.versions import IDENTITIES

router = APIRouter(prefix="/audiences", tags=["files"])
Document = Literal[
    "comparison.json",
    "distributions.json",
    "fairness.json",
    "figures.json",
    "manifest.json",
    "parameters.json",
    "portrait.json",
    "quality.json",
]
BINARY = "application/octet-stream"
BYTES = {"schema": {"type": "string", "format": "binary"}}
PUBLISHED = {
    "schema": {"type": "object"},
    "example": {"curve": [{"people_count": 1000, "recall": 0.118, "lift": 4.71}]},
}


class ExportAsked(Asked):
    """Which people, in which kind of file."""

    kind: Literal["parquet", "csv", "jsonl"] = "parquet"
    tier: Annotated[str | None, Field(description="One tier alone.")] = None
    version: Annotated[int | None, Field(ge=1, le=10**9)] = None
    for_spreadsheets: bool = Field(
        False,
        description="For kind=csv: no cell is one that a spreadsheet would run; without"
        " it every byte is as it was published.",
    )

    @model_validator(mode="after")
    def _spreadsheets_read_csv(self) -> Self:
        if self.for_spreadsheets and self.kind != "csv":
            raise ValueError("for_spreadsheets is for kind csv alone")
        return self


class VersionAsked(Asked):
    """Which version; without it the one in use."""

    version: Annotated[int | None, Field(ge=1, le=10**9)] = None


@router.get(
    "/{name}/report.html",
    response_class=FileResponse,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
def get_report(name: Named, opened: Opened, version: Number = None) -> FileResponse:
    """A version's report, which is one page that needs nothing else."""
    path = audiences.report_page(opened.workshop, name, version)
    headers = {"content-security-policy": STILL}
    return FileResponse(path, media_type="text/html", headers=headers)


@router.get(
    "/{name}/files/{file}",
    response_class=FileResponse,
    responses={200: {"content": {"application/json": PUBLISHED}}},
)
def get_document(
    name: Named,
    file: Annotated[Document, Path(description="Which one.")],
    opened: Opened,
    version: Number = None,
) -> FileResponse:
    """A document of a version as it was published; of those without people in them."""
    audience = opened.workshop.catalog.get_audience(name)
    number = versions.version_asked(opened.workshop, audience, version).number
    path = audience_page.take_file(opened.workshop, name, file, number)
    return FileResponse(path, media_type="application/json")


@router.post(
    "/{name}/export",
    response_class=FileResponse,
    responses={200: {"content": {BINARY: BYTES}}},
)
def export_members(name: Named, wanted: ExportAsked, opened: Opened) -> FileResponse:
    """A version's people with identifiers and scores; it is noted who took them."""
    path, file = members.export_to_send(
        opened.workshop,
        name,
        wanted.kind,
        wanted.tier,
        wanted.version,
        for_spreadsheets=wanted.for_spreadsheets,
    )
    return sent_once(path, file, BINARY)


@router.post(
    "/{name}/identities",
    response_class=FileResponse,
    responses={200: {"content": {BINARY: BYTES}}},
)
def take_identities(name: Named, wanted: VersionAsked, opened: Opened) -> FileResponse:
    """Every identifier of each person as Parquet, where people have several.

    As it was published; it is noted who took them.
    """
    audience = opened.workshop.catalog.get_audience(name)
    number = versions.version_asked(opened.workshop, audience, wanted.version).number
    path = audience_page.take_file(opened.workshop, name, IDENTITIES, number)
    return FileResponse(
        path,
        media_type=BINARY,
        filename=f"{audience.slug}_{number}_{path.name}",
        headers={"cache-control": "no-store"},
    )
