"""Guards in front of pages, REST and the pages' socket, before anybody has signed in.

A browser that another site leads here sends that site's name in `Origin`, and a name of
its choosing in `Host`: both must be the studio's own. What is sent is bounded.
"""

from collections import Counter
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.errors import StudioError
from studio.services.access import LOOPBACK, Access
from studio.web.refusals import refuse

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
UPLOADS = ("/api/v1/datasets/upload", "/_nicegui/client/")


class OwnAddress:
    """Refuse requests to another host's name, and changes that another site asks for.

    The host is a loopback name with the port that is listened on (any, where `port` is
    None), or that of the public URL. A change or a socket needs an `Origin` of its own,
    unless it brings an `Authorization` header, which no other site can make a browser
    send.
    """

    def __init__(self, app: ASGIApp, access: Access, port: int | None = None) -> None:
        self.app, self.access, self.port = app, access, port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is addressed to the studio and comes from it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        error = self._foreign_host(headers)
        if error is None and (
            scope["type"] == "websocket" or scope["method"] not in SAFE
        ):
            error = self._foreign_origin(headers)
        if error is not None:
            await refuse(scope, receive, send, error)
            return
        await self.app(scope, receive, send)

    def _foreign_host(self, headers: Headers) -> StudioError | None:
        hosts = headers.getlist("host")
        if len(hosts) == 1 and self._is_own(hosts[0].lower()):
            return None
        return StudioError(
            "foreign_host",
            "the host's name in the request",
            "is not one of this studio's",
            "use the address that the studio printed, or set LOOKALIKE_PUBLIC_URL",
        )

    def _is_own(self, host: str) -> bool:
        if host == self.access.public_host:
            return True
        try:
            parts = urlsplit(f"//{host}")
            port = parts.port or 80
        except ValueError:
            return False
        is_bare = parts.username is None and not (parts.path or parts.query)
        return (
            is_bare
            and parts.hostname in LOOPBACK
            and (self.port is None or port == self.port)
        )

    def _foreign_origin(self, headers: Headers) -> StudioError | None:
        site = headers.get("sec-fetch-site")
        origin = headers.get("origin")
        if site is not None and site not in OWN_SITE:
            is_own = False
        elif origin is None:
            is_own = "authorization" in headers
        else:
            own = {f"http://{headers['host'].lower()}", self.access.public_origin}
            is_own = origin.lower() in own
        if is_own:
            return None
        return StudioError(
            "foreign_origin",
            "the request",
            "comes from another site, or does not say where from",
            "ask from the studio's own pages, or with an Authorization header",
        )


class BodyLimit:
    """Refuse a body that is larger than what is taken, before or while it is read."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app, self.access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on while its body is small enough."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_upload = scope["path"].startswith(UPLOADS)
        limit = self.access.upload_bytes if is_upload else self.access.body_bytes
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isdecimal() or int(told) > limit:
            await refuse(scope, receive, send, _too_large(limit))
            return
        taken, is_refused, has_begun = 0, False, False

        async def counted() -> Message:
            nonlocal taken, is_refused
            message = await receive()
            taken += len(message.get("body", b""))
            if taken <= limit:
                return message
            if not is_refused and not has_begun:
                await refuse(scope, receive, send, _too_large(limit))
            is_refused = True
            return {"type": "http.disconnect"}

        async def kept_back(message: Message) -> None:
            nonlocal has_begun
            if not is_refused:
                has_begun = True
                await send(message)

        try:
            await self.app(scope, counted, kept_back)
        except Exception:
            if not is_refused:
                raise


def _too_large(limit: int) -> StudioError:
    return StudioError(
        "too_large",
        "the request",
        f"is larger than the {limit:,} bytes that are taken",
        "send less, or register the file by its path on the studio's machine",
    )


class RequestsAtOnce:
    """Refuse requests of a client that has too many unanswered ones already."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app, self.access = app, access
        self.at_work: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request while it lasts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        client = (scope.get("client") or ("", 0))[0]
        if self.at_work[client] >= self.access.requests_at_once:
            error = StudioError(
                "too_many_requests",
                "this client",
                f"has {self.access.requests_at_once} unanswered requests",
                "wait for answers before asking further",
            )
            await refuse(scope, receive, send, error)
            return
        self.at_work[client] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.at_work[client] -= 1
            if not self.at_work[client]:
                del self.at_work[client]
