"""The studio that this process serves: NiceGUI's pages are functions of the process."""

from studio.services.studio import Studio

_serving: list[Studio] = []


def serve(studio: Studio) -> None:
    """Let the pages work with this studio from here on."""
    _serving[:] = [studio]


def studio() -> Studio:
    """The studio that the pages work with."""
    return _serving[-1]
