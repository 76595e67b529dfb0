"""What a route is given: the studio that is served, who asks, what they may do and see."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Path, Request

from catalog.run_records import Run
from studio.services import access
from studio.services.access import Access, Role, User
from studio.services.studio import Studio

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def studio(request: Request) -> Studio:
    """The studio that this application serves."""
    found: Studio = request.app.state.studio
    return found


def settings(request: Request) -> Access:
    """How people come in, and what they may send."""
    found: Access = request.app.state.access
    return found


def current_user(request: Request) -> User:
    """Who asks; the guard in front has found that out."""
    user: User = request.scope["studio.user"]
    return user


def needs(role: Role) -> Callable[[Request], User]:
    """A dependency that refuses people whose role is too low."""

    def check(request: Request) -> User:
        return access.require(current_user(request), role)

    return check


def role_by_method(request: Request) -> User:
    """Looking is for viewers, changing for builders."""
    role = Role.viewer if request.method in READING else Role.builder
    return access.require(current_user(request), role)


def as_shown(request: Request) -> Callable[[Run], Run]:
    """What makes of a run what is shown of it to whoever asks.

    The way to Dagster is left out for those whom it would lead nowhere.
    """
    is_led = settings(request).leads_to_dagster(request.url.hostname)
    hidden: dict[str, str | None] = {} if is_led else {"dagster_path": None}
    return lambda run: run.model_copy(update=hidden)


ADMIN = [Depends(needs(Role.admin))]
BUILDER = [Depends(needs(Role.builder))]
BY_METHOD = [Depends(role_by_method)]
VIEWER = [Depends(needs(Role.viewer))]
Named = Annotated[str, Path(description="Its name, or the slug of it.")]
DraftId = Annotated[str, Path(description="The draft's `id`.")]
RunId = Annotated[str, Path(description="As the header `Location` led to it.")]
Opened = Annotated[Studio, Depends(studio)]
Settings = Annotated[Access, Depends(settings)]
Shown = Annotated[Callable[[Run], Run], Depends(as_shown)]
Asking = Annotated[User, Depends(current_user)]
