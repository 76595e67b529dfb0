"""What a route is given: the studio that the process serves."""

from typing import TYPE_CHECKING

from fastapi import Request

if TYPE_CHECKING:
    from studio.services.studio import Studio


def studio(request: Request) -> "Studio":
    """The studio that this application serves."""
    found: Studio = request.app.state.studio
    return found
