"""`/`: what there is, which is the list of audiences."""

from fastapi.responses import RedirectResponse
from nicegui import ui


@ui.page("/")
def home() -> RedirectResponse:
    """Lead to the list of audiences."""
    return RedirectResponse("/audiences")
