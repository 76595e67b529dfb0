"""Versions of audiences in REST: listed, compared, put into use, and what one holds."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from studio.api.dependencies import Named, Opened
from studio.api.models.audiences import (
    BuildLine,
    Curve,
    Deciles,
    Difference,
    Figures,
    Members,
    Served,
    VersionLine,
    VersionToServe,
)
from studio.api.paging import AT_MOST, Page, Paged, page_of
from studio.api.sending import STILL
from studio.services import audience_page, audiences, members, version_changes, versions
from studio.services.audience_page import Shown
from studio.services.version_changes import Changes

router = APIRouter(prefix="/audiences", tags=["versions"])
Number = Annotated[
    int | None,
    Query(ge=1, le=10**9, description="Of which version; without it the one in use."),
]
Before = Annotated[
    int | None,
    Query(alias="from", ge=1, le=10**9, description="Without it the one before."),
]
After = Annotated[
    int | None,
    Query(alias="to", ge=1, le=10**9, description="Without it the one in use."),
]
Picture = Annotated[str, Path(description="A section's `anchor`.")]
SVG = "image/svg+xml"


@router.get("/{name}/history")
def list_builds(name: Named, opened: Opened, paging: Paged) -> Page[BuildLine]:
    """The builds, newest first, with the versions that they became."""
    found = audiences.history(opened.workshop, name)
    return Page[BuildLine].model_validate(page_of(found, paging))


@router.get("/{name}/versions")
def list_versions(name: Named, opened: Opened, paging: Paged) -> Page[VersionLine]:
    """The versions, newest first."""
    found = versions.versions(opened.workshop, name)
    return Page[VersionLine].model_validate(page_of(found, paging))


@router.post("/{name}/serve")
def serve_version(name: Named, wanted: VersionToServe, opened: Opened) -> Served:
    """Put a version into use again, if its files are whole."""
    found = versions.serve_version(opened.workshop, name, wanted.version)
    slug = opened.workshop.catalog.get_audience(name).slug
    return Served(audience=slug, version=found.number)


@router.get("/{name}/diff")
def compare_versions(
    name: Named, opened: Opened, before: Before = None, after: After = None
) -> Difference:
    """Who entered and left; without versions, to the one in use from the one before it."""
    return Difference.model_validate(
        versions.diff(opened.workshop, name, before, after)
    )


@router.get("/{name}/changes")
def tell_changes(
    name: Named, opened: Opened, before: Before = None, after: After = None
) -> Changes:
    """The same in sentences, with the lines of the specification that differ."""
    return version_changes.version_changes(opened.workshop, name, before, after)


@router.get("/{name}/sections")
def show_sections(name: Named, opened: Opened, version: Number = None) -> Shown:
    """A version as its page shows it: headline figures, sections, first people, files."""
    return audience_page.show_version(opened.workshop, name, version)


@router.get(
    "/{name}/pictures/{picture}.svg",
    response_class=Response,
    responses={200: {"content": {SVG: {"schema": {"type": "string"}}}}},
)
def get_picture(
    name: Named, picture: Picture, opened: Opened, version: Number = None
) -> Response:
    """The picture of a section, by its `anchor`."""
    drawn = audience_page.picture(opened.workshop, name, picture, version)
    headers = {"content-security-policy": STILL}
    return Response(drawn, media_type=SVG, headers=headers)


@router.get("/{name}/figures")
def get_figures(name: Named, opened: Opened, version: Number = None) -> Figures:
    """A version's figures, as its report tells them."""
    return Figures.model_validate(
        versions.document(opened.workshop, name, "figures.json", version)
    )


@router.get("/{name}/curve")
def get_curve(name: Named, opened: Opened, version: Number = None) -> Curve:
    """What an audience of every size finds of the held-out seed."""
    found = versions.document(opened.workshop, name, "quality.json", version)
    return Curve.model_validate({**found, "sizes": found["curve"]})


@router.get("/{name}/deciles")
def get_deciles(name: Named, opened: Opened, version: Number = None) -> Deciles:
    """The ranking in tenths, with the lift of each on the held-out seed."""
    return Deciles.model_validate(
        versions.document(opened.workshop, name, "quality.json", version)
    )


@router.get("/{name}/members")
def preview_members(
    name: Named,
    opened: Opened,
    version: Number = None,
    limit: Annotated[int, Query(ge=1, le=100, description=AT_MOST)] = 20,
) -> Members:
    """The first people by rank; of their identifiers the hashes alone."""
    return Members.model_validate(
        members.preview(opened.workshop, name, version, limit)
    )
