"""Who uses a page, and whether that person may do what the page offers.

For pages and what is pressed on them. Routes under `/api/v1` ask `studio.api.dependencies`.
"""

from nicegui import context

from studio.services import access
from studio.services.access import Role, User

USER = "studio.user"


def current_user() -> User:
    """Who uses the page that is being made or acted on."""
    user: User = context.client.request.scope[USER]
    return user


def require(role: Role | str) -> User:
    """The user, if their role is enough; StudioError `not_allowed` where it is not."""
    return access.require(current_user(), Role(role))


def may(role: Role | str) -> bool:
    """True where the user's role is enough; to show what cannot be chosen as such.

    Nobody's is who has not come in yet.
    """
    user: User | None = context.client.request.scope.get(USER)
    return user is not None and user.role.covers(Role(role))
