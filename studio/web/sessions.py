"""Sessions of browsers: a signed cookie that says who has signed in, and how."""

import hashlib
from secrets import token_hex
from typing import NamedTuple

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.responses import Response

from catalog.home import Home
from studio.services.access import LOCAL, Access, User
from studio.services.sign_outs import SignOuts
from studio.services.tokens import made_once, token_mark

SIGNING_KEY = "session_key"


def session_key(home: Home) -> str:
    """What the cookies of this home are signed with; made once, for the owner's eyes."""
    return made_once(home.root / SIGNING_KEY)


class Session(NamedTuple):
    """What a cookie says. One of the token's owner has no login, and the token's mark.

    Its number is its own, also where the same text is spelt in another way.
    """

    login: str | None
    mark: str
    number: str
    begun: float


class Sessions:
    """The sessions of one home. Those that its token opened end when that is renewed."""

    def __init__(self, home: Home, access: Access) -> None:
        self.home, self._access = home, access
        self._ended = SignOuts(home)
        self._signer = URLSafeTimedSerializer(session_key(home), salt="session")
        place = hashlib.sha256(str(home.root).encode()).hexdigest()[:8]
        self.cookie = f"lookalike_{place}"  # homes on other ports have their own

    def begin(self, response: Response, login: str | None = None) -> Response:
        """Give the browser a session: of whom a login named, else of the token's owner."""
        mark = token_mark(self.home) if login is None else ""
        response.set_cookie(
            self.cookie,
            self._signer.dumps([login, mark, token_hex(8)]),
            max_age=self._seconds,
            path="/",
            secure=(self._access.public_origin or "").startswith("https:"),
            httponly=True,
            samesite="strict",
        )
        response.headers["cache-control"] = "no-store"
        return response

    def end(self, response: Response, cookie: str | None = None) -> Response:
        """Take the session from the browser; pages that are still open end with it."""
        found = None if cookie is None else self._read(cookie)
        if found is not None:
            self._ended.add(found.number, found.begun, self._seconds)
        response.delete_cookie(self.cookie, path="/", httponly=True, samesite="strict")
        return response

    def user(self, cookie: str) -> User | None:
        """Whose session it is, with the role of today; None for none of ours."""
        found = self._read(cookie)
        if found is None or found.number in self._ended:
            return None
        if found.login is None:
            return LOCAL if found.mark == token_mark(self.home) else None
        return self._access.user(found.login)

    @property
    def _seconds(self) -> int:
        return round(self._access.session_hours * 3600)

    def _read(self, cookie: str) -> Session | None:
        """What a session that has not run out says; None for none of ours."""
        try:
            (login, mark, number), begun = self._signer.loads(
                cookie, max_age=self._seconds, return_timestamp=True
            )
        except (BadData, ValueError, TypeError):
            return None
        return Session(login, mark, number, begun.timestamp())
