"""Comparisons of scorers in REST: asked for, then looked at until they have ended."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field

from studio.api.dependencies import RunId
from studio.api.models.datasets import Asked
from studio.services.comparing import ComparisonRun, Comparisons

router = APIRouter(prefix="/comparisons", tags=["comparisons"])


def comparisons(request: Request) -> Comparisons:
    """Those of this process."""
    found: Comparisons = request.app.state.studio.comparisons
    return found


Compared = Annotated[Comparisons, Depends(comparisons)]


class NewComparison(Asked):
    """Whose scorers are to be compared."""

    audience: str = Field(
        description="Name or slug of the audience.", examples=["spring_buyers"]
    )
    models: list[str] | None = Field(
        None,
        min_length=1,
        max_length=50,
        description="Without it all installed ones.",
        examples=[["naive_bayes", "weighted_bayes"]],
    )


@router.post("", status_code=202)
def start_comparison(
    wanted: NewComparison, request: Request, response: Response, compared: Compared
) -> ComparisonRun:
    """Ask for a comparison; its place is in the header `Location`."""
    run = compared.start(wanted.audience, wanted.models)
    response.headers["Location"] = request.url_for("get_comparison", run_id=run.id).path
    return run


@router.get("/{run_id}")
def get_comparison(run_id: RunId, compared: Compared) -> ComparisonRun:
    """A comparison as it is now, with its figures once it has ended."""
    return compared.get(run_id)


def known(run_id: RunId, compared: Compared) -> ComparisonRun:
    """The comparison, so that an unknown one is refused before the stream begins."""
    return compared.get(run_id)


@router.get("/{run_id}/events", response_class=EventSourceResponse)
async def follow_comparison(
    run: Annotated[ComparisonRun, Depends(known)], compared: Compared
) -> AsyncIterator[ServerSentEvent]:
    """The comparison each time that it changes, as server-sent events, until it has ended."""
    async for each in compared.follow(run.id):
        yield ServerSentEvent(event="comparison", data=each)
