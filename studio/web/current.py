"""The studio that this process serves: NiceGUI's pages are functions of the process."""

from studio.services.access import Access
from studio.services.studio import Studio

_serving: list[tuple[Studio, Access]] = []


def serve(studio: Studio, access: Access) -> None:
    """Let the pages work with this studio and its settings of access from here on."""
    _serving[:] = [(studio, access)]


def studio() -> Studio:
    """The studio that the pages work with."""
    return _serving[-1][0]


def access() -> Access:
    """How people come in, and what they may send."""
    return _serving[-1][1]
