"""`/sign-in`: by a ticket from the command line, by the token, or at a provider."""

from asyncio import to_thread
from collections.abc import Mapping
from contextlib import suppress
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from catalog.errors import StudioError
from catalog.home import Home
from studio.services import audit
from studio.services.access import LOCAL, Access, OpenIdConnect, person_id
from studio.services.failed_sign_ins import FailedSignIns, Way
from studio.services.tokens import is_token, take_ticket
from studio.web.sessions import Sessions
from studio.web.signed_in import SIGN_IN, SIGN_OUT

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading} - Look-alike Studio</title><link rel="icon" href="data:,">{extra}
<style>:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 12vh auto 2rem;
padding: 0 1rem; color: light-dark(#1b2430, #e7eaee);
background: light-dark(#f5f7f9, #12161b); }}
main {{ background: light-dark(#fff, #1b2128); padding: 1.25rem 1.5rem .75rem;
border: 1px solid light-dark(#dde2e8, #333c47); border-radius: .75rem; }}
h1 {{ font-size: 1.55rem; line-height: 1.25; margin: 0 0 1rem; }}
header {{ display: flex; align-items: center; gap: .6rem; font-weight: 700;
font-size: 1.05rem; margin-bottom: .75rem; }}
header::before {{ content: ""; width: 1.7rem; height: 1.1rem; background:
radial-gradient(circle at .55rem 50%, #1a569b 0 .52rem, transparent .55rem),
radial-gradient(circle at 1.15rem 50%, #e08a3c 0 .52rem, transparent .55rem); }}
a {{ color: light-dark(#1a569b, #8fc1f7); }}
label {{ font-weight: 600; }}
input, button, a.button {{ font: inherit; padding: .5rem .75rem; width: 100%;
margin: .35rem 0; box-sizing: border-box; border-radius: .3rem; border: 1px solid #7a8591; }}
input {{ color: inherit; background: light-dark(#fff, #12161b); }}
button, a.button {{ background: #1a569b; border-color: #1a569b; color: #fff;
cursor: pointer; text-align: center; text-decoration: none; display: block; }}
p, ul {{ margin: .75rem 0; }} ul {{ padding-left: 1.25rem; }}
.quiet {{ margin-top: 1.1rem; color: light-dark(#4d5a69, #aab5c1); font-size: .9375rem; }}
code {{ white-space: nowrap; }}
:focus-visible {{ outline: 3px solid light-dark(#1a569b, #8fc1f7); outline-offset: 2px; }}
[role=alert] {{ padding: .6rem .9rem; border-radius: .5rem;
border-left: .35rem solid light-dark(#a61b1b, #ff9c93);
background: light-dark(#fdf0ef, #3a2222); }}</style></head>
<body><header>Look-alike Studio</header><main><h1>{heading}</h1>{body}</main></body></html>"""
FORM = """<form method="post" action="/sign-in">
<label for="token">Token of this studio</label>
<input id="token" name="token" type="password" autocomplete="off" required>
<input type="hidden" name="to" value="{to}">
<button>Sign in</button></form>
<div class="quiet"><p>On the machine that runs the studio</p>
<ul><li><code>lookalike token</code> prints the token,</li>
<li><code>lookalike token --sign-in</code> prints a path to open here instead, which
signs you in once.</li></ul></div>"""
USED = "This address was used before or is too old. Open a new one, or give the token."
PROVIDER_LINK = """<a class="button" href="/sign-in/start">Sign in at your provider</a>
<p class="quiet">Or with the token:</p>"""


def sign_in_router(
    home: Home, access: Access, sessions: Sessions, failed: FailedSignIns
) -> APIRouter:
    """The pages for people who have not signed in."""
    router = APIRouter(include_in_schema=False)

    def form(to: str, problem: str = "", status: int = 200) -> Response:
        said = f'<p role="alert">{escape(problem)}</p>' if problem else ""
        ways = PROVIDER_LINK if access.openid is not None else ""
        body = said + ways + FORM.format(to=escape(to, quote=True))
        return _page("Sign in", body, status)

    @router.get(SIGN_IN)
    def show(token: str | None = None, to: str = "/") -> Response:
        """Open a session with a ticket, which is then used up; without one show the form."""
        if token is None:
            return form(_own(to))
        if not take_ticket(home, token):
            failed.note(Way.ticket)
            return form(_own(to), USED, status=401)
        return enter(to)

    @router.post(SIGN_IN)
    def take(
        token: Annotated[str, Form()] = "", to: Annotated[str, Form()] = "/"
    ) -> Response:
        """Open a session with the token."""
        if not is_token(home, token.strip()):
            failed.note(Way.token)
            return form(_own(to), "This is not the token of this studio.", status=401)
        return enter(to)

    def enter(to: str) -> Response:
        with audit.acting_as(LOCAL.id):
            audit.record(home, audit.Verb.signed_in, "studio")
        return sessions.begin(RedirectResponse(_own(to), 303))

    @router.post(SIGN_OUT)
    def leave(request: Request) -> Response:
        """End the session of this browser."""
        cookie = request.cookies.get(sessions.cookie)
        answer = sessions.end(RedirectResponse(SIGN_IN, 303), cookie)
        with suppress(StudioError):  # a log that cannot be written to keeps nobody in
            audit.record(home, audit.Verb.signed_out, "studio")
        return answer

    if access.openid is not None:
        add_provider(router, home, access, sessions, failed)
    return router


def add_provider(
    router: APIRouter,
    home: Home,
    access: Access,
    sessions: Sessions,
    failed: FailedSignIns,
) -> None:
    """The way to the identity provider and back."""
    import httpx

    assert access.openid is not None  # noqa: S101
    provider, claim = open_provider(access.openid), access.openid.claim
    back = f"{access.public_origin}{SIGN_IN}/done"

    @router.get(f"{SIGN_IN}/start")
    async def start(request: Request) -> Response:
        """Lead to the provider."""
        try:
            answer: Response = await provider.authorize_redirect(request, back)
        except httpx.HTTPError:
            return _page("Sign in", TRY_AGAIN, 503)
        return answer

    @router.get(f"{SIGN_IN}/done")
    async def done(request: Request) -> Response:
        """Open a session for whom the provider names, where they have a role here."""
        from authlib.common.errors import AuthlibBaseError

        try:
            given = await provider.authorize_access_token(request)
        except AuthlibBaseError:
            await to_thread(failed.note, Way.provider)
            return _page("Sign in", TRY_AGAIN, 401)
        except httpx.HTTPError:
            return _page("Sign in", TRY_AGAIN, 503)
        name = _name_in(given, claim)
        if not name:
            await to_thread(failed.note, Way.provider)
            return _page("Sign in", NAMELESS.format(claim=escape(claim)), 403)
        if access.user(name) is None:
            await to_thread(failed.note, Way.provider, person_id(name))
            return _page("Sign in", NO_ROLE, 403)
        with audit.acting_as(person_id(name)):
            await to_thread(audit.record, home, audit.Verb.signed_in, "studio")
        # A redirect would still count as another site's, for which no cookie is sent.
        onward = '<meta http-equiv="refresh" content="0;url=/">'
        answer = _page("Signed in", '<p><a href="/">Go on</a></p>', extra=onward)
        return sessions.begin(answer, name)


TRY_AGAIN = (
    '<p role="alert">The provider did not confirm it.</p>'
    '<p><a href="/sign-in/start">Try again</a></p>'
)


NO_ROLE = (
    '<p role="alert">You have no role in this studio.</p><p>Ask an admin for one, then'
    ' <a href="/sign-in/start">try again</a>.</p>'
)
NAMELESS = (
    '<p role="alert">The provider did not say who you are: what it sent has no'
    " <code>{claim}</code>.</p><p>Ask an admin to choose another claim under"
    " <code>openid</code>.</p>"
)


def _name_in(given: Mapping[str, Any], claim: str) -> str:
    """Whom the provider names; empty where it names nobody."""
    told = (given.get("userinfo") or {}).get(claim)
    return str(told).strip() if isinstance(told, str | int) else ""


def open_provider(openid: OpenIdConnect) -> Any:
    """The client of an identity provider; StudioError where its library is missing."""
    try:
        from authlib.integrations.starlette_client import OAuth
    except ImportError as error:
        raise StudioError(
            "missing_extra",
            "login at a provider",
            "needs libraries that are not installed",
            "install them with `pip install 'lookalike-studio[login]'`",
        ) from error
    return OAuth().register(
        "provider",
        server_metadata_url=f"{openid.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_id=openid.client_id,
        client_secret=openid.client_secret,
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
        },
    )


def _page(heading: str, body: str, status: int = 200, extra: str = "") -> Response:
    return HTMLResponse(
        PAGE.format(heading=heading, body=body, extra=extra),
        status,
        {"cache-control": "no-store"},
    )


def _own(address: str) -> str:
    """The address, if it is a page of this studio; else the first page."""
    is_own = address.startswith("/") and not address.startswith(("//", "/\\"))
    is_plain = address.isprintable() and "\\" not in address
    return address if is_own and is_plain else "/"
