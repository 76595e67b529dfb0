"""The whole API: one router a subject, one shape for errors, one document about it all."""

from typing import Any

from fastapi import FastAPI

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

PREFIX = "/api/v1"
ABOUT = (
    "What the pages and the command line do, for programs. Send the token that"
    " `lookalike token` prints as `Authorization: Bearer`."
)


class Api(FastAPI):
    """FastAPI with the parts of its document that it cannot know."""

    def openapi(self) -> dict[str, Any]:
        """The document, with the published schema of a specification."""
        if self.openapi_schema is None:
            found = super().openapi()
            found["components"]["schemas"].update(specification_schemas())
            found["components"]["securitySchemes"] = {
                "token": {"type": "http", "scheme": "bearer"}
            }
            found["security"] = [{"token": []}]
        return super().openapi()


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
    # Before the audiences: `plan` and `validate` are no names of audiences here.
    api.include_router(questions.router, dependencies=VIEWER)
    # `seeds` is no draft's id either.
    for each in (
        *(audiences, comparisons, datasets, draft_choices, drafts),
        *(files, runs, versions),
    ):
        api.include_router(each.router, dependencies=BY_METHOD)
    api.include_router(system.router, dependencies=VIEWER)
    app.mount(PREFIX, api)
