"""Comparisons of scorers in REST: asked for, then looked at until they have ended."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field

from studio.api.models.datasets import Asked
from studio.services.comparing import ComparisonRun, Comparisons

router = APIRouter(prefix="/comparisons", tags=["comparisons"])


def comparisons(request: Request) -> Comparisons:
    """Those of this process."""
    found: Comparisons = request.app.state.studio.comparisons
    return found


Compared = Annotated[Comparisons, Depends(comparisons)]
EVENT = (
    'event: comparison\ndata: {"id":"5f0c2a9e7b1d4c3f8a6e0d2b4c6f8a1e",'
    '"audience":"spring_buyers","state":"running","asked_at":"2026-11-27T09:05:00Z",'
    '"found":null,"error":null}\n\n'
)
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"example": EVENT}}}
}


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
def get_comparison(run_id: str, compared: Compared) -> ComparisonRun:
    """A comparison as it is now, with its figures once it has ended."""
    return compared.get(run_id)


def known(run_id: str, compared: Compared) -> ComparisonRun:
    """The comparison, so that an unknown one is refused before the stream begins."""
    return compared.get(run_id)


@router.get("/{run_id}/events", response_class=EventSourceResponse, responses=STREAM)
async def follow_comparison(
    run: Annotated[ComparisonRun, Depends(known)], compared: Compared
) -> AsyncIterator[ServerSentEvent]:
    """The comparison each time that it changes, as server-sent events, until it has ended."""
    async for each in compared.follow(run.id):
        yield ServerSentEvent(event="comparison", data=each)
