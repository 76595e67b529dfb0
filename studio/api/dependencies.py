"""What routes are given by FastAPI."""

from fastapi import Request

from studio.services.studio import Studio


def studio(request: Request) -> Studio:
    """The opened studio."""
    found: Studio = request.app.state.studio
    return found
