"""What every answer carries and every request is held to, whatever answers it.

NiceGUI's pages need `unsafe-eval` for scripts of the studio's own. Scripts in a page run by a
nonce of that page alone, which all have that the server writes: it writes text escaped. A
script that gets into the page in the browser has none, and does not run.
"""

import re
import secrets

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SCRIPT = re.compile(rb"<script(?![^>]*\bnonce=)")
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def policy(nonce: str) -> str:
    """The content security policy of a page whose scripts carry this nonce."""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


class SecurityHeaders:
    """Give each answer its headers, and each script of a page the page's nonce."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; hold back a page until it is whole."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        started: Message = {}
        body: list[bytes] = []

        async def held(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = _with_headers(message, nonce)
                if not _is_page(started):
                    await send(started)
                return
            if not _is_page(started):
                await send(message)
                return
            body.append(message.get("body", b""))
            if message.get("more_body"):
                return
            mark = b'<script nonce="' + nonce.encode() + b'"'
            page = SCRIPT.sub(mark, b"".join(body))
            headers = [
                (name, str(len(page)).encode() if name == b"content-length" else value)
                for name, value in started["headers"]
            ]
            await send({**started, "headers": headers})
            await send({**message, "body": page})

        await self.app(scope, receive, held)


def _with_headers(message: Message, nonce: str) -> Message:
    headers = list(message.get("headers", []))
    present = {name.lower() for name, _ in headers}
    added = HEADERS | {"content-security-policy": policy(nonce)}
    headers += [
        (name.encode(), value.encode())
        for name, value in added.items()
        if name.encode() not in present
    ]
    return {**message, "headers": headers}


def _is_page(started: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/html")
        for name, value in started.get("headers", [])
    )
