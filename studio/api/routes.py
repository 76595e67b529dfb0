"""The whole API: one router a subject, one shape for errors, one document about it all."""

import re
from typing import Any

from fastapi import FastAPI
from starlette.routing import Mount
from starlette.types import ASGIApp

from studio.api import (
    audiences,
    comparisons,
    datasets,
    draft_choices,
    drafts,
    files,
    questions,
    runs,
    system,
    versions,
)
from studio.api.dependencies import BY_METHOD, VIEWER
from studio.api.documents import specification_schemas
from studio.api.errors import RESPONSES, add_handlers
from studio.api.examples import add_examples

PREFIX = "/api/v1"
# In this order: `plan` is no name of an audience, and `seeds` no draft's id.
ROUTERS = (
    (questions.router, VIEWER),
    (audiences.router, BY_METHOD),
    (versions.router, BY_METHOD),
    (files.router, BY_METHOD),
    (comparisons.router, BY_METHOD),
    (datasets.router, BY_METHOD),
    (draft_choices.router, BY_METHOD),
    (drafts.router, BY_METHOD),
    (runs.router, BY_METHOD),
    (system.router, VIEWER),
)
ABOUT = (
    "What the pages and the command line do, for programs. Send the token that"
    " `lookalike token` prints as `Authorization: Bearer`."
)


class Api(FastAPI):
    """FastAPI with the parts of its document that it cannot know."""

    def openapi(self) -> dict[str, Any]:
        """The document, with the published schema of a specification and examples."""
        if self.openapi_schema is None:
            found = super().openapi()
            found["components"]["schemas"].update(specification_schemas())
            found["components"]["securitySchemes"] = {
                "token": {"type": "http", "scheme": "bearer"}
            }
            found["security"] = [{"token": []}]
            add_examples(found)
        return super().openapi()


class WholeMount(Mount):
    """A mount that has addresses with a line break in them too, which `.` leaves out."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        super().__init__(path, app)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)


def add_routes(app: FastAPI) -> None:
    """Serve the API below `/api/v1`, as an application with errors of its own."""
    api = Api(
        title="Look-alike Studio",
        version="1",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        responses=RESPONSES,
        separate_input_output_schemas=False,
    )
    api.state.studio, api.state.access = app.state.studio, app.state.access
    add_handlers(api)
    for router, needed in ROUTERS:
        api.include_router(router, dependencies=needed)
    app.routes.append(WholeMount(PREFIX, api))
