"""What stands in front of the pages: the guards, the way in, and REST beside them."""

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware

from studio.api.routes import add_routes
from studio.services.access import Access
from studio.services.failed_sign_ins import FailedSignIns
from studio.services.studio import Studio
from studio.web.guards import BodyLimit, OwnAddress, RequestsAtOnce
from studio.web.security import SecurityHeaders
from studio.web.sessions import Sessions, session_key
from studio.web.sign_in import sign_in_router
from studio.web.signed_in import SignedIn


def open_entrance(studio: Studio, access: Access) -> FastAPI:
    """An application with REST and the way in; pages may be added, guards must be."""
    home = studio.workshop.home
    app = FastAPI(openapi_url=None)
    app.state.studio, app.state.access = studio, access
    app.state.sessions = sessions = Sessions(home, access)
    app.state.failed_sign_ins = failed = FailedSignIns(home)
    add_routes(app)
    app.include_router(sign_in_router(home, access, sessions, failed))
    if access.openid is not None:
        # What the provider is asked is remembered until it has sent the person back.
        app.add_middleware(
            SessionMiddleware, secret_key=session_key(home), same_site="lax"
        )
    return app


def add_guards(app: FastAPI, port: int | None = None) -> None:
    """Stand before all that the application serves; `port` is the one listened on."""
    access, sessions = app.state.access, app.state.sessions
    failed = app.state.failed_sign_ins
    # From the innermost to the outermost.
    app.add_middleware(SignedIn, access=access, sessions=sessions, failed=failed)
    app.add_middleware(RequestsAtOnce, access=access)
    app.add_middleware(BodyLimit, access=access)
    app.add_middleware(OwnAddress, access=access, port=port)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(GZipMiddleware)
