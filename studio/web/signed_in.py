"""Who asks: every page, file, route and socket is for people who have signed in."""

from asyncio import to_thread
from functools import partial
from ipaddress import ip_address, ip_network
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from catalog.errors import StudioError
from studio.services.access import LOCAL, Access, User, person_id
from studio.services.audit import acting_as
from studio.services.failed_sign_ins import FailedSignIns, Way
from studio.services.tokens import is_token
from studio.web.access import ASK_AGAIN, HAS_SESSION, USER
from studio.web.refusals import refuse
from studio.web.sessions import Sessions

SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"
OPEN = frozenset({SIGN_IN, f"{SIGN_IN}/start", f"{SIGN_IN}/done"})


class SignedIn:
    """Find out who asks, by token, proxy or session; nobody else gets further."""

    def __init__(
        self, app: ASGIApp, access: Access, sessions: Sessions, failed: FailedSignIns
    ) -> None:
        self.app, self.access, self.sessions = app, access, sessions
        self.failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what somebody asks who may; others are led to the sign-in page."""
        if scope["type"] not in ("http", "websocket") or scope["path"] in OPEN:
            await self.app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        user = self._user(asked)
        if user is not None:
            scope[USER], scope[ASK_AGAIN] = user, partial(self._user, asked)
            scope[HAS_SESSION] = self._has_session(asked)
            with acting_as(user.id):
                await self.app(scope, receive, send)
            return
        await self._note_try(asked)
        if _is_page(scope):
            query = scope.get("query_string", b"").decode("latin-1")
            wanted = scope["path"] + (f"?{query}" if query else "")
            answer = RedirectResponse(f"{SIGN_IN}?to={quote(wanted, safe='')}", 303)
            await answer(scope, receive, send)
            return
        await refuse(scope, receive, send, _not_signed_in())

    def _user(self, asked: HTTPConnection) -> User | None:
        authorization = asked.headers.get("authorization")
        if authorization is not None:
            kind, _, token = authorization.partition(" ")
            is_ours = kind.lower() == "bearer" and is_token(
                self.sessions.home, token.strip()
            )
            return LOCAL if is_ours else None
        named = self._named_by_proxy(asked)
        if named is not None:
            return self.access.user(named)
        cookie = asked.cookies.get(self.sessions.cookie)
        return None if cookie is None else self.sessions.user(cookie)

    async def _note_try(self, asked: HTTPConnection) -> None:
        """Note who brought a token or a name that lets nobody in."""
        if "authorization" in asked.headers:
            await to_thread(self.failed.note, Way.token)
        elif (named := self._named_by_proxy(asked)) is not None:
            await to_thread(self.failed.note, Way.proxy, person_id(named))

    def _has_session(self, asked: HTTPConnection) -> bool:
        """True for who came in by a session, and not anew with each request."""
        return (
            "authorization" not in asked.headers and self._named_by_proxy(asked) is None
        )

    def _named_by_proxy(self, asked: HTTPConnection) -> str | None:
        """Whom the trusted proxy named; what others write in its header counts nothing."""
        proxy = self.access.proxy
        if proxy is None or asked.client is None:
            return None
        names = asked.headers.getlist(proxy.header)
        try:
            is_proxy = ip_address(asked.client.host) in ip_network(proxy.address)
        except ValueError:
            return None
        return names[0] if is_proxy and len(names) == 1 and names[0] else None


def _is_page(scope: Scope) -> bool:
    """True for a page that a person goes to, which can be led elsewhere."""
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and not scope["path"].startswith(("/api/", "/_nicegui"))
        and "text/html" in Headers(scope=scope).get("accept", "")
    )


def _not_signed_in() -> StudioError:
    return StudioError(
        "not_signed_in",
        "the request",
        "comes from nobody who has signed in and has a role here",
        "sign in, or send the token that `lookalike token` prints as"
        " `Authorization: Bearer`",
    )
