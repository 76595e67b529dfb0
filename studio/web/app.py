"""The studio's one process: pages, REST and the guards in front of both."""

import importlib
import os
import pkgutil
import secrets
from contextlib import suppress
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from nicegui import ui
from starlette.middleware.gzip import GZipMiddleware

from studio.services.studio import Studio
from studio.web import current, files, pages
from studio.web.failures import show_failures
from studio.web.security import SecurityHeaders

SIGNING_KEY = "session_key"


def create_app(studio: Studio) -> FastAPI:
    """The application that serves this studio."""
    app = FastAPI(title="Look-alike Studio", docs_url=None, redoc_url=None)
    app.state.studio = studio
    current.serve(studio)
    app.include_router(files.router)
    add_pages()
    show_failures()
    ui.run_with(
        app,
        title="Look-alike Studio",
        dark=None,
        language="en-US",
        storage_secret=session_key(studio.workshop.home.root / SIGNING_KEY),
        show_welcome_message=False,
        gzip_middleware_factory=None,  # what is packed cannot be given a nonce
    )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(GZipMiddleware)
    return app


def add_pages() -> None:
    """Register every page; each file in `pages` registers its own by being loaded."""
    for module in pkgutil.iter_modules(pages.__path__):
        importlib.import_module(f"studio.web.pages.{module.name}")


def session_key(path: Path) -> str:
    """What the cookies of this home are signed with; made once, for the owner's eyes."""
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii")


def run_studio(studio: Studio, *, host: str, port: int) -> None:
    """Serve the studio until the process is asked to end."""
    config = uvicorn.Config(
        create_app(studio), host=host, port=port, log_level="warning", access_log=False
    )
    uvicorn.Server(config).run()
