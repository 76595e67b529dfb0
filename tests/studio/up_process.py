"""`lookalike up` as a process, with the routes of runs alone in front of it.

The pages have tests of their own; here the web is what asks for runs.
"""

import sys
import types
from typing import Any


def run_studio(studio: Any, *, host: str, port: int) -> None:
    """Serve the routes of runs until the process is asked to end."""
    import uvicorn
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse

    from catalog.errors import StudioError
    from studio.api.runs import router
    from studio.services.access import Access

    web = FastAPI()
    web.state.studio = studio
    web.state.access = Access()
    web.include_router(router, prefix="/api/v1")

    @web.exception_handler(StudioError)
    def refused(request: Request, error: StudioError) -> JSONResponse:
        return JSONResponse({"error": error.as_dict()}, status_code=409)

    uvicorn.run(
        web,
        host=host,
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    module = types.ModuleType("studio.web.app")
    module.run_studio = run_studio  # type: ignore[attr-defined]
    sys.modules["studio.web.app"] = module
    from studio.cli import main

    main()
