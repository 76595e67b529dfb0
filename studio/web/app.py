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
from starlette.middleware.sessions import SessionMiddleware

from studio.api.routes import add_routes
from studio.services.access import Access, read_access, refuse_open_door
from studio.services.studio import Studio
from studio.web import current, pages
from studio.web.guards import BodyLimit, OwnAddress, RequestsAtOnce
from studio.web.security import SecurityHeaders
from studio.web.sessions import Sessions
from studio.web.sign_in import sign_in_router
from studio.web.signed_in import SignedIn

SIGNING_KEY = "session_key"


def create_app(
    studio: Studio, *, access: Access | None = None, port: int | None = None
) -> FastAPI:
    """The application that serves this studio.

    Without `access` it is read from the home. `port` is the one that is listened on;
    without it any is taken for the studio's own.
    """
    home = studio.workshop.home
    access = read_access(home) if access is None else access
    key = session_key(home.root / SIGNING_KEY)
    sessions = Sessions(home, access, key)
    app = FastAPI(openapi_url=None)
    app.state.studio, app.state.access = studio, access
    current.serve(studio)
    app.include_router(sign_in_router(home, access, sessions))
    add_routes(app)
    add_pages()
    ui.run_with(
        app,
        title="Look-alike Studio",
        dark=None,
        language="en-US",
        storage_secret=key,
        show_welcome_message=False,
        gzip_middleware_factory=None,  # what is packed cannot be given a nonce
    )
    # From the innermost to the outermost.
    app.add_middleware(SignedIn, home=home, access=access, sessions=sessions)
    app.add_middleware(RequestsAtOnce, access=access)
    app.add_middleware(BodyLimit, access=access)
    app.add_middleware(OwnAddress, access=access, port=port)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(GZipMiddleware)
    if access.openid is not None:
        app.add_middleware(SessionMiddleware, secret_key=key, same_site="lax")
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
    """Serve the studio until the process is asked to end.

    Raises StudioError `login_needed` where others could reach it and none is set up.
    """
    access = read_access(studio.workshop.home)
    refuse_open_door(host, access)
    config = uvicorn.Config(
        create_app(studio, access=access, port=port),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # whom the trusted proxy names is read by the studio itself
        server_header=False,
    )
    uvicorn.Server(config).run()
