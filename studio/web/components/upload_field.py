"""A field to send a file with: its bytes go straight to who takes them, as they arrive.

NiceGUI's own way is not taken: it keeps what arrives in the machine's temporary folder
first, whole and twice, and a process that is killed leaves it there.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from urllib.parse import unquote

from fastapi import Request, Response
from nicegui import app as pages
from nicegui import ui
from nicegui.events import GenericEventArguments
from starlette.requests import ClientDisconnect

from studio.api.dependencies import current_user
from studio.services.access import Role, require

NAME = "x-file-name"
NAMED = f"files => [{{name: '{NAME}', value: encodeURIComponent(files[0].name)}}]"
STATUS = "(told) => emit(told.xhr.status)"
CUT_OFF = "The file did not arrive whole: send it again."
REFUSED = {
    401: "You are signed in no longer: load the page and sign in again.",
    403: "Your role does not let you add files: ask who looks after this studio.",
    413: "The file is larger than the studio takes: add it by its path on the server.",
    429: "The studio is busy: send the file again in a minute.",
    500: "The studio failed while it took the file: what went wrong is in its log.",
}
Take = Callable[[str, AsyncIterator[bytes]], Awaitable[None]]


def upload_field(
    take: Take, most_bytes: int, on_rejected: Callable[[], None]
) -> ui.upload:
    """A field for one file of so many bytes at most; `take` is given its name and parts.

    What the browser does not send, as it is too large, is told to `on_rejected`.
    """

    def failed(event: GenericEventArguments) -> None:
        field.reset()
        ui.notify(REFUSED.get(event.args, CUT_OFF), type="negative")

    field = ui.upload(
        auto_upload=True,
        max_files=1,
        max_file_size=most_bytes,
        on_rejected=on_rejected,
    )
    field.props("send-raw").props[":headers"] = NAMED
    field.on("uploaded", field.reset, args=[])
    field.on("failed", failed, js_handler=STATUS)
    address = field.props["url"]
    pages.remove_route(address)

    @pages.post(address, include_in_schema=False)
    async def receive(request: Request) -> Response:
        require(current_user(request), Role.builder)
        with field, suppress(ClientDisconnect):
            await take(unquote(request.headers.get(NAME, "")), request.stream())
        return Response(status_code=204)

    return field
