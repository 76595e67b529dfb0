"""A refusal before anything has answered: in JSON, or by a socket that is not opened."""

from starlette.types import Receive, Scope, Send

from catalog.errors import StudioError
from studio.api.errors import refused

POLICY_VIOLATION = 1008


async def refuse(
    scope: Scope, receive: Receive, send: Send, error: StudioError
) -> None:
    """Answer with the error; a socket is closed before it was accepted."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    await refused(error)(scope, receive, send)
