"""Pages that fail: a refusal, an address that leads nowhere, a fault of the studio."""

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import Any, ParamSpec

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from nicegui import Client, ui
from nicegui import app as pages
from nicegui.page import page as nicegui_page
from starlette.exceptions import HTTPException

from catalog.errors import StudioError
from catalog.names import shown
from studio.api.errors import status_of
from studio.services.access import Role
from studio.web.access import USER, require
from studio.web.components.buttons import go_button
from studio.web.components.elements import paragraph
from studio.web.frame import frame, show_error, tell_error

PATIENCE = 30.0  # seconds until a page that looks at data is given up
WANTED = {"int": "a whole number", "bool": "true or false"}
P = ParamSpec("P")


def studio_page(
    path: str, place: str, role: Role = Role.viewer
) -> Callable[[Callable[..., Any]], Any]:
    """A page of NiceGUI's for people of at least this role.

    A refusal met while it loads is shown, with its status.
    """

    def register(make: Callable[..., Awaitable[Any]]) -> Any:
        @wraps(make)
        async def made(*arguments: Any, **named: Any) -> Any:
            client = ui.context.client
            try:
                require(role)
                return await make(*arguments, **named)
            except StudioError as error:
                client.content.clear()
                return _refusal(client, error, place)

        return ui.page(path, response_timeout=PATIENCE)(made)

    return register


def told(act: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]]:
    """What a builder changes by a click: a refusal is told, and nothing else happens."""

    @wraps(act)
    async def done(*arguments: P.args, **named: P.kwargs) -> None:
        await _is_done(partial(act, *arguments, **named))

    return done


def told_once(act: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]]:
    """As `told`, for what leads to another page: of two clicks the first counts.

    Where it was refused, the next counts again.
    """
    is_on_its_way = False

    @wraps(act)
    async def done(*arguments: P.args, **named: P.kwargs) -> None:
        nonlocal is_on_its_way
        if is_on_its_way:
            return
        is_on_its_way = True
        try:
            is_on_its_way = await _is_done(partial(act, *arguments, **named))
        except BaseException:
            is_on_its_way = False
            raise

    return done


async def _is_done(act: Callable[[], Awaitable[None]]) -> bool:
    """Let a builder do it; False where that was refused, which is told."""
    try:
        require(Role.builder)
        await act()
    except StudioError as error:
        tell_error(error)
        return False
    return True


def _refusal(client: Client, error: StudioError, place: str) -> Response:
    with frame("This page cannot be shown", place):
        show_error(error)
        go_button("Back to My Audiences", "/audiences", is_main=False)
    return client.build_response(client.request, status_of(error))


async def _refused(request: Request, error: StudioError) -> Response:
    if USER not in request.scope:  # who has not signed in is shown no page
        return PlainTextResponse(str(error), status_of(error))
    with Client(nicegui_page(""), request=request) as client:
        return _refusal(client, error, "")


async def _misread(request: Request, error: RequestValidationError) -> Response:
    """An address with a value of another kind than the page takes."""
    first = error.errors()[0]
    kind, name = first["type"].partition("_")[0], first["loc"][-1]
    refusal = StudioError(
        "request_invalid",
        f"{shown(first['input'])} as {name} in the address",
        f"is not {WANTED.get(kind, 'what is taken there')}",
        "mend it in the address, or begin at My Audiences",
    )
    return await _refused(request, refusal)


async def _not_found(request: Request, error: HTTPException) -> Response:
    endpoint = request.scope.get("endpoint")
    if endpoint not in (None, pages) and not request.scope.get("nicegui_page_path"):
        return await http_exception_handler(request, error)
    with Client(nicegui_page(""), request=request) as client, frame("Nothing here", ""):
        paragraph(
            "There is no page at this address. It may have been moved or removed."
        )
        go_button("Go to My Audiences", "/audiences")
    return client.build_response(request, 404)


def _failed(_: Exception) -> None:
    with frame("This page failed", ""):
        show_error(
            StudioError(
                "page_failed",
                "the studio",
                "failed while it made this page",
                "load it again; what went wrong is in the studio's log",
            )
        )


def show_failures(app: FastAPI) -> None:
    """Have the studio's own pages shown for what cannot be: by the pages, and by `app`."""
    for each in (app, pages):
        each.exception_handler(RequestValidationError)(_misread)
        each.exception_handler(StudioError)(_refused)
    pages.exception_handler(404)(_not_found)
    pages.on_page_exception(_failed)
