"""The whole API: one router a subject, one shape for errors, one document about it all."""

from fastapi import FastAPI

from studio.api import system
from studio.api.dependencies import VIEWER
from studio.api.errors import RESPONSES, add_handlers

PREFIX = "/api/v1"
ABOUT = (
    "What the pages and the command line do, for programs. Send the token that"
    " `lookalike token` prints as `Authorization: Bearer`."
)


def add_routes(app: FastAPI) -> None:
    """Serve the API below `/api/v1`, as an application with errors of its own."""
    api = FastAPI(
        title="Look-alike Studio",
        version="1",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        responses=RESPONSES,
    )
    api.state.studio, api.state.access = app.state.studio, app.state.access
    add_handlers(api)
    api.include_router(system.router, dependencies=VIEWER)
    app.mount(PREFIX, api)
