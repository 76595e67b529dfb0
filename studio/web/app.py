"""The studio's one process: pages, REST and the guards in front of both."""

import asyncio
import importlib
import pkgutil
from concurrent.futures import ThreadPoolExecutor

import uvicorn
from fastapi import FastAPI
from nicegui import app as pages_app
from nicegui import ui

from studio.garbage import collect_pages
from studio.services.access import Access, read_access, refuse_open_door
from studio.services.leftovers import clear_leftovers
from studio.services.studio import Studio
from studio.web import current, files, pages
from studio.web.entrance import add_guards, open_entrance
from studio.web.failures import show_failures
from studio.web.handlers import ask_handlers_once
from studio.web.sessions import session_key

PRIMARY = "#1a569b"
MOST_WAITING = 64
RECONNECT_SECONDS = 10.0


def create_app(
    studio: Studio, *, access: Access | None = None, port: int | None = None
) -> FastAPI:
    """The application that serves this studio.

    Without `access` it is read from the home. `port` is the one that is listened on;
    without it any is taken for the studio's own.
    """
    home = studio.workshop.home
    settings = read_access(home) if access is None else access
    app = open_entrance(studio, settings)
    current.serve(studio, settings)
    app.include_router(files.router)
    ask_handlers_once()
    pages_app.config.quasar_config["brand"] = {"primary": PRIMARY}
    add_pages()
    show_failures(app)
    ui.run_with(
        app,
        title="Look-alike Studio",
        dark=None,
        language="en-US",
        tailwind=False,  # its compiler would run in every page's browser; see style.css
        storage_secret=session_key(home),
        show_welcome_message=False,
        reconnect_timeout=RECONNECT_SECONDS,
        gzip_middleware_factory=None,  # what is packed cannot be given a nonce
    )
    add_guards(app, port)
    pages_app.on_startup(_let_many_wait)
    return app


def _let_many_wait() -> None:
    """Threads for what pages wait for, which is often another's work on the same data."""
    asyncio.get_running_loop().set_default_executor(
        ThreadPoolExecutor(MOST_WAITING, thread_name_prefix="page")
    )


def add_pages() -> None:
    """Register every page; each file in `pages` registers its own by being loaded."""
    for module in pkgutil.iter_modules(pages.__path__):
        importlib.import_module(f"studio.web.pages.{module.name}")


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
        timeout_graceful_shutdown=3,  # an open stream of events would hold up the end
    )
    clear_leftovers(studio.workshop)
    collect_pages()
    uvicorn.Server(config).run()
