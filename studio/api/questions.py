"""Questions in REST that a request's body holds: they change nothing."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from catalog.errors import StudioError
from catalog.specification import (
    AudienceSpecification,
    specification_errors,
    specification_of,
)
from catalog.specification_output import Output
from catalog.specification_settings import ModelName
from studio.api.dependencies import Named, Opened
from studio.api.documents import DOCUMENT, Specified, body_text, is_yaml, values_of
from studio.api.models.audiences import Checked, Explanation, PersonAsked, Planned
from studio.api.models.datasets import Asked
from studio.services import audiences, overlap
from studio.services.advice import Advice
from studio.services.open_what_ifs import OPEN
from studio.services.what_if_answers import Answer

if TYPE_CHECKING:
    from orchestration.workshop import Workshop

router = APIRouter(tags=["questions"])
MOST_SECONDS = 10.0  # that an answer is waited for
ASK_AGAIN_SECONDS = 2


class WhatIfAsked(Asked):
    """What is to be changed; what is not given is as the specification says."""

    attributes: list[str] | None = Field(None, examples=[["age", "job"]])
    output: Output | None = Field(None, examples=[{"top": 1000}])
    model: ModelName | None = None


class DraftAsked(WhatIfAsked):
    """The same of a specification that is not kept."""

    specification: AudienceSpecification


class StillEstimating(Asked):
    """An answer is on its way: ask the same again. `progress` goes from 0 to 1."""

    progress: float = Field(ge=0, le=1)


NOT_YET: dict[int | str, dict[str, Any]] = {
    202: {
        "model": StillEstimating,
        "description": "Estimated in the background; ask the same again after the"
        " seconds in `Retry-After`.",
    }
}


class Overlapping(Asked):
    """The audiences to be compared by their people."""

    audiences: list[str] = Field(
        min_length=1, max_length=20, examples=[["spring_buyers", "summer_buyers"]]
    )
    by_tier: bool = False


class OverlapPart(Asked):
    """An audience, or a tier of one."""

    audience: str
    name: str
    version: int
    tier: str | None
    people: int


class OverlapPair(Asked):
    """People whom two parts have in common.

    Counts are null where they are below 25 and not 0, and where `compared_by` is empty:
    then the two have no identifier in common.
    """

    first: int
    second: int
    people_of_first: int | None
    people_of_second: int | None
    share_of_first: float | None
    share_of_second: float | None
    jaccard: float | None
    compared_by: list[str]


class PeopleInCommon(Asked):
    """The parts, and each two of them by their places in that list."""

    audiences: list[OverlapPart]
    pairs: list[OverlapPair]


@router.post("/audiences/validate", openapi_extra=DOCUMENT)
def validate_specification(
    request: Request, text: Annotated[str, Depends(body_text)]
) -> Checked:
    """Every mistake of a specification's text; reads no data."""
    errors: tuple[StudioError, ...] = ()
    if is_yaml(request):
        errors = specification_errors(text, "the request")
    else:
        try:
            specification_of(values_of(text))
        except StudioError as error:
            errors = (error,)
    return Checked.model_validate(
        {"valid": not errors, "errors": [each.as_dict() for each in errors]}
    )


@router.post("/audiences/plan", openapi_extra=DOCUMENT)
def plan_specification(wanted: Specified, opened: Opened) -> Planned:
    """What a build would do on the data as they are now; builds nothing."""
    return Planned.model_validate(audiences.plan_of(opened.workshop, wanted))


@router.post("/audiences/suggest", openapi_extra=DOCUMENT)
def suggest_attributes(wanted: Specified, opened: Opened) -> Advice:
    """Which attributes to take of all that could be scored, each with a reason."""
    return OPEN.advice(opened.workshop, wanted)


@router.post("/what-if", response_model=Answer, responses=NOT_YET)
def ask_of_draft(wanted: DraftAsked, opened: Opened) -> Any:
    """What an audience of a specification would be, with other choices."""
    return _answered(opened.workshop, wanted.specification, wanted)


@router.post("/audiences/{name}/what-if", response_model=Answer, responses=NOT_YET)
def ask_of_audience(name: Named, wanted: WhatIfAsked, opened: Opened) -> Any:
    """What the audience would be, with other choices."""
    catalog = opened.workshop.catalog
    kept = catalog.newest_specification(catalog.get_audience(name).id)
    return _answered(opened.workshop, kept.specification, wanted)


def _answered(
    workshop: "Workshop",
    specification: AudienceSpecification,
    wanted: WhatIfAsked,
) -> Answer | JSONResponse:
    """The answer, or after MOST_SECONDS how far it is; what was begun goes on."""
    with OPEN.what_if(workshop, specification) as service:
        asked = service.ask(wanted.attributes, wanted.output, wanted.model)
        try:
            return asked.result(MOST_SECONDS).told()
        except TimeoutError:
            told = StillEstimating(progress=round(min(asked.progress, 1.0), 3))
    return JSONResponse(
        told.model_dump(mode="json"), 202, {"Retry-After": str(ASK_AGAIN_SECONDS)}
    )


@router.post("/audiences/{name}/explain")
def explain_person(name: Named, wanted: PersonAsked, opened: Opened) -> Explanation:
    """Why a person is in the version in use: parts that add up to the log odds."""
    return Explanation.model_validate(
        audiences.explain(opened.workshop, name, wanted.identifier)
    )


@router.post("/overlap")
def compare_people(wanted: Overlapping, opened: Opened) -> PeopleInCommon:
    """People in common of the versions in use of audiences, or of their tiers."""
    return PeopleInCommon.model_validate(
        overlap.overlap(opened.workshop, wanted.audiences, by_tier=wanted.by_tier)
    )
