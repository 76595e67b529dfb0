"""What the browser takes away or shows as it is: pictures, reports, files of versions."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from studio.api.dependencies import current_user, studio
from studio.api.sending import STILL, sent_once
from studio.services import access, audience_page, audiences, members
from studio.services.access import Role

router = APIRouter(include_in_schema=False)
WEEK = "private, max-age=604800, immutable"


@router.get("/audiences/{slug}/versions/{number}/pictures/{name}.svg")
def picture(request: Request, slug: str, number: int, name: str) -> Response:
    """A picture of a version's report."""
    drawn = audience_page.picture(studio(request).workshop, slug, name, number)
    headers = {"content-security-policy": STILL, "cache-control": WEEK}
    return Response(drawn, media_type="image/svg+xml", headers=headers)


@router.get("/audiences/{slug}/versions/{number}/report")
def report(request: Request, slug: str, number: int) -> Response:
    """A version's report, which is a page of its own."""
    path = audiences.report_page(studio(request).workshop, slug, number)
    headers = {"content-security-policy": STILL}
    return FileResponse(path, media_type="text/html", headers=headers)


@router.get("/audiences/{slug}/versions/{number}/people.csv")
def people(request: Request, slug: str, number: int) -> Response:
    """The people of a version as a table for spreadsheets; it is noted who took them."""
    access.require(current_user(request), Role.builder)
    path, name = members.export_to_send(
        studio(request).workshop, slug, "csv", number=number, for_spreadsheets=True
    )
    return sent_once(path, name, "text/csv")


@router.get("/audiences/{slug}/versions/{number}/files/{name}")
def file(request: Request, slug: str, number: int, name: str) -> Response:
    """A file of a version, to be kept; people are for builders to take away."""
    if audience_page.holds_people(name):
        access.require(current_user(request), Role.builder)
    path = audience_page.take_file(studio(request).workshop, slug, name, number)
    return FileResponse(
        path,
        media_type="application/octet-stream",
        filename=f"{slug}_{number}_{path.name}",
        headers={"cache-control": "no-store"},
    )
