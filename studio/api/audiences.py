"""Audiences in REST: specified, listed, looked at, archived, served again."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from catalog.specification import workflow_to_yaml
from catalog.specification_model import AudienceSpecification
from studio.api.dependencies import Named, Opened
from studio.api.documents import DOCUMENT, YAML_EXAMPLE, Specified
from studio.api.models.audiences import (
    ArchivedAudience,
    AudiencePage,
    AudienceShown,
    KeptAudience,
    NewName,
)
from studio.api.paging import Paged, page_of
from studio.services import audience_list, audiences, workflows
from studio.services.audience_list import AudienceQuery, Order, State

router = APIRouter(prefix="/audiences", tags=["audiences"])
Number = Annotated[
    int | None,
    Query(ge=1, le=10**9, description="Of the specification; without it the newest."),
]
YAML = "application/yaml"
AS_YAML: dict[str, Any] = {
    YAML: {"schema": {"type": "object"}, "example": YAML_EXAMPLE}
}


class YamlResponse(Response):
    """A document in YAML."""

    media_type = YAML


@router.get("")
def list_audiences(
    opened: Opened,
    paging: Paged,
    search: Annotated[
        str, Query(max_length=200, description="In name, description, tags or owner.")
    ] = "",
    tag: Annotated[
        str | None, Query(max_length=200, description="Only those that carry it.")
    ] = None,
    owner: Annotated[
        str | None, Query(max_length=200, description="Only those of this owner.")
    ] = None,
    state: Annotated[
        State | None, Query(description="Without it all but archived ones.")
    ] = None,
    archived: Annotated[bool, Query(description="Archived ones too.")] = False,
    order: Annotated[Order, Query(description="What they are sorted by.")] = Order.name,
    falling: Annotated[bool, Query(description="The greatest first.")] = False,
) -> AudiencePage:
    """The audiences, with size, quality and times of the version in use of each."""
    query = AudienceQuery(
        search=search,
        tag=tag,
        owner=owner,
        state=state,
        with_archived=archived,
        order=order,
        is_falling=falling,
    )
    found = audience_list.find_audiences(opened.workshop, query)
    lines = [audiences.line_as_json(each) for each in found.lines]
    return AudiencePage.model_validate(
        {**page_of(lines, paging), "tags": found.tags, "owners": found.owners}
    )


@router.post("", status_code=201, openapi_extra=DOCUMENT)
def create_audience(wanted: Specified, opened: Opened) -> KeptAudience:
    """Keep a specification as a new audience; `POST /runs` builds it."""
    return KeptAudience.model_validate(audiences.keep(opened.workshop, wanted))


@router.get("/{name}")
def show_audience(name: Named, opened: Opened) -> AudienceShown:
    """An audience with the figures of the version that is in use."""
    return AudienceShown.model_validate(audiences.show(opened.workshop, name))


@router.put("/{name}", openapi_extra=DOCUMENT)
def specify_audience(name: Named, wanted: Specified, opened: Opened) -> KeptAudience:
    """Keep a specification as the audience's current one; the older ones stay."""
    return KeptAudience.model_validate(audiences.keep(opened.workshop, wanted, of=name))


@router.get("/{name}/specification")
def get_specification(
    name: Named,
    opened: Opened,
    number: Number = None,
) -> AudienceSpecification:
    """The current specification, or an older one by its number."""
    catalog = opened.workshop.catalog
    audience = catalog.get_audience(name)
    kept = (
        catalog.newest_specification(audience.id)
        if number is None
        else catalog.specification(audience.id, number)
    )
    return kept.specification


@router.get(
    "/{name}/specification.yml",
    response_class=YamlResponse,
    responses={200: {"content": AS_YAML}},
)
def get_specification_document(
    name: Named,
    opened: Opened,
    number: Number = None,
) -> Response:
    """The same as a YAML document, with every choice spelt out."""
    return YamlResponse(workflows.edit(opened.workshop, name, number))


@router.get(
    "/{name}/workflow.yml",
    response_class=YamlResponse,
    responses={200: {"content": AS_YAML}},
)
def get_workflow(name: Named, opened: Opened) -> Response:
    """The workflow document: the specification and the stages that make it."""
    audience = opened.workshop.catalog.get_audience(name)
    kept = opened.workshop.catalog.newest_specification(audience.id)
    return YamlResponse(workflow_to_yaml(kept.specification))


@router.post("/{name}/duplicate", status_code=201)
def duplicate_audience(name: Named, wanted: NewName, opened: Opened) -> KeptAudience:
    """Keep the current specification as another audience's."""
    return KeptAudience.model_validate(
        audiences.keep_copy(opened.workshop, name, wanted.name)
    )


@router.post("/{name}/archive")
def archive_audience(name: Named, opened: Opened) -> ArchivedAudience:
    """Take an audience out of the lists and of the schedule; nothing is deleted."""
    return ArchivedAudience.model_validate(audiences.archive(opened.workshop, name))


@router.post("/{name}/unarchive")
def unarchive_audience(name: Named, opened: Opened) -> ArchivedAudience:
    """Put an audience back into the lists."""
    return ArchivedAudience.model_validate(
        audiences.archive(opened.workshop, name, undo=True)
    )
