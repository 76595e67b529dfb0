"""Runs in REST: ask for a build, watch it, go on with it, end it."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field

from catalog.run_records import Run, RunState
from studio.api.dependencies import Opened, RunId, Shown, as_shown
from studio.api.models.datasets import Asked
from studio.api.paging import AFTER, AT_MOST, Page
from studio.services.health import Health

router = APIRouter(prefix="/runs", tags=["runs"])


class NewRun(Asked):
    """What is to be built."""

    audience: str = Field(
        description="Name or slug of the audience.", examples=["spring_buyers"]
    )
    specification: int | None = Field(
        None, ge=1, description="Its number; without it the newest.", examples=[2]
    )
    force: bool = Field(False, description="Build anew what was built before.")
    request: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="A word of yours: asked twice with it, there is one run.",
        examples=["nightly-2026-11-27"],
    )


@router.post("", status_code=202)
def start_run(
    wanted: NewRun, request: Request, response: Response, opened: Opened
) -> Run:
    """Ask for a build; its place is in the header `Location`."""
    run = opened.runs.start(
        wanted.audience,
        specification=wanted.specification,
        force=wanted.force,
        request=wanted.request,
    )
    return _at(run, request, response)


@router.get("")
def list_runs(
    opened: Opened,
    shown: Shown,
    audience: Annotated[str | None, Query(description="Its name or slug.")] = None,
    state: Annotated[RunState | None, Query(description="How far they are.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description=AT_MOST)] = 50,
    offset: Annotated[int, Query(ge=0, le=100_000, description=AFTER)] = 0,
) -> Page[Run]:
    """The newest runs first; of one audience, in one state."""
    found = opened.runs.overview(
        audience=audience, state=state, limit=limit, offset=offset
    )
    return Page(
        items=[shown(each) for each in found],
        total=opened.runs.count(audience=audience, state=state),
        limit=limit,
        offset=offset,
    )


@router.get("/health")
def dagster_health(opened: Opened) -> Health:
    """Whether Dagster's servers are up."""
    return opened.runs.health()


@router.get("/{run_id}")
def get_run(run_id: RunId, opened: Opened, shown: Shown) -> Run:
    """One run as it is now."""
    return shown(opened.runs.get(run_id))


@router.post("/{run_id}/retry", status_code=202)
def retry_run(
    run_id: RunId, request: Request, response: Response, opened: Opened
) -> Run:
    """Go on with a run that failed or was cancelled, where it stopped."""
    return _at(opened.runs.retry(run_id), request, response)


@router.post("/{run_id}/cancel", status_code=202)
def cancel_run(run_id: RunId, opened: Opened, shown: Shown) -> Run:
    """Ask a run to end."""
    return shown(opened.runs.cancel(run_id))


def known(run_id: RunId, opened: Opened) -> Run:
    """The run, so that an unknown one is refused before the stream begins."""
    return opened.runs.get(run_id)


@router.get("/{run_id}/events", response_class=EventSourceResponse)
async def follow_run(
    run: Annotated[Run, Depends(known)], opened: Opened, shown: Shown
) -> AsyncIterator[ServerSentEvent]:
    """The run each time that it changes, as server-sent events, until it has ended."""
    async for each in opened.runs.follow(run.run_id):
        yield ServerSentEvent(event="run", data=shown(each))


def _at(run: Run, request: Request, response: Response) -> Run:
    response.headers["Location"] = str(
        request.url_for("get_run", run_id=run.run_id).path
    )
    return as_shown(request)(run)
