"""Who uses a page, and whether that person may do what the page offers.

For pages and what is pressed on them. Routes under `/api/v1` ask `studio.api.dependencies`.
"""

from collections.abc import Callable

from nicegui import Client, context

from catalog.errors import StudioError
from studio.services import access
from studio.services.access import Role, User

USER = "studio.user"
ASK_AGAIN = "studio.ask_again"
HAS_SESSION = "studio.has_session"


def current_user(client: Client | None = None) -> User:
    """Who uses the page that is being made or acted on, with the role of this moment.

    A page may stay open longer than the session that it was opened in: StudioError
    `not_signed_in` then. `client` names the page where what is done is no longer done
    in it, such as a change that waited for its turn.
    """
    request = (client or context.client).request
    ask_again: Callable[[], User | None] = request.scope[ASK_AGAIN]
    user = ask_again()
    if user is None:
        raise StudioError(
            "not_signed_in",
            "your session",
            "has ended",
            "sign in again and load this page anew; what was saved is kept",
        )
    return user


def require(role: Role | str, client: Client | None = None) -> User:
    """The user, if their role is enough; StudioError `not_allowed` where it is not."""
    return access.require(current_user(client), Role(role))


def may(role: Role | str) -> bool:
    """True where the user's role is enough; to show what cannot be chosen as such.

    Nobody's is who has not come in yet.
    """
    user: User | None = context.client.request.scope.get(USER)
    return user is not None and user.role.covers(Role(role))
